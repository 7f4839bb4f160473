"""The metrics that every evaluation records, and which of them a task is judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recommender.errors import UnknownNameError, unknown_name
from recommender.tables.dataset import Task


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a fitted model says of some rows.

    Parameters
    ----------
    labels : array of shape (n_samples,)
        The predicted class, as a position in the sorted classes of the whole dataset, or the predicted number.
    margins : array of shape (n_samples, n_classes), optional
        A score per class by which rows can be ranked: probabilities, or a decision function.
    are_probabilities : bool, default=False
        Whether the margins are probabilities.
    """

    labels: np.ndarray
    margins: np.ndarray | None = None
    are_probabilities: bool = False


@dataclass(frozen=True)
class Metric:
    """A way to judge predictions.

    Parameters
    ----------
    name : str
        As scikit-learn names it.
    tasks : tuple of {"binary", "multiclass", "regression"}
        What it can judge.
    greater_is_better : bool
        Whether a larger value is better; scores are negated where it is not when they are to be compared.
    measure : callable(y, prediction) -> float
        NaN where the predictions do not allow it, as log loss without probabilities.
    in_target_units : bool, default=False
        Whether a value means something only beside the spread of the target.
    floor : float, default=-inf
        Worse scores are not told apart when it is learnt what to expect, since how badly a failure fails is chance: an
        R² below -1, or errors that are as large. Larger is better; in standard deviations of a target in its units.
    """

    name: str
    tasks: tuple[Task, ...]
    greater_is_better: bool
    measure: Callable[[np.ndarray, Prediction], float]
    in_target_units: bool = False
    floor: float = -np.inf


def _roc_auc(y: np.ndarray, prediction: Prediction) -> float:
    """Mean over classes of the area under one-vs-rest curves, over the classes that occur among the rows."""
    from scipy.stats import rankdata

    margins = prediction.margins
    if margins is None:
        return np.nan
    classes = range(1, 2) if margins.shape[1] == 2 else range(margins.shape[1])
    areas = []
    for k in classes:
        positive = y == k
        n_positive, n_negative = int(positive.sum()), int((~positive).sum())
        if n_positive and n_negative:
            ranks = rankdata(margins[:, k])[positive].sum()
            areas.append((ranks - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))
    return float(np.mean(areas)) if areas else np.nan


def _log_loss(y: np.ndarray, prediction: Prediction) -> float:
    if prediction.margins is None or not prediction.are_probabilities:
        return np.nan
    given = prediction.margins[np.arange(len(y)), y]
    return float(-np.log(np.clip(given, 1e-15, 1)).mean())


def _accuracy(y: np.ndarray, prediction: Prediction) -> float:
    return float(np.mean(y == prediction.labels))


def _balanced_accuracy(y: np.ndarray, prediction: Prediction) -> float:
    right = y == prediction.labels
    return float(np.mean([right[y == k].mean() for k in np.unique(y)]))


def _f1_macro(y: np.ndarray, prediction: Prediction) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(y, prediction.labels, average="macro", zero_division=0))


def _r2(y: np.ndarray, prediction: Prediction) -> float:
    spread = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - prediction.labels) ** 2).sum()) / spread if spread > 0 else np.nan


def _rmse(y: np.ndarray, prediction: Prediction) -> float:
    return float(np.sqrt(((y - prediction.labels) ** 2).mean()))


def _mae(y: np.ndarray, prediction: Prediction) -> float:
    return float(np.abs(y - prediction.labels).mean())


_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_NUMBERS: tuple[Task, ...] = ("regression",)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("roc_auc", _CLASSES, True, _roc_auc),
        Metric("log_loss", _CLASSES, False, _log_loss),
        Metric("accuracy", _CLASSES, True, _accuracy),
        Metric("balanced_accuracy", _CLASSES, True, _balanced_accuracy),
        Metric("f1_macro", _CLASSES, True, _f1_macro),
        Metric("r2", _NUMBERS, True, _r2, floor=-1.0),
        Metric("rmse", _NUMBERS, False, _rmse, in_target_units=True, floor=-np.sqrt(2)),
        Metric("mae", _NUMBERS, False, _mae, in_target_units=True, floor=-np.sqrt(2)),
    )
}
"""Every metric by name; a task's first one is what it is judged by unless another is asked for."""


def metrics_for(task: Task) -> list[Metric]:
    """The metrics that can judge a task, the default first."""
    return [metric for metric in METRICS.values() if task in metric.tasks]


def find_metric(name: str | None, task: Task) -> Metric:
    """The metric of that name, or the task's default for None; the error of any other name lists the choices."""
    choices = metrics_for(task)
    if name is None:
        return choices[0]
    if name not in METRICS:
        raise unknown_name("metric", name, [metric.name for metric in choices])
    if METRICS[name] not in choices:
        accepted = ", ".join(metric.name for metric in choices)
        raise UnknownNameError(f"the metric {name!r} does not judge {task} tasks. Choose from: {accepted}")
    return METRICS[name]
