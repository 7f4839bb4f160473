"""A model whose target is read first: numbers that are written as text, and rows without a target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_regressor
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from recommender.tables.frames import as_column
from recommender.tables.targets import fit_target, known_values


def _has(name: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), name))


class TargetReader(MetaEstimatorMixin, BaseEstimator):
    """Fits a model on a target as a person reads it; rows without a target are left out of fitting.

    Parameters
    ----------
    estimator : estimator
        The model. For a regressor ``$1,234.50`` is 1234.5.

    Attributes
    ----------
    estimator_ : estimator
        The fitted model.
    reading_ : TargetReading
        How the target is read.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> model = TargetReader(LinearRegression()).fit(np.array([[1.0], [2.0], [3.0]]), ["$1,000", "$2,000", ""])
    >>> model.predict(np.array([[3.0]])).round().tolist()
    [3000.0]
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> TargetReader:
        """Read the target and fit the model on the rows that have one; weights of the rows are passed on."""
        given = as_column(y)
        self.reading_ = fit_target(given, numeric=is_regressor(self.estimator))
        rows, values = self._known(given)
        self.estimator_ = clone(self.estimator).fit(_take(X, rows), values, **_weights(sample_weight, rows))
        return self

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² or accuracy on the rows that have a target, which is read as when this was fitted."""
        check_is_fitted(self)
        rows, values = self._known(as_column(y))
        return self.estimator_.score(_take(X, rows), values, **_weights(sample_weight, rows))

    def _known(self, y: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have a target, and what is read there."""
        values = self.reading_.read(y)
        known = known_values(values).to_numpy(dtype=np.float64 if is_regressor(self.estimator) else None)
        return np.flatnonzero(values.notna().to_numpy(dtype=bool)), known

    def predict(self, X: Any) -> np.ndarray:
        """The predicted class or number of each row."""
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @_has("predict_proba")
    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class."""
        return self.estimator_.predict_proba(X)

    @_has("decision_function")
    def decision_function(self, X: Any) -> np.ndarray:
        """The model's decisions."""
        return self.estimator_.decision_function(X)

    @property
    def classes_(self) -> np.ndarray:
        """The classes, of a classifier."""
        return self.estimator_.classes_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = self.estimator.__sklearn_tags__()
        tags.estimator_type, tags.classifier_tags = inner.estimator_type, inner.classifier_tags
        tags.regressor_tags = inner.regressor_tags
        return tags


def _take(X: Any, rows: np.ndarray) -> Any:
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def _weights(sample_weight: Any, rows: np.ndarray) -> dict[str, np.ndarray]:
    return {} if sample_weight is None else {"sample_weight": np.asarray(sample_weight)[rows]}
