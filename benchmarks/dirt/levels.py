"""Columns of few values as people write them: ordered words, yes and no, categories, codes and lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

Writer = Callable[[np.ndarray, np.random.Generator], tuple[list[str], list[str]]]
"""From levels, and what draws, to cells and to the names of the categories that they mean."""

BINS = ("1-9", "10-49", "50-99", "100-499", "500-999", "1000-4999", "5000+")
DEGREES = ("low", "medium", "high")
SIZES = ("XS", "S", "M", "L", "XL", "XXL")
ANSWERS = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
CLIPPED = ("<1", *(str(level) for level in range(1, 21)), ">20")
"""Words for levels, in their order."""
STEPS = (1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000)
"""What cells such as `10,000+` begin at."""
YES_OR_NO = (("No", "no", "N", "No "), ("Yes", "yes ", "Y", "YES"))
COLOURS = tuple(
    (name, name.lower(), f"{name} ", name.upper()) for name in ("Red", "Blue", "Green", "Black", "White", "Grey")
)
"""Categories in all the ways that they are spelled, their names first."""
OPTIONS = ("wifi", "parking", "pool")
"""What a list may hold."""
N_CODES = 12


def levels_of(column: pd.Series, n: int) -> np.ndarray:
    """A whole number from 0 to `n` - 1 for each row.

    Numbers are cut where each level has about as many rows, in their order, and a missing one counts as their median.
    Categories are numbered by how often they occur, the rarest together; a missing one is a category too.

    Examples
    --------
    >>> levels_of(pd.Series([5.0, 7.0, 9.0, 11.0]), 2).tolist()
    [0, 0, 1, 1]
    >>> levels_of(pd.Series(["a", "b", "b", "c"]), 2).tolist()
    [1, 0, 0, 1]
    """
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        ranks = column.astype(float).fillna(column.median()).rank(method="max", pct=True)
        return np.ceil(ranks.to_numpy() * n).astype(int) - 1
    codes = pd.factorize(column, use_na_sentinel=False)[0]
    order = pd.Series(codes).map(pd.Series(codes).value_counts().rank(method="first", ascending=False))
    return np.minimum(order.to_numpy().astype(int), n) - 1


def spelled(ways: Sequence[tuple[str, ...]]) -> Writer:
    """A writer of categories, half of the cells as they are named."""

    def write(levels: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
        n = len(ways[0])
        drawn = rng.choice(n, len(levels), p=[0.5, *([0.5 / (n - 1)] * (n - 1))])
        return [ways[level][i] for level, i in zip(levels, drawn, strict=True)], [ways[level][0] for level in levels]

    return write


def codes(levels: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Five digits, in no order, but for one code with a letter."""
    drawn = rng.choice(100_000, N_CODES, replace=False)
    names = [f"{number:05d}" for number in drawn]
    names[N_CODES // 2] = f"{drawn[N_CODES // 2] % 1000:03d}A1"
    cells = [names[level] for level in levels]
    return cells, cells


def lists(flags: np.ndarray, rng: np.random.Generator) -> list[str | float]:
    """The options that a row has, in any order; a cell without any is missing."""
    cells: list[str | float] = []
    for row in flags:
        has = [option for option, flag in zip(OPTIONS, row, strict=True) if flag]
        cells.append(", ".join(rng.permutation(has)) if has else np.nan)
    return cells
