from __future__ import annotations

import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_regression
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.validation import check_is_fitted

from recommender import recommend
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import RecommendationError
from recommender.evaluation.evaluate import Evaluation, evaluate
from recommender.evaluation.spooled import Spooled
from recommender.fitting.budget import Budget
from recommender.fitting.effort import Effort
from recommender.fitting.folds import asked_folds
from recommender.fitting.refinement import refine
from recommender.fitting.thresholds import Thresholded
from recommender.fitting.trials import Trials, search
from recommender.fitting.tries import Try
from recommender.fitting.workers_beside import Beside, Room
from recommender.tables.loading import load_dataset


@pytest.fixture(scope="module")
def iris() -> tuple[pd.DataFrame, pd.Series]:
    return load_iris(return_X_y=True, as_frame=True)


def test_the_best_of_what_was_tried_comes_back_fitted(iris):
    recommendation = recommend(*iris, include=["naive_bayes"], metric="accuracy")
    found = recommendation.refine(*iris, seconds=30, patience=2)
    board = found.leaderboard
    ids = {item.configuration.id for item in recommendation.items}
    assert ids <= set(board["configuration_id"])
    assert len(board) < 20  # it ends when nothing more is gained
    assert "nothing was gained by the last 2" in repr(found)
    assert board["score"].is_monotonic_decreasing
    assert (board["status"] == "ok").all()
    assert board.loc[1, "configuration_id"] == found.configuration.configuration.id
    assert board["score"].between(0.8, 1).all()
    check_is_fitted(found.estimator)
    assert found.estimator.score(*iris) > 0.95


def test_a_function_is_judged_by_here_and_not_in_the_workers(iris):
    fixed, seen = 3.5, []

    def spite(y_true, y_pred):  # of this test alone, which no other process could load
        seen.append(len(y_true))
        return fixed - float((y_true == y_pred).mean())

    found = recommend(*iris, include=["naive_bayes"], metric=spite).refine(*iris, seconds=30, patience=2)
    assert found.leaderboard["score"].is_monotonic_decreasing
    assert found.leaderboard["score"].between(2.5, 3.5).all()
    assert found.leaderboard.loc[1, "configuration_id"] == found.configuration.configuration.id
    assert sum(seen) > 150


def test_thresholds_are_moved_where_that_raises_the_metric():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    y = (X[:, 0] + rng.logistic(scale=0.7, size=600) > 2.2).astype(int)
    found = recommend(X, y, include=["naive_bayes"], metric="balanced_accuracy").refine(X, y, seconds=30, patience=2)
    assert isinstance(found.estimator, Thresholded)
    assert found.estimator.thresholds[1] < 0.4
    likeliest = found.estimator.predict_proba(X).argmax(axis=1)
    assert balanced_accuracy_score(y, found.estimator.predict(X)) > balanced_accuracy_score(y, likeliest) + 0.05
    assert found.leaderboard["score"][1] > balanced_accuracy_score(y, likeliest) + 0.03


def test_a_scorer_of_scikit_learn_by_its_name(iris):
    found = recommend(*iris, include=["naive_bayes"], metric="neg_log_loss").refine(*iris, seconds=30, patience=2)
    assert (found.leaderboard["score"] < 0).all()
    assert found.leaderboard["score"].is_monotonic_decreasing


def test_what_a_scorer_refuses_is_a_failure(iris):
    calls = []

    def moody(y_true, y_pred):
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("not today")
        return 1.0

    with pytest.warns(UserWarning, match=r"none of what was tried \(\d+\) has a score by moody, as the leaderboard"):
        found = recommend(*iris, include=["naive_bayes"], metric=moody).refine(*iris, seconds=20, patience=2)
    assert set(found.leaderboard["status"]) == {"failed"}
    assert found.leaderboard["message"].str.contains("raises RuntimeError: not today").all()
    check_is_fitted(found.estimator)


