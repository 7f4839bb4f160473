"""Deciding how a column is read: from its type where that says it, else from what is written in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.tables.cells.dates import fit_dates, looks_like_yyyymmdd
from recommender.tables.cells.items import fit_items
from recommender.tables.cells.numbers import NumberFormat, fit_numbers
from recommender.tables.cells.orders import fit_order
from recommender.tables.cells.pairs import fit_pair
from recommender.tables.cells.row_names import names_rows, numbers_rows
from recommender.tables.cells.sentinels import find_sentinels, may_hold_sentinels
from recommender.tables.cells.values import (
    as_numbers,
    holds_dates,
    holds_durations,
    holds_many_numbers,
    holds_numbers,
    holds_sparse_numbers,
)
from recommender.tables.columns import (
    Dates,
    Items,
    LeftOut,
    Levels,
    Numbers,
    NumbersWithUnit,
    Reading,
    SeveralNumbers,
    Text,
)
from recommender.tables.fits import (
    DURATIONS,
    MOST_NUMBERS,
    Cells,
    as_categories,
    as_dates,
    as_levels,
    as_numbers_reading,
    as_pair,
)

TEXT_CARDINALITY = 40
"""Strings with more distinct values than this are text (the threshold that skrub uses)."""
LOOK_ROWS = 2_000
"""So many clear a column of numbers of anything odd."""
N_TELLING = 1_000
"""So many rows mostly show that a column is not constant."""

BOUND = re.compile(r"[<>≤≥+]|\d\D{0,5}[-–—]\D{0,3}\d|\b(?:to|under|over|less|more|below|above|up)\b", re.IGNORECASE)
"""What says of a number that others below it, above it or up to another are meant."""

CONSTANT = LeftOut("it holds nothing, or the same in every row")
NUMBERS_ROWS = LeftOut("it numbers the rows")
NAMES_ROWS = LeftOut("it names the rows")
OBJECTS = LeftOut("its cells hold lists, dictionaries or other objects")
COMPLEX = LeftOut("it holds complex numbers")


def decide_all(table: pd.DataFrame) -> list[Reading]:
    """How each column of a table is read, by position.

    Where every column would be left out, those that number or name the rows are read all the same.
    """
    found = _decide_plain(table)
    readings = [found[i] if i in found else decide(table.iloc[:, i]) for i in range(table.shape[1])]
    if all(isinstance(reading, LeftOut) for reading in readings):
        return [_at_last(table.iloc[:, i], reading) for i, reading in enumerate(readings)]
    return readings


def decide(column: pd.Series) -> Reading:
    """How a column is read.

    Numbers, dates and booleans are what their type says. A column that says it is categorical is believed, and is
    ordered if it says so. Of texts, the first that fits: two values, ordered levels, dates, numbers, lists, what names
    the rows; else categories up to `TEXT_CARDINALITY` distinct values, and text above it.

    Parameters
    ----------
    column : Series
        Of any type.

    Examples
    --------
    >>> decide(pd.Series(["19.67 kmpl", "23.1 kmpl", "null kmpl"])).name
    'number'
    >>> decide(pd.Series(["low", "high", "medium", "low"])).name
    'ordered'
    """
    try:
        n_distinct = column.nunique(dropna=True)
    except TypeError:  # lists, dicts, arrays
        return OBJECTS
    if n_distinct == 0 or (n_distinct == 1 and not column.isna().any()):
        return CONSTANT
    dtype, cells = column.dtype, Cells(column)
    if pd.api.types.is_complex_dtype(dtype):
        return COMPLEX
    if isinstance(dtype, pd.CategoricalDtype):
        return as_levels(cells) if dtype.ordered else _of_categories(cells)
    if pd.api.types.is_bool_dtype(dtype):
        return as_pair(cells)
    if holds_many_numbers(dtype):
        return _of_numbers(cells)
    if holds_dates(dtype):
        return Dates()
    return _of_objects(cells, n_distinct)


def _of_categories(cells: Cells) -> Reading:
    return NAMES_ROWS if names_rows(*cells.telling, str(cells.column.name)) else as_categories(cells)


def _of_objects(cells: Cells, n_distinct: int) -> Reading:
    inferred = pd.api.types.infer_dtype(cells.sample, skipna=True)
    if inferred in {"integer", "floating", "mixed-integer-float", "decimal", "timedelta", "timedelta64"}:
        differ = len(np.unique(as_numbers(cells.column))) > 1  # as double precision tells them apart
        return _of_numbers(cells) if differ else CONSTANT
    if inferred in {"datetime", "date", "datetime64", "period"}:
        return Dates()
    if inferred == "boolean":
        return as_pair(cells)
    texts, counts = cells.telling
    if not texts:
        return CONSTANT
    return _written(cells, texts, counts, n_distinct)


def _of_numbers(cells: Cells) -> Reading:
    values = as_numbers(cells.sample)
    name = str(cells.column.name)
    if numbers_rows(values, name) and numbers_rows(as_numbers(cells.column), name):
        return NUMBERS_ROWS
    if _are_days(values[~np.isnan(values)]):
        return as_dates(cells)
    format = DURATIONS if holds_durations(cells.column.dtype) else NumberFormat()
    return Numbers(format, find_sentinels(values))


def _are_days(known: NDArray[np.float64]) -> bool:
    """Whether whole numbers are dates such as 20150131."""
    with np.errstate(invalid="ignore"):
        whole = known.astype(np.int64)
    return bool((whole == known).all()) and looks_like_yyyymmdd(whole)


def _written(cells: Cells, texts: list[str], counts: list[int], n_distinct: int) -> Reading:
    if len(texts) > 2 and fit_pair(texts):
        return as_pair(cells)
    if (levels := fit_order(texts)) is not None and not _are_numbers(texts):
        return Levels(levels)
    if fit_dates(texts) is not None:
        return as_dates(cells)
    if (format := fit_numbers(texts, counts=counts)) is not None:
        return _by_format(cells, format)
    if (separator := fit_items(texts, counts)) is not None:
        return Items(separator)
    if names_rows(texts, counts, str(cells.column.name)):
        return NAMES_ROWS
    return as_categories(cells) if n_distinct <= TEXT_CARDINALITY else Text()


def _are_numbers(texts: list[str]) -> bool:
    """Whether most texts hold a number, and none a bound or a range."""
    digits = [text for text in texts if any(map(str.isdigit, text))]
    return len(digits) > len(texts) / 2 and not any(BOUND.search(text) for text in texts)


def _by_format(cells: Cells, format: NumberFormat) -> Reading:
    if format.n_numbers > MOST_NUMBERS:
        return Text()
    if format.n_numbers > 1:
        return SeveralNumbers(format)
    if len(format.units) > 1:
        return NumbersWithUnit(format)
    return Numbers(format, find_sentinels(Numbers(format).numbers(cells.sample)))


def _decide_plain(table: pd.DataFrame) -> dict[int, Reading]:
    """The readings of the columns that are held as numbers, by position: looked at many at a time."""
    plain: dict[Any, list[int]] = {}
    for i, dtype in enumerate(table.dtypes):
        if holds_numbers(dtype) or holds_sparse_numbers(dtype):
            plain.setdefault(dtype, []).append(i)
    readings: dict[int, Reading] = {}
    for positions in plain.values():
        readings.update(dict.fromkeys(positions, Numbers()))
        readings.update((i, _of_numbers(Cells(table.iloc[:, i]))) for i in _doubtful(table, positions))
        readings.update(dict.fromkeys(_empty(table, _empty(table.head(N_TELLING), positions)), CONSTANT))
    return readings


def _doubtful(table: pd.DataFrame, positions: list[int]) -> list[int]:
    """Those of some columns of numbers, all of one dtype, that a look at a few rows does not clear of anything odd."""
    n = len(table)
    rows = slice(None) if n <= LOOK_ROWS else np.linspace(0, n - 1, LOOK_ROWS).astype(int)
    doubtful = []
    for chunk in _chunks(positions, LOOK_ROWS):
        values = table.iloc[rows, chunk].to_numpy(dtype=np.float64)
        doubt = may_hold_sentinels(values)
        with np.errstate(invalid="ignore"):
            whole = np.flatnonzero((values == np.floor(values)).mean(axis=0) > 0.8)
        for at in whole:
            known = values[~np.isnan(values[:, at]), at]
            doubt[at] |= len(np.unique(known)) > 0.9 * len(values) or _are_days(known)
        doubtful += [position for position, odd in zip(chunk, doubt, strict=True) if odd]
    return doubtful


def _empty(table: pd.DataFrame, positions: list[int]) -> list[int]:
    """Those of some columns of numbers, all of one dtype, that are constant or all missing."""
    empty = []
    for chunk in _chunks(positions, len(table)):
        values = table.iloc[:, chunk].to_numpy()
        is_empty = (values == values[:1]).all(axis=0) | (values != values).all(axis=0)
        empty += [position for position, none in zip(chunk, is_empty, strict=True) if none]
    return empty


def _chunks(positions: list[int], n_rows: int) -> Iterator[list[int]]:
    step = max(1, 4_000_000 // max(n_rows, 1))  # bounds the memory taken
    return (positions[start : start + step] for start in range(0, len(positions), step))


def _at_last(column: pd.Series, reading: Reading) -> Reading:
    """How a column that numbers or names the rows is read all the same; any other reading as it is."""
    if reading == NUMBERS_ROWS:
        return as_numbers_reading(Cells(column))
    return as_categories(Cells(column)) if reading == NAMES_ROWS else reading
