"""Cleaning for columns that scikit-learn does not take as they are; used in a pipeline only where a table needs it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from recommender.tables.dates import read_dates

LARGEST = 1e38
"""Larger magnitudes are cut to this one: trees and boosters hold numbers in single precision."""


class ByPosition(TransformerMixin, BaseEstimator):
    """Name a table's columns 0, 1, 2, ...: for names that are not unique or not of one type.

    Examples
    --------
    >>> ByPosition().fit_transform(pd.DataFrame([[1, 2]], columns=["a", "a"])).columns.tolist()
    [0, 1]
    """

    def fit(self, X: Any, y: Any = None) -> ByPosition:
        """Nothing is learnt."""
        return self

    def transform(self, X: Any) -> Any:
        """The same table under positions."""
        return X.set_axis(range(X.shape[1]), axis=1) if isinstance(X, pd.DataFrame) else X

    def __sklearn_is_fitted__(self) -> bool:
        return True


def to_finite(table: Any) -> Any:
    """The table as 64-bit floats up to `LARGEST`, with infinities as missing values and durations as seconds.

    Examples
    --------
    >>> to_finite(pd.DataFrame({"a": [1.0, float("inf")]}))["a"].tolist()
    [1.0, nan]
    """
    if isinstance(table, pd.DataFrame):
        return pd.DataFrame({i: _finite(table.iloc[:, i]) for i in range(table.shape[1])}, table.index).set_axis(
            table.columns, axis=1
        )
    return _cut(np.asarray(table, dtype=np.float64))


def _finite(column: pd.Series) -> np.ndarray:
    if column.dtype.kind == "m":
        column = column.dt.total_seconds()
    elif column.dtype == object:
        column = column.map(_number)
    return _cut(pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan))


def _number(value: Any) -> Any:
    """A number of any kind as a float; what is none stays as it is, for pandas to say so."""
    try:
        return float(value)
    except OverflowError:
        return np.nan
    except (TypeError, ValueError):
        return value


def _cut(values: np.ndarray) -> np.ndarray:
    return np.clip(np.where(np.isinf(values), np.nan, values), -LARGEST, LARGEST)


def to_text(table: Any) -> Any:
    """The table with every value as text, and missing values as NaN.

    Examples
    --------
    >>> to_text(pd.Series([1, "a", None], dtype=object)).tolist()
    ['1', 'a', nan]
    """
    if isinstance(table, pd.Series):
        return table.astype(object).map(str).astype(object).where(table.notna(), np.nan)
    frame = pd.DataFrame(table).apply(to_text)
    return frame if isinstance(table, pd.DataFrame) else frame.to_numpy()


def to_dates(column: pd.Series, *, dayfirst: bool = False) -> pd.Series:
    """The column as dates; what cannot be read as one is missing.

    Examples
    --------
    >>> to_dates(pd.Series(["2026-01-31", "soon"])).tolist()
    [Timestamp('2026-01-31 00:00:00'), NaT]
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    return read_dates(column, dayfirst=dayfirst)
