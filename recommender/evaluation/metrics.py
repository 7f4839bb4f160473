"""The metrics that every evaluation records: a row for each says all that the rest of the package knows of it.

To add one, write a function that measures, and add a row to `METRICS` at the end. Stores and knowledge bases of before
give it a column without values.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from recommender.errors import UnknownNameError, unknown_name

if TYPE_CHECKING:
    import numpy as np

    from recommender.tables.dataset import Task


@dataclass(frozen=True, eq=False)
class Predicted:
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
    title : str
        Its name for people.
    meaning : str
        What a value says, for people.
    tasks : tuple of {"binary", "multiclass", "regression"}
        What it can judge.
    measure : callable(y, predicted) -> float
        NaN where the predictions do not allow it, as log loss without probabilities.
    greater_is_better : bool, default=True
        Whether a larger value is better.
    lower, upper : float
        No value is below or above these.
    in_target_units : bool, default=False
        Whether a value means something only beside the spread of the target.
    floor : float, default=-inf
        Worse scores are not told apart when it is learnt what to expect, since how badly a failure fails is chance: an
        R² below -1, or errors that are as large. Larger is better; in standard deviations of a target in its units.
    """

    name: str
    _: KW_ONLY
    title: str
    meaning: str
    tasks: tuple[Task, ...]
    measure: Callable[[np.ndarray, Predicted], float]
    greater_is_better: bool = True
    lower: float = 0.0
    upper: float = 1.0
    in_target_units: bool = False
    floor: float = -math.inf

    @property
    def sign(self) -> int:
        """What a value is multiplied by so that larger is better: 1 or -1."""
        return 1 if self.greater_is_better else -1


def _roc_auc(y: np.ndarray, predicted: Predicted) -> float:
    """Mean over classes of the area under one-vs-rest curves, over the classes that occur among the rows."""
    import numpy as np
    from scipy.stats import rankdata

    margins = predicted.margins
    if margins is None:
        return math.nan
    classes = range(1, 2) if margins.shape[1] == 2 else range(margins.shape[1])
    areas = []
    for k in classes:
        positive = y == k
        n_positive, n_negative = int(positive.sum()), int((~positive).sum())
        if n_positive and n_negative:
            ranks = rankdata(margins[:, k])[positive].sum()
            areas.append((ranks - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))
    return float(np.mean(areas)) if areas else math.nan


def _log_loss(y: np.ndarray, predicted: Predicted) -> float:
    import numpy as np

    if predicted.margins is None or not predicted.are_probabilities:
        return math.nan
    given = predicted.margins[np.arange(len(y)), y]
    return float(-np.log(np.clip(given, 1e-15, 1)).mean())


def _accuracy(y: np.ndarray, predicted: Predicted) -> float:
    return float((y == predicted.labels).mean())


def _balanced_accuracy(y: np.ndarray, predicted: Predicted) -> float:
    import numpy as np

    right = y == predicted.labels
    return float(np.mean([right[y == k].mean() for k in np.unique(y)]))


def _f1_macro(y: np.ndarray, predicted: Predicted) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(y, predicted.labels, average="macro", zero_division=0))


def _r2(y: np.ndarray, predicted: Predicted) -> float:
    spread = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((y - predicted.labels) ** 2).sum()) / spread if spread > 0 else math.nan


def _rmse(y: np.ndarray, predicted: Predicted) -> float:
    return math.sqrt(((y - predicted.labels) ** 2).mean())


def _mae(y: np.ndarray, predicted: Predicted) -> float:
    return float(abs(y - predicted.labels).mean())


_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_NUMBERS: tuple[Task, ...] = ("regression",)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "roc_auc",
            title="ROC AUC",
            meaning="1 ranks every case rightly, 0.5 is guessing",
            tasks=_CLASSES,
            measure=_roc_auc,
        ),
        Metric(
            "log_loss",
            title="log loss",
            meaning="0 is certain and right, lower is better",
            tasks=_CLASSES,
            measure=_log_loss,
            greater_is_better=False,
            upper=math.inf,
        ),
        Metric(
            "accuracy",
            title="accuracy",
            meaning="the share of rows that are predicted rightly",
            tasks=_CLASSES,
            measure=_accuracy,
        ),
        Metric(
            "balanced_accuracy",
            title="balanced accuracy",
            meaning="the share that is predicted rightly, every class counting the same",
            tasks=_CLASSES,
            measure=_balanced_accuracy,
        ),
        Metric(
            "f1_macro",
            title="macro F1",
            meaning="precision and recall, every class counting the same; 1 is perfect",
            tasks=_CLASSES,
            measure=_f1_macro,
        ),
        Metric(
            "r2",
            title="R²",
            meaning="1 is perfect, 0 is no better than always predicting the mean",
            tasks=_NUMBERS,
            measure=_r2,
            lower=-math.inf,
            floor=-1.0,
        ),
        Metric(
            "rmse",
            title="RMSE",
            meaning="a typical error in the target's own unit, lower is better",
            tasks=_NUMBERS,
            measure=_rmse,
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
        ),
        Metric(
            "mae",
            title="mean absolute error",
            meaning="in the target's own unit, lower is better",
            tasks=_NUMBERS,
            measure=_mae,
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
        ),
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


def task_of(name: str | None) -> Task | None:
    """The task that a metric asks for, where it judges only one.

    Examples
    --------
    >>> task_of("r2"), task_of("accuracy"), task_of(None)
    ('regression', None, None)
    """
    tasks = METRICS[name].tasks if name in METRICS else ()
    return tasks[0] if len(tasks) == 1 else None
