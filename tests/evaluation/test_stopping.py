from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.metrics import METRICS
from recommender.evaluation.stopping import MIN_RIVALS, Standings
from recommender.evidence.knowledge import KnowledgeBase


def standings(own: np.ndarray, *, n_rivals: int = 20, spread: float = 0.01, **more) -> Standings:
    """Rivals with a median R2 of 0.8 on the first five of ten folds, and one configuration with the R2 given."""
    rng = np.random.default_rng(0)
    found = Standings("regression", 10)
    for i in range(n_rivals):
        for fold in range(5):
            score = 0.8 + 0.02 * (i - n_rivals / 2) / n_rivals + rng.normal(0, spread)
            found.add(Evaluation(f"rival {i}", fold, "ok", scores={"r2": score, "rmse": 1 - score, "mae": 1 - score}))
    for fold, score in enumerate(own):
        scores = {"r2": score, "rmse": 1 - score, "mae": 1 - score} | more
        found.add(Evaluation("own", fold, "ok", scores=scores))
    return found


def test_far_behind_is_hopeless():
    reason = standings(np.full(5, 0.5)).why_hopeless("own")
    assert reason == "behind the median of 20 configurations by every metric, after 5 of 10 folds"


@pytest.mark.parametrize("score", [0.8, 0.85, 0.797])
def test_near_the_median_or_before_it_is_not(score):
    assert standings(np.full(5, score)).why_hopeless("own") is None


def test_behind_by_less_than_noise_is_not():
    assert standings(np.full(5, 0.75), spread=0.2).why_hopeless("own") is None


def test_own_noise_counts_too():
    assert standings(np.array([0.9, 0.2, 0.9, 0.9, 0.9])).why_hopeless("own") is None


def test_good_by_one_metric_is_not_hopeless():
    assert standings(np.full(5, 0.5), mae=0.1).why_hopeless("own") is None


def test_a_metric_that_it_does_not_have_is_left_out():
    assert standings(np.full(5, 0.5), mae=np.nan).why_hopeless("own") is not None


def test_a_metric_that_few_rivals_have_is_left_out():
    found = standings(np.full(5, 0.5), mape=0.1)
    assert found.why_hopeless("own") is not None
    for i in range(MIN_RIVALS - 1):
        for fold in range(5):
            found.add(Evaluation(f"rival {i}", fold, "ok", scores={"r2": 0.8, "rmse": 0.2, "mae": 0.2, "mape": 0.2}))
    assert found.why_hopeless("own") is not None


def test_few_rivals_are_no_reason():
    assert standings(np.full(5, 0.5), n_rivals=MIN_RIVALS - 1).why_hopeless("own") is None
    assert standings(np.full(5, 0.5), n_rivals=MIN_RIVALS).why_hopeless("own") is not None


def test_rivals_that_failed_are_behind():
    found = standings(np.full(5, 0.5))
    for i in range(25):
        found.add(Evaluation(f"broken {i}", 0, "failed"))
    assert found.why_hopeless("own") is None


def test_recorded_rows_are_as_good_as_new_ones():
    rows = []
    for i in range(12):
        for fold in range(10):
            rows.append(
                {"configuration_id": f"rival {i}", "fold": fold, "status": "ok", "r2": 0.8, "rmse": 1, "mae": 1}
            )
    for fold in range(5):
        rows.append({"configuration_id": "own", "fold": fold, "status": "ok", "r2": 0.1, "rmse": 2, "mae": 2})
    found = Standings("regression", 10)
    found.add_rows(pd.DataFrame(rows))
    assert found.why_hopeless("own") is not None


def knowledge(rows: list[dict]) -> KnowledgeBase:
    filled = {
        "dataset_id": "one",
        "size": 10_000,
        "status": "ok",
        "n_train": 80,
        "n_test": 20,
        "fit_seconds": 1.0,
        "predict_seconds": 0.1,
    }
    evaluations = pd.DataFrame([{**dict.fromkeys(METRICS, np.nan), **filled, **row} for row in rows])
    datasets = pd.DataFrame({"name": ["One"], "task": "regression"}, index=["one"])
    return KnowledgeBase(datasets, pd.DataFrame(), pd.DataFrame(), evaluations, pd.DataFrame())


def whole(name: str, *scores: float) -> list[dict]:
    return [{"configuration_id": name, "fold": fold, "r2": score} for fold, score in enumerate(scores)]


def test_a_stopped_configuration_counts_with_what_it_had_reached():
    spared = {"configuration_id": "d", "fold": 2, "status": "stopped"}
    rows = [*whole("a", 0.9, 0.9, 0.5, 0.5), *whole("b", 0.7, 0.7, 0.3, 0.3), *whole("c", 0.8, 0.8, 0.4, 0.4)]
    found = knowledge([*rows, *whole("d", 0.5, 0.5), spared])
    # its two folds are 0.2 easier than all four
    assert found.performance("regression").loc["one"].to_dict() == pytest.approx(
        {"a": 0.7, "b": 0.5, "c": 0.6, "d": 0.3}
    )
    assert found.outcomes["stopped"].tolist() == [False, False, False, True]
    assert found.outcomes["n_folds"].tolist() == [4, 4, 4, 2]
    assert found.outcomes.loc[("one", "d"), "fit_seconds"] == pytest.approx(1.0)


def test_a_stopped_configuration_is_never_before_the_median():
    rows = [*whole("a", 0.9, 0.9), *whole("b", 0.7, 0.7), *whole("c", 0.8, 0.8), *whole("d", 0.99)]
    found = knowledge([*rows, {"configuration_id": "d", "fold": 1, "status": "stopped"}]).performance("regression")
    assert found.loc["one", "d"] == pytest.approx(0.75)  # of 0.9, 0.8, 0.7 and itself, the last


def test_a_collection_under_way_is_corrected_too():
    found = knowledge([*whole("a", 0.9, 0.5), *whole("b", 0.7, 0.3), *whole("c", 0.95)]).performance("regression")
    assert found.loc["one", "c"] == pytest.approx(0.75)
