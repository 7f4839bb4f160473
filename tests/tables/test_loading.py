from __future__ import annotations

import datetime

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from recommender.tables.loading import load_dataset

N = 12
ROWS = {
    "size": [None if i == 3 else i + 0.5 for i in range(N)],
    "count": [None if i == 4 else i for i in range(N)],
    "open": [None if i == 5 else i % 2 == 0 for i in range(N)],
    "kind": [None if i == 6 else f"k{i % 3}" for i in range(N)],
    "day": [None if i == 7 else datetime.date(2020, 1, i + 1) for i in range(N)],
    "at": [None if i == 8 else datetime.datetime(2020, 1, i + 1, 12) for i in range(N)],
    "y": ["uv"[i % 2] for i in range(N)],
}
EXPECTED = load_dataset(pd.DataFrame(ROWS), target="y")
TABLES = {
    "polars": lambda: pl.DataFrame(ROWS),
    "lazy polars": lambda: pl.DataFrame(ROWS).lazy(),
    "pyarrow": lambda: pa.table(ROWS),
    "narwhals": lambda: nw.from_native(pl.DataFrame(ROWS)),
    "categories of polars": lambda: pl.DataFrame(ROWS).with_columns(pl.col("kind").cast(pl.Categorical)),
    "categories of pyarrow": lambda: pa.table(ROWS | {"kind": pa.array(ROWS["kind"]).dictionary_encode()}),
}


@pytest.mark.parametrize("library", TABLES)
def test_tables_of_any_library(library):
    dataset = load_dataset(TABLES[library](), target="y")
    assert dataset.kinds == ["numeric", "numeric", "categorical", "categorical", "date", "date"]
    assert dataset.kinds == EXPECTED.kinds
    assert dataset.X.isna().sum().tolist() == [1] * 6
    assert dataset.X["count"].dropna().tolist() == [i for i in range(N) if i != 4]
    assert dataset.y.tolist() == ROWS["y"]
    assert not dataset.from_array


@pytest.mark.parametrize(
    "make",
    [
        lambda y: pl.Series("y", y),
        lambda y: pa.chunked_array([y]),
        lambda y: pa.array(y),
        lambda y: pl.DataFrame({"y": y}),
        lambda y: pa.table({"y": y}),
        lambda y: nw.new_series("y", y, backend="polars"),
    ],
)
def test_targets_of_any_library(make):
    features = pl.DataFrame(ROWS).drop("y")
    assert load_dataset(features, make(ROWS["y"])).y.tolist() == ROWS["y"]
    assert load_dataset(features, make([i + 0.5 for i in range(N)])).task == "regression"


def test_a_target_of_another_library_with_missing_values():
    dataset = load_dataset(pl.DataFrame(ROWS).drop("y"), pl.Series("y", [None, *range(N - 1)]))
    assert (dataset.n_samples, dataset.notes) == (N - 1, ("rows without a target 'y' are left out: 1 of 12",))


def test_masked_cells_are_missing():
    whole = np.arange(2.0 * N).reshape(N, 2)
    X = np.ma.MaskedArray(whole, mask=whole % 5 == 0)
    dataset = load_dataset(X, [0, 1] * (N // 2))
    assert dataset.from_array
    assert dataset.X.isna().to_numpy().tolist() == X.mask.tolist()
    assert dataset.X.to_numpy()[~X.mask].tolist() == whole[~X.mask].tolist()


def test_masked_whole_numbers_are_missing():
    dataset = load_dataset(np.ma.masked_equal(np.arange(2 * N).reshape(N, 2), 7), [0, 1] * (N // 2))
    assert dataset.X.isna().to_numpy().sum() == 1
    assert dataset.kinds == ["numeric", "numeric"]


def test_masks_without_a_masked_cell_change_nothing():
    whole = np.arange(2 * N).reshape(N, 2)
    plain, masked = (load_dataset(X, [0, 1] * (N // 2)) for X in (whole, np.ma.MaskedArray(whole)))
    pd.testing.assert_frame_equal(masked.X, plain.X)


@pytest.mark.parametrize("values", [[0, 1] * (N // 2), [0.5, 1.5] * (N // 2), [[0], [1]] * (N // 2)])
def test_masked_targets_are_missing(values):
    y = np.ma.MaskedArray(values)
    assert load_dataset(np.arange(N)[:, None], y).n_samples == N
    y[2] = np.ma.masked
    assert "rows without a target 'target' are left out: 1 of 12" in load_dataset(np.arange(N)[:, None], y).notes
