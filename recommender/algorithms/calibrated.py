"""Probabilities for classifiers that only decide: their decisions on rows that were left out, through a sigmoid."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

Split = tuple[NDArray[np.intp], NDArray[np.intp]]

LARGE = 1_000
"""From so many rows on the parts that are left out may be fewer."""


class Calibrated(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier with ``decision_function`` that has ``predict_proba``, too.

    Each class's decisions become probabilities by a sigmoid (Platt, 1999), which is fitted on decisions for rows that
    were left out. This costs as many fits as there are folds, besides the one on all rows that is kept. Whether a model
    has probabilities is told as scikit-learn tells it, which has no tag for it: it has ``predict_proba``.

    Parameters
    ----------
    classifier : estimator
        With ``decision_function``; clones of it are fitted.
    n_folds : int, default=5
        How many parts of the rows are left out, one after another. Every class is in the rest: a class of fewer rows
        is in fewer of the parts, and the only row of a class is judged by models that have seen it.
    n_folds_large : int, default=5
        The same from `LARGE` rows on.
    random_state : int, default=0
        Seed of the folds.

    Attributes
    ----------
    classifier_ : estimator
        Fitted on all rows.
    classes_ : array of shape (n_classes,)
        The classes in sorted order, which is that of the columns of ``predict_proba``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> X, y = load_iris(return_X_y=True)
    >>> Calibrated(SVC()).fit(X, y).predict_proba(X).shape
    (150, 3)
    """

    def __init__(self, classifier: Any, *, n_folds: int = 5, n_folds_large: int = 5, random_state: int = 0) -> None:
        self.classifier = classifier
        self.n_folds = n_folds
        self.n_folds_large = n_folds_large
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Calibrated:
        """Fit the classifier and the sigmoids; weights of the rows are passed on to both."""
        from sklearn.calibration import CalibratedClassifierCV

        X, y = validate_data(self, X, y, accept_sparse="csr")
        check_classification_targets(y)
        folds = _folds(y, self.n_folds if len(y) < LARGE else self.n_folds_large, self.random_state)
        calibration = CalibratedClassifierCV(self.classifier, method="sigmoid", cv=folds, ensemble=False)
        self.calibration_ = calibration.fit(X, y, sample_weight=sample_weight)
        self.classes_ = self.calibration_.classes_
        self.classifier_ = self.calibration_.calibrated_classifiers_[0].estimator
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.calibration_.predict_proba(validate_data(self, X, accept_sparse="csr", reset=False))

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row, of shape (n_samples,); decisions near zero may say otherwise."""
        positions = self.predict_proba(X).argmax(axis=1)
        return self.classes_[positions]

    def decision_function(self, X: Any) -> np.ndarray:
        """The classifier's own decisions: of shape (n_samples,) or (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.classifier_.decision_function(validate_data(self, X, accept_sparse="csr", reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = get_tags(self.classifier).input_tags.sparse
        return tags

    @property
    def coef_(self) -> np.ndarray:
        """The classifier's own, where it is linear."""
        return self.classifier_.coef_


def _folds(y: np.ndarray, n_folds: int, random_state: int) -> list[Split]:
    """Stratified folds, with the only row of a class in the training rows of each."""
    from sklearn.model_selection import StratifiedKFold

    codes, counts = np.unique(y, return_inverse=True, return_counts=True)[1:]
    every, alone = np.arange(len(y)), np.flatnonzero(counts[codes] == 1)
    if counts.max() == 1:
        return [(every, every)]
    folds = StratifiedKFold(min(n_folds, counts.max()), shuffle=True, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        return [(np.union1d(train, alone), test) for train, test in folds.split(every, codes)]
