"""Tables and columns of any library as pandas holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, one_line
from recommender.tables.files.source import MAX_CELLS
from recommender.tables.usual import NUMBERS, in_usual_type, in_usual_types, is_text_of_arrow, is_unicode, written

SPARSE = pd.SparseDtype(np.float64, 0.0)
"""The type of a column of a sparse matrix."""


def as_frame(table: Any) -> pd.DataFrame:
    """A table of any library, or an array, as a DataFrame of usual types; masked values are missing.

    Raises
    ------
    DatasetError
        If it is no table.

    Examples
    --------
    >>> as_frame(np.ma.masked_equal([[1, 2], [3, 9]], 9)).isna().sum().tolist()
    [0, 1]
    """
    if isinstance(table, pd.DataFrame):
        return in_usual_types(table)
    if (found := native(table)) is not None:
        return in_usual_types(pd.DataFrame(found))
    if is_sparse(table):
        return _sparse_frame(table)
    array = as_array(table, "the features")
    if array.dtype.names is not None and array.ndim == 1:
        return in_usual_types(pd.DataFrame({name: _series(array[name]) for name in array.dtype.names}))
    if array.ndim != 2:
        raise DatasetError(
            f"the features must be a table of shape (n_samples, n_features), got {type(table).__name__} "
            f"of shape {array.shape}. Give a DataFrame or an array of two dimensions"
        )
    if array.dtype.kind in NUMBERS:
        return pd.DataFrame(array)
    return in_usual_types(pd.DataFrame(_as_objects(array), dtype=object))


def as_column(values: Any, what: str = "the target") -> pd.Series:
    """A column of any library, or an array, as a Series of a usual type; masked values are missing.

    Raises
    ------
    DatasetError
        If it is no column.

    Examples
    --------
    >>> as_column(pd.Categorical(["a", None, "b"])).isna().tolist()
    [False, True, False]
    """
    found = values if isinstance(values, pd.Series) else native(values)
    if isinstance(found, pd.DataFrame) and found.shape[1] == 1:
        found = found.iloc[:, 0]
    if found is None or isinstance(found, pd.DataFrame):
        array = as_array(values, what)
        if array.dtype.names is not None and len(array.dtype.names) == 1:
            array = array[array.dtype.names[0]]
        if array.ndim == 2 and array.shape[1] == 1:
            array = array.ravel()
        if array.ndim != 1 or array.dtype.names is not None:
            raise DatasetError(f"{what} must be one column, got shape {array.shape} of {str(array.dtype)[:60]}")
        found = _series(array)
    usual = in_usual_type(found)
    if usual is found or is_text_of_arrow(found.dtype):
        return usual
    if odd := next((t for t in found if isinstance(t, str) and not is_unicode(t)), None):
        raise DatasetError(f"{what} holds the text {odd!r}, in which a letter is half a pair: write it again")
    return usual


def has_names(table: Any) -> bool:
    """Whether the columns of a table have names: those of an array are known by place."""
    if isinstance(table, np.ndarray):
        return table.dtype.names is not None
    kind = type(table)  # a lazy table's own columns would be computed
    return isinstance(table, pd.Series) or any(hasattr(kind, name) for name in ("columns", "to_pandas", "to_native"))


def is_taken_as_is(table: Any, frame: pd.DataFrame) -> bool:
    """Whether scikit-learn takes a table as `as_frame` does: it has no other types, and nothing is masked."""
    if isinstance(table, np.ndarray):
        return type(table) is np.ndarray and table.dtype.kind in "fiub" and table.dtype.isnative
    return frame is table or (isinstance(table, (list, tuple)) and not _has_masks(table))


def is_target_taken_as_is(values: Any, column: pd.Series) -> bool:
    """Whether scikit-learn takes a target as `as_column` does."""
    if isinstance(values, np.ndarray):
        is_usual = values.dtype.kind in "fiubUO" and values.dtype.isnative
        return is_usual and type(values) is np.ndarray and values.ndim == 1
    if isinstance(values, pd.Series):
        return values.dtype == column.dtype
    is_of_cells = isinstance(values, (list, tuple)) and (not values or np.ndim(values[0]) == 0)
    return is_of_cells and not _has_masks(values)


def _has_masks(values: Any) -> bool:
    """Whether a list holds rows of a masked array, or masked values, which NumPy would show."""
    return isinstance(values, (list, tuple)) and any(map(_is_masked, values))


def _is_masked(value: Any) -> bool:
    return isinstance(value, np.ma.MaskedArray) or _has_masks(value)


def _masked(values: Any) -> Any:
    """Such a list as a masked array, or with None for what is masked."""
    if values and all(isinstance(value, np.ndarray) and value.ndim > 0 for value in values):
        return np.ma.stack(values)
    return [None if cell is np.ma.masked else _masked(list(cell)) if _is_masked(cell) else cell for cell in values]


def native(data: Any) -> pd.DataFrame | pd.Series | None:
    """A table or column of any library that narwhals knows, as one of pandas; None for anything else.

    Raises
    ------
    DatasetError
        If its library raises an error.
    """
    try:
        return _native(data)
    except Exception as error:  # a server that is gone, memory that is short, whatever else a library raises
        kind = type(data).__name__
        raise DatasetError(f"the {kind} cannot be read as a table or column: {one_line(error)}") from error


def _native(data: Any) -> pd.DataFrame | pd.Series | None:
    import narwhals as nw

    if isinstance(data, (pd.Index, pd.api.extensions.ExtensionArray)):
        return None if isinstance(data, pd.MultiIndex) else pd.Series(data)
    found = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(found, nw.LazyFrame):
        found = found.collect()
    if not isinstance(found, (nw.DataFrame, nw.Series)):
        if not hasattr(data, "to_pandas"):
            return None
        found = data
    try:
        made = found.to_pandas()
    except Exception:  # each library has its own for types that pandas does not know
        if not any(hasattr(found, name) for name in ("columns", "to_list", "to_pylist")):
            raise
        return _of_objects(found)
    return made if isinstance(made, pd.DataFrame) else pd.Series(made)


def _of_objects(found: Any) -> pd.DataFrame | pd.Series:
    """A table or column of another library with Python's own values."""
    if hasattr(found, "columns"):
        return pd.DataFrame({name: _of_objects(found[name]) for name in found.columns})
    values = found.to_list() if hasattr(found, "to_list") else found.to_pylist()
    return pd.Series(np.fromiter(values, dtype=object), dtype=object)


