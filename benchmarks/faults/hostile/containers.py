"""Containers: what holds the columns of a table, in each of the ways that a caller may have it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scipy import sparse

from benchmarks.faults.hostile.cells import CELLS
from benchmarks.faults.hostile.columns import ARROW, NUMPY, PANDAS, POLARS
from recommender.tables.dataset import Dataset

FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


class Refusing:
    """A tensor that wants to be moved before it is an array, as one of a graphics card, or with a gradient."""

    def __init__(self, values: Any, error: type[Exception] = TypeError) -> None:
        self._values, self._error = np.asarray(values), error

    @property
    def shape(self) -> tuple[int, ...]:
        return self._values.shape

    @property
    def dtype(self) -> str:
        return "tensor.float32"

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, at: Any) -> Any:
        return Refusing(self._values[at], self._error)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise self._error("can't convert a device tensor to numpy. Use Tensor.cpu() to copy it first.")


class Held:
    """Something that says by `__array__` what it holds, and knows nothing else."""

    def __init__(self, values: Any) -> None:
        self._values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._values if dtype is None else self._values.astype(dtype)


def _drawn(kinds: dict[str, Any], rng: np.random.Generator, first: str, n: int) -> dict[str, Any]:
    """Columns by name: one of each of some kinds, the first of which is given, and a good one."""
    names = [first, *rng.choice(list(kinds), int(rng.integers(0, 3)))]
    found = {f"{name} {i}": kinds[name](n, rng) for i, name in enumerate(names)}
    good = next(iter(kinds))
    return found | {"good": kinds[good](n, rng)} if rng.random() < 0.8 else found


NAMES: list[Callable[[int], list[Any]]] = [
    lambda p: list(range(p)),
    lambda p: ["same"] * p,
    lambda p: [["", " ", "\n", "a\ud800", "<b>&amp;"][i % 5] + "x" * (i // 5) for i in range(p)],
    lambda p: [[None, 1.5, ("a", 1), True, pd.Timestamp("2020"), b"b", "c"][i % 7] for i in range(p)],
    lambda p: [("top", i) for i in range(p)],
]
INDICES: list[Callable[[int], Any]] = [
    lambda n: [0] * n,
    lambda n: pd.date_range("2020", periods=n),
    lambda n: pd.MultiIndex.from_arrays([range(n), ["x"] * n]),
    lambda n: np.arange(n)[::-1],
]


def _frame(columns: dict[str, Any], n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A DataFrame, sometimes under odd names or an odd index."""
    made = {
        name: column if hasattr(column, "dtype") else pd.Series(column, dtype=object)
        for name, column in columns.items()
    }
    frame = pd.DataFrame(made)
    if rng.random() < 0.3:
        frame.columns = pd.Index(
            NAMES[int(rng.integers(len(NAMES)))](frame.shape[1]), dtype=object, tupleize_cols=False
        )
    if rng.random() < 0.3:
        frame.index = pd.Index(INDICES[int(rng.integers(len(INDICES)))](n))
    return frame


def _of_pandas(kinds: dict[str, Any]) -> Any:
    def made(first: str, n: int, rng: np.random.Generator) -> Any:
        return _frame(_drawn(kinds, rng, first, n), n, rng)

    return made


