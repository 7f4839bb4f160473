"""Plain columns: those that scikit-learn reads as a person does, so that a pipeline needs no reader before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.tables.cells.values import (
    LARGEST,
    holds_numbers,
)
from recommender.tables.columns import (
    Categories,
    LeftOut,
    Numbers,
    Reading,
)


def is_plain(column: pd.Series, reading: Reading) -> bool:
    """Whether scikit-learn reads a column to the same: numbers as numpy holds them, and plain categories."""
    if isinstance(reading, LeftOut):
        return True
    if isinstance(reading, Numbers):
        return holds_numbers(column.dtype) and not reading.sentinels and _are_in_bounds(column)
    return isinstance(reading, Categories) and _are_plain(column, reading)


def _are_in_bounds(column: pd.Series) -> bool:
    """Whether no number is infinite or near it."""
    values = column.to_numpy()
    if values.dtype.kind != "f":
        return True
    return float(np.fmax.reduce(values)) <= LARGEST and float(np.fmin.reduce(values)) >= -LARGEST


def _are_plain(column: pd.Series, reading: Categories) -> bool:
    """Whether categories are texts that neither look like numbers nor have another spelling."""
    if isinstance(column.dtype, pd.StringDtype) and column.dtype.na_value is pd.NA:
        return False
    if column.dtype == object and not all(m is None or isinstance(m, float) for m in column[column.isna()].unique()):
        return False  # missing in ways that no encoder sorts
    values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column.dropna().unique()
    return all(isinstance(value, str) and _is_plain_text(value, reading) for value in values)


def _is_plain_text(value: str, reading: Categories) -> bool:
    return value in reading.spellings.values() and not value.replace(".", "", 1).removeprefix("-").isdigit()