def test_a_script_without_a_guard_refines(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from sklearn.datasets import load_iris\n"
        "from recommender import recommend\n"
        "X, y = load_iris(return_X_y=True, as_frame=True)\n"
        "recommendation = recommend(X, y, include=['naive_bayes'], metric='log_loss')\n"
        "found = recommendation.refine(X, y, seconds=30, patience=2)\n"
        "print(found.leaderboard['score'].is_monotonic_increasing, len(found.leaderboard) > 0)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


def test_interrupting_returns_the_best_so_far(iris):
    recommendation = recommend(*iris)

    def interrupt(progress):
        if progress.n_tried == 1:
            raise KeyboardInterrupt

    found = recommendation.refine(*iris, seconds=60, on_progress=interrupt)
    assert found.ending == "it was interrupted"
    check_is_fitted(found.estimator)
    assert len(found.leaderboard) == 1
    assert found.seconds < 300


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def trials_for(table, *, clock=None, seconds=100.0, **choices) -> Trials:
    return Trials(recommend(*table, **choices), load_dataset(*table), Budget(seconds=seconds, clock=clock or Clock()))


def taking(seconds, clock):
    """An evaluation that takes so long by a clock."""

    def take_time(*args, **how):
        clock.now += seconds
        return evaluate(*args, **how)

    return take_time


@pytest.mark.parametrize("fold_seconds", [0.1, 0.6, 3.0])
def test_all_that_is_done_ends_within_the_budget(iris, monkeypatch, fold_seconds):
    clock = Clock()
    trials = trials_for(iris, clock=clock, seconds=10, include=["naive_bayes", "lda", "qda"])

    monkeypatch.setattr("recommender.fitting.fits_here.evaluate", taking(fold_seconds, clock))
    trials.run(Room())
    trials.end()
    chosen = trials.standing.settle(most_refit=trials.forecast.most_refit, left=trials.budget.left)
    last_fits = sum(trials.standing.refit_seconds(attempt) for attempt, _ in chosen.members)
    assert clock.now + last_fits < 11
    assert clock.now + last_fits > 4  # and most of it is made use of


def test_what_fails_at_once_tells_nothing_of_the_pace(iris):
    trials = trials_for(iris, include=["naive_bayes", "lda"])
    attempt, fold = trials.under_way.next_fit()
    evaluation = Evaluation(attempt.id, fold, "failed", "a library is missing")
    trials._took(attempt, evaluation, 0.001)
    assert not trials.forecast.pace.is_known
    late, fold = trials.under_way.next_fit()
    trials._took(late, Evaluation(late.id, fold, "timeout", "not done after 60 seconds"), 60.0)
    assert trials.forecast.pace.ratio > 2


def test_what_has_failed_is_not_fitted_where_nothing_has_a_score(iris):
    trials = trials_for(iris, include=["naive_bayes", "lda"])
    attempt, fold = trials.under_way.next_fit()
    trials._took(attempt, Evaluation(attempt.id, fold, "crashed", "the process died twice"), 1.0)
    found = trials.found()
    assert attempt.item.configuration == trials.ranking.best.configuration
    assert attempt.id not in found.fitted.weights
    check_is_fitted(found.fitted.estimator)


def test_what_has_crashed_does_not_take_the_place_of_what_cannot_be_fitted(iris, monkeypatch):
    trials = trials_for(iris, include=["naive_bayes", "lda"])
    crashed, fold = trials.under_way.next_fit()
    trials._took(crashed, Evaluation(crashed.id, fold, "crashed", "the process died twice"), 1.0)
    tried, _ = trials.under_way.next_fit()
    for fold in range(trials.agenda.n_folds):
        trials._fit_here(tried, fold)
    built = []

    def build(configuration, *args, **how):
        built.append(configuration.id)
        if configuration.id == tried.id:
            raise MemoryError("too many rows")
        return build_pipeline(configuration, *args, **how)

    monkeypatch.setattr("recommender.fitting.last_fits.build_pipeline", build)
    found = trials.found()
    assert built[0] == tried.id
    assert crashed.id not in built
    check_is_fitted(found.fitted.estimator)


def test_two_seconds_are_kept(iris):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on a busy machine there may be no time to try anything
        found = recommend(*iris).refine(*iris, seconds=2)
    check_is_fitted(found.estimator)
    assert found.seconds < 20  # workers are not waited for


def test_no_time_for_anything_still_gives_a_fitted_model(iris):
    with pytest.warns(UserWarning, match="nothing could be tried"):
        found = recommend(*iris).refine(*iris, seconds=0.01)
    assert found.leaderboard.empty
    assert found.ending == "there was too little time to try anything"
    assert "score" in found.leaderboard.columns
    check_is_fitted(found.estimator)


def test_more_time_means_more_folds(iris):
    few, many = (trials_for(iris, seconds=seconds).agenda.n_folds for seconds in (0.01, 10_000))
    assert (few, many) == (3, 20)


def test_workers_start_only_where_they_pay(iris):
    few = trials_for(iris, seconds=100, include=["naive_bayes"])
    few.n_workers = 4
    assert not few._is_worth_starting()
    many = trials_for(iris, seconds=1_000)
    many.n_workers, many.agenda.n_folds = 4, 20
    assert not many._is_worth_starting()  # before it is known how quick the machine is
    many.standing.tries.append(Try(many.ranking.best))
    for kind in map(str, range(20)):
        many.forecast.pace.saw(kind, 100.0, expected=10.0)
    assert many._is_worth_starting()
    many.budget.seconds = 100.0  # too little on a machine that is so busy
    assert not many._is_worth_starting()


def test_folds_that_were_asked_for_are_all_used(iris):
    dataset = load_dataset(*iris)
    splits = asked_folds(dataset, cv=4)
    trials = Trials(recommend(*iris), dataset, Budget(seconds=0.01), effort=Effort(splits=splits))
    assert (trials.agenda.n_folds, len(splits)) == (4, 4)
    assert asked_folds(dataset) == []


class InThreads:
    """Workers that are threads of this process."""

    n_workers = 2

    def __init__(self, trials: Trials) -> None:
        self._pool, self._trials = ThreadPoolExecutor(2), trials
        self.n_lost = 1

    def submit(self, job):
        split = self._trials.splits[job.fold]
        return self._pool.submit(
            evaluate, self._trials.dataset, job.configuration, job.fold, split, keep_predictions=True
        )

    def outcome(self, job, future):
        if self.n_lost:
            self.n_lost -= 1
            return None  # it is to be done again
        return future.result()

    def stop(self):
        self._pool.shutdown()


class RoomOfThreads(Room):
    """Workers that are ready once something was fitted here."""

    was_asked = is_awaited = True

    @property
    def beside(self):
        if not self.trials.standing.tries:
            return None
        self._beside = self._beside or Beside(self.workers, Spooled("", Path(), self.trials.dataset.task))
        return self._beside


def test_workers_take_everything_once_they_are_ready(iris, monkeypatch):
    trials = trials_for(iris, clock=time.monotonic, seconds=300, include=["naive_bayes", "lda"])
    trials.effort = replace(trials.effort, patience=3)
    here = []
    fit_here = trials._fit_here
    monkeypatch.setattr(trials, "_fit_here", lambda *what: (here.append(len(trials.standing.tries)), fit_here(*what)))
    room = RoomOfThreads()
    room.workers, room.trials = InThreads(trials), trials
    trials.run(room)
    room.workers.stop()
    trials.end()
    board = trials.standing.leaderboard()
    assert len(board) > 3
    assert set(board["status"]) <= {"ok", "stopped"}
    assert room.workers.n_lost == 0
    assert set(here) == {0}
    whole = trials.standing.whole[0]
    assert sorted(whole.scores) == list(range(trials.agenda.n_folds))


def test_new_settings_follow_once_the_pool_is_known(iris):
    trials = trials_for(iris, include=["naive_bayes"])
    for item in trials.ranking.items:
        attempt, fold = trials.under_way.next_fit()
        assert not attempt.is_new
        for fold in range(trials.agenda.n_folds):
            trials._fit_here(attempt, fold)
    trials.budget.seconds = 1e-9
    assert trials.under_way.next_fit() is None
    assert trials._why_none_is_left() == "time was up"  # and not that there is nothing left to try
    trials.budget.seconds = 100.0
    attempt, _ = trials.under_way.next_fit()
    assert attempt.is_new
    assert attempt.item.algorithm == "naive_bayes"
    assert attempt.id not in {item.configuration.id for item in trials.ranking.items}


def test_trying_ends_where_nothing_more_is_gained(iris):
    trials = trials_for(iris)
    assert trials._why_over() == ""
    trials.standing.n_idle = 99
    assert trials._why_over() == ""
    trials.standing.n_idle = 100
    assert trials._why_over() == "nothing was gained by the last 100"


def test_what_is_not_small_is_tried_here_where_no_workers_will_come(iris, monkeypatch):
    clock = Clock()
    trials = trials_for(iris, clock=clock, seconds=20, include=["naive_bayes", "lda"])
    monkeypatch.setattr(trials, "_is_worth_starting", lambda: False)
    monkeypatch.setattr(trials.forecast, "is_small", lambda item: False)
    monkeypatch.setattr("recommender.fitting.fits_here.evaluate", taking(2.0, clock))
    told = []
    trials.effort = replace(trials.effort, on_progress=told.append)
    trials.run(Room())
    assert trials.ending == told[-1].ending == "time was up"
    assert not any(progress.ending for progress in told[:-1])
    assert len(trials.standing.whole) >= 2
    assert 10 < clock.now < 20  # most of it is made use of


def test_what_has_begun_goes_on_before_another_begins(iris):
    clock = Clock()
    trials = trials_for(iris, clock=clock, seconds=60, include=["naive_bayes", "lda"])
    begun, _ = trials.under_way.next_fit()
    begun.seconds, begun.fit_seconds, trials.agenda.waiting[begun] = 5.0, [5.0], [1, 2]
    trials.forecast.is_small = lambda item: False
    assert trials.under_way.next_fit(here=True, small=True) == (begun, 1)
    clock.now = 55.0
    assert trials.under_way.next_fit(here=True, small=True) is None  # it would not end in time


@pytest.mark.parametrize(
    ("tries", "seconds", "said"), [(2, None, "no more were to be tried"), (None, 1_000, "everything was tried")]
)
def test_it_is_said_why_trying_ended(iris, monkeypatch, tries, seconds, said):
    monkeypatch.setattr("recommender.fitting.agenda.near", lambda *args, **how: None)
    recommendation, dataset = recommend(*iris, include=["naive_bayes"]), load_dataset(*iris)
    trials = Trials(recommendation, dataset, Budget(seconds=seconds, tries=tries, clock=Clock()))
    trials.run(Room())
    assert trials.ending == said


def test_nothing_is_told_where_there_is_nothing_to_compare(iris):
    told = []
    recommendation, dataset = recommend(*iris, include=["naive_bayes"]), load_dataset(*iris)
    found = search(recommendation, dataset, Budget(tries=1), effort=Effort(on_progress=told.append))
    assert found.ending == "there was nothing to compare"
    assert told == []


def test_failures_are_on_the_leaderboard_but_never_chosen(iris):
    trials = trials_for(iris, include=["lda", "qda"])
    first, second = (Try(item) for item in trials.ranking.items[:2])
    trials.agenda.n_folds = 1
    trials.agenda.waiting |= {first: [], second: []}
    trials._took(first, Evaluation(first.id, 0, "failed", "ValueError: no"), 1.0)
    trials._fit_here(second, 0)
    assert trials.standing.leaderboard()["status"].tolist() == ["ok", "failed"]
    assert trials.standing.best is second
    assert trials.agenda.session.to_frame()["tried"].sum() == 2


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_must_be_positive(iris, seconds):
    with pytest.raises(RecommendationError, match="give more than 0"):
        refine(recommend(*iris, include=["lda"]), *iris, seconds=seconds)


def test_another_table_is_refused(iris):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    recommendation = recommend(*iris, include=["lda"])
    with pytest.raises(RecommendationError, match=r"columns \(10\) are not those \(4\)"):
        recommendation.refine(X, (y > 100).astype(int))


def test_what_a_fold_took_to_predict_is_not_kept_for_the_last_fit(iris):
    trials = trials_for(iris, include=["naive_bayes"])
    attempt, fold = trials.under_way.next_fit()
    preparation = trials.here.preparation(attempt.item.configuration, fold)
    evaluation = trials.here.fit(attempt.item.configuration, fold, preparation, seconds=60.0, within=60.0)
    trials._took(attempt, replace(evaluation, predict_seconds=6.0), 10.0)
    assert attempt.modelling == pytest.approx(4.0)
    trials._took(attempt, replace(evaluation, fold=1, predict_seconds=float("nan")), 10.0)
    assert attempt.modelling == pytest.approx(14.0)


def test_boosting_that_stops_early_has_a_score_where_its_time_is_up(iris, monkeypatch):
    trials = trials_for(iris, include=["lightgbm"], seconds=60)
    stopping = next(item for item in trials.ranking.items if item.hyperparameters.get("early_stopping"))
    attempt, rounds, fit = Try(stopping), [], trials.here.fit
    monkeypatch.setattr(trials.agenda, "fold_limit", lambda attempt: 1e-6)
    monkeypatch.setattr(trials.here, "fit", lambda *what, **how: rounds.append(fit(*what, **how)) or rounds[-1])
    trials.agenda.waiting[attempt] = []
    trials._fit_here(attempt, 0)
    assert [(one.status, one.rounds <= 2) for one in rounds] == [("ok", True)]
    assert list(attempt.scores) == [0]


@pytest.mark.parametrize(("seconds", "n_left_out"), [(1.0, 2_000), (1_000.0, 4_000)])
def test_a_single_fold_leaves_out_fewer_rows_where_seconds_are_few(seconds, n_left_out):
    X, y = make_regression(12_000, 2, random_state=0)
    recommendation = recommend(X, y, include=["lightgbm"])
    trials = Trials(recommendation, load_dataset(X, y), Budget(seconds=seconds, clock=Clock()))
    assert {len(test) for _, test in trials.splits} == {n_left_out}
