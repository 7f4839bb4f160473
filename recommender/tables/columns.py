"""The ways to read a column: each was fitted on some cells, and reads later cells of the column to the same types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import ClassVar, Literal, Protocol

import numpy as np
import pandas as pd

from recommender.tables.cells.dates import DateFormat
from recommender.tables.cells.numbers import NumberFormat
from recommender.tables.cells.orders import positions
from recommender.tables.cells.pairs import truth
from recommender.tables.cells.values import as_numbers, as_texts, holds_dates

Kind = Literal["numeric", "categorical", "text", "date", "list"]

ITEMS_JOINED = "|"
"""Stands between the items of a list in what is read of it."""


class Reading(Protocol):
    """How a column is read."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def unit(self) -> str:
        """What a number counts; empty where nothing says."""

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """What is read of a column: one or more columns, by what is added to its name."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kind of each of them."""


@dataclass(frozen=True)
class Numbers:
    """Numbers, one in each cell; durations are in seconds.

    Parameters
    ----------
    format : NumberFormat
        How they are written, where they are text.
    sentinels : tuple of float
        Numbers that stand for missing values.
    """

    format: NumberFormat = field(default_factory=NumberFormat)
    sentinels: tuple[float, ...] = ()
    name: ClassVar[str] = "number"
    kinds: ClassVar[tuple[Kind, ...]] = ("numeric",)

    @property
    def unit(self) -> str:
        """Of the numbers."""
        return ", ".join(self.format.units)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of float64."""
        return {"": _series(self.numbers(column), column)}

    def numbers(self, column: pd.Series) -> np.ndarray:
        """The numbers, NaN where there is none."""
        values = as_numbers(column, lambda texts: self.format.parse(texts)[0])
        return np.where(np.isin(values, self.sentinels), np.nan, values) if self.sentinels else values


@dataclass(frozen=True)
class NumbersWithUnit:
    """Numbers in several units that do not convert into each other: number and unit apart."""

    format: NumberFormat
    name: ClassVar[str] = "number and unit"
    kinds: ClassVar[tuple[Kind, ...]] = ("numeric", "categorical")

    @property
    def unit(self) -> str:
        """All of them."""
        return ", ".join(self.format.units)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """The numbers, and their units as text."""
        codes, texts = as_texts(column)
        values, units = self.format.parse(texts)
        names = np.array([*([None] * len(texts) if units is None else units.astype(object)), None], dtype=object)
        return {"": _series(np.append(values, np.nan)[codes], column), " unit": _texts(names[codes], column)}


@dataclass(frozen=True)
class SeveralNumbers:
    """So many numbers in each cell, as in ``1920x1080``."""

    format: NumberFormat

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.format.n_numbers} numbers"

    @property
    def unit(self) -> str:
        """Of all of them."""
        return ", ".join(self.format.units)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        numeric: Kind = "numeric"
        return (numeric,) * self.format.n_numbers

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """A column for each place."""
        codes, texts = as_texts(column)
        n = self.format.n_numbers
        values = np.vstack([self.format.parse(texts)[0].reshape(len(texts), n), np.full((1, n), np.nan)])[codes]
        return {f" {i + 1}": _series(values[:, i], column) for i in range(n)}


@dataclass(frozen=True)
class Dates:
    """Dates and times, without a time zone: those that have one are told as in Greenwich."""

    format: DateFormat | None = None
    name: ClassVar[str] = "date"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("date",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of datetime64[ns]; what cannot be read as a date is NaT."""
        return {"": self.dates(column)}

    def dates(self, column: pd.Series) -> pd.Series:
        """The dates."""
        if isinstance(column.dtype, pd.PeriodDtype):
            column = column.dt.to_timestamp()
        if holds_dates(column.dtype):
            dates = pd.to_datetime(column.astype(object), utc=True, errors="coerce")
        elif self.format is None:
            cells = column.astype(object).map(_start, na_action="ignore")
            dates = pd.to_datetime(cells, utc=True, errors="coerce", format="mixed")
        else:
            codes, texts = as_texts(column)
            dates = pd.Series(np.append(self.format.parse(texts), np.datetime64("NaT"))[codes])
        dates = dates.dt.tz_localize(None) if isinstance(dates.dtype, pd.DatetimeTZDtype) else dates
        return _series(dates.to_numpy(dtype="datetime64[ns]"), column)


