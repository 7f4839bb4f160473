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


def _tensor(kind: str, n: int, rng: np.random.Generator) -> Any:
    values = rng.normal(size=(n, 3))
    return {
        "that refuses": lambda: Refusing(values),
        "with a gradient": lambda: Refusing(values, RuntimeError),
        "without room": lambda: Refusing(values, MemoryError),
        "that cannot": lambda: Refusing(values, NotImplementedError),
        "that is held": lambda: Held(values),
        "in a list": lambda: [Refusing(row) for row in values],
    }[kind]()


TENSORS = ["that refuses", "with a gradient", "without room", "that cannot", "that is held", "in a list"]


def _other(kind: str, n: int, rng: np.random.Generator) -> Any:
    values = rng.normal(size=(n, 3))
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    return {
        "a matrix": lambda: np.asmatrix(values),
        "three dimensions": lambda: values[:, :, None],
        "one dimension": lambda: values[:, 0],
        "a column": lambda: frame["a"],
        "a lazy table": lambda: pl.from_pandas(frame).lazy(),
        "a table of narwhals": lambda: nw.from_native(frame),
        "a batch": lambda: pa.RecordBatch.from_pandas(frame),
        "a frame of sparse columns": lambda: pd.DataFrame.sparse.from_spmatrix(
            sparse.random(n, 4, 0.5, random_state=0)
        ),
        "tuples": lambda: tuple(map(tuple, values)),
        "a list of arrays": lambda: list(values),
        "a memory": lambda: memoryview(np.ascontiguousarray(values)),
        "a generator": lambda: (row for row in values.tolist()),
        "nothing": lambda: None,
        "a number": lambda: 3.5,
        "bytes": lambda: b"a,b\n1,2\n",
        "a dictionary of columns": lambda: frame.to_dict("list"),
        "a list of records": lambda: frame.to_dict("records"),
        "a set": lambda: {(1, 2), (3, 4)},
        "in Fortran's order": lambda: np.asfortranarray(values),
        "read only": lambda: _read_only(values),
        "strided": lambda: np.repeat(values, 2, axis=0)[::2],
        "records": lambda: frame.to_records(index=False),
        "no columns": lambda: np.empty((n, 0)),
        "no rows": lambda: np.empty((0, 3)),
        "two levels of names": lambda: frame.set_axis(pd.MultiIndex.from_product([["a"], ["x", "y", "z"]]), axis=1),
        "categories for names": lambda: frame.set_axis(pd.CategoricalIndex(["a", "b", "c"]), axis=1),
        "days for names": lambda: frame.set_axis(pd.date_range("2020", periods=3), axis=1),
        "a class of its own": lambda: _Own(frame),
    }[kind]()


class _Own(pd.DataFrame):
    """A DataFrame of a class of its own, as geopandas has one."""

    @property
    def _constructor(self) -> Any:
        return _Own


def _read_only(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


OTHERS = [
    *("a matrix", "three dimensions", "one dimension", "a column", "a lazy table", "a table of narwhals", "a batch"),
    *("a frame of sparse columns", "tuples", "a list of arrays", "a memory", "a generator", "nothing", "a number"),
    *("a dictionary of columns", "a list of records", "bytes", "a set", "in Fortran's order", "read only", "strided"),
    *("records", "no columns", "no rows", "two levels of names", "categories for names", "days for names"),
    "a class of its own",
]


def _dataset(kind: str, n: int, rng: np.random.Generator) -> Dataset:
    """A dataset that was made by hand, and what may be wrong of it."""
    values = rng.normal(size=(n, 3))
    X, y = pd.DataFrame(values, columns=["a", "b", "c"]), pd.Series(np.arange(n) % 2)
    return {
        "as it should be": lambda: Dataset(X, y, "binary"),
        "of an array": lambda: Dataset(values, y.to_numpy(), "binary"),  # type: ignore[arg-type]
        "of lists": lambda: Dataset(values.tolist(), y.tolist(), "binary"),  # type: ignore[arg-type]
        "of Polars": lambda: Dataset(pl.from_pandas(X), pl.from_pandas(y), "binary"),  # type: ignore[arg-type]
        "of Arrow": lambda: Dataset(pa.table(X), pa.array(y), "binary"),  # type: ignore[arg-type]
        "of text": lambda: Dataset(X, y.map({0: "u", 1: "v"}), "binary"),
        "of text for numbers": lambda: Dataset(X, y.map({0: "u", 1: "v"}), "regression"),
        "of decimals": lambda: Dataset(X, pd.Series([Decimal(i) for i in range(n)], dtype=object), "regression"),
        "of another task": lambda: Dataset(X, y, "clustering"),  # type: ignore[arg-type]
        "of too many classes": lambda: Dataset(X, pd.Series(np.arange(n) % 3), "binary"),
        "of one class": lambda: Dataset(X, y * 0, "binary"),
        "of a constant": lambda: Dataset(X, y * 0.0, "regression"),
        "with gaps": lambda: Dataset(X, y.where(y.index % 7 > 0), "regression"),
        "infinite": lambda: Dataset(X, pd.Series(np.where(y > 0, np.inf, 1.0)), "regression"),
        "too short": lambda: Dataset(X, y.head(3), "binary"),
        "without columns": lambda: Dataset(X[[]], y, "binary"),
        "of nothing": lambda: Dataset(None, None, "binary"),  # type: ignore[arg-type]
        "of constants": lambda: Dataset(X * 0, y, "binary"),
        "of lists in cells": lambda: Dataset(X, pd.Series([[i] for i in range(n)]), "multiclass"),
        "with text and days": lambda: Dataset(X.assign(d=pd.date_range("2020", periods=n), t="x"), y, "binary"),
    }[kind]()


DATASETS = [
    *("as it should be", "of an array", "of lists", "of Polars", "of Arrow", "of text", "of text for numbers"),
    *("of decimals", "of another task", "of too many classes", "of one class", "of a constant", "with gaps"),
    *("infinite", "too short", "without columns", "of nothing", "of constants", "of lists in cells"),
    "with text and days",
]

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
    "tensor": (TENSORS, _tensor),
    "other": (OTHERS, _other),
    "dataset": (DATASETS, _dataset),
}
"""The kinds of first columns, and what makes a table of so many rows whose first column is of a kind."""
