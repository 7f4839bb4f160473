"""Tables of any library as pandas holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def as_frame(table: Any) -> pd.DataFrame:
    """A table of any library, or an array, as a DataFrame; masked values are missing.

    Examples
    --------
    >>> as_frame(np.ma.masked_equal([[1, 2], [3, 9]], 9)).isna().sum().tolist()
    [0, 1]
    """
    if isinstance(table, pd.DataFrame):
        return table
    if isinstance(table, pd.Series):
        return table.to_frame()
    if (found := native(table)) is not None:
        return pd.DataFrame(found)
    if isinstance(table, np.ma.MaskedArray):
        return pd.DataFrame(table)
    array = table.toarray() if hasattr(table, "toarray") else np.asarray(table)
    frame = pd.DataFrame(array)
    return frame.infer_objects() if array.dtype == object else frame


def has_names(table: Any) -> bool:
    """Whether the columns of a table have names: those of an array are known by place."""
    return not (isinstance(table, (np.ndarray, list, tuple)) or hasattr(table, "toarray"))


def native(data: Any) -> pd.DataFrame | pd.Series | None:
    """A table or column of any library that narwhals knows, as one of pandas; None for anything else."""
    import narwhals as nw

    found = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(found, nw.LazyFrame):
        found = found.collect()
    if isinstance(found, (nw.DataFrame, nw.Series)):
        return found.to_pandas()
    return data.to_pandas() if hasattr(data, "to_pandas") else None


def unique_names(names: Iterable[Any]) -> list[str]:
    """Names as text, each once: the second ``a`` is ``a (2)``.

    Examples
    --------
    >>> unique_names(["a", 0, "a"])
    ['a', '0', 'a (2)']
    """
    found: dict[str, None] = {}
    for name in map(str, names):
        unique, turn = name, 1
        while unique in found:
            turn += 1
            unique = f"{name} ({turn})"
        found[unique] = None
    return list(found)
