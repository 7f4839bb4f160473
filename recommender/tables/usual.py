"""Columns in the types that everything here knows: those that pandas makes of files, and objects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = "fiubcmM"
"""The kinds of NumPy's types that pandas holds as they are: numbers, truths, moments and durations."""
PLAIN_ARROW = {
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double", "bool"),
    *("string", "large_string", "timestamp", "date32", "date64"),
}
"""Arrow's types that pandas counts, compares and sorts, by their names without units."""


def in_usual_types(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns are of usual types: itself, where they are.

    Nested and other rare types of Arrow and of other libraries become objects, Arrow's categories those of pandas, big-
    endian numbers the machine's own. Decimals that signal are missing, letters that are half a pair are written
    as ``\\\\ud800``, and bytes of Arrow's texts that are no UTF-8 as ``\\\\xff``.

    Examples
    --------
    >>> table = pd.DataFrame({"a": np.arange(2, dtype=">i4"), "b": pd.Series(["x\\ud800", "y"], dtype=object)})
    >>> usual = in_usual_types(table)
    >>> usual["a"].dtype.isnative, usual["b"].tolist(), in_usual_types(usual) is usual
    (True, ['x\\\\ud800', 'y'], True)
    """
    columns = {i: table.iloc[:, i] for i, dtype in enumerate(table.dtypes) if not _is_plain(dtype)}
    changed = {i: made for i, column in columns.items() if (made := in_usual_type(column)) is not column}
    if not changed:
        return table
    kept = [changed.get(i, table.iloc[:, i]) for i in range(table.shape[1])]
    return pd.DataFrame(dict(enumerate(kept)), index=table.index).set_axis(table.columns, axis=1)


def _is_plain(dtype: Any) -> bool:
    """Whether all columns of a type are usual ones."""
    return isinstance(dtype, np.dtype) and dtype.kind in NUMBERS and dtype.isnative


def in_usual_type(column: pd.Series) -> pd.Series:
    """A column of a usual type: itself, where it is."""
    dtype = column.dtype
    if _is_plain(dtype):
        return column
    if is_text_of_arrow(dtype):
        return _with_usual_bytes(column)
    if isinstance(dtype, pd.CategoricalDtype):
        return _with_usual_categories(column)
    if isinstance(dtype, pd.ArrowDtype):
        return column if str(dtype.pyarrow_dtype).partition("[")[0] in PLAIN_ARROW else _from_arrow(column)
    if isinstance(dtype, np.dtype) and not dtype.isnative:
        return pd.Series(np.asarray(column).astype(dtype.newbyteorder("=")), column.index, name=column.name)
    if isinstance(dtype, np.dtype) and dtype.kind == "V":
        return _objects(column.to_numpy().tolist(), column)
    if isinstance(dtype, (np.dtype, pd.StringDtype)):
        return _with_usual_cells(column)
    is_of_pandas = type(dtype).__module__.partition(".")[0] == "pandas"
    return column if is_of_pandas else _with_usual_cells(column.astype(object))


def is_text_of_arrow(dtype: Any) -> bool:
    """Whether Arrow holds a column's texts, as bytes at which nobody may have looked."""
    if isinstance(dtype, pd.StringDtype):
        return bool(dtype.storage == "pyarrow")
    return isinstance(dtype, pd.ArrowDtype) and str(dtype.pyarrow_dtype) in ("string", "large_string")


def _with_usual_bytes(column: pd.Series) -> pd.Series:
    """A column of Arrow's texts: itself, where all are UTF-8; other bytes are written as ``\\xff``."""
    import pyarrow as pa

    held = pa.array(column.array)
    try:
        held.validate(full=True)
    except pa.ArrowInvalid:
        texts = held.cast(pa.large_binary()).to_pylist()
        return _objects([text if text is None else text.decode(errors="backslashreplace") for text in texts], column)
    return column


def _with_usual_categories(column: pd.Series) -> pd.Series:
    index = column.cat.categories
    categories = pd.Series(index, dtype=index.dtype)
    if index.dtype == object and pd.api.types.infer_dtype(index) in ("integer", "floating", "boolean"):
        return column.cat.rename_categories(list(index))
    if (usual := in_usual_type(categories)) is categories:
        return column
    return column.cat.rename_categories(pd.Index(usual, dtype=usual.dtype))


def _from_arrow(column: pd.Series) -> pd.Series:
    """A column of a type of Arrow's that pandas holds as well: categories, objects, numbers."""
    import pyarrow as pa
    import pyarrow.compute

    held = pa.array(column.array)
    chunks = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
    if pa.types.is_run_end_encoded(held.type):
        chunks = [pa.compute.run_end_decode(chunk) for chunk in chunks]
    try:
        found = pa.chunked_array(chunks, None if chunks else held.type).to_pandas()
    except ValueError:  # categories of which one is null
        return in_usual_type(_objects(held.to_pylist(), column))
    values = found.array if isinstance(found.dtype, pd.CategoricalDtype) else found.to_numpy()
    return in_usual_type(pd.Series(values, column.index, name=column.name))


def _with_usual_cells(column: pd.Series) -> pd.Series:
    """A column of objects without decimals that signal, what is masked, and letters that are half a pair."""
    values = column.to_numpy(dtype=object)
    try:
        distinct = pd.unique(values)
    except (TypeError, ArithmeticError):  # lists and dicts, what is masked, and decimals that signal
        distinct = values
    if all(map(_is_usual, distinct)):
        return column
    return _objects([cell if _is_usual(cell) else _usual(cell) for cell in values], column)


def _is_usual(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.isascii() or is_unicode(cell)
    return not (isinstance(cell, Decimal) and cell.is_snan()) and cell is not np.ma.masked


def is_unicode(text: str) -> bool:
    """Whether a text can be written to a file: no letter of it is half a pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _usual(cell: Any) -> str | None:
    return written(cell) if isinstance(cell, str) else None


def written(text: str) -> str:
    """A text with letters that are half a pair as their number."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _objects(values: list[Any], like: pd.Series) -> pd.Series:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return pd.Series(cells, like.index, dtype=object, name=like.name)
