"""Weights of the rows of a table: what models are fitted with, and what they are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import RecommendationError, one_line
from recommender.words import count

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RowWeights:
    """The weights of a table's rows; None where all count the same.

    Parameters
    ----------
    fitting : array of shape (n_samples,), optional
        What models are fitted with.
    judging : array of shape (n_samples,), optional
        What they are judged by: weights that balance classes are none of these.
    """

    fitting: Floats | None = None
    judging: Floats | None = None

    def take(self, rows: NDArray[np.intp]) -> RowWeights:
        """The weights of some rows."""
        some = (None if weights is None else weights[rows] for weights in (self.fitting, self.judging))
        return RowWeights(*some)

    @property
    def for_pipeline(self) -> dict[str, Floats]:
        """What `fit` of a recommended pipeline is given beside the table."""
        return {} if self.fitting is None else {"model__sample_weight": self.fitting}


def row_weights(y: Any, sample_weight: Floats | None, class_weight: Any) -> RowWeights:
    """The weights for a target, given those of rows and of classes, as scikit-learn has them: they multiply.

    Raises
    ------
    RecommendationError
        If a class has a negative weight, or no row has any weight.

    Examples
    --------
    >>> row_weights(["a", "a", "a", "b"], None, "balanced").fitting.round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    from sklearn.utils import compute_sample_weight

    if class_weight is None:
        return RowWeights(sample_weight, sample_weight)
    of_classes = compute_sample_weight(class_weight, y)
    fitting = of_classes if sample_weight is None else of_classes * sample_weight
    if not (fitting >= 0).all() or not fitting.any():
        raise RecommendationError(
            f"class_weight={class_weight!r:.80} gives a row a negative weight, or no row any: give numbers that are "
            "not negative, and one that is positive"
        )
    return RowWeights(fitting, sample_weight)


def checked_weights(sample_weight: Any, n_samples: int) -> Floats:
    """The weights as numbers.

    Raises
    ------
    RecommendationError
        If there is not one for each row, one is negative or no number, none is positive, or their sum is not finite.
    """
    try:
        weights = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RecommendationError(f"sample_weight is to hold a number for each row: {one_line(error)}") from error
    if weights.ndim == 0:
        return checked_weights(np.full(n_samples, weights), n_samples)
    if weights.shape != (n_samples,):
        raise RecommendationError(f"sample_weight has shape {weights.shape}, and {n_samples} rows need ({n_samples},)")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise RecommendationError(
            f"sample_weight must hold finite numbers that are not negative, and {count(len(wrong), 'is', 'are')} none: "
            f"the first is {weights[wrong[0]]:g} of row {wrong[0]}, counted from 0"
        )
    if weights.max(initial=0) == 0:
        raise RecommendationError("all of sample_weight is zero: one row at least must have a positive weight")
    if weights.max() > np.finfo(np.float64).max / n_samples:
        raise RecommendationError("sample_weight is too large to be summed up: divide it by its mean")
    return weights
