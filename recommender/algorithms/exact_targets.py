"""Targets that learners would round: classes reach them as positions then, and numbers in standard deviations."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, TransformerMixin, clone
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_is_fitted

from recommender.tables.dataset import Task

LARGEST_WHOLE = 2**24
"""Single precision, in which some libraries hold classes and targets, knows every whole number below."""
SPREADS = (1e-4, 1e12)
"""Standard deviations of a target that every learner takes as they are; forests hold the squares of theirs for zero."""
FARTHEST = 1e3
"""So many standard deviations from zero, a target's mean may lie for a learner that does not centre it."""


def is_rounded(y: pd.Series, task: Task) -> bool:
    """Whether some learners would round a target: they merge or rename its classes, or see no spread in its numbers.

    Examples
    --------
    >>> is_rounded(pd.Series([20240131, 20240132]), "binary"), is_rounded(pd.Series([0, 1]), "binary")
    (True, False)
    >>> is_rounded(pd.Series([1e9, 1e9 + 1, 1e9 + 2]), "regression")
    True
    """
    if task == "regression":
        return _is_far_or_extreme(y.to_numpy(dtype=np.float64))
    classes = [value for value in y.unique() if not isinstance(value, (str, bool, np.bool_))]
    return any(not isinstance(value, (int, np.integer)) or abs(int(value)) >= LARGEST_WHOLE for value in classes)


def _is_far_or_extreme(values: np.ndarray) -> bool:
    scaler = TargetScaler().fit(values[:, None])
    least, most = (np.ldexp(bound, -scaler.exponent_) for bound in SPREADS)
    return not least <= scaler.scale_ <= most or abs(scaler.mean_) > FARTHEST * scaler.scale_


def learning_exactly(model: BaseEstimator, task: Task) -> BaseEstimator:
    """A model that learns classes as positions, or a target in standard deviations from its mean."""
    if task != "regression":
        return NumberedClasses(model)
    from sklearn.compose import TransformedTargetRegressor

    return TransformedTargetRegressor(model, transformer=TargetScaler(), check_inverse=False)


class TargetScaler(TransformerMixin, BaseEstimator):
    """Numbers of any size in standard deviations from their mean: no square of them overflows or vanishes.

    Attributes
    ----------
    exponent_ : int
        The numbers are divided by this power of two first, which changes no digit of them.
    mean_, scale_ : float
        The mean and the standard deviation of what is left; 1 where that is 0.

    Examples
    --------
    >>> scaler = TargetScaler().fit([[1e300], [3e300]])
    >>> scaler.transform([[1e300], [3e300]]).tolist()
    [[-1.0], [1.0]]
    >>> scaler.inverse_transform([[0.0]]).tolist()
    [[2e+300]]
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the scale of an array of shape (n_samples, 1)."""
        values = check_array(X, dtype=np.float64)
        self.exponent_ = int(np.frexp(np.abs(values).max())[1])
        small = np.ldexp(values, -self.exponent_)
        self.mean_, self.scale_ = float(small.mean()), float(small.std()) or 1.0
        return self

    def transform(self, X: Any) -> np.ndarray:
        """The standard deviations, of the same shape."""
        check_is_fitted(self, "scale_")
        return (np.ldexp(check_array(X, dtype=np.float64), -self.exponent_) - self.mean_) / self.scale_

    def inverse_transform(self, X: Any) -> np.ndarray:
        """What is so many standard deviations from the mean, of the same shape."""
        check_is_fitted(self, "scale_")
        return np.ldexp(check_array(X, dtype=np.float64) * self.scale_ + self.mean_, self.exponent_)


def _has(name: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "classifier_", self.classifier), name))


class NumberedClasses(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier that learns the positions of classes, and predicts the classes.

    Parameters
    ----------
    classifier : estimator
        A clone of it is fitted.

    Attributes
    ----------
    classifier_ : estimator
        Fitted on 0, 1, and so on.
    classes_ : array of shape (n_classes,)
        The classes in sorted order, which is that of the columns of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([20240131, 20240132, 20240131, 20240132])
    >>> NumberedClasses(LogisticRegression()).fit(X, y).predict(X).tolist()
    [20240131, 20240132, 20240131, 20240132]
    """

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the classifier on positions; weights of the rows are passed on."""
        encoder = LabelEncoder()
        positions = encoder.fit_transform(np.asarray(y))
        self.classes_ = encoder.classes_
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.classifier_ = clone(self.classifier).fit(X, positions, **weights)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The predicted class of each row, of shape (n_samples,)."""
        check_is_fitted(self)
        return self.classes_[self.classifier_.predict(X)]

    @_has("predict_proba")
    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        return self.classifier_.predict_proba(X)

    @_has("decision_function")
    def decision_function(self, X: Any) -> np.ndarray:
        """The classifier's own decisions."""
        return self.classifier_.decision_function(X)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.classifier.__sklearn_tags__().input_tags
        return tags