def as_array(values: Any, what: str) -> np.ndarray:
    """An array of whatever is one or says how it becomes one, sparse matrices too; numbers in the machine's own order.

    Raises
    ------
    DatasetError
        If it becomes none.
    """
    if hasattr(values, "toarray"):
        _check_matrix(values, what)
        values = values.toarray()
    try:
        if _has_masks(values):
            values = _masked(values)
        array = values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    except Exception as error:  # rows of different lengths; and whatever a library of tensors raises
        raise DatasetError(f"{what} cannot be read as an array: {one_line(error)}") from error
    return array if array.dtype.isnative or array.dtype.names else array.astype(array.dtype.newbyteorder("="))


def is_sparse(table: Any) -> bool:
    """Whether a table is one of SciPy's matrices of real numbers that do not hold their zeros."""
    return hasattr(table, "tocsc") and table.ndim == 2 and table.dtype.kind in "fiub"


def _sparse_frame(matrix: Any) -> pd.DataFrame:
    """The numbers in double precision; the matrix itself, which may hold a cell in parts, stays as it is."""
    from scipy.sparse import csc_matrix

    _check_matrix(matrix, "the features")
    columns = csc_matrix(matrix, dtype=np.float64, copy=True)
    columns.sum_duplicates()
    columns.indices = columns.indices.astype(np.int32, copy=False)  # as pandas has it
    return pd.DataFrame.sparse.from_spmatrix(columns)  # type: ignore[attr-defined]


def written_out(table: pd.DataFrame) -> pd.DataFrame:
    """A table with all zeros in place: itself, where it has no sparse columns.

    Examples
    --------
    >>> written_out(pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])})).dtypes.tolist()
    [dtype('int64')]
    """
    sparse = {i: dtype.subtype for i, dtype in enumerate(table.dtypes) if isinstance(dtype, pd.SparseDtype)}
    if not sparse:
        return table
    columns = {i: table.iloc[:, i] for i in range(table.shape[1])}
    dense = {i: column.astype(sparse[i]) if i in sparse else column for i, column in columns.items()}
    return pd.DataFrame(dense, index=table.index).set_axis(table.columns, axis=1)


def _check_matrix(matrix: Any, what: str) -> None:
    """An error where a sparse matrix is too large for models that take it written out, or SciPy would crash on it."""
    if np.prod([float(n) for n in matrix.shape]) > MAX_CELLS:
        raise DatasetError(
            f"a sparse matrix of shape {matrix.shape} is too large: most models take it written out, in up to "
            f"{MAX_CELLS:,} cells. Take a sample of the rows, or choose columns"
        )
    try:
        _check_places(matrix)
    except (ValueError, TypeError) as error:
        raise DatasetError(f"{what} are a damaged sparse matrix: {one_line(error)}") from error


def _check_places(matrix: Any) -> None:
    """A `ValueError` where a matrix says of cells that they are outside of it; the matrix itself stays as it is."""
    format = getattr(matrix, "format", "")
    if format in ("bsr", "csc", "csr"):
        same = type(matrix)((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
        same.check_format(full_check=True)
    elif format == "coo":
        type(matrix)((matrix.data, matrix.coords), shape=matrix.shape)


def _series(array: np.ndarray) -> pd.Series:
    """A column of an array; what is masked is missing."""
    return pd.Series(array) if array.dtype.kind in NUMBERS else pd.Series(_as_objects(array), dtype=object)


def _as_objects(array: np.ndarray) -> np.ndarray:
    """Texts, bytes and the like as objects that pandas does not look into."""
    return np.array(array.tolist(), dtype=object) if array.dtype.kind == "V" else array.astype(object)


def unique_names(names: Iterable[Any]) -> list[str]:
    """Names as text, each once: the second ``a`` is ``a (2)``, and an empty one ``unnamed``.

    Examples
    --------
    >>> unique_names(["a", 0, "a"])
    ['a', '0', 'a (2)']
    """
    found: dict[str, None] = {}
    for name in (written(str(name)) or "unnamed" for name in names):
        unique, turn = name, 1
        while unique in found:
            turn += 1
            unique = f"{name} ({turn})"
        found[unique] = None
    return list(found)
