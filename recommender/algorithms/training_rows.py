"""The rows that a configuration is trained on: how few they may be, and whether their columns are independent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.tables.dataset import Dataset

LEAST_VARIANCE = 2e-4
"""Of every combination of standardised columns within a class: twice of what QDA asks for."""
SPARE_ROWS = 100
"""Besides four for each column, so many rows of half of a class show whether its columns are independent."""


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Half of a dataset's rows, which is as few as a fold may train on.

    Parameters
    ----------
    dataset : Dataset
        All of its rows.
    n_features : int
        Number of columns after encoding, about.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> rows = TrainingRows(load_dataset(load_iris(as_frame=True)), 4)
    >>> rows.n_samples, rows.n_smallest, rows.are_independent
    (75, 25, True)
    """

    dataset: Dataset
    n_features: int

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return max(1, self.dataset.n_samples // 2)

    @cached_property
    def n_smallest(self) -> int:
        """Rows of the smallest class; for regression all of them."""
        if self.dataset.task == "regression":
            return self.n_samples
        counts = self.dataset.y.value_counts()
        return int(counts[counts > 0].min()) // 2

    @cached_property
    def are_independent(self) -> bool:
        """Whether in each class no column is constant or follows from the others, in both halves of its rows.

        Indicators of categories always follow from each other, so that a categorical column is enough for a no.
        """
        if set(self.dataset.kinds) - {"numeric", None} or self.n_smallest <= self.n_features:
            return False
        codes = pd.factorize(self.dataset.y)[0]
        classes = [self._some(np.flatnonzero(codes == code)) for code in range(self.dataset.n_classes)]
        numbers = self.dataset.features.iloc[np.concatenate(classes), self.dataset.positions("numeric")]
        parts = np.split(_standardised(numbers), np.cumsum([len(rows) for rows in classes])[:-1])
        return all(_vary(part[start::2]) for part in parts for start in (0, 1))

    def _some(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """As many rows of a class as show it, in a random order that is always the same."""
        return np.random.default_rng(0).permutation(rows)[: 2 * (4 * self.n_features + SPARE_ROWS)]


def _standardised(numbers: pd.DataFrame) -> NDArray[np.float64]:
    """Columns as a pipeline gives them to a linear model."""
    numbers = numbers.astype(np.float64).replace([np.inf, -np.inf], np.nan)
    values = numbers.fillna(numbers.median()).fillna(0).to_numpy()
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)


def _vary(values: NDArray[np.float64]) -> bool:
    """Whether every combination of the columns varies: their covariance less a margin is positive definite."""
    covariance = np.cov(values, rowvar=False, bias=True).reshape(values.shape[1], -1)
    try:
        np.linalg.cholesky(covariance - LEAST_VARIANCE * np.eye(len(covariance)))
    except np.linalg.LinAlgError:
        return False
    return True
