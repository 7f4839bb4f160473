"""Whatever holds a table or a target becomes one of pandas, or one clear error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from recommender.errors import DatasetError
from recommender.recommendation import recommend
from recommender.tables.frames import as_array, as_column, as_frame, has_names, unique_names
from recommender.tables.loading import load_dataset

VALUES = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]])


class Refusing:
    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __array__(self, dtype=None, copy=None):
        raise self.error("use .cpu() first\nor else")


@pytest.mark.parametrize("error", [TypeError, RuntimeError, MemoryError, NotImplementedError])
@pytest.mark.parametrize("read", [as_frame, as_column])
def test_what_refuses_to_be_an_array_is_one_clear_error(read, error):
    with pytest.raises(DatasetError, match=r"cannot be read as an array: use \.cpu\(\) first or else"):
        read(Refusing(error))


MASKED = np.ma.MaskedArray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], mask=[[0, 1], [0, 0], [1, 0]])


@pytest.mark.parametrize(
    "table",
    [
        list(MASKED),
        tuple(MASKED),
        list(map(list, MASKED)),
        [*MASKED[:2], list(MASKED[2])],
        pd.DataFrame(map(list, MASKED)),
    ],
    ids=["rows", "a tuple", "lists", "mixed", "frame"],
)
def test_what_is_masked_in_a_list_is_missing(table):
    assert as_frame(table).isna().to_numpy().tolist() == MASKED.mask.tolist()


def test_what_is_masked_in_a_list_of_texts_is_missing():
    texts = np.ma.MaskedArray(["u", "v", "w"], mask=[0, 1, 0])
    assert as_column(list(texts)).isna().tolist() == [False, True, False]
    assert as_frame([list(texts)] * 2).isna().to_numpy().tolist() == [[False, True, False]] * 2


def test_a_pipeline_fits_on_rows_of_a_masked_array_as_on_the_array():
    rng = np.random.default_rng(0)
    X = np.ma.MaskedArray(rng.normal(size=(40, 2)), mask=rng.random((40, 2)) < 0.2)
    y = (X.data[:, 0] > 0).astype(int)
    spoilt = np.ma.MaskedArray(np.where(X.mask, 1e6, X.data), mask=X.mask)
    found = [
        recommend(table, y, include=["lda"]).best.estimator.fit(table, y).predict(table) for table in (X, list(spoilt))
    ]
    assert found[0].tolist() == found[1].tolist()


def damaged(format: str, part: str, at: int, value: int) -> sparse.sparray:
    made = getattr(sparse, f"{format}_array")(VALUES)
    places = getattr(made, part).copy()
    places[at] = value
    setattr(made, part, places)
    return made


@pytest.mark.parametrize(
    "matrix",
    [
        damaged("csr", "indices", 0, 10**6),
        damaged("csc", "indices", 0, -1),
        damaged("bsr", "indptr", 1, 10**6),
        damaged("csr", "indptr", 0, 3),
        damaged("coo", "row", 0, 10**6),
    ],
    ids=["beyond", "before", "too many", "not from 0", "coordinates"],
)
def test_a_matrix_on_which_scipy_would_crash_is_one_clear_error(matrix):
    for read in (as_frame, as_column):
        with pytest.raises(DatasetError, match="damaged sparse matrix"):
            read(matrix)


@pytest.mark.parametrize("y", [[], ()])
def test_a_target_of_nothing_is_one_clear_error(y):
    with pytest.raises(DatasetError, match="12 rows and the target has 0"):
        load_dataset(np.ones((12, 2)), y)


class Table:
    def to_pandas(self):
        raise ConnectionError("the cluster\nis gone")


@pytest.mark.parametrize("read", [as_frame, as_column])
def test_what_a_library_raises_is_one_clear_error(read):
    with pytest.raises(DatasetError, match="the Table cannot be read as a table or column: the cluster is gone"):
        read(Table())


@pytest.mark.parametrize("format", ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"])
@pytest.mark.parametrize("kind", ["matrix", "array"])
def test_sparse_matrices_are_written_out(format, kind):
    made = getattr(sparse, f"{format}_{kind}")(VALUES)
    assert as_frame(made).to_numpy().tolist() == VALUES.tolist()
    assert not has_names(made)
    dataset = load_dataset(sparse.vstack([made] * 4).asformat(format), [0, 1] * 6)
    assert dataset.reads_table


def test_structured_arrays_are_tables_with_names():
    rows = np.array([(1.5, "a", "2020-01-01"), (2.5, "b", "NaT")], dtype=[("x", ">f8"), ("k", "U1"), ("d", "M8[D]")])
    frame = as_frame(rows)
    assert has_names(rows)
    assert frame.columns.tolist() == ["x", "k", "d"]
    assert frame["x"].tolist() == [1.5, 2.5]
    assert frame["k"].tolist() == ["a", "b"]
    assert frame["d"].isna().tolist() == [False, True]


def test_text_and_days_of_arrays_are_read():
    rng = np.random.default_rng(0)
    texts = rng.choice(["red", "green"], (20, 2))
    assert load_dataset(texts, [0, 1] * 10).kinds == ["categorical", "categorical"]
    days = np.datetime64("2020-01-01") + rng.integers(0, 99, (20, 2))
    assert load_dataset(days, [0, 1] * 10).kinds == ["date", "date"]
    assert load_dataset(days, [0, 1] * 10).reads_table


def test_columns_that_pandas_does_not_know_are_read_as_objects():
    whole = pl.DataFrame({"a": pl.Series([1, None, 2**100], dtype=pl.Int128)})
    assert as_frame(whole)["a"].tolist() == [1, None, 2**100]
    null = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["x", None]))
    assert as_frame(pa.table({"a": null}))["a"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "y",
    [
        pd.Categorical(["u", "v"]),
        pd.Index(["u", "v"]),
        pd.CategoricalIndex(["u", "v"]),
        pa.array(["u", "v"]),
        pa.array(["u", "v"]).dictionary_encode(),
        pl.Series(["u", "v"], dtype=pl.Categorical),
        np.array(["u", "v"]),
        np.array([["u"], ["v"]]),
        pd.DataFrame({"y": ["u", "v"]}),
        np.array([("u",), ("v",)], dtype=[("y", "U1")]),
    ],
)
def test_targets_in_any_container(y):
    assert as_column(y).tolist() == ["u", "v"]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (range(3), [0, 1, 2]),
        (np.array([1, 2], dtype=">i2"), [1, 2]),
        (sparse.csr_array([[1], [0]]), [1, 0]),
        (pd.array([1, 2], dtype="Int64"), [1, 2]),
    ],
)
def test_targets_of_numbers_in_any_container(y, expected):
    assert as_column(y).tolist() == expected


@pytest.mark.parametrize(
    "y",
    [
        np.ones((2, 2)),
        3,
        None,
        {"a": 1},
        pd.DataFrame({"a": [1], "b": [2]}),
        np.zeros(2, dtype=[("a", int), ("b", int)]),
    ],
)
def test_targets_of_another_shape_are_one_clear_error(y):
    with pytest.raises(DatasetError, match="the target must be one column"):
        as_column(y)


def test_a_target_with_half_a_pair_is_one_clear_error():
    for y in (["u\ud800", "v"], np.array(["u\ud800", "v"]), pd.Series(["u\ud800", "v"], dtype=object)):
        with pytest.raises(DatasetError, match="a letter is half a pair"):
            as_column(y)


def test_arrays_are_in_the_order_of_the_machine():
    assert as_array(np.array([1], dtype=">f8"), "it").dtype.isnative


def test_names_can_be_written_and_told_apart():
    assert unique_names(["x\ud800", "", "", "x\\ud800"]) == ["x\\ud800", "unnamed", "unnamed (2)", "x\\ud800 (2)"]
