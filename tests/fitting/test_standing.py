from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from recommender.advice.filters import Filters
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric
from recommender.fitting.budget import Budget
from recommender.fitting.forecast import CAUTION, Forecast
from recommender.fitting.standing import COLUMNS, MOST_CONSIDERED, Standing
from recommender.fitting.thresholds import LeftOut
from recommender.fitting.tries import Judging, Try

RMSE = METRICS["rmse"]


def standing(*, ensemble: bool = True, metric: Metric = RMSE, **limits: float) -> Standing:
    forecast = Forecast(Budget(), n_rows=200, n_fold_rows=100)
    return Standing(Judging(metric, metric, False), forecast, ensemble=ensemble, filters=Filters(**limits))


def tries(noise: list[float], *, seconds: float = 3.0) -> list[Try]:
    """Members that miss the same truth by noise of their own, on three folds."""
    rng = np.random.default_rng(0)
    folds = [rng.normal(size=200) for _ in range(3)]
    found = []
    for i, scale in enumerate(noise):
        item = SimpleNamespace(
            configuration=Configuration(f"a{i}", {}),
            algorithm=f"a{i}",
            hyperparameters={},
            expected_score=0.5,
            predict_seconds=float(i + 1),
            model_bytes=1e6,
        )
        one = Try(item, seconds=seconds, modelling=seconds, fit_seconds=[0.1] * 3)
        for fold, y in enumerate(folds):
            one.said[fold] = LeftOut(y, Predicted(y + scale * rng.normal(size=200)))
            one.scores[fold] = one.said[fold].score(RMSE)
        found.append(one)
    return found


def filled(found: Standing, noise: list[float]) -> Standing:
    for one in tries(noise):
        found.add(one, most_refit=1e9)
    return found


def test_several_that_err_apart_are_averaged():
    found = filled(standing(), [0.5, 0.5, 0.5])
    chosen = found.settle(most_refit=1e9)
    assert len(chosen.members) == 3
    assert sum(weight for _, weight in chosen.members) == pytest.approx(1)
    assert chosen.score < 0.7 * found.best.score
    board = found.leaderboard()
    assert list(board.columns) == list(COLUMNS)
    assert board["weight"].sum() == pytest.approx(1)
    assert board["score"].is_monotonic_increasing


def test_one_pipeline_where_no_ensemble_is_wanted():
    chosen = filled(standing(ensemble=False), [0.5, 0.5, 0.4]).settle(most_refit=1e9)
    assert [(attempt.id, weight) for attempt, weight in chosen.members] == [("a2-default", 1.0)]


def test_what_gains_only_on_the_rows_that_chose_it_is_refused(monkeypatch):
    found = filled(standing(), [0.5, 0.5, 0.5])
    monkeypatch.setattr("recommender.fitting.standing.nested_gain", lambda *args, **how: -0.001)
    chosen = found.settle(most_refit=1e9)
    assert len(chosen.members) == 1
    assert chosen.score == found.best.score
    assert found.weights == {found.best.id: 1.0}


def test_limits_are_those_of_the_whole_ensemble():
    assert len(filled(standing(max_predict_time=3.5), [0.5] * 4).settle(most_refit=1e9).members) == 2
    assert len(filled(standing(max_memory=1.5), [0.5] * 4).settle(most_refit=1e9).members) == 1
    assert len(filled(standing(max_memory=3.5), [0.5] * 4).settle(most_refit=1e9).members) == 3


def test_members_are_as_many_as_there_is_time_to_fit():
    found = filled(standing(), [0.5] * 4)
    assert found.refit_seconds(found.tries[0]) == CAUTION * 2.0  # a fold took 1 second, and twice the rows twice that
    assert len(found.settle(most_refit=5.5).members) == 2
    assert len(found.settle(most_refit=0.0).members) == 1


def test_tries_without_a_gain_are_counted():
    found = standing()
    numbers = []
    for one in tries([0.5, 0.4, 3.0, 3.0]):
        found._weighed_at = -np.inf
        found.add(one, most_refit=1e9)
        numbers.append(found.n_idle)
    assert numbers == [0, 0, 1, 2]
    assert [row["best"] for row in found.history][1:] == [found.best.score] * 3
    assert found.history[-1]["ensemble"] == found.score


def test_a_better_one_is_a_gain_though_there_was_no_time_to_weigh():
    found = standing()
    for one in tries([0.5, 0.4, 0.1]):
        found.add(one, most_refit=1e9)
        found.weighing_seconds = 1e9
    assert found.n_idle == 0
    assert (found.score, found.weights) == (found.best.score, {found.best.id: 1.0})


def test_only_the_best_keep_what_they_predicted():
    found = filled(standing(), list(np.linspace(0.1, 1.0, MOST_CONSIDERED + 3)))
    assert [bool(one.said) for one in found.tries] == [True] * MOST_CONSIDERED + [False] * 3


def test_nothing_tried_is_nothing_chosen():
    assert standing().settle(most_refit=1e9) is None
    assert standing().leaderboard().empty


def test_one_that_was_cut_short_is_chosen_only_where_there_is_no_other():
    short, whole = tries([0.1, 0.5])
    short.stop("the time was up", None, RMSE)
    found = standing()
    found.add(short, most_refit=1e9)
    assert found.settle(most_refit=1e9).members[0][0] is short
    found.add(whole, most_refit=1e9)
    assert found.settle(most_refit=1e9, left=0.0).members[0][0] is whole


def test_one_that_was_cut_short_is_chosen_where_half_of_its_folds_are_better_and_there_is_time():
    short, whole = tries([0.1, 0.5])
    del short.scores[2]
    short.stop("the time was up", whole, RMSE)
    found = standing()
    found.add(whole, most_refit=1e9)
    found.add(short, most_refit=1e9)
    assert found.settle(most_refit=1e9, left=100.0).members[0][0] is short
    kept = found.refit_seconds(short)  # with caution
    assert found.settle(most_refit=1e9, left=0.9 * kept).members[0][0] is short
    assert found.settle(most_refit=1e9, left=0.5 * kept).members[0][0] is whole
    del short.scores[1]
    assert found.settle(most_refit=1e9, left=100.0).members[0][0] is whole


def test_what_could_be_fitted_in_the_end_has_its_own_score():
    found = filled(standing(), [0.5, 0.5, 0.5])
    chosen = found.settle(most_refit=1e9)
    whole, alone = chosen.score, chosen.members[0][0]
    found.was_fitted({attempt.id: weight for attempt, weight in chosen.members}, None)
    assert found.score == whole
    found.was_fitted({attempt.id: 0.5 for attempt, _ in chosen.members[:2]}, None)
    assert whole < found.score < alone.score
    found.was_fitted({alone.id: 1.0}, None)
    assert found.score == alone.score
    found.was_fitted({"untried": 1.0}, None)
    assert np.isnan(found.score)


def test_what_is_fitted_without_thresholds_is_judged_without_them():
    one = tries([0.5])[0]
    one.moved = [0.1, 0.1, 0.1]
    found = standing()
    found.add(one, most_refit=1e9)
    found.settle(most_refit=1e9)
    assert found.score == pytest.approx(0.1)
    found.weights = {"another": 1.0}
    found.was_fitted({one.id: 1.0}, None)
    assert found.score == pytest.approx(0.5, abs=0.05)
