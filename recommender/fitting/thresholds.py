"""Thresholds of decision: from which probability on a class is predicted, where a metric judges the classes alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import Metric

Floats = NDArray[np.float64]

LEAST_GAIN = 0.005
"""Thresholds are moved where the score of rows that did not choose them rises by so much; less is mostly noise."""
STEPS = np.geomspace(1 / 20, 20, 49)
"""By what one class's threshold is multiplied to see whether the score rises; the second time by the roots of these."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """What a model says of rows that it was not fitted on.

    Parameters
    ----------
    y : array of shape (n_samples,)
        The truth: classes as positions in their sorted order, or numbers.
    predicted : Predicted
        What the model says.
    sample_weight : array of shape (n_samples,), optional
        By which the rows are judged.
    rows : array of shape (n_samples,), optional
        Which rows of the table these are; if not given, they are in no other fold.
    """

    y: np.ndarray
    predicted: Predicted
    sample_weight: Floats | None = None
    rows: NDArray[np.intp] | None = None

    def score(self, metric: Metric) -> float:
        """How good that is."""
        return metric.measure(self.y, self.predicted, self.sample_weight)

    def take(self, rows: NDArray[np.intp]) -> LeftOut:
        """The same of some of the rows."""
        said = self.predicted
        margins = None if said.margins is None else said.margins[rows]
        predicted = replace(said, labels=said.labels[rows], margins=margins)
        weights = None if self.sample_weight is None else self.sample_weight[rows]
        return LeftOut(self.y[rows], predicted, weights, None if self.rows is None else self.rows[rows])

    def can_gain(self, metric: Metric) -> bool:
        """Whether a metric has thresholds where classes have such shares."""
        return metric.has_thresholds(self.y, self.sample_weight)

    def under(self, thresholds: Floats) -> LeftOut:
        """The same, with the classes that are predicted under thresholds."""
        margins = _margins(self.predicted)
        labels = (margins / thresholds).argmax(axis=1)
        return replace(self, predicted=replace(self.predicted, labels=labels))


@dataclass(frozen=True, eq=False)
class Decision:
    """From which probabilities on classes are predicted.

    Parameters
    ----------
    thresholds : array of shape (n_classes,), optional
        Of the classes, adding up to 1; None where the likeliest class is predicted.
    left_out : sequence of LeftOut
        What is predicted so of each fold, under the thresholds that the other folds choose.
    """

    thresholds: Floats | None
    left_out: Sequence[LeftOut]


def decide(found: Sequence[LeftOut], metric: Metric) -> Decision:
    """The thresholds under which a metric is best, where it has any and they can be trusted.

    A row is predicted to be of the class whose probability is the largest multiple of its threshold. Of two classes,
    that is the second one wherever its probability is above its threshold. They are found anew without each fold, and
    are the geometric mean of what was found. They are trusted where they raise the score of what was left out. On real
    tables that does as well as scikit-learn's `TunedThresholdClassifierCV`, which is for two classes only.

    Parameters
    ----------
    found : sequence of LeftOut
        Probabilities of the rows of each fold; no row is in two of them.
    metric : Metric
        What is to be raised.

    Examples
    --------
    >>> from recommender.evaluation.metrics import METRICS
    >>> y = np.arange(300) % 10 // 9  # every tenth row is of the second class
    >>> p = np.where(y == 1, 0.3, 0.1)
    >>> folds = [LeftOut(y, Predicted(np.zeros(300), np.column_stack([1 - p, p]))) for _ in range(3)]
    >>> threshold = decide(folds, METRICS["balanced_accuracy"]).thresholds[1]
    >>> bool(0.1 < threshold < 0.3)
    True
    """
    if len(found) < 2 or not metric.moved_up_to or not _pooled(found).can_gain(metric):
        return Decision(None, found)
    chosen = [_search(_pooled([*found[:i], *found[i + 1 :]]), metric) for i in range(len(found))]
    moved = [fold.under(thresholds) for fold, thresholds in zip(found, chosen, strict=True)]
    gain = metric.sign * (_pooled(moved).score(metric) - _pooled(found).score(metric))
    if gain <= LEAST_GAIN:
        return Decision(None, found)
    return Decision(_normalized(np.exp(np.log(chosen).mean(axis=0))), moved)


def with_thresholds(model: Any, thresholds: Floats | None) -> Any:
    """An unfitted model that predicts under the thresholds; itself for None."""
    return model if thresholds is None else Thresholded(model, thresholds)


def _search(rows: LeftOut, metric: Metric) -> Floats:
    """One class after another gets the threshold under which the score is best, twice, with finer steps."""
    n_classes = _margins(rows.predicted).shape[1]
    thresholds, best = np.full(n_classes, 1 / n_classes), metric.sign * rows.score(metric)
    for steps in (STEPS, np.sqrt(STEPS)):
        for position in range(1 if n_classes == 2 else 0, n_classes):
            scores = [metric.sign * score for score in _scores(rows, metric, thresholds, position, steps)]
            if max(scores) > best:
                best = max(scores)
                thresholds[position] *= _gentlest(steps[np.array(scores) == max(scores)])
    return _normalized(thresholds)


def _scores(rows: LeftOut, metric: Metric, thresholds: Floats, position: int, steps: Floats) -> Iterator[float]:
    """The score for each multiple of one class's threshold."""
    shares = _margins(rows.predicted) / thresholds
    mine, others = shares[:, position], np.delete(shares, position, axis=1)
    rest, most = others.max(axis=1), others.argmax(axis=1)
    most += most >= position
    for step in steps:
        labels = np.where(mine / step > rest, position, most)
        yield metric.measure(rows.y, Predicted(labels), rows.sample_weight)


