"""Columns of pandas, Arrow, Polars and NumPy, of types that only these have."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from benchmarks.faults.hostile.cells import Cells, floats, some, whole

Make = Callable[[int, np.random.Generator], Any]
"""A column of so many rows."""


def _gappy(values: list[Any]) -> list[Any]:
    return [None if i % 5 == 3 else value for i, value in enumerate(values)]


def _numbers(dtype: str) -> Make:
    return lambda n, rng: rng.normal(0, 3, n).astype(dtype)


def _moments(dtype: str) -> Make:
    def made(n: int, rng: np.random.Generator) -> np.ndarray:
        moments = np.datetime64("2020-01-01", "s") + rng.integers(0, 10**7, n).astype("timedelta64[s]")
        moments[::7] = np.datetime64("NaT")
        return moments.astype(dtype)

    return made


NUMPY: dict[str, Make] = {
    "doubles": _numbers("<f8"),
    "big-endian doubles": _numbers(">f8"),
    "big-endian singles": _numbers(">f4"),
    "big-endian whole numbers": _numbers(">i4"),
    "big-endian unsigned": lambda n, rng: rng.integers(0, 9, n).astype(">u2"),
    "halves": _numbers("f2"),
    "long doubles": _numbers("longdouble"),
    "bytes of numbers": _numbers("i1"),
    "truths": lambda n, rng: rng.random(n) < 0.5,
    "complex": lambda n, rng: rng.normal(size=n) + 1j,
    "texts": lambda n, rng: rng.choice(np.array(["red", "green", "blue"]), n),
    "big-endian texts": lambda n, rng: rng.choice(np.array(["red", "green"]), n).astype(">U5"),
    "long texts": lambda n, rng: np.array([f"the {i * 7 % 61} of {i * 3 % 53}" for i in range(n)]),
    "bytes": lambda n, rng: rng.choice(np.array([b"red", b"blue"]), n),
    "variable texts": lambda n, rng: rng.choice(np.array(["red", "green"]), n).astype(np.dtypes.StringDType()),
    "days": _moments("datetime64[D]"),
    "seconds": _moments("datetime64[s]"),
    "nanoseconds": _moments("datetime64[ns]"),
    "big-endian nanoseconds": _moments(">M8[ns]"),
    "years": lambda n, rng: (1990 + rng.integers(0, 30, n)).astype(str).astype("datetime64[Y]"),
    "durations": lambda n, rng: rng.integers(0, 10**5, n).astype("timedelta64[s]"),
    "days between": lambda n, rng: rng.integers(0, 10**3, n).astype("timedelta64[D]"),
    "raw": lambda n, rng: np.frombuffer(rng.bytes(4 * n), dtype="V4"),
}
"""What NumPy holds in an array of one dimension."""


def _arrow(type: pa.DataType, make: Cells) -> Make:
    return lambda n, rng: pa.array(_gappy(make(n, rng)), type=type)


def _decimals(n: int, rng: np.random.Generator) -> list[Decimal]:
    return [Decimal(int(i)) / 4 for i in rng.integers(-90, 90, n)]


def _halves(n: int, rng: np.random.Generator) -> list[Any]:
    return list(rng.normal(size=n).astype(np.float16))


_WORDS = some("red", "green", "blue")
_DAYS = some(*(datetime.date(2020, 1 + i % 12, 1 + i) for i in range(25)))
_MOMENTS = some(*(datetime.datetime(2020, 1 + i % 12, 1 + i, i % 24) for i in range(25)))
_TIMES = some(datetime.time(1), datetime.time(2, 30), datetime.time(23))

ARROW: dict[str, Make] = {
    "whole numbers": _arrow(pa.int32(), whole),
    "unsigned": _arrow(pa.uint64(), whole),
    "floats": _arrow(pa.float64(), floats),
    "halves": _arrow(pa.float16(), _halves),
    "decimals of 128 bits": _arrow(pa.decimal128(9, 2), _decimals),
    "decimals of 256 bits": _arrow(pa.decimal256(40, 2), _decimals),
    "booleans": _arrow(pa.bool_(), some(True, False)),
    "words": _arrow(pa.string(), _WORDS),
    "large words": _arrow(pa.large_string(), _WORDS),
    "views of words": _arrow(pa.string_view(), _WORDS),
    "bytes": _arrow(pa.binary(), some(b"a", b"\xff")),
    "bytes of one width": _arrow(pa.binary(2), some(b"ab", b"cd")),
    "categories": lambda n, rng: pa.array(_gappy(_WORDS(n, rng))).dictionary_encode(),
    "categories of numbers": lambda n, rng: pa.array(_gappy(whole(n, rng))).dictionary_encode(),
    "categories of days": lambda n, rng: pa.array(_gappy(_DAYS(n, rng))).dictionary_encode(),
    "categories with a null": lambda n, rng: pa.DictionaryArray.from_arrays(
        pa.array(rng.integers(0, 3, n), pa.int8()), pa.array(["red", None, "blue"])
    ),
    "runs": lambda n, rng: pa.RunEndEncodedArray.from_arrays(
        pa.array([n // 3, n // 2, n], pa.int32()), pa.array(["red", None, "blue"])
    ),
    "days": _arrow(pa.date32(), _DAYS),
    "days in milliseconds": _arrow(pa.date64(), _DAYS),
    "moments": _arrow(pa.timestamp("us"), _MOMENTS),
    "moments with a zone": _arrow(pa.timestamp("ns", "Asia/Tokyo"), _MOMENTS),
    "times of day": _arrow(pa.time64("us"), _TIMES),
    "durations": _arrow(pa.duration("s"), whole),
    "lists": _arrow(pa.list_(pa.int64()), some([1], [1, 2], [])),
    "lists of one length": _arrow(pa.list_(pa.int64(), 2), some([1, 2], [3, 4])),
    "structs": _arrow(pa.struct([("a", pa.int64())]), some({"a": 1}, {"a": 2})),
    "maps": _arrow(pa.map_(pa.string(), pa.int64()), some([("a", 1)], [("b", 2)])),
    "nulls": lambda n, rng: pa.nulls(n),
    "months and days": lambda n, rng: pa.array([(1, i % 9, 0) for i in range(n)], pa.month_day_nano_interval()),
}
"""What Arrow holds; about a fifth of the cells are null."""


def _categorical(values: list[Any], **how: Any) -> Make:
    return lambda n, rng: pd.Categorical([values[i % len(values)] for i in rng.integers(0, 99, n)], **how)


PANDAS: dict[str, Make] = {
    "doubles": _numbers("<f8"),
    "categories": _categorical(["red", "blue", None]),
    "ordered categories": _categorical(["low", "high"], categories=["low", "high", "never"], ordered=True),
    "categories of numbers": _categorical([1, 2.5, 7]),
    "categories of booleans": _categorical([True, False, None]),
    "categories of days": _categorical([pd.Timestamp("2020"), pd.Timestamp("2021"), pd.NaT]),
    "mixed categories": _categorical([1, "a", 2.5]),
    "categories of surrogates": lambda n, rng: pd.Categorical.from_codes(
        rng.integers(-1, 2, n), categories=pd.Index(["a\ud800", "b"], dtype=object)
    ),
    "no categories": lambda n, rng: pd.Categorical([None] * n, categories=["red"]),
    "intervals": lambda n, rng: pd.cut(rng.normal(size=n), 3),
    "many intervals": lambda n, rng: pd.arrays.IntervalArray.from_breaks(np.arange(n + 1.0)),
    "periods": lambda n, rng: pd.period_range("1990-01", periods=n, freq="M"),
    "moments with a zone": lambda n, rng: pd.date_range("2020", periods=n, freq="37h", tz="Asia/Tokyo"),
    "durations": lambda n, rng: pd.to_timedelta(rng.integers(0, 999, n), unit="h"),
    "nullable numbers": lambda n, rng: pd.array(_gappy(whole(n, rng)), dtype="Int64"),
    "nullable floats": lambda n, rng: pd.array(_gappy(floats(n, rng)), dtype="Float32"),
    "nullable booleans": lambda n, rng: pd.array(_gappy((rng.random(n) < 0.5).tolist()), dtype="boolean"),
    "nullable text": lambda n, rng: pd.array(_gappy(_WORDS(n, rng)), dtype="string"),
    "text of Arrow": lambda n, rng: pd.array(_gappy(_WORDS(n, rng)), dtype="string[pyarrow]"),
    "sparse numbers": lambda n, rng: pd.arrays.SparseArray(rng.integers(0, 3, n)),
    "sparse floats": lambda n, rng: pd.arrays.SparseArray(np.where(rng.random(n) < 0.7, np.nan, rng.normal(size=n))),
    "sparse booleans": lambda n, rng: pd.arrays.SparseArray(rng.random(n) < 0.3),
}
"""What pandas holds beside NumPy's arrays and objects."""


