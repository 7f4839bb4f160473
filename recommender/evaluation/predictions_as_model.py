"""Predictions that were made, in the form of a fitted model, so that a scorer of scikit-learn can judge them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from recommender.evaluation.measures import Predicted


class PredictedNumbers(RegressorMixin, BaseEstimator):
    """A regressor that predicts what was predicted, whatever it is asked."""

    def __init__(self, predicted: Predicted) -> None:
        self.predicted = predicted

    def predict(self, X: object) -> np.ndarray:
        """The predicted numbers."""
        return self.predicted.labels


class PredictedClasses(ClassifierMixin, BaseEstimator):
    """A classifier that predicts what was predicted, whatever it is asked."""

    def __init__(self, predicted: Predicted) -> None:
        self.predicted = predicted
        self.classes_ = classes_of(predicted)

    def predict(self, X: object) -> np.ndarray:
        """The predicted classes."""
        return self.classes_[self.predicted.labels]

    @available_if(lambda self: self.predicted.are_probabilities)
    def predict_proba(self, X: object) -> np.ndarray | None:
        """The probabilities, where there are any."""
        return self.predicted.margins

    @available_if(lambda self: self.predicted.margins is not None and not self.predicted.are_probabilities)
    def decision_function(self, X: object) -> np.ndarray:
        """The decisions, where there are no probabilities."""
        margins: Any = self.predicted.margins
        return margins[:, 1] if margins.shape[1] == 2 else margins


def classes_of(predicted: Predicted) -> np.ndarray:
    """What the positions of classes stand for; themselves where that is not known."""
    if predicted.classes is not None:
        return predicted.classes
    n_classes = int(predicted.labels.max()) + 1 if predicted.margins is None else predicted.margins.shape[1]
    return np.arange(n_classes)
