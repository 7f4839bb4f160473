"""Cells of any kind as plain numbers, texts and dates; what a cell means is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

LARGEST = 1e38
"""Larger magnitudes are cut to this one: trees and boosters hold numbers in single precision."""
WHOLE = re.compile(r"([+-]?\d+)\.0+")


def holds_numbers(dtype: Any) -> bool:
    """Whether numpy holds a column of this type as real numbers."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiu"


def holds_sparse_numbers(dtype: Any) -> bool:
    """Whether pandas holds a column of this type as real numbers, whose zeros are not written out."""
    return isinstance(dtype, pd.SparseDtype) and holds_numbers(dtype.subtype) and dtype.fill_value == 0


def holds_many_numbers(dtype: Any) -> bool:
    """Whether any library holds a column of this type as real numbers, durations or decimals."""
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
        return False
    return bool(pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype)) or (
        isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith(("decimal", "half", "duration"))
    )


def holds_durations(dtype: Any) -> bool:
    """Whether a column of this type holds durations."""
    return bool(pd.api.types.is_timedelta64_dtype(dtype)) or (
        isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("duration")
    )


def holds_dates(dtype: Any) -> bool:
    """Whether a column of this type holds dates, with or without a time zone, or periods."""
    if isinstance(dtype, (pd.PeriodDtype, pd.DatetimeTZDtype)):
        return True
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype).startswith(("timestamp", "date"))
    return isinstance(dtype, np.dtype) and dtype.kind == "M"


def as_numbers(column: pd.Series, parse: Callable[[np.ndarray], np.ndarray] | None = None) -> np.ndarray:
    """A column as float64: durations in seconds, infinities and what is no number as NaN, magnitudes up to `LARGEST`.

    Parameters
    ----------
    column : Series
        Numbers of any library, booleans, or objects.
    parse : callable(texts) -> array of float, optional
        What reads text; by default Python's own way of writing numbers.

    Examples
    --------
    >>> as_numbers(pd.Series([1, "2.5", None, float("inf")], dtype=object)).tolist()
    [1.0, 2.5, nan, nan]
    """
    dtype = column.dtype
    if holds_numbers(dtype):
        values = column.to_numpy(dtype=np.float64)
    elif isinstance(dtype, np.dtype) and dtype.kind == "m":
        values = column.dt.total_seconds().to_numpy(dtype=np.float64)
    elif isinstance(dtype, pd.SparseDtype):
        values = np.asarray(column, dtype=np.float64)
    elif isinstance(dtype, pd.CategoricalDtype) or not holds_many_numbers(dtype):
        return _each(column, parse)
    else:
        values = pd.to_numeric(column.astype(object).map(as_number, na_action="ignore")).to_numpy(np.float64)
    return _cut(values)


def _each(column: pd.Series, parse: Callable[[np.ndarray], np.ndarray] | None) -> np.ndarray:
    """Distinct objects one by one; text by `parse`."""
    codes, distinct = factorize(column)
    values = np.array([as_number(value) for value in distinct] + [np.nan])
    is_text = np.array([isinstance(value, str) for value in distinct], dtype=bool)
    if parse is not None and is_text.any():
        values[np.flatnonzero(is_text)] = parse(
            np.array([value for value in distinct if isinstance(value, str)], object)
        )
    return _cut(values)[codes]


def as_number(value: Any) -> float:
    """One cell as a number; NaN where it is none."""
    try:
        return float(value.total_seconds() if hasattr(value, "total_seconds") else value)
    except (TypeError, ValueError, OverflowError):  # whole numbers of more than 308 digits, too
        return np.nan


def _cut(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        if values.max(initial=0.0) <= LARGEST and values.min(initial=0.0) >= -LARGEST:  # false where one is NaN
            return values
        return np.clip(np.where(np.isinf(values), np.nan, values), -LARGEST, LARGEST)


def factorize(column: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """The codes of a column's cells, -1 where missing, and the distinct values in the order in which they occur.

    Raises
    ------
    TypeError
        If cells cannot be told apart by their value, as lists.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), list(column.cat.categories)
    codes, distinct = pd.factorize(column.astype(object))
    return codes, list(distinct)


def as_texts(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """The codes of a column's cells, -1 where missing, and their texts.

    What means the same has the same text: 1, 1.0, "1" and "1.0" are "1", and blanks around it do not count.

    Examples
    --------
    >>> as_texts(pd.Series([1.0, "1", None, " a "], dtype=object))[1]
    ['1', 'a']
    """
    codes, distinct = factorize(column)
    places: dict[str, int] = {}
    where = [places.setdefault(text, len(places)) if (text := as_text(value)) else -1 for value in distinct]
    return np.array([*where, -1], dtype=np.int64)[codes], list(places)


def as_text(value: Any) -> str:
    """One cell as text; empty where it holds nothing."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 1e16:
        return str(int(value))
    text = str(value).strip()
    whole = WHOLE.fullmatch(text)
    return whole.group(1) if whole else text
