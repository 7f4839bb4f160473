"""A linear model on similarities to some rows: nearly a kernel machine, for more rows than one of these takes."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.kernel_approximation import Nystroem
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data


def _has(name: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), name))


class OnKernelMap(MetaEstimatorMixin, BaseEstimator):
    """A model of how similar each row is to some rows, by a Gaussian kernel (Williams and Seeger, 2001).

    Parameters
    ----------
    estimator : estimator
        The model, such as a linear one; a clone of it is fitted.
    n_components : int, default=300
        So many rows are drawn that others are compared to; all of them where there are fewer.
    width : float, default=1.0
        The kernel's gamma is this over the number of columns and their variance, as a support vector machine has it
        by default: more sees nearer.
    random_state : int, default=0
        Seed of the draw.

    Attributes
    ----------
    map_ : Nystroem
        The fitted kernel map.
    estimator_ : estimator
        The fitted model.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> OnKernelMap(LogisticRegression(C=100)).fit(X, np.abs(X[:, 0]) > 0.5).score(X, np.abs(X[:, 0]) > 0.5)
    1.0
    """

    def __init__(self, estimator: Any, *, n_components: int = 300, width: float = 1.0, random_state: int = 0) -> None:
        self.estimator = estimator
        self.n_components = n_components
        self.width = width
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Draw rows and fit the model; weights of the rows are passed on to it."""
        X = validate_data(self, X, dtype=np.float64)
        gamma = self.width / (X.shape[1] * (X.var() or 1.0))
        n_components = min(self.n_components, len(X))
        self.map_ = Nystroem(gamma=gamma, n_components=n_components, random_state=self.random_state).fit(X)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator_ = clone(self.estimator).fit(self.map_.transform(X), y, **weights)
        return self

    def _mapped(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return self.map_.transform(validate_data(self, X, dtype=np.float64, reset=False))

    def predict(self, X: Any) -> np.ndarray:
        """The model's prediction for each row."""
        return self.estimator_.predict(self._mapped(X))

    @_has("predict_proba")
    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        return self.estimator_.predict_proba(self._mapped(X))

    @_has("decision_function")
    def decision_function(self, X: Any) -> np.ndarray:
        """The model's decisions."""
        return self.estimator_.decision_function(self._mapped(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The model's own score: accuracy or R²."""
        return self.estimator_.score(self._mapped(X), y, sample_weight)

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
