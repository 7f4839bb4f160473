from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.advice.belonging import belonging
from recommender.tables.loading import load_dataset

N = 200
rng = np.random.default_rng(0)
NOISE = rng.normal(size=N)


def said(task: str = "regression", y=None, **columns) -> list[str]:
    X = pd.DataFrame({"a": NOISE, **columns})
    return belonging(load_dataset(X, pd.Series(rng.normal(size=N) if y is None else y, name="sales"), task=task))


@pytest.mark.parametrize("name", ["customer_id", "customerId", "patient", "User Name", "Subject", "key"])
@pytest.mark.parametrize("values", [np.repeat(np.arange(40) * 7, 5), [f"C-{i // 5}" for i in range(N)]], ids=str)
def test_an_id_that_repeats_divides_the_rows(name, values):
    (sentence,) = said(**{name: values})
    assert sentence.startswith(f"rows may belong together: {name!r} has 40 values, each in 5 rows on average.")
    assert f"groups={name!r}" in sentence


@pytest.mark.parametrize(
    "columns",
    [
        {"customer_id": np.arange(N)},
        {"customer_id": np.arange(N) % 5},
        {"city": [f"city {i // 5}" for i in range(N)]},
        {"customer_id": np.repeat(NOISE[:40], 5)},
        {"humid": np.repeat(np.arange(40), 5)},
        {"customer_id": [[i // 5] for i in range(N)]},
    ],
    ids=["unique", "few", "no id", "measured", "another word", "lists"],
)
def test_other_columns_are_no_groups(columns):
    assert said(**columns) == []


def test_the_finest_of_several_ids_is_named():
    (sentence,) = said(shop_id=np.repeat(np.arange(20), 10), customer_id=np.repeat(np.arange(50), 4))
    assert "'customer_id' has 50 values" in sentence


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_a_target_that_follows_the_date_is_told(task):
    days = rng.permutation(N)
    dates = (pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D")).strftime("%d.%m.%Y")
    drift = days / 40 + rng.normal(size=N)
    y = {"regression": drift, "binary": drift > 2.5, "multiclass": np.digitize(drift, [1.5, 3.5]).astype(str)}[task]
    (sentence,) = said(task, y, day=dates)
    assert sentence.startswith("the target 'sales' follows the date in 'day' (rank correlation 0.")
    assert "time='day'" in sentence


def test_a_target_that_does_not_is_not():
    dates = pd.Series(pd.date_range("2020-01-01", periods=N))
    assert said(day=dates) == []
    assert said("binary", np.where(rng.random(N) < 0.5, "yes", "no"), day=dates.where(np.arange(N) % 3 > 0)) == []


def test_of_few_rows_nothing_is_said():
    X = pd.DataFrame({"customer_id": [1, 1, 2, 2] * 4, "day": pd.date_range("2020", periods=16)})
    assert belonging(load_dataset(X, np.arange(16.0), task="regression")) == []
