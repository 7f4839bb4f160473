"""The metrics that every evaluation records: a row for each says all that the rest of the package knows of it.

To add one, write a function that measures in `recommender.evaluation.measures`, and add a row to `METRICS` at the end.
Stores and knowledge bases of before give it a column without values.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Protocol

from recommender.errors import UnknownNameError, unknown_name
from recommender.evaluation import measures
from recommender.evaluation.measures import Predicted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from recommender.tables.dataset import Task


class Measure(Protocol):
    """A function that says how good predictions are."""

    def __call__(self, y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None, /) -> float:
        """A number; NaN where the predictions do not allow it."""


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
    measure : callable(y, predicted, sample_weight=None) -> float
        NaN where the predictions do not allow it, as log loss without probabilities. Weights, one for each row, count
        as in scikit-learn.
    greater_is_better : bool, default=True
        Whether a larger value is better.
    lower, upper : float
        No value is below or above these.
    in_target_units : bool, default=False
        Whether a value means something only beside the spread of the target.
    floor : float, default=-inf
        Worse scores are not told apart when it is learnt what to expect, since how badly a failure fails is chance: an
        R² below -1, or errors that are as large. Larger is better; in standard deviations of a target in its units.
    nearest : str, optional
        The metric that ranks in its place where nothing was learnt of it.
    scorer : str, optional
        The name of scikit-learn's scorer, where it has one.
    moved_up_to : float, default=0
        Thresholds of decision are moved where the rarest class has at most this part of an equal share: there it was
        measured to raise the metric (see benchmarks/candidates).
    """

    name: str
    _: KW_ONLY
    title: str
    meaning: str
    tasks: tuple[Task, ...]
    measure: Measure = field(repr=False)
    greater_is_better: bool = True
    lower: float = 0.0
    upper: float = 1.0
    in_target_units: bool = False
    floor: float = -math.inf
    nearest: str | None = None
    scorer: str | None = None
    moved_up_to: float = 0.0

    @property
    def sign(self) -> int:
        """What a value is multiplied by so that larger is better: 1 or -1."""
        return 1 if self.greater_is_better else -1

    def has_thresholds(self, y: np.ndarray | pd.Series, sample_weight: np.ndarray | None = None) -> bool:
        """Whether moving the thresholds of decision may raise it on a target with such shares of classes."""
        import numpy as np

        if not self.moved_up_to:
            return False
        codes = np.unique(np.asarray(y), return_inverse=True)[1]
        counts = np.bincount(codes, weights=sample_weight)
        return bool(counts.min() * len(counts) <= self.moved_up_to * counts.sum())


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
            measure=measures.roc_auc,
            scorer="roc_auc",
        ),
        Metric(
            "log_loss",
            title="log loss",
            meaning="0 is certain and right, lower is better",
            tasks=_CLASSES,
            measure=measures.log_loss,
            scorer="neg_log_loss",
            greater_is_better=False,
            upper=math.inf,
        ),
        Metric(
            "accuracy",
            title="accuracy",
            meaning="the share of rows that are predicted rightly",
            tasks=_CLASSES,
            measure=measures.accuracy,
            scorer="accuracy",
        ),
        Metric(
            "balanced_accuracy",
            title="balanced accuracy",
            meaning="the share that is predicted rightly, every class counting the same",
            tasks=_CLASSES,
            measure=measures.balanced_accuracy,
            scorer="balanced_accuracy",
            moved_up_to=0.8,
        ),
        Metric(
            "f1_macro",
            title="macro F1",
            meaning="precision and recall, every class counting the same; 1 is perfect",
            tasks=_CLASSES,
            measure=measures.f1_macro,
            scorer="f1_macro",
            moved_up_to=0.8,
        ),
        Metric(
            "r2",
            title="R²",
            meaning="1 is perfect, 0 is no better than always predicting the mean",
            tasks=_NUMBERS,
            measure=measures.r2,
            scorer="r2",
            lower=-math.inf,
            floor=-1.0,
        ),
        Metric(
            "rmse",
            title="RMSE",
            meaning="a typical error in the target's own unit, lower is better",
            tasks=_NUMBERS,
            measure=measures.rmse,
            scorer="neg_root_mean_squared_error",
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
            measure=measures.mae,
            scorer="neg_mean_absolute_error",
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
        ),
        Metric(
            "average_precision",
            title="average precision",
            meaning="precision over all thresholds, of the later of two classes or the mean over more; 1 is perfect",
            tasks=_CLASSES,
            measure=measures.average_precision,
            scorer="average_precision",
            nearest="roc_auc",
        ),
        Metric(
            "f1",
            title="F1",
            meaning="precision and recall of the class that is the later one when sorted; 1 is perfect",
            tasks=("binary",),
            measure=measures.f1,
            scorer="f1",
            nearest="f1_macro",
            moved_up_to=math.inf,
        ),
        Metric(
            "mcc",
            title="Matthews correlation",
            meaning="1 is perfect, 0 is guessing",
            tasks=_CLASSES,
            measure=measures.mcc,
            scorer="matthews_corrcoef",
            lower=-1.0,
            nearest="f1_macro",
            moved_up_to=0.8,
        ),
        Metric(
            "brier",
            title="Brier score",
            meaning="squared distance of the probabilities from the truth, half of it for two classes; lower is better",
            tasks=_CLASSES,
            measure=measures.brier,
            scorer="neg_brier_score",
            greater_is_better=False,
            upper=2.0,
            nearest="log_loss",
        ),
        Metric(
            "mape",
            title="mean absolute percentage error",
            meaning="a typical error as a share of the target, 0.1 is 10 %, lower is better; huge where targets are 0",
            tasks=_NUMBERS,
            measure=measures.mape,
            scorer="neg_mean_absolute_percentage_error",
            greater_is_better=False,
            upper=math.inf,
            floor=-2.0,  # always predicting 0 has 1
            nearest="mae",
        ),
        Metric(
            "medae",
            title="median absolute error",
            meaning="half of the errors are smaller, in the target's own unit, lower is better",
            tasks=_NUMBERS,
            measure=measures.medae,
            scorer="neg_median_absolute_error",
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
            nearest="mae",
        ),
        Metric(
            "rmsle",
            title="RMSLE",
            meaning="a typical error of the logarithm of 1 + target, 0.1 is about 10 %, lower is better",
            tasks=_NUMBERS,
            measure=measures.rmsle,
            scorer="neg_root_mean_squared_log_error",
            greater_is_better=False,
            upper=math.inf,
            floor=-3.0,  # a factor of 20
            nearest="rmse",
        ),
        Metric(
            "pinball_10",
            title="pinball loss of the 0.1 quantile",
            meaning="in the target's own unit, too high costs nine times as much as too low; lower is better",
            tasks=_NUMBERS,
            measure=measures.pinball_10,
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
            nearest="mae",
        ),
        Metric(
            "pinball_90",
            title="pinball loss of the 0.9 quantile",
            meaning="in the target's own unit, too low costs nine times as much as too high; lower is better",
            tasks=_NUMBERS,
            measure=measures.pinball_90,
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-math.sqrt(2),
            nearest="mae",
        ),
        Metric(
            "poisson",
            title="Poisson deviance",
            meaning="for counts: errors weigh less where counts are large; in the target's own unit, lower is better",
            tasks=_NUMBERS,
            measure=measures.poisson,
            scorer="neg_mean_poisson_deviance",
            greater_is_better=False,
            upper=math.inf,
            in_target_units=True,
            floor=-2.0,  # always predicting the mean of a skewed target has up to 1.6
            nearest="rmse",
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


def trivial_score(metric: Metric, y: pd.Series) -> float:
    """What always predicting the most frequent class, for sure, scores; the worst that there is for numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> y = pd.Series(["a", "b", "b", "b"])
    >>> trivial_score(METRICS["accuracy"], y), trivial_score(METRICS["balanced_accuracy"], y)
    (0.75, 0.5)
    """
    import numpy as np

    if "regression" in metric.tasks:
        return -metric.sign * math.inf
    codes, counts = np.unique(np.asarray(y), return_inverse=True, return_counts=True)[1:]
    labels = np.full(len(codes), counts.argmax())
    return metric.measure(codes, Predicted(labels, np.eye(len(counts))[labels], are_probabilities=True))
