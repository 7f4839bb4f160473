"""Columns of rare types become columns of usual ones, and those of usual types stay the same objects."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.tables.frames import as_column
from recommender.tables.usual import in_usual_type, in_usual_types

USUAL = {
    "numbers": pd.Series([1.5, np.nan]),
    "whole numbers": pd.Series([1, 2], dtype="int16"),
    "truths": pd.Series([True, False]),
    "days": pd.Series(pd.to_datetime(["2020", None])),
    "text": pd.Series(["a", None]),
    "objects": pd.Series(["größe", 1, None, Decimal("NaN"), [1]], dtype=object),
    "nullable": pd.Series([1, None], dtype="Int64"),
    "categories": pd.Series(["a", None], dtype="category"),
    "Arrow's text": pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())),
    "Arrow's days": pd.Series([datetime.date(2020, 1, 1), None], dtype=pd.ArrowDtype(pa.date32())),
    "sparse": pd.Series(pd.arrays.SparseArray([0, 1])),
}


@pytest.mark.parametrize("kind", USUAL)
def test_usual_columns_are_the_same_objects(kind):
    assert in_usual_type(USUAL[kind]) is USUAL[kind]
    table = pd.DataFrame({"a": USUAL[kind]})
    assert in_usual_types(table) is table


def latin(dtype: object) -> pd.Series:
    """Texts of which the first has a byte that is no UTF-8, and nobody has looked."""
    whole = pa.array(["caf?", "tea", None])
    texts = pa.Array.from_buffers(pa.string(), 3, [*whole.buffers()[:2], pa.py_buffer(b"caf\xe9tea")])
    return pd.Series(pd.array(texts, dtype=dtype), [5, 7, 9])


@pytest.mark.parametrize("dtype", ["string[pyarrow]", pd.ArrowDtype(pa.string())])
def test_bytes_that_are_no_text_are_written_as_what_they_are(dtype):
    assert in_usual_type(latin(dtype)).tolist() == ["caf\\xe9", "tea", None]
    assert as_column(pd.Series(latin(dtype).array.dropna())).tolist() == ["caf\\xe9", "tea"]


def arrow(values: list, type: pa.DataType) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, type)])), index=[5, 7])


RARE = {
    "big-endian": (pd.Series(np.array([1, 2], dtype=">i8"), [5, 7]), [1, 2]),
    "big-endian days": (pd.Series(np.array(["2020"] * 2, dtype=">M8[ns]"), [5, 7]), [pd.Timestamp("2020")] * 2),
    "halves": (arrow([np.float16(1.5), None], pa.float16()), [1.5, None]),
    "decimals": (arrow([Decimal("1.50"), None], pa.decimal128(5, 2)), [Decimal("1.50"), None]),
    "categories": (arrow(["a", None], pa.dictionary(pa.int8(), pa.string())), ["a", None]),
    "views": (arrow(["a", None], pa.string_view()), ["a", None]),
    "structs": (arrow([{"a": 1}, None], pa.struct([("a", pa.int64())])), [{"a": 1}, None]),
    "bytes": (arrow([b"a", None], pa.binary()), [b"a", None]),
    "durations": (arrow([1, None], pa.duration("s")), [pd.Timedelta(1, "s"), None]),
    "decimals that signal": (pd.Series([Decimal("sNaN"), Decimal(1)], [5, 7], dtype=object), [None, Decimal(1)]),
    "half a pair": (pd.Series(["x\ud800", None], [5, 7], dtype=object), ["x\\ud800", None]),
    "half a pair beside a list": (pd.Series(["x\ud800", [1]], [5, 7], dtype=object), ["x\\ud800", [1]]),
}


@pytest.mark.parametrize("kind", RARE)
def test_rare_columns_keep_their_values_and_rows(kind):
    column, expected = RARE[kind]
    made = in_usual_types(pd.DataFrame({"a": column, "b": [1, 2]}).set_axis(["same", "same"], axis=1))
    assert made.columns.tolist() == ["same", "same"]
    assert made.index.tolist() == [5, 7]
    found = made.iloc[:, 0]
    assert not isinstance(found.dtype, pd.ArrowDtype)
    assert [None if not isinstance(v, (list, dict)) and pd.isna(v) else v for v in found] == expected
    assert in_usual_types(made) is made


def test_categories_of_numbers_that_are_held_as_objects_are_numbers():
    column = pd.Series(pd.Categorical.from_codes([0, 1, -1], pd.Index([1, 2], dtype=object)))
    assert in_usual_type(column).cat.categories.dtype == np.int64


def test_categories_of_half_a_pair_are_written():
    column = pd.Series(pd.Categorical.from_codes([0, -1], pd.Index(["x\ud800"], dtype=object), ordered=True))
    made = in_usual_type(column)
    assert made.cat.categories.tolist() == ["x\\ud800"]
    assert made.cat.ordered


def test_categories_of_which_one_is_null_are_objects():
    held = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["a", None]))
    column = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([held])))
    assert in_usual_type(column).tolist() == ["a", None]


def test_runs_are_written_out():
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int32()), pa.array(["a", None]))
    column = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([runs])))
    assert in_usual_type(column).tolist()[:1] == ["a"]
    assert in_usual_type(column).isna().tolist() == [False, True, True]
