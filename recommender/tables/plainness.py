"""Plain columns: those that scikit-learn reads as a person does, so that a pipeline needs no reader before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.tables.cells.values import LARGEST, holds_numbers
from recommender.tables.columns import Categories, LeftOut, Numbers, Reading
from recommender.tables.usual import is_unicode


def is_plain(column: pd.Series, reading: Reading) -> bool:
    """Whether scikit-learn reads a column to the same: numbers as numpy holds them, and plain categories."""
    if isinstance(reading, LeftOut):
        return True
    if isinstance(reading, Numbers):
        return holds_numbers(column.dtype) and not reading.sentinels and _are_in_bounds(column)
    return isinstance(reading, Categories) and _are_plain(column, reading)


def is_plain_name(name: object) -> bool:
    """Whether pandas finds a column by its name: a text without half a pair of letters."""
    return isinstance(name, str) and is_unicode(name)


def _are_in_bounds(column: pd.Series) -> bool:
    """Whether no number is infinite or near it."""
    values = column.to_numpy()
    if values.dtype.kind != "f":
        return True
    highest, lowest = values.max(), values.min()
    if highest != highest:  # NaN, which takes longer to look past
        highest, lowest = np.fmax.reduce(values), np.fmin.reduce(values)
    return float(highest) <= LARGEST and float(lowest) >= -LARGEST


def _are_plain(column: pd.Series, reading: Categories) -> bool:
    """Whether categories are texts that neither look like numbers nor have another spelling."""
    dtype = column.dtype
    if isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA:
        return False
    values = dtype.categories if isinstance(dtype, pd.CategoricalDtype) else column.unique()
    spellings = set(reading.spellings.values())
    return all(_is_plain_text(value, spellings) if isinstance(value, str) else _is_missing(value) for value in values)


def _is_missing(value: object) -> bool:
    """Whether a value is missing in the one way that no encoder takes for a category: None would be one."""
    return isinstance(value, float) and value != value


def _is_plain_text(value: str, spellings: set[str]) -> bool:
    return value in spellings and not value.replace(".", "", 1).removeprefix("-").isdigit()
