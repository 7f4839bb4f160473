"""What is suspicious about a table: columns that number its rows or give the target away, and rows that repeat."""

from __future__ import annotations

from math import lgamma, log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.cleaning import to_finite
from recommender.tables.dataset import Dataset, Kind, listed

MIN_ROWS = 20
"""With fewer rows nothing is suspicious."""
SAMPLE_ROWS, SAMPLE_CELLS = 1_000, 500_000
"""Rows, and rows times columns, on which columns are cleared of suspicion; the others are looked at on all rows."""
EVIDENCE = 20.0
"""Minus the logarithm of the chance of a coincidence from which on it is none."""
LIKE_TARGET = 0.992
"""Rank correlation with a numeric target from which on a column is taken for a copy."""
EXPLAINED = 0.99
"""Share of a numeric target's variance that lies between a column's values, from which on it gives the target away."""
MAX_WORDS = 4
"""Texts of so many words, on average, are names; longer ones are sentences."""
REPEATED = 0.4
"""Share of rows that repeat others from which on it is worth a word."""

Floats = NDArray[np.float64]


def suspicions(dataset: Dataset, *, duplicate_rows_share: float) -> list[str]:
    """What to look into before any score on a dataset is believed, a sentence each; often nothing.

    Parameters
    ----------
    dataset : Dataset
        The table. Missing values are passed over.
    duplicate_rows_share : float
        Share of rows that repeat another, target included: the meta-feature of that name.

    Returns
    -------
    list of str
        A sentence on columns that number or name the rows: whole numbers that are next to each other or rise from row
        to row, and texts of few words that are nearly all distinct. One on columns that give the target away: every
        value goes with one class, the classes lie apart from each other, or a numeric target is the same function of
        the column everywhere (rank correlation of at least `LIKE_TARGET`, or `EXPLAINED` of its variance between the
        values of the column). And one where at least `REPEATED` of the rows repeat others.

    Notes
    -----
    The bounds are such that of 264 datasets of OpenML 6 are said to have columns that give the target away: those whose
    columns do (clean1, clean2, cjs, mu284, parkinsons_telemonitoring, bodyfat).

    Examples
    --------
    >>> from recommender.tables.loading import load_dataset
    >>> table = pd.DataFrame({"id": range(60), "grade": [1, 3, 5] * 20, "passed": ["no", "yes", "yes"] * 20})
    >>> for sentence in suspicions(load_dataset(table, target="passed"), duplicate_rows_share=0.0):
    ...     print(sentence)
    the column 'grade' gives the target away: leave it out if it is a copy of the target, or not known before it
    the column 'id' numbers or names the rows, which says nothing about others: leave it out
    """
    if dataset.n_samples < MIN_ROWS:
        return []
    found = []
    for positions, (one, several) in (
        (_giving_away(dataset), GIVES_AWAY),
        (_naming_rows(dataset), NAMES_ROWS),
    ):
        names = listed([str(dataset.X.columns[i]) for i in positions], most=5)
        if len(positions) == 1:
            found.append(f"the column {names} {one}")
        elif positions:
            found.append(f"the columns {names} {several}")
    if dataset.task == "regression" and _is_row_number(dataset.y):
        found.append(f"the target {str(dataset.y.name)!r} numbers the rows: is it what you want to predict?")
    if duplicate_rows_share >= REPEATED:
        found.append(
            f"{duplicate_rows_share:.0%} of the rows repeat others: drop them if they are no cases of their own, as "
            "scores are too good where the same row is learnt and predicted"
        )
    return found


GIVES_AWAY = (
    "gives the target away: leave it out if it is a copy of the target, or not known before it",
    "give the target away, each by itself: leave out what is a copy of the target, or not known before it",
)
NAMES_ROWS = (
    "numbers or names the rows, which says nothing about others: leave it out",
    "number or name the rows, which says nothing about others: leave them out",
)


# ---------------------------------------------------------------------------------------------------------------------
# Columns that give the target away


