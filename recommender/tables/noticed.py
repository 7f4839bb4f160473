"""What was noticed while the columns of a table were read: as a table, and as sentences."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from recommender.errors import listed
from recommender.tables.columns import LeftOut, Numbers, NumbersWithUnit, Reading, SeveralNumbers
from recommender.tables.dataset import Dataset
from recommender.tables.deciding import COMPLEX, NAMES_ROWS, NUMBERS_ROWS, OBJECTS
from recommender.tables.frames import unique_names


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
    names = unique_names(dataset.X.columns)
    rows = [
        {
            "column": name,
            "reading": reading.name,
            "unit": reading.unit,
            "missing": _missing(dataset.X.iloc[:, i], reading),
            "note": _note(reading),
        }
        for i, (name, reading) in enumerate(zip(names, dataset.readings, strict=True))
    ]
    return pd.DataFrame(rows, columns=["column", "reading", "unit", "missing", "note"])


def _missing(column: pd.Series, reading: Reading) -> float:
    parts = reading.read(column)
    read = next(iter(parts.values())) if parts else column
    empty = read == "" if "list" in reading.kinds else read.isna()
    return round(float(empty.mean()), 2)


def _note(reading: Reading) -> str:
    if isinstance(reading, LeftOut):
        return reading.why
    notes = []
    if isinstance(reading, Numbers) and reading.sentinels:
        notes.append(f"{' and '.join(f'{value:g}' for value in reading.sentinels)} read as missing")
    if isinstance(reading, (Numbers, NumbersWithUnit, SeveralNumbers)) and reading.format.odd:
        notes.append(f"read as missing: {listed(reading.format.odd, most=3)}")
    return "; ".join(notes)


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
