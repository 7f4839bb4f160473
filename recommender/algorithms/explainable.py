"""Explainable boosting machines that do not warn of what people expect of a table: missing values, a column of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor


class QuietBoostingClassifier(ExplainableBoostingClassifier):
    """Interpret's `ExplainableBoostingClassifier`, quietly.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[0.0], [1.0], [np.nan]] * 20)
    >>> QuietBoostingClassifier(outer_bags=1, max_rounds=50, n_jobs=1).fit(X, ["no", "yes", "no"] * 20).score(
    ...     X, ["no", "yes", "no"] * 20
    ... )
    1.0
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the machine; weights of the rows are passed on."""
        with _quiet():
            return super().fit(X, y, sample_weight=sample_weight)


class QuietBoostingRegressor(ExplainableBoostingRegressor):
    """Interpret's `ExplainableBoostingRegressor`, quietly."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the machine; weights of the rows are passed on."""
        with _quiet():
            return super().fit(X, y, sample_weight=sample_weight)


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected")
        warnings.filterwarnings("ignore", message="All-NaN slice")
        yield
