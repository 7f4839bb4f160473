from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.errors import UnknownNameError
from recommender.evaluation.metrics import METRICS, find_metric, trivial_score


def test_defaults():
    assert [find_metric(None, task).name for task in ("binary", "multiclass", "regression")] == [
        "roc_auc",
        "roc_auc",
        "r2",
    ]


def test_unknown_and_unfit_metrics():
    with pytest.raises(UnknownNameError, match="Choose from: roc_auc, log_loss"):
        find_metric("auc_roc", "binary")
    with pytest.raises(UnknownNameError, match=r"does not judge regression tasks\. Choose from: r2, rmse, mae"):
        find_metric("roc_auc", "regression")
    with pytest.raises(UnknownNameError, match="'f1' does not judge multiclass tasks"):
        find_metric("f1", "multiclass")


def test_a_nearest_metric_judges_the_same_tasks_and_has_its_own_model():
    for metric in METRICS.values():
        if metric.nearest is not None:
            nearest = METRICS[metric.nearest]
            assert set(metric.tasks) <= set(nearest.tasks)
            assert nearest.nearest is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("accuracy", 0.7), ("balanced_accuracy", 1 / 3), ("roc_auc", 0.5), ("mcc", 0.0), ("brier", 0.6)],
)
def test_what_is_trivial_is_always_to_predict_the_most_frequent_class(name, expected):
    y = pd.Series(["rare"] + ["few"] * 2 + ["many"] * 7)
    assert trivial_score(METRICS[name], y) == pytest.approx(expected)


def test_nothing_is_trivial_for_numbers():
    y = pd.Series([1.0, 2.0])
    assert (trivial_score(METRICS["r2"], y), trivial_score(METRICS["rmse"], y)) == (-np.inf, np.inf)
