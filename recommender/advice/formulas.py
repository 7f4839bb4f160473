"""Formulas: two columns that give a numeric target together, as a sum, difference, product, ratio, or time between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from recommender.errors import listed
from recommender.tables.cells.values import LARGEST
from recommender.tables.dataset import Dataset

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

MIN_ROWS = 30
"""With fewer rows no formula is looked for."""
SAMPLE_ROWS = 1_000
"""Rows on which formulas are looked for; what is found must hold on all rows."""
MOST_COLUMNS, MOST_DATES = 1_000, 10
"""So many columns of numbers are paired, those that go with the target the most; and so many of dates."""
MOST_PAIRS = 100
"""So many pairs at most are looked at closely for each operation."""
N_STEPS = 15
"""So many differences between two rows tell most pairs from those that may give the target."""
EXACT, ROUNDED = 1e-6, 0.02
"""No error is so much of a value or of the spread, nor half of the last digit where that is so little of the spread."""
HOLDS = 0.98
"""Share of the rows in which a formula must hold."""
TELLING = 20
"""In so many of them neither column may have its median, so that both are needed."""

OPERATIONS: dict[str, tuple[Callable[[Floats, Floats], Floats], str]] = {
    "sum": (np.add, "the columns {} and {} add up to the target"),
    "difference": (np.subtract, "the difference of the columns {} and {} is the target"),
    "product": (np.multiply, "the product of the columns {} and {} is the target"),
    "ratio": (np.divide, "the ratio of the columns {} and {} is the target"),
    "time": (np.subtract, "the time between the columns {} and {} is the target"),
}
"""What is looked for, and how it is said."""


@dataclass(frozen=True)
class Formula:
    """How two columns give the target.

    Parameters
    ----------
    how : str
        A key of `OPERATIONS`.
    first, second : int
        Positions of the columns among a dataset's `features`.
    constant : float
        What is added to a sum or a difference, and what anything else is multiplied by.
    """

    how: str
    first: int
    second: int
    constant: float

    def in_words(self, names: Iterable[object]) -> str:
        """A sentence, given the names of all columns."""
        known = list(names)
        said = OPERATIONS[self.how][1].format(listed([known[self.first]]), listed([known[self.second]]))
        if self.how in {"sum", "difference"} and self.constant:
            said += f" ({self.constant:.4g} added)"
        if self.how in {"product", "ratio"} and f"{self.constant:.4g}" != "1":
            said += f" (times {self.constant:.4g})"
        return f"{said}: leave out both, or one, if they are not known before it"


def find_formulas(dataset: Dataset, *, without: Iterable[int] = ()) -> list[Formula]:
    """The pairs of columns that give a numeric target: up to rounding, and in nearly all rows.

    Parameters
    ----------
    dataset : Dataset
        Of a regression task. Missing values are passed over.
    without : iterable of int
        Positions of columns that are not looked at, as they give the target away by themselves.

    Notes
    -----
    Few rows clear nearly all pairs: where ``y = a + b``, what ``y`` rises by from one row to another is what both rise
    by together. For products and ratios the same holds of logarithms. Of 158 regression datasets of OpenML and other
    collections none has a formula.

    Examples
    --------
    >>> import pandas as pd
    >>> from recommender.tables.loading import load_dataset
    >>> rng = np.random.default_rng(0)
    >>> bikes = pd.DataFrame({"casual": rng.integers(0, 90, 60), "registered": rng.integers(0, 90, 60)})
    >>> find_formulas(load_dataset(bikes, bikes.sum(axis=1), task="regression"))
    [Formula(how='sum', first=0, second=1, constant=0.0)]
    """
    y, skipped = dataset.y.to_numpy(dtype=np.float64), set(without)
    if len(y) < MIN_ROWS or np.abs(y).max() > LARGEST:
        return []
    sample = np.random.default_rng(0).permutation(dataset.n_samples)[:SAMPLE_ROWS]
    errors = _errors(y, y[sample])
    dates = [position for position in dataset.positions("date") if position not in skipped]
    numbers = [position for position in dataset.positions("numeric") if position not in skipped]
    candidates = [("time", first, second) for first, second in combinations(dates[:MOST_DATES], 2)]
    candidates.extend(_candidates(dataset, numbers, sample, y[sample], errors[sample]))
    found = (_found(dataset, *candidate, errors, sample) for candidate in candidates)
    return [formula for formula in found if formula is not None]


def _found(dataset: Dataset, how: str, first: int, second: int, errors: Floats, sample: Places) -> Formula | None:
    """A formula that holds, on some rows and on all of them."""
    y = dataset.y.to_numpy(dtype=np.float64)

    def constant(rows: Places) -> float | None:
        a, b = _column(dataset, first, rows), _column(dataset, second, rows)
        return _constant(how, a, b, y[rows], errors[rows])

    found = None if constant(sample) is None else constant(np.arange(len(y)))
    return None if found is None else Formula(how, first, second, found)


def _errors(y: Floats, sample: Floats) -> Floats:
    """How far off each value of the target may be."""
    spread = float(y.std())
    digits = next((d for d in range(7) if np.allclose(np.round(sample, d), sample, rtol=0, atol=1e-9)), None)
    half = 0.0 if digits is None else 0.5 * 10.0**-digits
    return np.minimum(np.maximum(EXACT * np.maximum(np.abs(y), spread), half * (1 + EXACT)), ROUNDED * spread)


def _column(dataset: Dataset, position: int, rows: Places) -> Floats:
    """Numbers, or seconds since 1970."""
    column = dataset.features.iloc[:, position].iloc[rows]
    if dataset.kinds[position] == "date":
        return (column.to_numpy() - np.datetime64(0, "s")) / np.timedelta64(1, "s")
    return column.to_numpy(dtype=np.float64)


# ---------------------------------------------------------------------------------------------------------------------
# Pairs that a few rows do not clear


def _candidates(
    dataset: Dataset, positions: list[int], rows: Places, y: Floats, errors: Floats
) -> Iterator[tuple[str, int, int]]:
    """Operations, and the positions of the columns that they may be of."""
    values = dataset.features.iloc[rows, positions].to_numpy(dtype=np.float64).T
    kept = _most_correlated(values, y) if len(values) > MOST_COLUMNS else np.arange(len(values))
    low, high = _steps(y)
    with np.errstate(all="ignore"):
        relative = np.where(y == 0, np.nan, errors / np.abs(y))
    for hows, v, goal, slack in (
        (("sum", "difference"), values[kept], y, errors),
        (("product", "ratio"), _logarithms(values[kept]), _logarithms(y), relative),
    ):
        for how, sign in zip(hows, (1, -1), strict=True):
            fit = _fitting(v[:, high] - v[:, low], goal[high] - goal[low], 2 * (slack[high] + slack[low]), sign)
            yield from ((how, positions[kept[i]], positions[kept[j]]) for i, j in fit)


def _most_correlated(values: Floats, y: Floats) -> Places:
    known = ~np.isnan(values)
    means = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    centred = np.where(known, values - means[:, None], 0.0)
    correlations = centred @ (y - y.mean()) / np.maximum(np.sqrt((centred**2).sum(axis=1)), 1e-300)
    return np.sort(np.argsort(-np.abs(correlations))[:MOST_COLUMNS])


def _logarithms(values: Floats) -> Floats:
    return np.log(np.abs(np.where(values == 0, np.nan, values)))


def _steps(y: Floats) -> tuple[Places, Places]:
    """Rows to go from and to: with targets that are large, not the most frequent one, and apart."""
    distinct, counts = np.unique(y, return_counts=True)
    telling = np.flatnonzero(y != distinct[counts.argmax()])
    large = telling[np.argsort(-np.abs(y[telling]), kind="stable")][: max(2 * N_STEPS, len(telling) // 2)]
    chosen = np.random.default_rng(0).permutation(large)[: 2 * N_STEPS]
    chosen = chosen[np.argsort(y[chosen], kind="stable")]
    half = len(chosen) // 2
    return chosen[:half], chosen[half : 2 * half]


def _fitting(steps: Floats, goal: Floats, slack: Floats, sign: int) -> Iterator[tuple[int, int]]:
    """Pairs of rows of `steps` whose sum, or difference, is the goal: all but one may be missed, and some are known."""
    i, j = np.triu_indices(len(steps), 1)
    if sign < 0:
        i, j = np.concatenate([i, j]), np.concatenate([j, i])
    missed, known = np.zeros(len(i), dtype=int), np.zeros(len(i), dtype=int)
    for step, target, error in zip(steps.T, goal, slack, strict=True):
        off = np.abs(step[i] + sign * step[j] - target)
        missed += off > error
        known += ~np.isnan(off)
        kept = missed <= 1
        i, j, missed, known = i[kept], j[kept], missed[kept], known[kept]
    best = np.argsort(missed - known, kind="stable")
    return ((int(i[k]), int(j[k])) for k in best[:MOST_PAIRS] if known[k] >= 3)


# ---------------------------------------------------------------------------------------------------------------------
# One pair


@np.errstate(all="ignore")
def _constant(how: str, a: Floats, b: Floats, y: Floats, errors: Floats) -> float | None:
    """The constant with which a formula holds; None if it does not, or if one of the columns is hardly needed."""
    given, adds = OPERATIONS[how][0](a, b), how in {"sum", "difference"}
    known = np.isfinite(given)
    a, b, y, given, errors = a[known], b[known], y[known], given[known], errors[known]
    if np.count_nonzero(given) < TELLING:
        return None
    found = float(np.median(y - given)) if adds else _factor(given, y)
    for constant in (0.0 if adds else 1.0, float(f"{found:.3g}"), found):
        right = np.abs(y - (given + constant if adds else given * constant)) <= errors
        needed = right & (a != np.median(a)) & (b != np.median(b))
        if right.mean() >= HOLDS and needed.sum() >= TELLING:
            return constant
    return None


def _factor(given: Floats, y: Floats) -> float:
    """What one is of the other, by the rows where it shows the most exactly."""
    large = np.abs(given) >= np.median(np.abs(given[given != 0]))
    return float(np.median(y[large] / given[large]))
