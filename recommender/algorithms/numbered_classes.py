"""Classes under any name, for classifiers that know them only as 0, 1, 2, ..., or change their names."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.validation import check_is_fitted


class NumberedClasses(ClassifierMixin, BaseEstimator):
    """A classifier that is told its classes as numbers, and tells them by their names.

    Parameters
    ----------
    classifier : estimator
        With ``predict_proba``; a clone of it is fitted.

    Attributes
    ----------
    classifier_ : estimator
        The fitted clone.
    classes_ : array of shape (n_classes,)
        The classes in sorted order, which is that of the columns of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> model = NumberedClasses(LogisticRegression()).fit([[0.0], [1.0], [2.0], [3.0]], ["no", "no", "yes", "yes"])
    >>> model.predict([[-1.0], [4.0]]).tolist()
    ['no', 'yes']
    >>> model.classifier_.classes_.tolist()
    [0, 1]
    """

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NumberedClasses:
        """Fit the classifier on the numbers of the classes; weights of the rows are passed on."""
        encoder = LabelEncoder()
        codes = encoder.fit_transform(np.asarray(y))
        self.classes_ = encoder.classes_
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.classifier_ = clone(self.classifier).fit(X, codes, **weights)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.classifier_.predict_proba(X)

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row, of shape (n_samples,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    @property
    def feature_importances_(self) -> np.ndarray:
        """The classifier's own, of shape (n_features,)."""
        check_is_fitted(self)
        return self.classifier_.feature_importances_
