"""Numbers as smooth curves, or by their rank, of however few values and rows."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import QuantileTransformer, SplineTransformer
from sklearn.utils.validation import check_is_fitted, validate_data


class SplineEncoder(TransformerMixin, BaseEstimator):
    """A few smooth curves of each column; a linear model of them bends where the data do.

    They are scikit-learn's cubic B-splines between quantiles, constant outside. A column whose quantiles coincide, as
    one of few values has them, stays as it is.

    Parameters
    ----------
    n_knots : int, default=5
        How many quantiles the pieces of the curves meet at.
    tail : float, default=0.01
        The share of the values at each end that counts as outside.

    Attributes
    ----------
    is_curved_ : array of bool of shape (n_features,)
        Which columns became curves.
    splines_ : SplineTransformer or None
        Of these columns; None where there are none.

    Examples
    --------
    >>> X = np.column_stack([np.linspace(0, 1, 50), np.arange(50) % 2])
    >>> encoder = SplineEncoder().fit(X)
    >>> encoder.is_curved_.tolist(), encoder.transform(X).shape
    ([True, False], (50, 7))
    """

    def __init__(self, n_knots: int = 5, tail: float = 0.01) -> None:
        self.n_knots = n_knots
        self.tail = tail

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the quantiles of an array of shape (n_samples, n_features) without missing values."""
        X = validate_data(self, X, dtype=np.float64)
        knots = np.quantile(X, np.linspace(self.tail, 1 - self.tail, self.n_knots), axis=0)
        apart = np.diff(knots, axis=0) > LEAST_GAP * np.maximum(np.abs(knots).max(axis=0), np.ptp(knots, axis=0))
        self.is_curved_ = apart.all(axis=0)
        self.splines_ = None
        if self.is_curved_.any():
            splines = SplineTransformer(knots=knots[:, self.is_curved_], extrapolation="constant", include_bias=False)
            self.splines_ = splines.fit(X[:, self.is_curved_])
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The columns that stay, then the curves, of shape (n_samples, n_made)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        curves = [] if self.splines_ is None else [self.splines_.transform(X[:, self.is_curved_])]
        return np.hstack([X[:, ~self.is_curved_], *curves])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns that stay, then those of the others with the place of each curve."""
        check_is_fitted(self)
        given = getattr(self, "feature_names_in_", input_features)
        names = np.asarray([f"x{i}" for i in range(self.n_features_in_)] if given is None else given, dtype=object)
        curves = [] if self.splines_ is None else list(self.splines_.get_feature_names_out(names[self.is_curved_]))
        while {*curves} & {*names}:
            curves = [f"{name}_" for name in curves]
        return np.array([*names[~self.is_curved_], *curves], dtype=object)


LEAST_GAP = 1e-9
"""How far quantiles must be apart, as a share of the largest of them."""


class QuantileScaler(QuantileTransformer):
    """Scikit-learn's `QuantileTransformer`, which of few rows uses fewer quantiles, and does not warn of it.

    Examples
    --------
    >>> QuantileScaler(output_distribution="normal").fit_transform([[1.0], [2.0], [900.0]]).round(1).tolist()
    [[-5.2], [0.0], [5.2]]
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the quantiles of an array of shape (n_samples, n_features)."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="n_quantiles")
            return super().fit(X, y)