def _polars(dtype: Any, make: Cells) -> Make:
    return lambda n, rng: pl.Series("x", _gappy(make(n, rng)), dtype=dtype, strict=False)


POLARS: dict[str, Make] = {
    "floats": _polars(pl.Float64, floats),
    "whole numbers": _polars(pl.Int16, whole),
    "unsigned": _polars(pl.UInt64, whole),
    "whole numbers of 128 bits": _polars(pl.Int128, whole),
    "decimals": _polars(pl.Decimal(9, 2), _decimals),
    "booleans": _polars(pl.Boolean, some(True, False)),
    "words": _polars(pl.String, _WORDS),
    "categories": _polars(pl.Categorical, _WORDS),
    "enumerated": _polars(pl.Enum(["red", "green", "blue"]), _WORDS),
    "bytes": _polars(pl.Binary, some(b"a", b"\xff")),
    "days": _polars(pl.Date, _DAYS),
    "moments": _polars(pl.Datetime("us"), _MOMENTS),
    "moments with a zone": _polars(pl.Datetime("us", "UTC"), _MOMENTS),
    "times of day": _polars(pl.Time, _TIMES),
    "durations": _polars(pl.Duration("ms"), some(datetime.timedelta(1), datetime.timedelta(0, 7))),
    "lists": _polars(pl.List(pl.Int64), some([1], [1, 2], [])),
    "arrays": _polars(pl.Array(pl.Int64, 2), some([1, 2], [3, 4])),
    "structs": _polars(pl.Struct({"a": pl.Int64}), some({"a": 1}, {"a": 2})),
    "objects": lambda n, rng: pl.Series("x", [object() for _ in range(n)], dtype=pl.Object),
    "nulls": lambda n, rng: pl.Series("x", [None] * n, dtype=pl.Null),
}
"""What Polars holds; about a fifth of the cells are null."""
