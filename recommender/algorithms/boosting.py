"""Boosting by LightGBM, XGBoost or CatBoost that takes categories as they are and finds out when to stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from recommender.algorithms.boosting_libraries import Rows, library_of

N_PARTS = 5
"""A table is cut into so many parts, each of which tells one booster when to stop."""
LARGE = 20_000
"""From so many rows, one booster that one part tells when to stop is enough."""
LEAST_ROWS = 20
"""Fewer rows cannot tell when to stop: the booster has `FEWEST_ROUNDS`."""
FEWEST_ROUNDS = 100


def n_boosters(n_rows: int) -> int:
    """How many boosters early stopping fits on so many rows."""
    return N_PARTS if n_rows < LARGE else 1


class _Boosted(BaseEstimator):
    """What the classifier and the regressor share."""

    def __init__(
        self,
        booster: Any,
        *,
        early_stopping: bool = True,
        max_boosters: int = N_PARTS,
        max_seconds: float | None = None,
        random_state: int = 0,
    ) -> None:
        self.booster = booster
        self.early_stopping = early_stopping
        self.max_boosters = max_boosters
        self.max_seconds = max_seconds
        self.random_state = random_state

    def _fit(self, X: Any, y: np.ndarray, classes: np.ndarray, sample_weight: Any) -> Self:
        validate_data(self, X, skip_check_array=True)
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        rows = Rows.of(X, y, weights)
        library = library_of(self.booster)
        self.boosters_, rounds = [], []
        if not self.early_stopping or len(y) < LEAST_ROWS:
            few = {library.rounds: FEWEST_ROUNDS} if self.early_stopping else {}
            self.boosters_ = [clone(self.booster).set_params(**few)]
            rounds = [library.fit(self.boosters_[0], rows, None, np.inf)]
        else:
            started = time.monotonic()
            until = started + (np.inf if self.max_seconds is None else self.max_seconds)
            for train, validation in self._parts(classes):
                self.boosters_.append(clone(self.booster))
                rounds.append(library.fit(self.boosters_[-1], rows.take(train), rows.take(validation), until))
                if self._has_no_time_for_another(time.monotonic() - started):
                    break
        self.n_rounds_ = round(float(np.mean(rounds)))
        return self

    def _has_no_time_for_another(self, spent: float) -> bool:
        n_fitted = len(self.boosters_)
        return self.max_seconds is not None and spent * (n_fitted + 1) / n_fitted > self.max_seconds

    def _parts(self, classes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each booster the rows to fit and those to watch: every class in proportion, and none only among these."""
        n_rows = len(classes)
        part = np.empty(n_rows, dtype=np.int64)
        order = np.random.default_rng(self.random_state).permutation(n_rows)
        first = 0
        for members in np.split(order[np.argsort(classes[order], kind="stable")], np.cumsum(np.bincount(classes))[:-1]):
            part[members] = (first + np.arange(len(members))) % N_PARTS if len(members) > 1 else -1
            first += len(members)
        for k in range(min(n_boosters(n_rows), self.max_boosters)):
            if (part == k).any():
                yield np.flatnonzero(part != k), np.flatnonzero(part == k)

    def _mean(self, X: Any, method: str) -> np.ndarray:
        """The mean of what the boosters say of rows."""
        check_is_fitted(self)
        validate_data(self, X, reset=False, skip_check_array=True)
        table = library_of(self.booster).table(Rows.of(X))
        return np.mean([getattr(booster, method)(table) for booster in self.boosters_], axis=0)

    @property
    def feature_importances_(self) -> np.ndarray:
        """The mean of the boosters' own, of shape (n_features,)."""
        check_is_fitted(self)
        return np.mean([booster.feature_importances_ for booster in self.boosters_], axis=0)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = True
        return tags


class BoostedClassifier(ClassifierMixin, _Boosted):
    """A classifier of LightGBM, XGBoost or CatBoost, told what is a category and when to stop.

    Columns of pandas' category type reach the library as categories. Classes may have any name. With early stopping the
    rows are cut into five parts in which each class has its share. A booster is fitted on four of them until the loss
    on the fifth has not fallen for a while; every part has its turn, and the boosters' mean predicts. From
    20,000 rows on one part and one booster are enough.

    Parameters
    ----------
    booster : estimator
        An unfitted `LGBMClassifier`, `XGBClassifier` or `CatBoostClassifier`; clones of it are fitted. Its number of
        rounds is the most that there will be.
    early_stopping : bool, default=True
        Whether to stop early; otherwise one booster is fitted on all rows for all of its rounds.
    max_boosters : int, default=5
        Early stopping fits no more boosters, the first ones.
    max_seconds : float, optional
        Early stopping fits no further booster that would not be done by then, and then ends with the rounds that it
        has, one at least.
    random_state : int, default=0
        Seed of the parts.

    Attributes
    ----------
    boosters_ : list of estimator
        What was fitted.
    n_rounds_ : int
        The boosters' rounds, on average.
    classes_ : array of shape (n_classes,)
        The classes in sorted order, which is that of the columns of ``predict_proba``.
    n_features_in_ : int
        Number of columns.

    Examples
    --------
    >>> from lightgbm import LGBMClassifier
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = BoostedClassifier(LGBMClassifier(n_estimators=500, learning_rate=0.05, verbosity=-1)).fit(X, y)
    >>> model.n_rounds_ < 500, model.score(X, y) > 0.95
    (True, True)
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on a table of shape (n_samples, n_features); missing values stay missing, weights are passed on."""
        encoder = LabelEncoder()
        codes = encoder.fit_transform(np.asarray(y))
        self.classes_ = encoder.classes_
        return self._fit(X, codes, codes, sample_weight)

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes)."""
        return self._mean(X, "predict_proba")

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest class of each row, of shape (n_samples,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class BoostedRegressor(RegressorMixin, _Boosted):
    """A regressor of LightGBM, XGBoost or CatBoost, told what is a category and when to stop.

    The booster learns the target in standard deviations from its mean, since the libraries hold it in single precision.
    Everything else is as in `BoostedClassifier`.

    Examples
    --------
    >>> from lightgbm import LGBMRegressor
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = BoostedRegressor(LGBMRegressor(n_estimators=500, learning_rate=0.05, verbosity=-1)).fit(X, y)
    >>> len(model.boosters_), model.score(X, y) > 0.5
    (5, True)
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on a table of shape (n_samples, n_features); missing values stay missing, weights are passed on."""
        numbers = np.asarray(y, dtype=np.float64)
        self._mean_y, self._scale_y = float(numbers.mean()), float(numbers.std()) or 1.0
        standard = (numbers - self._mean_y) / self._scale_y
        return self._fit(X, standard, np.zeros(len(standard), dtype=np.int64), sample_weight)

    def predict(self, X: Any) -> np.ndarray:
        """The expected number of each row, of shape (n_samples,)."""
        return self._mean(X, "predict").astype(np.float64) * self._scale_y + self._mean_y
