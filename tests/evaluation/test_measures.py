from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, metrics_for


def macro(score):
    """A score of one class against the rest, as a mean over the classes that occur among the rows."""

    def measured(y, margins, sample_weight):
        of = [1] if margins.shape[1] == 2 else np.unique(y)
        return np.mean([score(y == k, margins[:, k], sample_weight=sample_weight) for k in of])

    return measured


def of_labels(score, **settings):
    return lambda y, predicted, w: score(y, predicted.labels, sample_weight=w, **settings)


def of_margins(score, **settings):
    return lambda y, predicted, w: score(y, predicted.margins, sample_weight=w, **settings)


def labelled(score):
    """A score of probabilities that is told which classes there are."""

    def measured(y, predicted, w):
        return score(y, predicted.margins, sample_weight=w, labels=list(range(predicted.margins.shape[1])))

    return measured


SCIKIT_LEARN = {
    "roc_auc": of_margins(macro(metrics.roc_auc_score)),
    "log_loss": labelled(metrics.log_loss),
    "accuracy": of_labels(metrics.accuracy_score),
    "balanced_accuracy": of_labels(metrics.balanced_accuracy_score),
    "f1_macro": of_labels(metrics.f1_score, average="macro", zero_division=0),
    "r2": of_labels(metrics.r2_score),
    "rmse": of_labels(metrics.root_mean_squared_error),
    "mae": of_labels(metrics.mean_absolute_error),
    "average_precision": of_margins(macro(metrics.average_precision_score)),
    "f1": of_labels(metrics.f1_score, zero_division=0),
    "mcc": of_labels(metrics.matthews_corrcoef),
    "brier": labelled(metrics.brier_score_loss),
    "mape": of_labels(metrics.mean_absolute_percentage_error),
    "medae": of_labels(metrics.median_absolute_error),
    "rmsle": of_labels(metrics.root_mean_squared_log_error),
    "pinball_10": of_labels(metrics.mean_pinball_loss, alpha=0.1),
    "pinball_90": of_labels(metrics.mean_pinball_loss, alpha=0.9),
    "poisson": of_labels(metrics.mean_poisson_deviance),
}
"""Each metric as scikit-learn measures it."""


def classified(n_classes: int, rng: np.random.Generator, *, seen: int | None = None) -> tuple[np.ndarray, Predicted]:
    """Truth of the first `seen` classes, and probabilities with ties."""
    y = rng.integers(0, seen or n_classes, 60)
    y[: seen or n_classes] = np.arange(seen or n_classes)
    margins = np.round(rng.dirichlet(np.ones(n_classes), 60) + 0.02, 1) + 0.01
    margins /= margins.sum(axis=1, keepdims=True)
    return y, Predicted(margins.argmax(axis=1), margins, are_probabilities=True)


def agree(y: np.ndarray, predicted: Predicted, task: str, weight: np.ndarray | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn tells of classes that do not occur
        expected = {metric.name: SCIKIT_LEARN[metric.name](y, predicted, weight) for metric in metrics_for(task)}
    found = {metric.name: metric.measure(y, predicted, weight) for metric in metrics_for(task)}
    assert found == pytest.approx(expected, abs=1e-9)


def test_every_metric_is_compared_with_scikit_learn():
    assert list(SCIKIT_LEARN) == list(METRICS)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 7]), st.booleans())
def test_metrics_of_classes_are_those_of_scikit_learn(seed, n_classes, weighted):
    rng = np.random.default_rng(seed)
    y, predicted = classified(n_classes, rng)
    weight = rng.choice([0.25, 1.0, 3.0], len(y)) if weighted else None
    agree(y, predicted, "binary" if n_classes == 2 else "multiclass", weight)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_metrics_of_numbers_are_those_of_scikit_learn(seed, weighted):
    rng = np.random.default_rng(seed)
    y, labels = np.floor(rng.exponential(3, 60)), rng.exponential(3, 60) + 0.01
    agree(y, Predicted(labels), "regression", rng.choice([0.25, 1.0, 3.0], len(y)) if weighted else None)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_class_that_is_absent_from_the_rows(weighted):
    rng = np.random.default_rng(3)
    y, predicted = classified(4, rng, seen=2)
    agree(y, predicted, "multiclass", rng.uniform(0.5, 2, len(y)) if weighted else None)


