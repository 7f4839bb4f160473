"""A table reader: what it was fitted on decides, and later tables mean the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone

from recommender.errors import DatasetError, UnknownNameError
from recommender.tables.loading import load_dataset
from recommender.tables.reading import TableReader

N = 60
RNG = np.random.default_rng(0)


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "price": [f"${v:,.2f}" for v in rng.lognormal(7, 1, N)],
            "code": rng.choice(["10", "20", "A1"], N),
            "day": pd.date_range("2020-01-01", periods=N, freq="7D").strftime("%d.%m.%Y"),
            "size": rng.choice(["S", "M", "L"], N),
            "open": rng.choice([True, False], N),
            "x": rng.normal(size=N),
            "id": range(N),
        }
    )


def test_every_column_has_its_type_whatever_rows_come(table):
    reader = TableReader().fit(table)
    kinds = {"price": "f", "code": "O", "day": "M", "size": "f", "open": "O", "x": "f"}
    for rows in (table, table.head(1), table.head(0), table.assign(price=None, day=None, size=None, open=None)):
        assert {name: values.dtype.kind for name, values in reader.transform(rows).items()} == kinds
    assert reader.get_feature_names_out().tolist() == list(kinds)


@pytest.mark.parametrize(
    ("column", "later", "as_before"),
    [
        ("code", 10, "10"),
        ("code", 10.0, "10"),
        ("open", 1, True),
        ("open", "true", True),
        ("price", 1234.5, "$1,234.50"),
        ("price", "1,234.50", "$1,234.50"),
        ("day", "2020-03-04", "04.03.2020"),
        ("day", pd.Timestamp("2020-03-04"), "04.03.2020"),
        ("day", pd.Timestamp("2020-03-04T01:00+01:00"), "04.03.2020"),
        ("size", "s", "S"),
        ("x", np.inf, np.nan),
        ("x", pd.NA, np.nan),
        ("x", "0.5", 0.5),
    ],
)
def test_what_means_the_same_is_read_to_the_same(table, column, later, as_before):
    reader = TableReader().fit(table)
    ways = [pd.DataFrame({**table.iloc[0], column: [value]}) for value in (later, as_before)]
    one, other = (reader.transform(way) for way in ways)
    pd.testing.assert_frame_equal(one, other)


def test_other_orders_and_further_columns_do_not_matter(table):
    reader = TableReader().fit(table)
    other = table[table.columns[::-1]].assign(more=1)
    pd.testing.assert_frame_equal(reader.transform(other), reader.transform(table))


def test_a_column_that_is_missing_is_named(table):
    with pytest.raises(DatasetError, match="lacks 1 of the columns that the model was fitted on: 'size'"):
        TableReader().fit(table).transform(table.drop(columns=["size", "id"]))


def test_readings_that_are_given_are_fitted(table):
    reader = TableReader({"code": "text", "price": "number"}).fit(table)
    assert reader.transform(table).columns.tolist() == ["code", "price"]
    assert clone(reader).get_params() == {"readings": {"code": "text", "price": "number"}}
    with pytest.raises(UnknownNameError, match=r"unknown reading 'numbr'\. Did you mean 'number'"):
        TableReader({"price": "numbr"}).fit(table)
    with pytest.raises(UnknownNameError, match=r"unknown column 'prize'\. Did you mean 'price'"):
        TableReader({"prize": "number"}).fit(table)


def test_what_is_fitted_is_what_is_written_in_the_rows_of_a_fold(table):
    euros = table.assign(
        price=[text.translate(str.maketrans({",": ".", ".": ",", "$": ""})) for text in table["price"]]
    )
    reader = TableReader({"price": "number"})
    dollars = reader.fit(table).transform(table)
    pd.testing.assert_frame_equal(clone(reader).fit(euros).transform(euros), dollars)


@pytest.mark.parametrize("convert", [pa.Table.from_pandas, "polars"])
def test_tables_of_other_libraries_are_read_alike(table, convert):
    if convert == "polars":
        convert = pytest.importorskip("polars").from_pandas
    reader = TableReader().fit(convert(table))
    pd.testing.assert_frame_equal(reader.transform(convert(table)), TableReader().fit(table).transform(table))


def test_arrays_are_known_by_place(table):
    array = table.to_numpy()
    reader = TableReader().fit(array)
    assert reader.transform(array).shape == (N, 6)
    with pytest.raises(DatasetError, match="6 columns, and the model was fitted on 7"):
        reader.transform(array[:, 1:])


def test_names_that_are_the_same_are_told_apart(table):
    twice = pd.concat([table[["price"]], table[["price"]]], axis=1)
    assert TableReader().fit_transform(twice).columns.tolist() == ["price", "price (2)"]


def test_names_that_are_made_are_not_those_of_other_columns():
    table = pd.DataFrame({"size": [f"{i}x{i + 1}" for i in range(N)], "size 1": RNG.normal(size=N), "size 2": "same"})
    reader = TableReader().fit(table)
    read = reader.transform(table)
    assert read.columns.tolist() == ["size 1 (2)", "size 2 (2)", "size 1"] == reader.get_feature_names_out().tolist()
    assert (read["size 1"] == table["size 1"]).all()
    assert load_dataset(table, np.arange(N) % 2).features.columns.tolist() == [*read.columns, "size 2"]


def test_codes_that_lost_their_zeros_are_the_same_codes():
    codes = pd.DataFrame({"zip": ["02134", "90210", "00501", "501"] * 9})
    reader = TableReader({"zip": "category"}).fit(codes)
    later = pd.DataFrame({"zip": [2134, 90210.0, "2134", "501", 7]})
    assert reader.transform(later)["zip"].tolist() == ["02134", "90210", "02134", "501", "7"]


def test_an_array_is_known_by_place_whatever_the_names_were():
    numbers = pd.DataFrame(RNG.normal(size=(N, 3)), columns=[2, 1, 0])
    reader = TableReader().fit(numbers)
    np.testing.assert_array_equal(reader.transform(numbers.to_numpy()), numbers)
    np.testing.assert_array_equal(reader.transform(numbers[[0, 1, 2]]), numbers)


def test_as_many_numbers_are_read_as_there_were_whatever_rows_come():
    boxes = pd.DataFrame({"box": [f"{10 + i % 7}x{20 + i % 5}x{30 + i % 3}" for i in range(N)]})
    readings = {"box": TableReader().fit(boxes).readings_["box"].name}
    for rows in (boxes.head(0), boxes.assign(box=None), boxes.assign(box="3x4"), boxes.assign(box="7")):
        assert TableReader(readings).fit(rows).transform(boxes).shape == (N, 3)


@pytest.mark.parametrize("write", [str, lambda v: v.total_seconds(), lambda v: f"{v.total_seconds() / 60} min"])
def test_durations_are_read_however_they_come_later(write):
    waited = pd.DataFrame({"waited": pd.to_timedelta(RNG.integers(1, 10_000, N), unit="min")})
    reader = TableReader().fit(waited)
    assert reader.readings_["waited"].unit == "s"
    later = pd.DataFrame({"waited": waited["waited"].map(write)})
    pd.testing.assert_frame_equal(reader.transform(later), reader.transform(waited))


def test_periods_are_dates_also_as_objects():
    months = pd.DataFrame({"month": pd.period_range("2015-01", periods=N, freq="M")})
    for table in (months, months.astype(object)):
        reader = TableReader().fit(table)
        for later in (months, months.astype(object), months.astype(str)):
            assert reader.transform(later)["month"].tolist() == months["month"].dt.to_timestamp().tolist()
