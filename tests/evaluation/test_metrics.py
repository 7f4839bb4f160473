from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from recommender.errors import UnknownNameError
from recommender.evaluation.metrics import METRICS, Predicted, find_metric, metrics_for

RNG = np.random.default_rng(0)


def predicted(n_classes: int) -> tuple[np.ndarray, Predicted]:
    y = RNG.integers(0, n_classes, 200)
    margins = RNG.dirichlet(np.ones(n_classes), 200)
    return y, Predicted(margins.argmax(axis=1), margins, are_probabilities=True)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_classification_metrics_agree_with_scikit_learn(n_classes):
    y, prediction = predicted(n_classes)
    shown = prediction.margins[:, 1] if n_classes == 2 else prediction.margins
    expected = {
        "roc_auc": metrics.roc_auc_score(y, shown, multi_class="ovr"),
        "log_loss": metrics.log_loss(y, prediction.margins),
        "accuracy": metrics.accuracy_score(y, prediction.labels),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, prediction.labels),
        "f1_macro": metrics.f1_score(y, prediction.labels, average="macro"),
    }
    found = {metric.name: metric.measure(y, prediction) for metric in metrics_for("multiclass")}
    assert found == pytest.approx(expected)


def test_regression_metrics_agree_with_scikit_learn():
    y, labels = RNG.normal(size=100), RNG.normal(size=100)
    expected = {
        "r2": metrics.r2_score(y, labels),
        "rmse": metrics.root_mean_squared_error(y, labels),
        "mae": metrics.mean_absolute_error(y, labels),
    }
    found = {metric.name: metric.measure(y, Predicted(labels)) for metric in metrics_for("regression")}
    assert found == pytest.approx(expected)


def test_ties_and_decision_functions_count_half():
    prediction = Predicted(np.zeros(4), np.array([[0.0, 0.0]] * 4))
    assert METRICS["roc_auc"].measure(np.array([0, 1, 0, 1]), prediction) == 0.5
    assert np.isnan(METRICS["log_loss"].measure(np.array([0, 1, 0, 1]), prediction))


def test_a_class_absent_from_the_test_rows_is_left_out():
    y, prediction = predicted(3)
    seen = y != 2
    some = Predicted(prediction.labels[seen], prediction.margins[seen], are_probabilities=True)
    expected = np.mean([metrics.roc_auc_score(y[seen] == k, some.margins[:, k]) for k in (0, 1)])
    assert METRICS["roc_auc"].measure(y[seen], some) == pytest.approx(expected)


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
