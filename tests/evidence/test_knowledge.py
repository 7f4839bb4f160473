from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase, winners


def base(rows: list[dict]) -> KnowledgeBase:
    """A knowledge base of binary datasets `one` and `two` with the evaluations given."""
    datasets = pd.DataFrame(
        {"name": ["One", "Two"], "task": "binary", "n_samples": 100, "n_features": 3, "family": ["one", "two"]},
        index=["one", "two"],
    )
    filled = {
        "size": 10_000,
        "fold": 0,
        "status": "ok",
        "n_train": 80,
        "n_test": 20,
        "fit_seconds": 1.0,
        "predict_seconds": 0.1,
    }
    evaluations = pd.DataFrame([{**dict.fromkeys(METRICS, np.nan), **filled, **row} for row in rows])
    configurations = pd.DataFrame(
        {"algorithm": ["a", "b", "c"], "hyperparameters": [{}, {"k": 1}, {}]}, index=["a", "b", "c"]
    )
    return KnowledgeBase(datasets, pd.DataFrame(index=["one", "two"]), configurations, evaluations, pd.DataFrame())


def test_it_is_shown_by_its_counts():
    rows = [{"dataset_id": "one", "configuration_id": "a"}]
    assert repr(base(rows)) == "<KnowledgeBase: 2 datasets, 3 configurations, 1 evaluation>"


def row(dataset: str, configuration: str, score: float = np.nan, **more) -> dict:
    return {"dataset_id": dataset, "configuration_id": configuration, "roc_auc": score, **more}


def test_performance_is_the_mean_over_folds():
    found = base([row("one", "a", 0.6, fold=0), row("one", "a", 0.8, fold=1), row("two", "a", 0.5)]).performance(
        "binary"
    )
    assert found["a"].to_dict() == pytest.approx({"one": 0.7, "two": 0.5})


def test_other_sizes_are_told_apart_and_change_nothing():
    standard = [row("one", "a", 0.6, fold=0), row("one", "a", 0.8, fold=1)]
    small = [row("one", "a", 0.5, size=200), row("one", "c", status="failed", size=200), row("two", "a", 0.5, size=200)]
    alone, both = base(standard), base([*standard, *small])
    assert both.for_task("binary") == ["one"]
    pd.testing.assert_frame_equal(both.outcomes, alone.outcomes)
    pd.testing.assert_frame_equal(both.performance("binary"), alone.performance("binary"))
    by_size = both.outcomes_by_size
    assert list(by_size.index.names) == ["dataset_id", "configuration_id", "size"]
    expected = {("one", "a", 200): 0.5, ("one", "a", 10_000): 0.7, ("two", "a", 200): 0.5}
    assert by_size["roc_auc"].dropna().to_dict() == pytest.approx(expected)
    assert by_size["failed"][by_size["failed"]].index.tolist() == [("one", "c", 200)]


def test_a_failure_is_worth_no_more_than_the_worst():
    rows = [
        row("one", "a", 0.9),
        row("one", "b", 0.6),
        row("one", "c", 0.99),
        row("one", "c", status="timeout", fold=1),
    ]
    assert base(rows).performance("binary").loc["one"].to_dict() == {"a": 0.9, "b": 0.6, "c": 0.6}


def test_what_does_not_apply_is_missing():
    rows = [row("one", "a", 0.9), row("one", "b", status="not_applicable"), row("two", "b", 0.7)]
    found = base(rows).performance("binary")
    assert np.isnan(found.loc["one", "b"])
    assert np.isnan(found.loc["two", "a"])


def test_a_task_without_datasets_has_no_performance():
    assert base([row("one", "a", 0.9)]).performance("regression").empty


def test_target_scales_come_from_the_scores():
    rows = [row("one", "a", rmse=3.0, r2=0.75), row("one", "b", rmse=6.0, r2=0.0), row("one", "c", rmse=0.0, r2=1.0)]
    assert base(rows).target_scales().to_dict() == {"one": 6.0}


def test_losses_are_turned_round():
    found = base([row("one", "a", 0.9, log_loss=0.2), row("one", "b", 0.8, log_loss=0.1)]).performance(
        "binary", "log_loss"
    )
    assert found.loc["one"].idxmax() == "b"


def test_without_forgets_a_dataset_wholly():
    rest = base([row("one", "a", 0.9), row("two", "a", 0.5)]).without(["one"])
    assert rest.for_task("binary") == ["two"]
    assert list(rest.metafeatures.index) == ["two"]
    assert list(rest.performance("binary").index) == ["two"]


def test_winners():
    found = winners(base([row("one", "a", 0.9), row("one", "b", 0.95), row("two", "c", 0.5)]), "binary")
    assert found["algorithm"].to_dict() == {"one": "b", "two": "c"}
    assert found.loc["one", "hyperparameters"] == {"k": 1}
