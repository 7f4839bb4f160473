"""How a column is read: each case with what a person would say it is."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.tables.deciding import CONSTANT, decide, decide_all

RNG = np.random.default_rng(0)
N = 120
VALUES = RNG.lognormal(3, 1, N).round(2)
WHOLE = RNG.integers(100, 99_999, N)
DAYS = pd.date_range("2019-01-28", periods=N, freq="9D")


def numbers(written: list) -> np.ndarray:
    column = pd.Series(written, name="v", dtype=object)
    reading = decide(column)
    assert reading.name == "number", reading
    return reading.read(column)[""].to_numpy()


@pytest.mark.parametrize(
    ("write", "meant"),
    [
        (lambda v: f"{v} kmpl", 1),
        (lambda v: f"{v}GB", 1),
        (lambda v: f"Rs. {v}", 1),
        (lambda v: f"${v:,.2f}", 1),
        (lambda v: f"{v:.2f} €".replace(".", ","), 1),
        (lambda v: f"USD {v}", 1),
        (lambda v: f"{v}%", 1),
        (lambda v: str(v).replace(".", ","), 1),
        (lambda v: f" {v} ", 1),
        (lambda v: f"{v / 1000:.5f}M" if v > 20 else f"{v}k", 1000),
        (lambda v: Decimal(str(v)), 1),
        (lambda v: v, 1),
    ],
)
def test_numbers_are_read_however_they_are_written(write, meant):
    np.testing.assert_allclose(numbers([write(v) for v in VALUES]), VALUES * meant, rtol=1e-6)


@pytest.mark.parametrize("mark", [",", ".", " ", "'", "\u00a0"])
def test_thousands_have_many_marks(mark):
    written = [f"{v:,}".replace(",", mark) for v in WHOLE * 1000]
    np.testing.assert_array_equal(numbers(written), WHOLE * 1000)


@pytest.mark.parametrize("odd", ["?", "", " ", "-", "n/a", "unknown", "null kmpl", None, np.nan])
def test_one_odd_cell_among_numbers_is_missing(odd):
    read = numbers([odd if i == 7 else f"{v} kmpl" for i, v in enumerate(VALUES)])
    assert np.isnan(read[7])
    np.testing.assert_allclose(np.delete(read, 7), np.delete(VALUES, 7))


def test_accounts_write_negatives_in_parentheses():
    signed = WHOLE - 50_000
    written = [f"({-v:,})" if v < 0 else f"{v:,}" for v in signed]
    np.testing.assert_array_equal(numbers(written), signed)


def test_durations_are_seconds():
    minutes = WHOLE % 600
    np.testing.assert_array_equal(numbers([f"{m // 60}h {m % 60}m" for m in minutes]), minutes * 60)
    clock = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in WHOLE % 86_400]
    np.testing.assert_array_equal(numbers(clock), WHOLE % 86_400)
    np.testing.assert_array_equal(numbers(list(pd.to_timedelta(WHOLE, unit="s"))), WHOLE)


def test_ranges_are_their_middle():
    written = [f"{v} - {v + 40}" if i % 3 == 0 else f"{v + 20}" for i, v in enumerate(WHOLE)]
    np.testing.assert_array_equal(numbers(written), WHOLE + 20)


def test_several_units_are_numbers_and_units_apart():
    column = pd.Series([f"{v} km/kg" if i % 4 == 0 else f"{v} kmpl" for i, v in enumerate(VALUES)])
    reading = decide(column)
    read = reading.read(column)
    assert reading.name == "number and unit"
    np.testing.assert_allclose(read[""], VALUES)
    assert read[" unit"].tolist()[:2] == ["km/kg", "kmpl"]


def test_resolutions_are_two_numbers():
    column = pd.Series([f"{w}x{w // 2}" for w in WHOLE])
    read = decide(column).read(column)
    np.testing.assert_array_equal(read[" 1"], WHOLE)
    np.testing.assert_array_equal(read[" 2"], WHOLE // 2)


@pytest.mark.parametrize(
    "form",
    ["%d-%b-%y", "%B %d, %Y", "%A, %d %B %Y", "%d %b %Y", "%Y%m%d", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ"],
)
def test_dates_are_read_however_they_are_written(form):
    column = pd.Series(["unknown" if i == 3 else text for i, text in enumerate(DAYS.strftime(form))])
    reading = decide(column)
    assert reading.name == "date"
    read = reading.read(column)[""]
    assert read.isna().tolist() == [i == 3 for i in range(N)]
    assert (read.dropna().to_numpy() == DAYS.delete(3).to_numpy()).all()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(DAYS),
        pd.Series(DAYS.tz_localize("Europe/Paris")),
        pd.Series(DAYS).astype(pd.ArrowDtype(pa.timestamp("us"))),
        pd.Series(DAYS).astype(pd.ArrowDtype(pa.timestamp("s"))).astype(pd.ArrowDtype(pa.date32())),
        pd.Series([day.date() for day in DAYS]),
        pd.Series(DAYS.to_period("D")),
        pd.Series([int(day.strftime("%Y%m%d")) for day in DAYS]),
    ],
    ids=["numpy", "zone", "arrow", "arrow date", "date objects", "period", "whole numbers"],
)
def test_dates_of_every_type_are_dates(column):
    read = decide(column).read(column)[""]
    assert read.dtype == "datetime64[ns]"
    assert (abs(read - pd.Series(DAYS)) <= datetime.timedelta(hours=2)).all()


@pytest.mark.parametrize(
    "levels",
    [
        ["low", "medium", "high"],
        ["<1", "1", "2", "3", ">20"],
        ["10-49", "50-99", "100-999", "1000+"],
        ["S", "M", "L", "XL"],
        ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"],
        ["F", "D", "C", "B", "A", "A+"],
    ],
    ids=str,
)
def test_levels_have_their_order(levels):
    places = RNG.integers(0, len(levels), N)
    column = pd.Series([levels[place] for place in places])
    reading = decide(column)
    assert reading.name == "ordered"
    read = reading.read(column)[""].to_numpy()
    assert (np.diff(read[np.argsort(places)]) >= 0).all() or (np.diff(read[np.argsort(places)]) <= 0).all()
    assert len(np.unique(read)) == len(levels)


def test_yes_and_no_are_two_values():
    column = pd.Series(["Yes", "no", "Y", "yes", "N", None, "No"] * 9)
    read = decide(column).read(column)[""]
    assert read.nunique() == 2
    assert read.isna().sum() == 9
    assert decide(pd.Series([True, False] * 9)).name == "two values"


def test_lists_are_items():
    column = pd.Series(["wifi, parking", "wifi", "parking,pool", "pool, wifi", None] * 12)
    reading = decide(column)
    assert reading.name == "list"
    assert reading.read(column)[""].head(5).tolist() == ["wifi|parking", "wifi", "parking|pool", "pool|wifi", ""]


def test_spellings_of_one_category_are_one():
    column = pd.Series(["Red", "red ", "RED", "Red", "blue"] * 9)
    assert decide(column).read(column)[""].unique().tolist() == ["Red", "blue"]


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (pd.Series(range(N), name="n"), "numbers the rows"),
        (pd.Series(RNG.permutation(10_000)[:N], name="customer_id"), "numbers the rows"),
        (pd.Series([f"C-{i:05d}" for i in RNG.permutation(N)], name="code"), "names the rows"),
        (pd.Series([7] * N), "same in every row"),
        (pd.Series([None] * N), "same in every row"),
        (pd.Series([[1, 2]] * N), "lists"),
        (pd.Series([1j, 2j] * 9), "complex"),
    ],
)
def test_what_carries_nothing_is_left_out(column, why):
    assert why in decide(column).why


def test_distinct_numbers_are_no_names():
    assert decide(pd.Series(RNG.permutation(100_000)[:N], name="distance")).name == "number"
    assert decide(pd.Series([f"{v} sq ft" for v in RNG.permutation(9_000)[:N]], name="area")).name == "number"


def test_a_table_of_nothing_but_numbers_of_rows_keeps_them():
    assert [reading.name for reading in decide_all(pd.DataFrame({"a": range(N)}))] == ["number"]


@pytest.mark.parametrize(("sentinel", "values"), [(-999, VALUES), (9999, VALUES % 50), (-200, VALUES), (1e20, VALUES)])
def test_sentinels_are_missing(sentinel, values):
    column = pd.Series(np.where(np.arange(N) % 9 == 0, sentinel, values))
    read = decide(column).read(column)[""]
    assert read.isna().tolist() == [i % 9 == 0 for i in range(N)]


@pytest.mark.parametrize(
    "values",
    [
        [0, 0, 0, *range(50, 100)],
        [-1, -1, -1, *range(40)],
        [5, 5, 5, *range(6, 60)],
        [5e8] * 5 + [0, 10, 1e3, 1e4, 1e6] * 6,
    ],
)
def test_values_that_are_no_sentinels_stay(values):
    assert not decide(pd.Series(values, dtype=float)).sentinels


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["A12", "B7", "A3", "C12"] * 9, "category"),
        (["02134", "90210", "10001"] * 9, "category"),
        (["1.2.3", "1.10.0", "2.0.1"] * 9, "category"),
        ([f"this is what customer {i} wrote about {'cats' if i % 2 else 'dogs'} and birds" for i in range(N)], "text"),
        (pd.Categorical(["1", "2"] * 9), "category"),
        (pd.Categorical(["b", "a"] * 9, ["b", "a"], ordered=True), "ordered"),
    ],
)
def test_what_only_looks_like_numbers_is_none(values, name):
    assert decide(pd.Series(values)).name == name


@pytest.mark.parametrize(
    "written", ["%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%Y-%m-%d", "%d.%m.%y", "%Y-%m-%dT%H:%M:%S+01:00"]
)
def test_dates_are_read_as_one_by_one(written):
    dates = pd.Series(pd.Timestamp("2015-01-01") + pd.to_timedelta(RNG.integers(0, 10**6, N), unit="min"))
    texts = dates.dt.strftime(written).sample(frac=1, random_state=0)
    expected = (
        pd.to_datetime(texts, format=written.replace("+01:00", "%z"), utc=True)
        .dt.tz_localize(None)
        .astype("datetime64[ns]")
    )
    texts.iloc[[3, 5]], expected.iloc[[3, 5]] = [None, "soon"], pd.NaT
    found = decide(texts).read(texts)[""]
    pd.testing.assert_series_equal(found, expected, check_names=False)


def test_numbers_that_double_precision_does_not_tell_apart_are_constant():
    assert decide(pd.Series([2**70, 2**70 + 1, 2**70 + 2], dtype=object)) == CONSTANT
    assert decide(pd.Series([2**70, 2**70 + 2**20, 2**70 + 2**21], dtype=object)).name == "number"
