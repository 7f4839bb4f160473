"""What was noticed while the columns of a table were read: as a table, and as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import listed
from recommender.tables.cells.values import holds_many_numbers
from recommender.tables.columns import Categories, LeftOut, Levels, Numbers, NumbersWithUnit, Reading, SeveralNumbers
from recommender.tables.dataset import Dataset
from recommender.tables.deciding import COMPLEX, NAMES_ROWS, NUMBERS_ROWS, OBJECTS
from recommender.tables.frames import unique_names

MOST_LINES = 15
"""So many columns are told of in words."""


def describe_columns(dataset: Dataset) -> pd.DataFrame:
    """How each column of a dataset was read.

    Returns
    -------
    DataFrame with a row for each column
        ``column``; ``reading``; ``unit``; ``missing``, the share of the rows in which nothing is read; ``note``, what
        deserves a second look.

    Examples
    --------
    >>> from recommender.tables.loading import load_dataset
    >>> table = pd.DataFrame({"price": ["$3.50", "$1,200.00", "?"] * 9, "sold": ["yes", "no", "no"] * 9})
    >>> describe_columns(load_dataset(table, target="sold")).iloc[0].to_dict()
    {'column': 'price', 'reading': 'number', 'unit': '$', 'missing': 0.33, 'note': ''}
    """
    readings = dataset.readings
    return pd.DataFrame(
        {
            "column": unique_names(dataset.X.columns),
            "reading": [reading.name for reading in readings],
            "unit": [reading.unit for reading in readings],
            "missing": _missing(dataset),
            "note": [_note(reading) for reading in readings],
        }
    )


def _missing(dataset: Dataset) -> list[float]:
    """The share of rows in which nothing is read, of each column; where one is read as several, of the first."""
    shares = dataset.features.isna().to_numpy().mean(axis=0)
    for position in dataset.positions("list"):
        shares[position] = (dataset.features.iloc[:, position] == "").mean()
    ends = np.cumsum([len(reading.kinds) or 1 for reading in dataset.readings])
    return [round(float(share), 2) for share in shares[[0, *ends[:-1]]]]


def _note(reading: Reading) -> str:
    if isinstance(reading, LeftOut):
        return reading.why
    notes = []
    if isinstance(reading, Numbers) and reading.sentinels:
        notes.append(f"{' and '.join(f'{value:g}' for value in reading.sentinels)} read as missing")
    if isinstance(reading, (Numbers, NumbersWithUnit, SeveralNumbers)) and reading.format.odd:
        notes.append(f"read as missing: {listed(reading.format.odd, most=3)}")
    if isinstance(reading, Levels):
        notes.append(f"lowest first: {listed(reading.levels, most=6)}")
    return "; ".join(notes)


def columns_in_words(dataset: Dataset) -> list[str]:
    """How the columns were read that are no plain numbers and no plain categories: a line each, of many the first.

    Examples
    --------
    >>> from recommender.tables.loading import load_dataset
    >>> columns = {"price": ["$3.50", "$1,200.00", "?"], "size": [1.5, 2, 4], "sold": ["yes", "no", "no"]}
    >>> table = pd.DataFrame({name: cells * 9 for name, cells in columns.items()})
    >>> columns_in_words(load_dataset(table, target="sold"))
    ["'price': number in $, 33% missing"]
    """
    table = describe_columns(dataset)
    evident = [_is_evident(*of_one) for of_one in zip(dataset.X.dtypes, dataset.readings, table["note"], strict=True)]
    told = [_in_words(row) for row in table[~np.array(evident)].head(MOST_LINES).itertuples()]
    n_more = len(table) - sum(evident) - len(told)
    return [*told, f"... and {n_more:,} more"] if n_more else told


def _is_evident(dtype: Any, reading: Reading, note: str) -> bool:
    """Whether a reading is what anyone would expect of a column of this type."""
    is_plain_number = isinstance(reading, Numbers) and holds_many_numbers(dtype) and not note
    return is_plain_number or isinstance(reading, Categories)


def _in_words(row: Any) -> str:
    unit = row.unit[:60] if row.unit.isprintable() else listed([row.unit])
    clauses = (
        f"{row.reading} in {unit}" if unit else row.reading,
        f"{row.missing:.0%} missing" if row.missing else "",
        row.note,
    )
    return f"{listed([row.column])}: {', '.join(filter(None, clauses))}"


def notes_on_columns(dataset: Dataset) -> list[str]:
    """What a person should know of how the columns were read, a sentence for each kind of thing; often nothing."""
    names, readings = unique_names(dataset.X.columns), dataset.readings
    found = []
    for is_one, one, several in SENTENCES:
        which = [name for name, reading in zip(names, readings, strict=True) if is_one(reading)]
        if which:
            many = len(which) > 1
            found.append(f"the column{'s' if many else ''} {listed(which, most=5)} {several if many else one}")
    for name, reading in zip(names, readings, strict=True):
        if isinstance(reading, Numbers) and reading.sentinels:
            values = " and ".join(f"{value:g}" for value in reading.sentinels)
            found.append(f"the column {name!r} holds {values} where a value seems to be missing: it is read so")
    return found


SENTENCES: tuple[tuple[Callable[[Reading], bool], str, str], ...] = (
    (
        lambda reading: reading in (NUMBERS_ROWS, NAMES_ROWS),
        "numbers or names the rows, which says nothing about others: it is left out",
        "number or name the rows, which says nothing about others: they are left out",
    ),
    (
        lambda reading: reading in (OBJECTS, COMPLEX),
        "holds lists, dictionaries, complex numbers or other objects in its cells: it is left out",
        "hold lists, dictionaries, complex numbers or other objects in their cells: they are left out",
    ),
)
"""What is said of one column, or several, that are read in a certain way."""
