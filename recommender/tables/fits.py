"""Readings that are known, fitted on the cells of a column: in which units, with which levels, in which spelling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from recommender.tables.cells.dates import fit_dates
from recommender.tables.cells.items import fit_items
from recommender.tables.cells.missing import is_missing
from recommender.tables.cells.numbers import NumberFormat, fit_numbers
from recommender.tables.cells.orders import fit_order
from recommender.tables.cells.pairs import truth
from recommender.tables.cells.sentinels import find_sentinels
from recommender.tables.cells.values import (
    as_texts,
    holds_dates,
    holds_durations,
    holds_many_numbers,
)
from recommender.tables.columns import (
    Categories,
    Dates,
    Items,
    Levels,
    Numbers,
    NumbersWithUnit,
    Pair,
    Reading,
    SeveralNumbers,
    Text,
    spell,
)

DURATIONS = NumberFormat(quantity="time", base="s", plain="s", units=("s",))
"""How a duration may be written later where a column's type says that it holds durations."""
MOST_NUMBERS = 32
"""At most so many numbers are read in a cell."""
SAMPLE_ROWS = 10_000
"""What is written in a column is judged by so many rows, evenly spread."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A column, and what is written in it: on a sample of its rows."""

    column: pd.Series

    @cached_property
    def sample(self) -> pd.Series:
        """So many rows of the column, evenly spread."""
        n = len(self.column)
        return self.column if n <= SAMPLE_ROWS else self.column.iloc[np.linspace(0, n - 1, SAMPLE_ROWS).astype(int)]

    @cached_property
    def _counted(self) -> tuple[list[str], list[int]]:
        codes, texts = as_texts(self.sample)
        counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        used = [i for i in np.flatnonzero(counts)]
        return [texts[i] for i in used], [int(counts[i]) for i in used]

    @property
    def texts(self) -> list[str]:
        """The distinct texts."""
        return self._counted[0]

    @property
    def counts(self) -> list[int]:
        """In how many cells of the sample each of them is."""
        return self._counted[1]

    @cached_property
    def telling(self) -> tuple[list[str], list[int]]:
        """The texts that do not say that a value is missing, and their counts."""
        missing = is_missing(self.texts)
        kept = [i for i in range(len(self.texts)) if not missing[i]]
        return [self.texts[i] for i in kept], [self.counts[i] for i in kept]

    @property
    def is_written(self) -> bool:
        """Whether the cells are texts or objects, so that what is written says how it is read."""
        return not (holds_many_numbers(self.column.dtype) or holds_dates(self.column.dtype))


def as_numbers_reading(cells: Cells) -> Reading:
    """Numbers, however they are written here."""
    format = DURATIONS if holds_durations(cells.column.dtype) else NumberFormat()
    if cells.is_written and cells.telling[0]:
        format = fit_numbers(cells.telling[0], counts=cells.telling[1]) or format
    return Numbers(format, find_sentinels(Numbers(format).numbers(cells.sample)))


def as_numbers_with_unit(cells: Cells) -> Reading:
    """Numbers in several units."""
    return NumbersWithUnit(fit_numbers(cells.telling[0], counts=cells.telling[1]) or NumberFormat())


def as_several_numbers(cells: Cells, n_numbers: int) -> Reading:
    """So many numbers in a cell."""
    found = fit_numbers(cells.telling[0], counts=cells.telling[1]) or NumberFormat()
    return SeveralNumbers(replace(found, n_numbers=n_numbers))


def as_dates(cells: Cells) -> Reading:
    """Dates, however they are written here."""
    return Dates(None if holds_dates(cells.column.dtype) else fit_dates(cells.telling[0]))


def as_levels(cells: Cells) -> Reading:
    """Ordered levels; those of no known order by their text."""
    dtype = cells.column.dtype
    if isinstance(dtype, pd.CategoricalDtype) and dtype.ordered:
        return Levels(tuple(map(str, dtype.categories)))
    return Levels(fit_order(cells.telling[0]) or tuple(sorted(cells.telling[0])))


def as_categories(cells: Cells) -> Reading:
    """Categories, under their most frequent spelling."""
    return Categories(spell(cells.texts, cells.counts))


def as_pair(cells: Cells) -> Reading:
    """Yes and no, each under its most frequent spelling."""
    spelled = list(spell(cells.texts, cells.counts).values())
    return Pair(*(next((text for text in spelled if truth(text) is meant), word) for meant, word in _WORDS))


_WORDS = ((True, "yes"), (False, "no"))


def as_items(cells: Cells) -> Reading:
    """Lists."""
    return Items(fit_items(*cells.telling) or ",")


READINGS: dict[str, Callable[[Cells], Reading]] = {
    Numbers.name: as_numbers_reading,
    NumbersWithUnit.name: as_numbers_with_unit,
    **{f"{n} numbers": partial(as_several_numbers, n_numbers=n) for n in range(2, MOST_NUMBERS + 1)},
    Dates.name: as_dates,
    Levels.name: as_levels,
    Pair.name: as_pair,
    Categories.name: as_categories,
    Items.name: as_items,
    Text.name: lambda cells: Text(),
}
"""How a column is fitted whose reading is known, by the reading's name."""