@dataclass(frozen=True)
class Levels:
    """Levels in an order, as low, medium and high: the place of each, from 0."""

    levels: tuple[str, ...]
    name: ClassVar[str] = "ordered"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("numeric",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of float64; a level that was never seen has a place where its bounds say it, else none."""
        codes, texts = as_texts(column)
        return {"": _series(np.append(positions(self.levels, texts), np.nan)[codes], column)}


@dataclass(frozen=True)
class Categories:
    """Categories: what differs in case and blanks alone is one, under the spelling that is the most frequent.

    Parameters
    ----------
    spellings : dict of str to str
        The spelling of each category by its key, its text in lower case; others keep theirs.
    """

    spellings: Mapping[str, str] = field(default_factory=dict)
    name: ClassVar[str] = "category"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("categorical",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of text, NaN where missing."""
        codes, texts = as_texts(column)
        names = np.array([*(self.spellings.get(_key(text), text) for text in texts), np.nan], dtype=object)
        return {"": _texts(names[codes], column)}


@dataclass(frozen=True)
class Pair:
    """Yes and no, however they are written: as text, as 1 and 0, or as booleans.

    Parameters
    ----------
    yes, no : str
        What is read.
    """

    yes: str = "yes"
    no: str = "no"
    name: ClassVar[str] = "two values"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("categorical",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of text, NaN where missing or neither of them."""
        codes, texts = as_texts(column)
        said = {True: self.yes, False: self.no, None: np.nan}
        return {"": _texts(np.array([*(said[truth(text)] for text in texts), np.nan], dtype=object)[codes], column)}


@dataclass(frozen=True)
class Items:
    """Several items in a cell, as in ``wifi, parking``."""

    separator: str
    name: ClassVar[str] = "list"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("list",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of text, items apart by `ITEMS_JOINED`; no item where missing."""
        codes, texts = as_texts(column)
        lists = [ITEMS_JOINED.join(filter(None, map(str.strip, text.split(self.separator)))) for text in texts]
        return {"": _texts(np.array([*lists, ""], dtype=object)[codes], column)}


@dataclass(frozen=True)
class Text:
    """Free text."""

    name: ClassVar[str] = "text"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("text",)

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """One column of text, NaN where missing."""
        codes, texts = as_texts(column)
        return {"": _texts(np.array([*texts, np.nan], dtype=object)[codes], column)}


@dataclass(frozen=True)
class LeftOut:
    """A column that carries nothing, and why."""

    why: str
    name: ClassVar[str] = "left out"
    unit: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ()

    def read(self, column: pd.Series) -> dict[str, pd.Series]:
        """Nothing."""
        return {}


def _start(cell: object) -> object:
    """The date at which a period starts; anything else as it is."""
    return cell.to_timestamp() if isinstance(cell, pd.Period) else cell


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def spell(texts: list[str], counts: list[int]) -> dict[str, str]:
    """The most frequent spelling of each category by its key; digits also without the zeros that files of numbers lose.

    Examples
    --------
    >>> spell(["red", "Red", "blue"], [1, 5, 3])
    {'red': 'Red', 'blue': 'blue'}
    >>> spell(["02134"], [2])
    {'02134': '02134', '2134': '02134'}
    """
    spellings: dict[str, str] = {}
    for text, _ in sorted(zip(texts, counts, strict=True), key=lambda item: (-item[1], item[0])):
        spellings.setdefault(_key(text), text)
    for key, text in list(spellings.items()):
        if key.isdigit():
            spellings.setdefault(key.lstrip("0") or "0", text)
    return spellings


def part_names(added: Mapping[str, Iterable[str]], names: Iterable[str]) -> list[str]:
    """The names of what is made of columns, by what is added to their own: none twice, and none of another column.

    Examples
    --------
    >>> part_names({"size": [" 1", " 2"], "size 1": [""]}, ["size", "size 1"])
    ['size 1 (2)', 'size 2', 'size 1']
    """
    taken, found = set(names), []
    for name, parts in added.items():
        for part in parts:
            found.append(_untaken(name + part, taken) if part else name)
            taken.add(found[-1])
    return found


def _untaken(name: str, taken: set[str]) -> str:
    return name if name not in taken else next(n for i in count(2) if (n := f"{name} ({i})") not in taken)


def _series(values: np.ndarray, like: pd.Series) -> pd.Series:
    return pd.Series(values, index=like.index)


def _texts(values: np.ndarray, like: pd.Series) -> pd.Series:
    return pd.Series(values, index=like.index, dtype=object)
