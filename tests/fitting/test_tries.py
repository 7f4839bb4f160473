from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from recommender.errors import MetricError
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric
from recommender.fitting.tries import Judging, Shelf, Try, behind, why_hopeless

ACCURACY = METRICS["accuracy"]
JUDGING = Judging(ACCURACY, ACCURACY, False)


def attempt(name: str = "a", scores: tuple[float, ...] = ()) -> Try:
    item = SimpleNamespace(configuration=SimpleNamespace(id=name), algorithm=name)
    found = Try(item)
    found.scores = found.learnt = dict(enumerate(scores))
    return found


def evaluation(fold: int, y: np.ndarray, labels: np.ndarray) -> Evaluation:
    margins = np.eye(2)[labels] * 0.8 + 0.1
    said = Predicted(labels, margins, are_probabilities=True, classes=np.array([0, 1]))
    return Evaluation("a", fold, "ok", fit_seconds=0.5, predictions=(y, said))


def test_folds_are_judged_by_the_weights_of_rows():
    y, labels = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 1])
    one = attempt()
    one.take(evaluation(0, y, labels), 1.0, JUDGING, None)
    one.take(evaluation(1, y, labels), 2.0, JUDGING, np.array([9.0, 9.0, 1.0, 1.0]))
    assert one.scores == {0: 0.5, 1: 0.9}
    assert one.score == pytest.approx(0.7)
    assert one.deviation == pytest.approx(0.2)
    assert one.seconds == 3.0
    assert len(one.folds) == 2


def test_a_single_fold_has_no_deviation():
    one = attempt(scores=(0.75,))
    assert one.score == 0.75
    assert np.isnan(one.deviation)


def test_a_failure_has_no_score():
    one = attempt()
    one.take(evaluation(0, np.array([0, 1]), np.array([0, 1])), 1.0, JUDGING, None)
    one.take(Evaluation("a", 1, "failed", "ValueError: no"), 1.0, JUDGING, None)
    assert one.failed
    assert np.isnan(one.score)
    assert np.isnan(one.learnt_score(None))
    assert one.message == "ValueError: no"


def test_what_a_scorer_refuses_is_a_failure_that_is_remembered():
    def refuse(y, predicted, sample_weight=None):
        raise MetricError("not these")

    metric = Metric("moody", title="", meaning="", tasks=("binary",), measure=refuse)
    one = attempt()
    one.take(evaluation(0, np.array([0, 1]), np.array([0, 1])), 1.0, Judging(metric, ACCURACY, False), None)
    assert one.status == "failed"
    assert str(one.refusal) == "not these"


def test_a_score_that_is_infinite_is_a_failure():
    rmse, y = METRICS["rmse"], np.array([1.0, 2.0])
    one, judging = attempt(), Judging(METRICS["mae"], rmse, False)
    far = Evaluation("a", 0, "ok", predictions=(y, Predicted(np.array([1e200, 1e200]))))
    with np.errstate(over="ignore"):
        one.take(far, 1.0, Judging(rmse, rmse, False), None)
        assert (one.status, one.message) == ("failed", "its rmse is infinite")
        other = attempt()
        other.learnt = {}
        other.take(far, 1.0, judging, None)
    assert other.score == pytest.approx(1e200)  # what ranks is infinite, what judges is not
    assert np.isnan(other.learnt_score(None))


def test_folds_that_do_not_allow_the_metric_leave_the_others_to_learn_from():
    best, one = attempt("best", (0.9, np.nan, 0.7)), attempt("x", (0.8, np.nan, 0.7))
    assert one.learnt_score(best) == pytest.approx(0.75)
    one.scores = one.learnt = {0: 0.8, 1: np.nan}
    one.stop("behind", best, ACCURACY)
    assert one.learnt_score(best) == pytest.approx(0.7)


def rivals(gap: float, noise: float) -> list[Try]:
    rng = np.random.default_rng(0)
    base = rng.normal(0.8, 0.05, 5)
    others = [base - gap + noise * rng.normal(size=5) for _ in range(4)]
    return [attempt("best", tuple(base)), *(attempt(f"r{i}", tuple(scores)) for i, scores in enumerate(others))]


def test_what_is_behind_by_more_than_chance_is_hopeless():
    whole = rivals(gap=0.02, noise=0.01)
    first = whole[0].scores[0]
    assert "after 1 of 5 folds" in why_hopeless(attempt("x", (first - 0.1,)), whole, ACCURACY, n_folds=5)
    assert why_hopeless(attempt("x", (first - 0.005,)), whole, ACCURACY, n_folds=5) is None
    assert why_hopeless(attempt("x", (first + 0.1,)), whole, ACCURACY, n_folds=5) is None


def test_noise_between_folds_makes_for_patience():
    whole = rivals(gap=0.02, noise=0.2)
    assert why_hopeless(attempt("x", (whole[0].scores[0] - 0.1,)), whole, ACCURACY, n_folds=5) is None


def test_nothing_is_stopped_before_enough_is_known():
    whole = rivals(gap=0.02, noise=0.01)
    bad = attempt("x", (0.0,))
    assert why_hopeless(bad, whole[:2], ACCURACY, n_folds=5) is None
    assert why_hopeless(bad, whole, ACCURACY, n_folds=1) is None  # it has all its folds


def test_one_that_was_stopped_scores_as_far_behind_the_best_as_it_was():
    best, bad = attempt("best", (0.9, 0.5, 0.7)), attempt("x", (0.8,))
    bad.stop("behind", best, ACCURACY)
    assert bad.score == pytest.approx(0.6)
    assert bad.learnt_score(best) == pytest.approx(0.6)
    assert behind(bad, best, ACCURACY) == pytest.approx(0.1)
    assert not bad.failed


def test_errors_are_behind_where_they_are_larger():
    assert behind(attempt("x", (3.0,)), attempt("best", (2.0,)), METRICS["rmse"]) == 1.0


def test_thresholds_are_chosen_at_the_end():
    rng = np.random.default_rng(0)
    judging = Judging(METRICS["balanced_accuracy"], METRICS["balanced_accuracy"], True)
    one = attempt()
    for fold in range(3):
        y = (np.arange(200) % 10 == 0).astype(int)
        p = np.clip(0.1 + 0.25 * y + rng.normal(0, 0.05, 200), 0, 1)
        margins = np.column_stack([1 - p, p])
        said = Predicted(margins.argmax(axis=1), margins, are_probabilities=True, classes=np.array([0, 1]))
        one.take(Evaluation("a", fold, "ok", predictions=(y, said)), 1.0, judging, None)
    assert one.score == pytest.approx(0.5, abs=0.1)
    one.end(judging)
    assert one.thresholds[1] < 0.4
    assert one.score > 0.9


def test_large_predictions_lie_on_disk(monkeypatch):
    monkeypatch.setattr("recommender.fitting.tries.LARGE_BYTES", 100)
    shelf, y = Shelf(), np.arange(50) % 2
    kept = shelf.keep(evaluation(0, y, y))
    assert isinstance(kept.predictions[1].margins, np.memmap)
    np.testing.assert_allclose(kept.predictions[1].margins.sum(axis=1), 1)
    one = attempt()
    one.take(kept, 1.0, JUDGING, None)
    assert one.score == 1.0
    shelf.clear()


def test_small_ones_do_not():
    y = np.arange(50) % 2
    assert not isinstance(Shelf().keep(evaluation(0, y, y)).predictions[1].margins, np.memmap)