def _gentlest(steps: Floats) -> float:
    """The step that changes least."""
    return float(steps[np.abs(np.log(steps)).argmin()])


def _normalized(thresholds: Floats) -> Floats:
    return thresholds / thresholds.sum()


def _pooled(found: Sequence[LeftOut]) -> LeftOut:
    """The rows of several folds as one."""
    labels = np.concatenate([fold.predicted.labels for fold in found])
    margins = np.concatenate([_margins(fold.predicted) for fold in found])
    weights = [fold.sample_weight for fold in found if fold.sample_weight is not None]
    y = np.concatenate([fold.y for fold in found])
    return LeftOut(y, Predicted(labels, margins, are_probabilities=True), np.concatenate(weights) if weights else None)


def _margins(predicted: Predicted) -> np.ndarray:
    if predicted.margins is None:
        raise ValueError("thresholds are of probabilities, and there are none")
    return predicted.margins


class Thresholded(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier that predicts the class whose probability is the largest multiple of the class's threshold.

    Parameters
    ----------
    classifier : estimator
        With ``predict_proba``; a clone of it is fitted.
    thresholds : array of shape (n_classes,)
        Of the classes in sorted order. Of two classes whose thresholds add up to 1, the second one is predicted where
        its probability is above its threshold.

    Attributes
    ----------
    classifier_ : estimator
        The fitted clone.
    classes_ : array of shape (n_classes,)
        The classes.
    n_features_in_, feature_names_in_
        The classifier's.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "no", "no", "yes"]
    >>> LogisticRegression().fit(X, y).predict([[2.2]]).tolist()
    ['no']
    >>> Thresholded(LogisticRegression(), [0.75, 0.25]).fit(X, y).predict([[2.2]]).tolist()
    ['yes']
    """

    def __init__(self, classifier: Any, thresholds: Any) -> None:
        self.classifier = classifier
        self.thresholds = thresholds

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Thresholded:
        """Fit the classifier, to which all parameters are passed on."""
        self.classifier_ = clone(self.classifier).fit(X, y, **fit_params)
        self.classes_ = self.classifier_.classes_
        if len(self.classes_) != len(self.thresholds):
            raise ValueError(f"there are {len(self.thresholds)} thresholds, and {len(self.classes_)} classes in y")
        return self

    @property
    def n_features_in_(self) -> int:
        """How many columns the classifier was fitted on."""
        return int(self.classifier_.n_features_in_)

    @property
    def feature_names_in_(self) -> np.ndarray:
        """Their names, where they had any."""
        return self.classifier_.feature_names_in_

    @classmethod
    def around(cls, fitted: Any, thresholds: Floats) -> Thresholded:
        """A fitted one, of a classifier that is fitted already."""
        model = cls(clone(fitted), thresholds)
        model.classifier_, model.classes_ = fitted, fitted.classes_
        return model

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row under the thresholds, of shape (n_samples,)."""
        positions = (self.predict_proba(X) / np.asarray(self.thresholds)).argmax(axis=1)
        return self.classes_[positions]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The classifier's own probabilities, of shape (n_samples, n_classes)."""
        check_is_fitted(self)
        return self.classifier_.predict_proba(X)

    @available_if(lambda self: hasattr(getattr(self, "classifier_", self.classifier), "decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """The classifier's own decisions, where it has any."""
        check_is_fitted(self)
        return self.classifier_.decision_function(X)