def test_constant_predictions():
    y = np.arange(60) % 3
    agree(y, Predicted(np.zeros(60, int), np.full((60, 3), 1 / 3), are_probabilities=True), "multiclass", None)
    agree(
        (y > 0).astype(int), Predicted(np.zeros(60, int), np.full((60, 2), 0.5), are_probabilities=True), "binary", None
    )
    agree(y.astype(float), Predicted(np.ones(60)), "regression", None)


@pytest.mark.parametrize("label", [0, 1])
def test_rows_of_a_single_class(label):
    y = np.full(5, label)
    predicted = Predicted(y, np.eye(2)[y] * 0.6 + 0.2, are_probabilities=True)
    found = {metric.name: metric.measure(y, predicted) for metric in metrics_for("binary")}
    assert np.isnan(found.pop("roc_auc"))
    precision = found.pop("average_precision")
    assert precision == 1 if label else np.isnan(precision)
    expected = {name: SCIKIT_LEARN[name](y, predicted, None) for name in ("log_loss", "accuracy", "brier")}
    assert found == expected | {"balanced_accuracy": 1, "f1_macro": 1, "f1": label, "mcc": 0}


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_row_without_weight_is_as_good_as_absent(task):
    rng = np.random.default_rng(0)
    y, predicted = classified(2 if task == "binary" else 3, rng)
    if task == "regression":
        y, predicted = rng.exponential(3, 60), Predicted(rng.exponential(3, 60))
    weight = rng.integers(0, 3, 60)
    weight[:5] = 1
    margins = predicted.margins
    rest = Predicted(predicted.labels[weight > 0], margins if margins is None else margins[weight > 0], True)
    for metric in metrics_for(task):
        without = metric.measure(y[weight > 0], rest, weight[weight > 0])
        assert metric.measure(y, predicted, weight) == pytest.approx(without)


def test_ties_and_decision_functions_count_half():
    prediction = Predicted(np.zeros(4), np.array([[0.0, 0.0]] * 4))
    assert METRICS["roc_auc"].measure(np.array([0, 1, 0, 1]), prediction) == 0.5
    for name in ("log_loss", "brier"):
        assert np.isnan(METRICS[name].measure(np.array([0, 1, 0, 1]), prediction))


def test_a_class_absent_from_the_test_rows_is_left_out():
    y, prediction = classified(3, np.random.default_rng(0))
    seen = y != 2
    some = Predicted(prediction.labels[seen], prediction.margins[seen], are_probabilities=True)
    expected = np.mean([metrics.roc_auc_score(y[seen] == k, some.margins[:, k]) for k in (0, 1)])
    assert METRICS["roc_auc"].measure(y[seen], some) == pytest.approx(expected)


def test_a_class_absent_from_the_training_rows_ranks_last():
    margins = np.array([[0.5, 0.1, -np.inf], [0.1, 0.5, -np.inf], [0.2, 0.4, -np.inf]])
    found = METRICS["average_precision"].measure(np.array([0, 1, 2]), Predicted(margins.argmax(axis=1), margins))
    assert found == pytest.approx((1 + 1 + 1 / 3) / 3)


@pytest.mark.parametrize(
    ("name", "y", "labels"),
    [
        ("rmsle", [1.0, -1.0], [1.0, 1.0]),
        ("rmsle", [1.0, 1.0], [1.0, -1.5]),
        ("poisson", [1.0, -0.5], [1.0, 1.0]),
        ("poisson", [1.0, 0.0], [1.0, 0.0]),
        ("poisson", [1.0, 0.0], [1.0, -0.1]),
    ],
)
def test_what_scikit_learn_refuses_is_missing(name, y, labels):
    with pytest.raises(ValueError, match=r"cannot|only"):
        SCIKIT_LEARN[name](np.array(y), Predicted(np.array(labels)), None)
    assert np.isnan(METRICS[name].measure(np.array(y), Predicted(np.array(labels))))


def test_always_predicting_the_mean_is_above_the_floor_of_poisson():
    y = np.array([0.0] * 80 + [5.0] * 20)  # among targets of two values none is harder
    found = METRICS["poisson"].measure(y, Predicted(np.full(100, y.mean()))) / y.std()
    assert 1.6 < found < 1.61


def test_all_metrics_of_many_rows_and_classes_are_measured_quickly():
    rng = np.random.default_rng(0)
    y, margins = rng.integers(0, 10, 10_000), rng.dirichlet(np.ones(10), 10_000)
    predicted = Predicted(margins.argmax(axis=1), margins, are_probabilities=True)
    seconds = []
    for _ in range(5):
        started = time.process_time()
        for metric in metrics_for("multiclass"):
            metric.measure(y, predicted)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.1  # a third of it on an idle machine
