"""Two columns that give a numeric target together are found, whatever else there is, and nothing else is."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes

from recommender.advice.formulas import MOST_COLUMNS, Formula, find_formulas
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset

N = 300
RNG = np.random.default_rng(0)
A, B = RNG.integers(0, 300, N), RNG.integers(1, 900, N)
PRICE, PIECES = RNG.lognormal(3, 1, N).round(2), RNG.integers(1, 9, N)
START = pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 10**7, N), unit="s")
SECONDS = RNG.integers(60, 5000, N)
NOISE = {f"noise {i}": RNG.normal(size=N) for i in range(6)} | {f"level {i}": RNG.integers(0, 4, N) for i in range(6)}


def dataset(y: object, **columns: object) -> Dataset:
    return load_dataset(pd.DataFrame(columns), pd.Series(np.asarray(y), name="y"), task="regression")


def found(y: object, **columns: object) -> list[tuple[str, str, str, float]]:
    data = dataset(y, **columns)
    names = data.features.columns
    return [(f.how, names[f.first], names[f.second], f.constant) for f in find_formulas(data)]


@pytest.mark.parametrize(
    ("y", "formula"),
    [
        (A + B, ("sum", "a", "b", 0.0)),
        (A + B + 32, ("sum", "a", "b", 32.0)),
        (A - B, ("difference", "a", "b", 0.0)),
        (B - A - 0.25, ("difference", "b", "a", -0.25)),
        (PRICE * PIECES, ("product", "price", "pieces", 1.0)),
        ((PRICE * PIECES).round(2), ("product", "price", "pieces", 1.0)),
        (-12 * PRICE * PIECES, ("product", "price", "pieces", -12.0)),
        (A / B, ("ratio", "a", "b", 1.0)),
        ((A / B).round(3), ("ratio", "a", "b", 1.0)),
        ((100 * A / B).round(1), ("ratio", "a", "b", 100.0)),
    ],
)
def test_a_formula_is_found_among_other_columns(y, formula):
    assert found(y, a=A, price=PRICE, b=B, pieces=PIECES, **NOISE) == [formula]


@pytest.mark.parametrize(
    ("y", "factor"),
    [(SECONDS, -1.0), (SECONDS / 3600, -1 / 3600), ((SECONDS / 60).round(1), -1 / 60), (-SECONDS, 1.0)],
)
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", None])
def test_the_time_between_two_dates_is_found(y, factor, form):
    start, end = (dates.strftime(form) if form else dates for dates in (START, START + pd.to_timedelta(SECONDS, "s")))
    assert found(y, a=A, start=start, end=end) == [("time", "start", "end", pytest.approx(factor, rel=1e-3))]


def test_missing_values_are_passed_over():
    a, b = A.astype(float), B.astype(float)
    a[RNG.random(N) < 0.2], b[RNG.random(N) < 0.2] = np.nan, np.nan
    assert found(A + B, a=a, b=b, **NOISE) == [("sum", "a", "b", 0.0)]
    assert found(A * B, a=a, b=b, **NOISE) == [("product", "a", "b", 1.0)]


def test_a_few_rows_may_differ_and_many_may_not():
    few, many = (np.where(RNG.permutation(N) < n, 7, A + B) for n in (3, 30))
    assert found(few, a=A, b=B, **NOISE) == [("sum", "a", "b", 0.0)]
    assert found(many, a=A, b=B, **NOISE) == []


def test_what_holds_on_the_sample_must_hold_on_all_rows():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50_000))
    assert len(find_formulas(dataset(a + b, a=a, b=b))) == 1
    assert find_formulas(dataset(np.where(np.arange(50_000) % 40 == 0, 0.0, a + b), a=a, b=b)) == []


def test_all_copies_are_found():
    pairs = [(first, second) for _, first, second, _ in found(A + B, a=A, again=A.astype(float), b=B, too=B)]
    assert pairs == [("a", "b"), ("a", "too"), ("again", "b"), ("again", "too")]


def test_a_column_that_is_hardly_needed_makes_no_formula():
    nearly_nothing, constant = np.where(np.arange(N) < 3, 1, 0), np.full(N, 5.0)
    assert found(PRICE, copy=PRICE, nothing=nearly_nothing, constant=constant, **NOISE) == []
    assert found(A + B, a=A, b=B, nothing=nearly_nothing, constant=constant) == [("sum", "a", "b", 0.0)]


def test_targets_and_columns_of_many_zeros():
    price = np.where(RNG.random(N) < 0.6, 0, PRICE)
    assert found(price * PIECES, price=price, pieces=PIECES, **NOISE) == [("product", "price", "pieces", 1.0)]
    assert found(price + PIECES, price=price, pieces=PIECES, **NOISE) == [("sum", "price", "pieces", 0.0)]


@pytest.mark.parametrize("dtype", ["float32", "int16", "Int64", "uint32", "string"])
def test_numbers_of_every_type(dtype):
    a, b = (pd.Series(values).astype(dtype) for values in (A, B))
    assert found(A + B, a=a, b=b) == [("sum", "a", "b", 0.0)]


def test_numbers_that_are_read_from_text():
    assert found(A + B, a=[f"${v:,}.00" for v in A], b=[f"{v} kg" for v in B]) == [("sum", "a", "b", 0.0)]


def test_large_numbers_with_a_small_difference():
    assert found(A - B, a=A + 1e9, b=B + 1e9) == [("difference", "a", "b", 0.0)]


@pytest.mark.parametrize(("power", "n_found"), [(-300, 0), (-30, 1), (30, 1), (298, 0)])
def test_numbers_of_any_size(power, n_found):
    size = 10.0**power
    assert len(found((A + B) * size, a=A * size, b=B * size)) == n_found
    assert len(found(A * size * B, a=A * size, b=B)) == n_found
    assert found(NOISE["noise 0"] * size, a=A * size, b=B / size) == []


def test_a_product_that_is_zero_where_the_target_is_not_is_none():
    price = np.where(RNG.random(N) < 0.6, 0, PRICE)
    assert found(np.where(price == 0, PRICE, price * PIECES), price=price, pieces=PIECES, **NOISE) == []


def test_small_tables_say_too_little():
    assert [len(found((A + B)[:n], a=A[:n], b=B[:n])) for n in (29, 30)] == [0, 1]
    assert found(A, a=A) == found(A, c=RNG.choice(["u", "v"], N)) == []


def test_columns_that_are_named_by_themselves_are_not_looked_at():
    data = dataset(A + B, a=A, b=B)
    assert find_formulas(data, without=[0]) == []
    assert len(find_formulas(data, without=[])) == 1


def test_a_formula_is_found_among_more_columns_than_are_paired():
    X = np.random.default_rng(0).normal(size=(100, 3 * MOST_COLUMNS))
    (formula,) = find_formulas(load_dataset(X, X[:, 5] - X[:, -1]))
    assert (formula.how, formula.first, formula.second) == ("difference", 5, 3 * MOST_COLUMNS - 1)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(30, 80), st.integers(2, 60), st.sampled_from(["normal", "levels", "counts"]), st.integers(0, 2**32 - 1)
)
def test_there_is_none_in_noise(n, p, kind, seed):
    rng = np.random.default_rng(seed)
    draw = {
        "normal": rng.normal,
        "levels": lambda size: rng.integers(0, 3, size),
        "counts": lambda size: rng.poisson(9, size),
    }
    y = draw[kind](size=n)
    y[:2] = 0, 1
    assert find_formulas(load_dataset(draw[kind](size=(n, p)), y, task="regression")) == []


def test_there_is_none_in_a_sound_table():
    assert find_formulas(load_dataset(load_diabetes(as_frame=True))) == []


def test_a_column_and_its_noise_make_no_formula():
    y = A + RNG.normal(size=N)
    assert found(y, a=A, near=y + RNG.normal(size=N) / 10, noise=RNG.normal(size=N) / 10, **NOISE) == []


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (Formula("sum", 0, 1, 0.0), "the columns 'a' and '<b>\\n' add up to the target"),
        (Formula("sum", 0, 1, -32.0), "the columns 'a' and '<b>\\n' add up to the target (-32 added)"),
        (Formula("difference", 1, 0, 0.0), "the difference of the columns '<b>\\n' and 'a' is the target"),
        (Formula("product", 0, 1, 1.0000001), "the product of the columns 'a' and '<b>\\n' is the target"),
        (Formula("ratio", 0, 1, 100.0), "the ratio of the columns 'a' and '<b>\\n' is the target (times 100)"),
        (Formula("time", 0, 1, -1 / 60), "the time between the columns 'a' and '<b>\\n' is the target"),
    ],
)
def test_it_is_said_in_words(formula, said):
    assert formula.in_words(["a", "<b>\n"]) == f"{said}: leave out both, or one, if they are not known before it"


@pytest.mark.parametrize("kind", ["normal", "binary", "missing"])
def test_many_columns_cost_little(kind):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2 * MOST_COLUMNS))
    X = {"normal": X, "binary": np.where(X > 0, 1.0, 0.0), "missing": np.where(np.abs(X) < 1.5, np.nan, X)}[kind]
    data = load_dataset(X, rng.integers(0, 50, 100), task="regression")
    assert data.kinds[0] == "numeric"
    start = time.process_time()
    assert find_formulas(data) == []
    assert time.process_time() - start < 5  # 0.5 on an idle machine