def _arrow_frame(first: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    columns = _drawn(ARROW, rng, first, n)
    arrays = {name: pd.arrays.ArrowExtensionArray(pa.chunked_array([a])) for name, a in columns.items()}  # type: ignore[attr-defined]
    return _frame(arrays, n, rng)


def _array(first: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """An array of one dtype."""
    return np.column_stack([NUMPY[first](n, rng) for _ in range(int(rng.integers(1, 4)))])


def _objects(first: str, n: int, rng: np.random.Generator) -> np.ndarray:
    columns = _drawn(CELLS, rng, first, n)
    array = np.empty((n, len(columns)), dtype=object)
    for i, cells in enumerate(columns.values()):
        for row, cell in enumerate(cells):
            array[row, i] = cell
    return array


def _masked(first: str, n: int, rng: np.random.Generator) -> Any:
    array = _array(first, n, rng)
    return np.ma.MaskedArray(array, mask=rng.random(array.shape) < 0.2)


def _structured(first: str, n: int, rng: np.random.Generator) -> np.ndarray:
    columns = {k: v for k, v in _drawn(NUMPY, rng, first, n).items() if not isinstance(v.dtype, np.dtypes.StringDType)}
    made = np.empty(n, dtype=[(name, column.dtype) for name, column in columns.items()] or [("good", "f8")])
    for name, column in columns.items():
        made[name] = column
    return made


def _rows(first: str, n: int, rng: np.random.Generator) -> list[list[Any]]:
    return [list(row) for row in zip(*_drawn(CELLS, rng, first, n).values(), strict=True)]


def _polars_frame(first: str, n: int, rng: np.random.Generator) -> pl.DataFrame:
    return pl.DataFrame([column.alias(name) for name, column in _drawn(POLARS, rng, first, n).items()])


def _arrow_table(first: str, n: int, rng: np.random.Generator) -> pa.Table:
    return pa.table(_drawn(ARROW, rng, first, n))


def _sparse(kind: str, n: int, rng: np.random.Generator) -> Any:
    """A sparse matrix or array of a format, with indices of a width, of some dtype."""
    format, width, dtype, cls = kind.split()
    p = int(rng.integers(2, 9))
    values = np.where(rng.random((n, p)) < 0.6, 0, rng.integers(1, 100, (n, p))).astype(dtype)
    if dtype.endswith(("f4", "f8")):
        values[rng.random((n, p)) < 0.03] = np.nan
    made = getattr(sparse, f"{format}_{cls}")(values)
    for part in ("indices", "indptr", "offsets", "row", "col"):
        if hasattr(made, part) and not (part in ("row", "col") and cls == "array"):
            setattr(made, part, getattr(made, part).astype(width))
    if cls == "array" and format == "coo":
        made.coords = tuple(c.astype(width) for c in made.coords)
    return made


_DTYPES = ("f8", "f4", "i8", "u1", "?", "i2")
SPARSE = [
    f"{format} {width} {_DTYPES[(i + j + k) % len(_DTYPES)]} {cls}"
    for i, format in enumerate(FORMATS)
    for j, width in enumerate(("int32", "int64"))
    for k, cls in enumerate(("matrix", "array"))
]


TENSORS: dict[str, Callable[[np.ndarray], Any]] = {
    "that refuses": Refusing,
    "with a gradient": lambda values: Refusing(values, RuntimeError),
    "without room": lambda values: Refusing(values, MemoryError),
    "that cannot": lambda values: Refusing(values, NotImplementedError),
    "that is held": Held,
    "in a list": lambda values: [Refusing(row) for row in values],
}


def _tensor(kind: str, n: int, rng: np.random.Generator) -> Any:
    return TENSORS[kind](rng.normal(size=(n, 3)))


class _Own(pd.DataFrame):
    """A DataFrame of a class of its own, as geopandas has one."""

    @property
    def _constructor(self) -> Any:
        return _Own


def _read_only(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


OTHERS: dict[str, Callable[[np.ndarray, pd.DataFrame], Any]] = {
    "a matrix": lambda values, frame: np.asmatrix(values),
    "three dimensions": lambda values, frame: values[:, :, None],
    "one dimension": lambda values, frame: values[:, 0],
    "a column": lambda values, frame: frame["a"],
    "a lazy table": lambda values, frame: pl.from_pandas(frame).lazy(),
    "a table of narwhals": lambda values, frame: nw.from_native(frame),
    "a batch": lambda values, frame: pa.RecordBatch.from_pandas(frame),
    "a frame of sparse columns": lambda values, frame: pd.DataFrame.sparse.from_spmatrix(
        sparse.random(len(values), 4, 0.5, random_state=0)
    ),
    "tuples": lambda values, frame: tuple(map(tuple, values)),
    "a list of arrays": lambda values, frame: list(values),
    "a memory": lambda values, frame: memoryview(np.ascontiguousarray(values)),
    "a generator": lambda values, frame: (row for row in values.tolist()),
    "nothing": lambda values, frame: None,
    "a number": lambda values, frame: 3.5,
    "a dictionary of columns": lambda values, frame: frame.to_dict("list"),
    "a list of records": lambda values, frame: frame.to_dict("records"),
    "bytes": lambda values, frame: b"a,b\n1,2\n",
    "a set": lambda values, frame: {(1, 2), (3, 4)},
    "in Fortran's order": lambda values, frame: np.asfortranarray(values),
    "read only": lambda values, frame: _read_only(values),
    "strided": lambda values, frame: np.repeat(values, 2, axis=0)[::2],
    "records": lambda values, frame: frame.to_records(index=False),
    "no columns": lambda values, frame: np.empty((len(values), 0)),
    "no rows": lambda values, frame: np.empty((0, 3)),
    "two levels of names": lambda values, frame: frame.set_axis(
        pd.MultiIndex.from_product([["a"], ["x", "y", "z"]]), axis=1
    ),
    "categories for names": lambda values, frame: frame.set_axis(pd.CategoricalIndex(["a", "b", "c"]), axis=1),
    "days for names": lambda values, frame: frame.set_axis(pd.date_range("2020", periods=3), axis=1),
    "a class of its own": lambda values, frame: _Own(frame),
}
"""What else may hold numbers, made of an array and the same as a DataFrame."""


def _other(kind: str, n: int, rng: np.random.Generator) -> Any:
    values = rng.normal(size=(n, 3))
    return OTHERS[kind](values, pd.DataFrame(values, columns=["a", "b", "c"]))


DATASETS: dict[str, Callable[[pd.DataFrame, pd.Series], Dataset]] = {
    "as it should be": lambda X, y: Dataset(X, y, "binary"),
    "of an array": lambda X, y: Dataset(np.array(X), y.to_numpy(), "binary"),  # type: ignore[arg-type]
    "of lists": lambda X, y: Dataset(np.array(X).tolist(), y.tolist(), "binary"),  # type: ignore[arg-type]
    "of Polars": lambda X, y: Dataset(pl.from_pandas(X), pl.from_pandas(y), "binary"),  # type: ignore[arg-type]
    "of Arrow": lambda X, y: Dataset(pa.table(X), pa.array(y), "binary"),  # type: ignore[arg-type]
    "of text": lambda X, y: Dataset(X, y.map({0: "u", 1: "v"}), "binary"),
    "of text for numbers": lambda X, y: Dataset(X, y.map({0: "u", 1: "v"}), "regression"),
    "of decimals": lambda X, y: Dataset(X, pd.Series([Decimal(i) for i in range(len(y))], dtype=object), "regression"),
    "of another task": lambda X, y: Dataset(X, y, "clustering"),  # type: ignore[arg-type]
    "of too many classes": lambda X, y: Dataset(X, pd.Series(np.arange(len(y)) % 3), "binary"),
    "of one class": lambda X, y: Dataset(X, y * 0, "binary"),
    "of a constant": lambda X, y: Dataset(X, y * 0.0, "regression"),
    "with gaps": lambda X, y: Dataset(X, y.where(y.index % 7 > 0), "regression"),
    "infinite": lambda X, y: Dataset(X, pd.Series(np.where(y > 0, np.inf, 1.0)), "regression"),
    "too short": lambda X, y: Dataset(X, y.head(3), "binary"),
    "without columns": lambda X, y: Dataset(X[[]], y, "binary"),
    "of nothing": lambda X, y: Dataset(None, None, "binary"),  # type: ignore[arg-type]
    "of constants": lambda X, y: Dataset(X * 0, y, "binary"),
    "of lists in cells": lambda X, y: Dataset(X, pd.Series([[i] for i in range(len(y))]), "multiclass"),
    "with text and days": lambda X, y: Dataset(X.assign(d=pd.date_range("2020", periods=len(y)), t="x"), y, "binary"),
}
"""Datasets that were made by hand, and what may be wrong of them."""


def _dataset(kind: str, n: int, rng: np.random.Generator) -> Dataset:
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=["a", "b", "c"])
    return DATASETS[kind](X, pd.Series(np.arange(n) % 2))


CONTAINERS: dict[str, tuple[list[str], Callable[[str, int, np.random.Generator], Any]]] = {
    "DataFrame of cells": (list(CELLS), _of_pandas(CELLS)),
    "DataFrame of NumPy": (list(NUMPY), _of_pandas(NUMPY)),
    "DataFrame of pandas": (list(PANDAS), _of_pandas(PANDAS)),
    "DataFrame of Arrow": (list(ARROW), _arrow_frame),
    "array": (list(NUMPY), _array),
    "array of objects": (list(CELLS), _objects),
    "masked array": (list(NUMPY), _masked),
    "structured array": (list(NUMPY), _structured),
    "list of rows": (list(CELLS), _rows),
    "table of Polars": (list(POLARS), _polars_frame),
    "table of Arrow": (list(ARROW), _arrow_table),
    "sparse": (SPARSE, _sparse),
    "tensor": (list(TENSORS), _tensor),
    "other": (list(OTHERS), _other),
    "dataset": (list(DATASETS), _dataset),
}
"""The kinds of first columns, and what makes a table of so many rows whose first column is of a kind."""
