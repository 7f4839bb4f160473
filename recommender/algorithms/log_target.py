"""A logarithm of the target: for targets that grow by shares, such as prices and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.stats import skew
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.compose import TransformedTargetRegressor

LEAST_SKEWNESS = 1.0
"""From so much on, a target counts as skewed; that of an exponential distribution is 2."""


class LogScaler(TransformerMixin, BaseEstimator):
    """The logarithm of numbers that are not negative, and nearly the numbers themselves where they are small.

    It is log(1 + y / scale). Negative numbers count as 0, and what is transformed back is at most a little beyond the
    largest number that was seen.

    Parameters
    ----------
    share : float, default=0.1
        The quantile of the positive numbers that is the scale.
    room : float, default=0.1
        How far results may lie beyond the largest number, as a share of the range of the logarithms.

    Attributes
    ----------
    scale_ : float
        Where the logarithm begins.
    most_ : float
        The largest logarithm that is transformed back.

    Examples
    --------
    >>> scaler = LogScaler().fit([[1.0], [10.0], [100.0], [1000.0]])
    >>> scaler.inverse_transform(scaler.transform([[20.0]])).round(6).tolist()
    [[20.0]]
    >>> scaler.inverse_transform([[1e9]]).round().tolist()
    [[1712.0]]
    """

    def __init__(self, share: float = 0.1, room: float = 0.1) -> None:
        self.share = share
        self.room = room

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the scale of an array of shape (n_samples, 1)."""
        values = check_array(X, dtype=np.float64)
        positive = values[values > 0]
        self.scale_ = float(np.quantile(positive, self.share)) if positive.size else 1.0
        logarithms = self.transform(values)
        self.most_ = float(logarithms.max() + self.room * np.ptp(logarithms))
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The logarithms, of the same shape."""
        check_is_fitted(self, "scale_")
        return np.log1p(np.maximum(check_array(X, dtype=np.float64), 0) / self.scale_)

    def inverse_transform(self, X: Any) -> np.ndarray:
        """What has these logarithms: numbers from 0 up, of the same shape."""
        check_is_fitted(self, "most_")
        return self.scale_ * np.expm1(np.clip(check_array(X, dtype=np.float64), 0, self.most_))


def on_logarithm(regressor: BaseEstimator) -> TransformedTargetRegressor:
    """A regressor that learns the logarithm of its target, and predicts the target."""
    from sklearn.compose import TransformedTargetRegressor

    return TransformedTargetRegressor(regressor, transformer=LogScaler(), check_inverse=False)


def is_skewed(y: ArrayLike) -> bool:
    """Whether numbers are such that their logarithm is worth learning: none is negative, and a few are far larger.

    Examples
    --------
    >>> is_skewed([1, 2, 2, 3, 4, 5, 90]), is_skewed([1, 2, 3, 4]), is_skewed([-1, 2, 2, 3, 4, 5, 90])
    (True, False, False)
    """
    values = np.asarray(y, dtype=np.float64)
    if values.min() < 0 or values.max() == values.min():
        return False
    return bool(skew(values) > LEAST_SKEWNESS)
