"""What the metrics compute, from the truth and what a fitted model says, in the way of scikit-learn.

Each measure takes the truth (classes as positions in their sorted order, or numbers), a `Predicted`, and a weight for
each row, and gives NaN where the predictions do not allow it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np


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
    classes : array of shape (n_classes,), optional
        The sorted classes of the whole dataset.
    """

    labels: np.ndarray
    margins: np.ndarray | None = None
    are_probabilities: bool = False
    classes: np.ndarray | None = None


def roc_auc(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """Mean over classes of the area under one-vs-rest curves, over the classes that occur among the rows."""
    import numpy as np

    areas = []
    for of_class, of_all in _curves(y, predicted, sample_weight):
        others = of_all - of_class
        if of_class[-1] > 0 and others[-1] > 0:
            heights = of_class + np.append(0.0, of_class[:-1])
            areas.append(heights @ np.diff(others, prepend=0.0) / (2 * of_class[-1] * others[-1]))
    return float(np.mean(areas)) if areas else math.nan


def average_precision(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """Of the later of two classes, or the mean over classes; over the classes that occur among the rows."""
    import numpy as np

    precisions = []
    for of_class, of_all in _curves(y, predicted, sample_weight):
        if of_class[-1] > 0:
            precision = np.divide(of_class, of_all, out=np.zeros(len(of_all)), where=of_all > 0)
            precisions.append(np.diff(of_class, prepend=0.0) @ precision / of_class[-1])
    return float(np.mean(precisions)) if precisions else math.nan


def _curves(
    y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For the later of two classes, or each of more: the weight of the class, and of all, above each threshold."""
    import numpy as np

    margins = predicted.margins
    if margins is None:
        return
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    for k in range(1, 2) if margins.shape[1] == 2 else range(margins.shape[1]):
        order = np.argsort(-margins[:, k])
        ranked = margins[order, k]
        last = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)  # of each group of ties
        yield np.cumsum(np.where(y[order] == k, weight[order], 0.0))[last], np.cumsum(weight[order])[last]


def log_loss(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean of minus the logarithm of the probability that the right class was given."""
    import numpy as np

    if predicted.margins is None or not predicted.are_probabilities:
        return math.nan
    given = predicted.margins[np.arange(len(y)), y]
    return float(-np.average(np.log(np.clip(given, 1e-15, 1)), weights=sample_weight))


def brier(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean squared distance of the probabilities from the truth; half of it where there are two classes."""
    import numpy as np

    if predicted.margins is None or not predicted.are_probabilities:
        return math.nan
    missed = predicted.margins.copy()
    missed[np.arange(len(y)), y] -= 1
    distance = float(np.average((missed**2).sum(axis=1), weights=sample_weight))
    return distance / 2 if missed.shape[1] == 2 else distance


def accuracy(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The share of rows whose class is predicted."""
    import numpy as np

    return float(np.average(y == predicted.labels, weights=sample_weight))


def balanced_accuracy(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean over the classes that occur of the share of their rows that are predicted."""
    import numpy as np

    table = _confusion(y, predicted, sample_weight)
    of_class = table.sum(axis=1)
    return float(np.mean(table.diagonal()[of_class > 0] / of_class[of_class > 0]))


def f1_macro(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean of F1 over the classes that occur or are predicted."""
    import numpy as np

    there = np.union1d(y, predicted.labels).astype(np.intp)
    return float(np.mean(_f1_of_each(_confusion(y, predicted, sample_weight))[there]))


def f1(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """F1 of the later of two classes; 0 where it neither occurs nor is predicted."""
    return float(_f1_of_each(_confusion(y, predicted, sample_weight))[1])


def _f1_of_each(table: np.ndarray) -> np.ndarray:
    import numpy as np

    both = table.sum(axis=0) + table.sum(axis=1)
    return np.divide(2.0 * table.diagonal(), both, out=np.zeros(len(table)), where=both > 0)


def mcc(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """Matthews' correlation of truth and prediction, for any number of classes (Gorodkin, 2004)."""
    table = _confusion(y, predicted, sample_weight)
    truth, guess, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    spreads = (n**2 - truth @ truth) * (n**2 - guess @ guess)
    return float((table.trace() * n - truth @ guess) / math.sqrt(spreads)) if spreads > 0 else 0.0


def _confusion(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None) -> np.ndarray:
    """The weight of the rows of each class (down) by what is predicted of them (across); two classes at least."""
    import numpy as np

    labels = predicted.labels.astype(np.intp)
    n_classes = max(2, int(y.max()) + 1, int(labels.max()) + 1)
    counts = np.bincount(y * n_classes + labels, weights=sample_weight, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes).astype(np.float64)


def r2(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The share of the target's variance that is explained; NaN where the target has none."""
    import numpy as np

    spread = float(np.average((y - np.average(y, weights=sample_weight)) ** 2, weights=sample_weight))
    missed = float(np.average((y - predicted.labels) ** 2, weights=sample_weight))
    return 1 - missed / spread if spread > 0 else math.nan


def rmse(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The root of the mean squared error."""
    import numpy as np

    return math.sqrt(np.average((y - predicted.labels) ** 2, weights=sample_weight))


def mae(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean absolute error."""
    import numpy as np

    return float(np.average(abs(y - predicted.labels), weights=sample_weight))


def medae(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The median absolute error."""
    from sklearn.metrics import median_absolute_error

    return float(median_absolute_error(y, predicted.labels, sample_weight=sample_weight))


def mape(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean absolute error as a share of the target; a target of 0 counts as 2.2e-16, as in scikit-learn."""
    from sklearn.metrics import mean_absolute_percentage_error

    return float(mean_absolute_percentage_error(y, predicted.labels, sample_weight=sample_weight))


def rmsle(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The root of the mean squared error of logarithms of 1 + target; NaN where one of them has none."""
    import numpy as np

    if min(y.min(), predicted.labels.min()) <= -1:
        return math.nan
    return rmse(np.log1p(y), Predicted(np.log1p(predicted.labels)), sample_weight)


def poisson(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The mean deviance of Poisson's distribution; NaN where a target is negative or a prediction is not positive.

    Predictions are taken as they are. To clip those at 0, which trees give where all targets of a leaf are 0, would
    make the value that of the bound that was chosen.
    """
    import numpy as np
    from scipy.special import xlogy

    given = predicted.labels
    if y.min() < 0 or given.min() <= 0:
        return math.nan
    return float(np.average(2 * (xlogy(y, y / given) - y + given), weights=sample_weight))


def pinball_10(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The pinball loss of the quantile 0.1: a prediction that is too high costs nine times one that is too low."""
    return _pinball(y, predicted, sample_weight, 0.1)


def pinball_90(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    """The pinball loss of the quantile 0.9: a prediction that is too low costs nine times one that is too high."""
    return _pinball(y, predicted, sample_weight, 0.9)


def _pinball(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None, quantile: float) -> float:
    import numpy as np

    missed = y - predicted.labels
    return float(np.average(np.maximum(quantile * missed, (quantile - 1) * missed), weights=sample_weight))
