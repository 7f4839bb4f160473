"""Targets of every kind that a caller may have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scipy import sparse

from benchmarks.faults.hostile.containers import Held, Refusing

Target = Callable[[int, np.random.Generator], Any]


def _of(values: list[Any], hold: Callable[[list[Any]], Any]) -> Target:
    """A target drawn from a few values, each of which is there."""

    def made(n: int, rng: np.random.Generator) -> Any:
        places = rng.permutation(np.arange(n) % len(values))
        return hold([values[i] for i in places])

    return made


def _numbers(hold: Callable[[np.ndarray], Any]) -> Target:
    return lambda n, rng: hold(rng.normal(50, 9, n))


def _arrow(type: pa.DataType) -> Callable[[list[Any]], Any]:
    return lambda values: pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, type)])))  # type: ignore[attr-defined]


def _objects(values: Any) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def _masked(values: np.ndarray) -> Any:
    return np.ma.MaskedArray(values, mask=np.arange(len(values)) % 9 == 0)


UV, ABC = ["u", "v"], ["a", "b", "c"]
TARGETS: dict[str, Target] = {
    "list of texts": _of(UV, list),
    "tuple of texts": _of(ABC, tuple),
    "array of texts": _of(UV, np.array),
    "array of big-endian texts": _of(UV, lambda v: np.array(v).astype(">U1")),
    "array of variable texts": _of(UV, lambda v: np.array(v, dtype=np.dtypes.StringDType())),
    "array of objects": _of(ABC, lambda v: np.array(v, dtype=object)),
    "array of bytes": _of([b"u", b"v"], np.array),
    "objects of bytes": _of([b"u", b"v"], _objects),
    "array of booleans": _of([True, False], np.array),
    "list of booleans": _of([True, False], list),
    "booleans with gaps": _of([True, False, True, False, None], _objects),
    "booleans of pandas with gaps": _of([True, False, True, None], lambda v: pd.Series(v, dtype="boolean")),
    "big-endian classes": _of([1, 2, 3], lambda v: np.array(v, dtype=">i4")),
    "unsigned classes": _of([0, 255], lambda v: np.array(v, dtype=np.uint8)),
    "large classes": _of([20240131, 20240132, 20240133], np.array),
    "classes of floats": _of([1.0, 2.0], np.array),
    "classes and NaN": _of([1.0, 2.0, 1.0, 2.0, float("nan")], np.array),
    "singles": _numbers(lambda v: v.astype(np.float32)),
    "halves": _numbers(lambda v: v.astype(np.float16)),
    "long doubles": _numbers(lambda v: v.astype(np.longdouble)),
    "big-endian numbers": _numbers(lambda v: v.astype(">f8")),
    "big-endian singles": _numbers(lambda v: pd.Series(v.astype(">f4"))),
    "list of numbers": _numbers(lambda v: v.tolist()),
    "a column of two dimensions": _numbers(lambda v: v[:, None]),
    "masked numbers": _numbers(_masked),
    "masked classes": _of([1, 2], lambda v: _masked(np.array(v))),
    "masked texts": _of(UV, lambda v: _masked(np.array(v))),
    "durations": _numbers(lambda v: v.astype("timedelta64[h]")),
    "days": _of(["2020-01-01", "2021-01-01"], lambda v: np.array(v, dtype="datetime64[D]")),
    "moments of pandas": _of(["2020-01-01", "2021-01-01"], lambda v: pd.Series(pd.to_datetime(v))),
    "complex numbers": _numbers(lambda v: v + 1j),
    "infinite": _of([1.5, float("inf"), 2.5], np.array),
    "decimals": _numbers(lambda v: _objects(map(Decimal, v.round(2).astype(str)))),
    "decimals that are no numbers": _of([Decimal("1.5"), Decimal("NaN"), Decimal("2.5"), Decimal("3")], _objects),
    "signalling decimals": _of([Decimal("1.5"), Decimal("sNaN"), Decimal("2.5"), Decimal("3")], _objects),
    "money": _numbers(lambda v: [f"${x:,.2f}" for x in v]),
    "blank texts": _of(["u", "v", "u", "v", " "], list),
    "nothing but blanks": _of([" ", ""], list),
    "lone surrogates": _of(["u\ud800", "v\udfff"], list),
    "zeros in texts": _of(["u\0", "v"], _objects),
    "mixed": _of([1, "a"], _objects),
    "tuples": _of([(1,), (2,)], _objects),
    "lists": _of([[1], [2]], _objects),
    "Series of texts": _of(ABC, pd.Series),
    "Series of nullable texts": _of([*UV, *UV, None], lambda v: pd.Series(v, dtype="string")),
    "Series of nullable numbers": _of([1, 2, 1, 2, None], lambda v: pd.Series(v, dtype="Int64")),
    "Series of categories": _of(UV, lambda v: pd.Series(pd.Categorical(v, [*UV, "never"]))),
    "Series of ordered categories": _of(UV, lambda v: pd.Series(pd.Categorical(v, UV[::-1], ordered=True))),
    "Series of categories of numbers": _of([1, 2, None], lambda v: pd.Series(pd.Categorical(v))),
    "Series of intervals": _numbers(lambda v: pd.Series(pd.cut(v, 3))),
    "sparse Series": _of([0, 1, 2], lambda v: pd.Series(pd.arrays.SparseArray(v))),
    "Series under another index": _of(UV, lambda v: pd.Series(v, index=range(7, 7 + len(v)), name="y")),
    "Categorical": _of(ABC, pd.Categorical),
    "Categorical with gaps": _of([*UV, *UV, None], pd.Categorical),
    "array of pandas": _of([1, 2, 1, 2, None], lambda v: pd.array(v, dtype="Int64")),
    "array of texts of pandas": _of([*UV, *UV, None], lambda v: pd.array(v, dtype="string")),
    "Index": _of(UV, pd.Index),
    "Index of numbers": _numbers(pd.Index),
    "CategoricalIndex": _of(UV, pd.CategoricalIndex),
    "DatetimeIndex": _of(["2020-01-01", "2021-01-01"], pd.DatetimeIndex),
    "IntervalIndex": lambda n, rng: pd.interval_range(0, n),
    "MultiIndex": lambda n, rng: pd.MultiIndex.from_arrays([["u", "v"] * (n // 2)] * 2),
    "range": lambda n, rng: range(n),
    "Arrow's array": _of([*ABC, *ABC, None], pa.array),
    "Arrow's chunks": _of([1, 2], lambda v: pa.chunked_array([v[:5], v[5:]])),
    "Arrow's numbers": _numbers(pa.array),
    "Arrow's halves": _numbers(lambda v: pa.array(list(v.astype(np.float16)), pa.float16())),
    "Arrow's categories": _of([*UV, *UV, None], lambda v: pa.array(v).dictionary_encode()),
    "Arrow's booleans": _of([True, False], pa.array),
    "Arrow's decimals": _numbers(lambda v: pa.array([Decimal(f"{x:.2f}") for x in v], pa.decimal128(9, 2))),
    "Arrow's lists": _of([[1], [2]], pa.array),
    "Series of Arrow's texts": _of([*UV, *UV, None], _arrow(pa.string())),
    "Series of Arrow's numbers": _numbers(lambda v: _arrow(pa.float32())(v.tolist())),
    "Series of Arrow's halves": _numbers(lambda v: _arrow(pa.float16())(list(v.astype(np.float16)))),
    "Series of Arrow's decimals": _numbers(lambda v: _arrow(pa.decimal128(9, 2))([Decimal(f"{x:.2f}") for x in v])),
    "Series of Arrow's booleans": _of([True, False, True, None], _arrow(pa.bool_())),
    "Series of Arrow's bytes": _of([b"u", b"v"], _arrow(pa.binary())),
    "Series of Arrow's categories": _of([*UV, None], _arrow(pa.dictionary(pa.int8(), pa.string()))),
    "Polars' texts": _of(ABC, lambda v: pl.Series("y", v)),
    "Polars' categories": _of([*UV, *UV, None], lambda v: pl.Series("y", v, dtype=pl.Categorical)),
    "Polars' enumeration": _of(UV, lambda v: pl.Series("y", v, dtype=pl.Enum(UV))),
    "Polars' booleans": _of([True, False], lambda v: pl.Series("y", v)),
    "Polars' numbers": _numbers(lambda v: pl.Series("y", v)),
    "Polars' decimals": _numbers(lambda v: pl.Series("y", [Decimal(f"{x:.2f}") for x in v])),
    "Polars' table": _of(UV, lambda v: pl.DataFrame({"y": v})),
    "DataFrame of a column": _of(UV, lambda v: pd.DataFrame({"y": v})),
    "DataFrame of two": _of(UV, lambda v: pd.DataFrame({"y": v, "z": v})),
    "sparse column": _of([0, 1], lambda v: sparse.csr_array(np.array(v)[:, None])),
    "sparse array": _of([0, 1], lambda v: sparse.coo_array(np.array(v))),
    "tensor that refuses": _of([0, 1], Refusing),
    "tensor with a gradient": _of([0, 1], lambda v: Refusing(v, RuntimeError)),
    "held": _of([0, 1], Held),
    "structured": _of([1, 2], lambda v: np.array([(i,) for i in v], dtype=[("y", "i4")])),
    "dictionary": _of(UV, lambda v: dict(enumerate(v))),
    "set": _of(UV, set),
    "generator": _of(UV, lambda v: (x for x in v)),
    "bytes": lambda n, rng: bytes(rng.integers(0, 2, n).tolist()),
    "text": lambda n, rng: "y",
    "too few": lambda n, rng: [0, 1],
    "nothing": lambda n, rng: [None] * n,
    "constant": lambda n, rng: [1] * n,
}
"""What makes a target of so many rows, by a name for people."""
