from __future__ import annotations

import _thread
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.validation import check_is_fitted

from recommender import recommend
from recommender.errors import RecommendationError
from recommender.fitting.thresholds import Thresholded
from recommender.fitting.trials import _Trials, refine
from recommender.tables.loading import load_dataset


@pytest.fixture(scope="module")
def iris() -> tuple[pd.DataFrame, pd.Series]:
    return load_iris(return_X_y=True, as_frame=True)


def test_the_best_of_what_was_tried_comes_back_fitted(iris):
    recommendation = recommend(*iris, include=["naive_bayes"], metric="accuracy")
    found = recommendation.refine(*iris, seconds=120)
    board = found.leaderboard
    assert len(board) == len(recommendation.items)  # it ends when nothing is left
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

    found = recommend(*iris, include=["naive_bayes"], metric=spite).refine(*iris, seconds=120)
    assert found.leaderboard["score"].is_monotonic_decreasing
    assert found.leaderboard["score"].between(2.5, 3.5).all()
    assert found.leaderboard.loc[1, "configuration_id"] == found.configuration.configuration.id
    assert sum(seen) > 150


def test_thresholds_are_moved_where_that_raises_the_metric():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    y = (X[:, 0] + rng.logistic(scale=0.7, size=600) > 2.2).astype(int)
    found = recommend(X, y, include=["naive_bayes"], metric="balanced_accuracy").refine(X, y, seconds=120)
    assert isinstance(found.estimator, Thresholded)
    assert found.estimator.thresholds[1] < 0.4
    likeliest = found.estimator.predict_proba(X).argmax(axis=1)
    assert balanced_accuracy_score(y, found.estimator.predict(X)) > balanced_accuracy_score(y, likeliest) + 0.05
    assert found.leaderboard["score"][1] > balanced_accuracy_score(y, likeliest) + 0.03


def test_a_scorer_of_scikit_learn_by_its_name(iris):
    found = recommend(*iris, include=["naive_bayes"], metric="neg_log_loss").refine(*iris, seconds=120)
    assert (found.leaderboard["score"] < 0).all()
    assert found.leaderboard["score"].is_monotonic_decreasing


def test_what_a_scorer_refuses_is_a_failure(iris):
    calls = []

    def moody(y_true, y_pred):
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("not today")
        return 1.0

    found = recommend(*iris, include=["naive_bayes"], metric=moody).refine(*iris, seconds=20)
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
        "found = recommendation.refine(X, y, seconds=90)\n"
        "print(found.leaderboard['score'].is_monotonic_increasing, len(found.leaderboard) > 0)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "True True\n"), done.stderr


def test_interrupting_returns_the_best_so_far(iris):
    recommendation = recommend(*iris)
    timer = threading.Timer(1.0, _thread.interrupt_main)
    timer.start()
    started = time.monotonic()
    found = recommendation.refine(*iris, seconds=600)
    assert time.monotonic() - started < 300
    check_is_fitted(found.estimator)
    assert len(found.leaderboard) < len(recommendation.items)


def test_nothing_is_started_that_would_overrun(iris):
    recommendation = recommend(*iris)
    trials = _Trials(recommendation, load_dataset(*iris), time.monotonic() + 100)
    assert trials._next() is not None
    trials.clock = 1e6 * trials.expected  # this machine is a million times slower than expected
    assert trials._next() is None


def test_no_time_for_anything_still_gives_a_fitted_model(iris):
    found = recommend(*iris).refine(*iris, seconds=0.01)
    assert found.leaderboard.empty
    assert "score" in found.leaderboard.columns
    check_is_fitted(found.estimator)


def test_more_time_means_more_folds(iris):
    recommendation, dataset = recommend(*iris), load_dataset(*iris)
    few, many = (_Trials(recommendation, dataset, time.monotonic() + s).n_folds for s in (0.01, 10_000))
    assert (few, many) == (3, 20)


def test_failures_are_on_the_leaderboard_but_never_chosen(iris):
    from recommender.evaluation.evaluate import Evaluation

    recommendation = recommend(*iris, include=["lda", "qda"])
    trials = _Trials(recommendation, load_dataset(*iris), time.monotonic() + 100)
    first, second = recommendation.items[:2]
    trials._record(first, [Evaluation(first.configuration.id, 0, "failed", "ValueError: no")])
    trials._record(second, [Evaluation(second.configuration.id, 0, "ok", scores={"roc_auc": 0.6})])
    assert trials.leaderboard()["status"].tolist() == ["ok", "failed"]
    assert trials.choice().configuration.id == second.configuration.id


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_must_be_positive(iris, seconds):
    with pytest.raises(RecommendationError, match="give more than 0"):
        refine(recommend(*iris, include=["lda"]), *iris, seconds=seconds)


def test_another_table_is_refused(iris):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    recommendation = recommend(*iris, include=["lda"])
    with pytest.raises(RecommendationError, match="10 columns are not the 4"):
        recommendation.refine(X, (y > 100).astype(int))