def _giving_away(dataset: Dataset) -> list[int]:
    """Positions of the columns that do: on a sample of the rows, and on all of them."""
    positions = [i for i, kind in enumerate(dataset.kinds) if kind is not None]
    n_sampled = int(np.clip(SAMPLE_CELLS // max(len(positions), 1), 300, SAMPLE_ROWS))
    shuffled = np.random.default_rng(0).permutation(dataset.n_samples)
    for rows in (shuffled[:n_sampled], shuffled):
        told = _told(dataset, positions, rows)
        positions = [i for i, tells in zip(positions, told, strict=True) if tells]
        if not positions:
            break
    return positions


def _told(dataset: Dataset, positions: list[int], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which columns tell the target of these rows: each column is sorted, and the target looked at along it."""
    table = dataset.X.iloc[rows]
    values = np.stack([_numbers(table.iloc[:, i], dataset.kinds[i]) for i in positions])
    y = dataset.y.iloc[rows]
    target = y.rank().to_numpy() if dataset.task == "regression" else pd.factorize(y)[0].astype(np.float64)
    order = np.argsort(values, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    missing = np.isnan(values)
    along = np.where(missing, np.nan, target[order])
    tied = values[:, 1:] == values[:, :-1]
    in_order = np.array([dataset.kinds[i] == "numeric" for i in positions]) & (missing.mean(axis=1) < 0.1)
    if dataset.task == "regression":
        return _same_spread(along, tied) | (in_order & (np.abs(_correlations(along)) >= LIKE_TARGET))
    counts = np.bincount(target.astype(np.int64))
    changes = (along[:, 1:] != along[:, :-1]) & ~missing[:, 1:]
    bound = EVIDENCE + log(len(positions))
    often = tied.sum(axis=1) * -log(counts.max() / counts.sum()) > bound
    apart = (changes.sum(axis=1) == len(counts) - 1) & (_log_orders(counts) > bound)
    return ~(changes & tied).any(axis=1) & (often | (in_order & apart))


def _same_spread(along: Floats, tied: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the target hardly varies between rows of equal values, and these are many."""
    steps = np.where(tied, along[:, 1:] - along[:, :-1], 0.0)
    within = (steps**2).sum(axis=1) / 2 / np.maximum(tied.sum(axis=1), 1)
    _, centred, n_known = _centred(along)
    spread = (centred**2).sum(axis=1) / np.maximum(n_known, 1)
    return (within <= (1 - EXPLAINED) * spread) & (tied.mean(axis=1) > 0.2)


def _correlations(along: Floats) -> Floats:
    """Correlation of each row's values with their places; missing ones are passed over."""
    known, a, _ = _centred(along)
    _, b, _ = _centred(np.where(known, np.arange(along.shape[1], dtype=np.float64), np.nan))
    lengths = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    correlations: Floats = (a * b).sum(axis=1) / np.maximum(lengths, 1e-300)
    return correlations


def _centred(along: Floats) -> tuple[NDArray[np.bool_], Floats, NDArray[np.int64]]:
    """Where each row is known, its values less their mean (0 where missing), and how many are known."""
    known = ~np.isnan(along)
    n_known = known.sum(axis=1)
    values = np.where(known, along, 0.0)
    mean = values.sum(axis=1, keepdims=True) / np.maximum(n_known, 1)[:, None]
    return known, np.where(known, values - mean, 0.0), n_known


def _log_orders(counts: NDArray[np.int64]) -> float:
    """Logarithm of how many times rarer it is than not that rows in a random order come class by class."""
    return lgamma(counts.sum() + 1) - sum(lgamma(c + 1) for c in counts) - lgamma(len(counts) + 1)


def _numbers(column: pd.Series, kind: Kind | None) -> Floats:
    """A column as numbers, or as codes of its values; NaN where missing."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiu":
        return column.to_numpy(dtype=np.float64)
    if kind == "numeric":
        return to_finite(column.to_frame()).to_numpy()[:, 0]
    codes = pd.factorize(column)[0].astype(np.float64)
    return np.where(codes < 0, np.nan, codes)


# ---------------------------------------------------------------------------------------------------------------------
# Columns that number or name the rows


def _naming_rows(dataset: Dataset) -> list[int]:
    """Positions of the columns that do."""
    checks = {"numeric": _is_row_number, "categorical": _is_row_name, "text": _is_row_name}
    return [i for i, kind in enumerate(dataset.kinds) if kind in checks and checks[kind](dataset.X.iloc[:, i])]


def _is_row_number(column: pd.Series) -> bool:
    """Whether numbers are whole, distinct, and either next to each other or rising from row to row."""
    head = column.iloc[:1000]
    if not _are_whole(head) or head.nunique() < 0.98 * len(head) or not _are_whole(column):
        return False
    values = _numbers(column, "numeric")
    if (values[1:] > values[:-1]).all():
        return True
    values = values[~np.isnan(values)]
    return bool(values.max() <= values.min() + 1.05 * len(values) and len(np.unique(values)) >= 0.99 * len(column))


def _are_whole(column: pd.Series) -> bool:
    values = _numbers(column, "numeric")
    values = values[~np.isnan(values)]
    return len(values) > 0.9 * len(column) and bool((np.isfinite(values) & (values == np.floor(values))).all())


def _is_row_name(column: pd.Series) -> bool:
    """Whether texts are nearly all distinct, and too short to be sentences."""
    head = column.iloc[:1000].dropna()
    if len(head) < 0.9 * min(len(column), 1000) or head.nunique() < 0.9 * len(head):
        return False
    few_words = head.map(lambda value: len(str(value).split())).mean() <= MAX_WORDS
    return bool(few_words and column.nunique() >= 0.9 * len(column))
