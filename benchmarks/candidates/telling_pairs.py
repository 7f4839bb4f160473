"""Which columns made of others tell most of a target: those that explain what a short model leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd

OPERATIONS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
"""What is made of two numbers."""
MEAN = "mean"
"""A column of categories, by what is to be expected of each category."""

MAX_NUMBERS, MAX_CATEGORICAL = 12, 6
"""So many columns of numbers are paired, and so many of categories looked at, those that tell the short model most."""
MIN_CATEGORIES = 6
"""Fewer are told apart by a tree as they are."""
N_BINS = 24
"""A number is judged by the means of so many ranges that hold as many rows each."""
LEAST_GAIN = 3.0
"""What is made explains more than its columns by so many standard deviations of what chance explains."""


@dataclass(frozen=True)
class Made:
    """A column made of one or two others.

    Parameters
    ----------
    operation : {"+", "-", "*", "/", "mean"}
        Arithmetic of two numbers, or the mean target of each category.
    columns : tuple of int
        The positions of what it is made of.
    """

    operation: str
    columns: tuple[int, ...]

    def named(self, names: list[str]) -> str:
        """Its name, from those of the columns."""
        parts = [names[i] for i in self.columns]
        return f"mean of {parts[0]}" if self.operation == MEAN else f" {self.operation} ".join(parts)


def calculate(operation: str, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Arithmetic of two columns, missing where either is, where zero divides, and where single precision overflows.

    Examples
    --------
    >>> calculate("/", np.array([1.0, 1.0, np.nan]), np.array([2.0, 0.0, 1.0]))
    array([0.5, nan, nan])
    """
    with np.errstate(all="ignore"):
        made = OPERATIONS[operation](first, second)
        return np.where(np.abs(made) <= np.finfo(np.float32).max, made, np.nan)


def codes_of(column: pd.Series) -> np.ndarray:
    """A number for each category; what is missing is one, too."""
    return column.cat.codes.to_numpy(np.int64) + 1


def is_category(column: pd.Series) -> bool:
    """Whether a column has pandas' category type."""
    return isinstance(column.dtype, pd.CategoricalDtype)


@dataclass(frozen=True)
class Look:
    """What a short model makes of rows that it has not seen.

    Parameters
    ----------
    residuals : array of shape (n_samples, n_outputs)
        The truth less what it says: of a number, or of the probability of each class.
    losses : array of shape (n_samples,)
        Squared errors or log losses.
    gains : array of shape (n_features,)
        How much it gains by each column.
    """

    residuals: np.ndarray
    losses: np.ndarray
    gains: np.ndarray


def look(table: pd.DataFrame, y: np.ndarray, *, regression: bool, random_state: int) -> Look:
    """Fit a short LightGBM on every other row, and see what it leaves open on those between; and the reverse."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    settings = {"n_estimators": 60, "learning_rate": 0.15, "max_bin": 127, "importance_type": "gain"}
    settings |= {"n_jobs": 1, "random_state": random_state, "verbosity": -1}
    table = table.set_axis([str(i) for i in range(table.shape[1])], axis=1)
    classes = np.unique(y)
    truth = y[:, None].astype(np.float64) if regression else (y[:, None] == classes).astype(np.float64)
    said, gains = np.zeros_like(truth), np.zeros(table.shape[1])
    even, odd = slice(0, None, 2), slice(1, None, 2)
    for train, rest in ((even, odd), (odd, even)):
        model = (LGBMRegressor if regression else LGBMClassifier)(**settings).fit(table.iloc[train], y[train])
        if regression:
            said[rest, 0] = model.predict(table.iloc[rest])
        else:
            said[rest, np.searchsorted(classes, model.classes_)] = model.predict_proba(table.iloc[rest])
        gains += model.feature_importances_
    squared = ((truth - said) ** 2).sum(axis=1)
    return Look(truth - said, squared if regression else -np.log((said * truth).sum(axis=1).clip(1e-15, 1)), gains)


def find_telling(table: pd.DataFrame, first: Look) -> list[Made]:
    """What to make of a table's columns, the most telling first.

    What is made of the columns that a short model gains most by is judged by the share of its residuals' variance that
    ranges of equal count, or categories, explain. It tells where that is more than what each of its columns explains,
    and clearly more than chance.

    Parameters
    ----------
    table : DataFrame of shape (n_samples, n_features)
        Numbers, missing values as NaN, and columns of pandas' category type.
    first : Look
        What the short model made of the table.
    """
    residuals = _centred(first.residuals)
    if not residuals.var(axis=0).sum() > 0:
        return []
    by_gain = [int(i) for i in np.argsort(-first.gains, kind="stable")]
    categorical = [i for i in by_gain if is_category(table.iloc[:, i])]
    numbers = [i for i in by_gain if i not in set(categorical)]
    groups = _Groups(table, numbers[:MAX_NUMBERS], categorical[:MAX_CATEGORICAL], residuals)
    gains = {made: groups.gain(made) for made in groups.candidates()}
    return sorted((made for made in gains if gains[made] > LEAST_GAIN), key=lambda made: -gains[made])


class _Groups:
    """The ranges and categories by which what is made of columns is judged."""

    def __init__(self, table: pd.DataFrame, numbers: list[int], categorical: list[int], residuals: np.ndarray) -> None:
        self.values = {i: table.iloc[:, i].to_numpy(np.float64, na_value=np.nan) for i in numbers}
        self.codes = {i: codes_of(table.iloc[:, i]) for i in categorical}
        self.residuals = residuals
        self.variances = residuals.var(axis=0)
        self.own = {i: max(self._explained(_ranges(values)), 0.0) for i, values in self.values.items()}

    def candidates(self) -> Iterator[Made]:
        for pair in combinations(self.values, 2):
            yield from (Made(operation, pair) for operation in "+-*")
        yield from (Made("/", pair) for pair in permutations(self.values, 2))
        yield from (Made(MEAN, (i,)) for i in self.codes)

    def gain(self, made: Made) -> float:
        """By how much it explains more than its columns do, in standard deviations of what chance explains."""
        if made.operation == MEAN:
            groups, own = self.codes[made.columns[0]], 0.0
        else:
            groups = _ranges(calculate(made.operation, *(self.values[i] for i in made.columns)))
            own = max(self.own[i] for i in made.columns)
        n_groups = len(np.unique(groups))
        if made.operation == MEAN and n_groups < MIN_CATEGORIES:
            return 0.0
        chance = np.sqrt(2 * n_groups * (self.variances**2).sum()) / self.variances.sum() / len(groups)
        return float((self._explained(groups) - own) / chance)

    def _explained(self, groups: np.ndarray) -> float:
        """The share of variance that the means of groups explain, less what chance explains on average."""
        counts = np.bincount(groups)
        seen = counts > 0
        sums = np.column_stack([np.bincount(groups, column) for column in self.residuals.T])[seen]
        between = (sums**2 / counts[seen, None]).sum(axis=0) - (seen.sum() - 1) * self.variances
        return float(between.sum() / self.variances.sum() / len(groups))


def _centred(residuals: np.ndarray) -> np.ndarray:
    """Without the few largest, which would decide alone, and of mean zero."""
    if residuals.shape[1] == 2:
        residuals = residuals[:, 1:]  # of two classes, one tells all
    clipped = np.clip(residuals, *np.quantile(residuals, [0.005, 0.995], axis=0))
    return clipped - clipped.mean(axis=0)


def _ranges(values: np.ndarray) -> np.ndarray:
    """The range into which each value falls; what is missing has one of its own."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.arange(1, N_BINS) / N_BINS)) if len(known) else np.empty(0)
    return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))
