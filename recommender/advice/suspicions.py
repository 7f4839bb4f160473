"""What is suspicious about a table: columns that give the target away or rise from row to row, rows that repeat."""

from __future__ import annotations

from math import lgamma, log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.advice.formulas import find_formulas
from recommender.errors import listed
from recommender.tables.cells.row_names import numbers_rows
from recommender.tables.columns import Kind
from recommender.tables.dataset import Dataset

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
MOST_FORMULAS = 3
"""So many pairs of columns that give the target together are named."""
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
        A sentence on columns whose whole numbers rise from row to row. One on columns that give the target away: every
        value goes with one class, the classes lie apart from each other, or a numeric target is the same function of
        the column everywhere (rank correlation of at least `LIKE_TARGET`, or `EXPLAINED` of its variance between the
        values of the column). One on each of up to `MOST_FORMULAS` pairs of columns that give a numeric target together
        (see `formulas`). And one where at least `REPEATED` of the rows repeat others.

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
    """
    if dataset.n_samples < MIN_ROWS:
        return []
    found = []
    names = dataset.features.columns
    giving_away = _giving_away(dataset)
    for positions, (one, several) in (
        (giving_away, GIVES_AWAY),
        (_rising(dataset), RISES),
    ):
        said = listed([names[i] for i in positions], most=5)
        if len(positions) == 1:
            found.append(f"the column {said} {one}")
        elif positions:
            found.append(f"the columns {said} {several}")
    if dataset.task == "regression":
        formulas = find_formulas(dataset, without=giving_away)
        found.extend(formula.in_words(names) for formula in formulas[:MOST_FORMULAS])
    if dataset.task == "regression" and _numbers_rows(dataset.y.to_numpy(dtype=np.float64)):
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
RISES = (
    "rises from row to row: leave it out if it numbers the rows, which says nothing about others",
    "rise from row to row: leave out those that number the rows, which says nothing about others",
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
    kinds = [dataset.kinds[i] for i in positions]
    table = dataset.features.iloc[:, positions]
    are_all = len(rows) == dataset.n_samples  # to draw these of a sparse table takes longer than to write it out
    values = _numbers(table, kinds)[:, rows] if are_all else _numbers(table.iloc[rows], kinds)
    y = dataset.y.iloc[rows]
    target = y.rank().to_numpy() if dataset.task == "regression" else pd.factorize(y)[0].astype(np.float64)
    order = np.argsort(values, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    missing = np.isnan(values)
    along = np.where(missing, np.nan, target[order])
    tied = values[:, 1:] == values[:, :-1]
    in_order = np.array([kind == "numeric" for kind in kinds]) & (missing.mean(axis=1) < 0.1)
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


def _numbers(table: pd.DataFrame, kinds: list[Kind | None]) -> Floats:
    """Columns as rows of numbers, or of codes of their values; NaN where missing."""
    values = np.empty(table.shape[::-1])
    numeric = [i for i, kind in enumerate(kinds) if kind == "numeric"]
    values[numeric] = table.iloc[:, numeric].to_numpy(dtype=np.float64).T
    for i in set(range(len(kinds))) - set(numeric):
        codes = pd.factorize(table.iloc[:, i])[0]
        values[i] = np.where(codes < 0, np.nan, codes)
    return values


# ---------------------------------------------------------------------------------------------------------------------
# Columns that rise from row to row


def _rising(dataset: Dataset) -> list[int]:
    """Positions of the columns whose whole numbers do, each higher than the one before."""
    positions = dataset.positions("numeric")
    for rows in (slice(1000), slice(None)):
        rise = _rise(dataset.features.iloc[rows, positions].to_numpy(dtype=np.float64))
        positions = [position for position, rises in zip(positions, rise, strict=True) if rises]
    return positions


def _rise(values: Floats) -> NDArray[np.bool_]:
    """Which columns are of whole numbers, each higher than the one before."""
    rise: NDArray[np.bool_] = (values == np.floor(values)).all(axis=0) & (values[1:] > values[:-1]).all(axis=0)
    return rise


def _numbers_rows(values: Floats) -> bool:
    return bool(_rise(values[:, None])[0]) or numbers_rows(values, "")
