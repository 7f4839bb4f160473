"""Columns made of others: what is made, that nothing leaks, and that no table makes it fail."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from benchmarks.candidates.combining import ColumnCombiner

RNG = np.random.default_rng(0)
NUMBERS = pd.DataFrame(RNG.uniform(1, 9, (1_000, 4)), columns=["height", "weight", "age", "shoe"])
HEAVIER = np.where(NUMBERS["weight"] > NUMBERS["height"], "yes", "no")
TOWNS = pd.Series(RNG.integers(0, 100, 1_000)).map("town {}".format).astype("category")
PRICES = TOWNS.cat.codes.to_numpy() * 7 % 40 + RNG.normal(0, 0.1, 1_000)


def test_a_difference_is_made_where_the_target_is_one():
    combiner = ColumnCombiner(regression=True, max_made=1)

    made = combiner.fit_transform(NUMBERS, np.sin(2 * (NUMBERS["weight"] - NUMBERS["height"])))

    assert made.columns.tolist() == [*NUMBERS, "height - weight"]
    assert made["height - weight"].tolist() == (NUMBERS["height"] - NUMBERS["weight"]).tolist()


def test_nothing_is_made_of_noise():
    combiner = ColumnCombiner(regression=True)

    assert combiner.fit_transform(NUMBERS, RNG.normal(size=1_000)).equals(NUMBERS)
    assert combiner.made_ == []


def test_the_mean_target_of_categories_is_taken_from_other_rows():
    table = pd.DataFrame({"town": TOWNS, "noise": RNG.normal(size=1_000)})
    combiner = ColumnCombiner(regression=True)

    out_of_fold = combiner.fit_transform(table, PRICES)
    later = combiner.transform(table)

    assert "mean of town" in out_of_fold
    assert later.groupby("town", observed=True)["mean of town"].nunique().eq(1).all()
    assert out_of_fold.groupby("town", observed=True)["mean of town"].nunique().gt(1).all()
    assert np.corrcoef(later["mean of town"], PRICES)[0, 1] > 0.99


def test_categories_that_were_never_seen_have_the_mean_of_all():
    table = pd.DataFrame({"town": TOWNS, "noise": RNG.normal(size=1_000)})
    combiner = ColumnCombiner(regression=True).fit(table, PRICES)

    later = combiner.transform(pd.DataFrame({"town": pd.Categorical(["never seen"]), "noise": [0.0]}))

    assert later["mean of town"].tolist() == pytest.approx([PRICES.mean()])


def test_several_classes_have_a_mean_each():
    classes = np.array(["low", "middle", "high"])[np.digitize(PRICES, [13, 26])]
    combiner = ColumnCombiner().fit(pd.DataFrame({"town": TOWNS, "noise": RNG.normal(size=1_000)}), classes)

    assert combiner.get_feature_names_out().tolist() == [
        "town",
        "noise",
        "mean of town",
        "mean of town (2)",
        "mean of town (3)",
    ]


def test_an_array_stays_an_array():
    combiner = ColumnCombiner(max_made=1)

    made = combiner.fit_transform(NUMBERS.to_numpy(), HEAVIER)

    assert isinstance(made, np.ndarray)
    assert made.shape == (1_000, 5)
    assert combiner.get_feature_names_out()[-1] == "x0 / x1"
    assert combiner.get_feature_names_out([*NUMBERS])[-1] == "height / weight"


def test_what_is_made_is_finite_or_missing():
    table = NUMBERS.copy()
    combiner = ColumnCombiner().fit(table, HEAVIER)
    later = table.head(4).copy()
    later.loc[0] = [0.0, 1.0, 1.0, 1.0]
    later.loc[1] = [1.0, 0.0, 1.0, 1.0]
    later.loc[2] = [1e300, 1e300, 1.0, 1.0]
    later.loc[3] = [np.nan, 1.0, np.inf, 1.0]

    made = combiner.transform(later).iloc[:, 4:].to_numpy()

    assert made.shape[1] > 1
    assert not np.isinf(made).any()
    assert np.isnan(made[3]).all()


@pytest.mark.parametrize(
    "table",
    [
        NUMBERS.assign(age=np.nan),
        NUMBERS.assign(age=1.0),
        NUMBERS.where(NUMBERS > 3),
        NUMBERS.assign(town=pd.Categorical([None] * 1_000, categories=["a"])),
        NUMBERS.set_axis(["a", "a", "a - a", "b"], axis=1),
        NUMBERS.set_axis(pd.RangeIndex(4), axis=1),
        NUMBERS.set_axis(NUMBERS.index[::-1], axis=0),
    ],
)
def test_odd_columns_do_no_harm(table):
    made = ColumnCombiner().fit_transform(table, HEAVIER)

    assert made.shape[1] > table.shape[1]
    assert made.columns.is_unique
    assert made.index.equals(table.index)


@pytest.mark.parametrize(
    ("n_rows", "y"),
    [
        (1, ["yes"]),
        (20, ["yes", "no"] * 10),
        (1_000, ["yes"] * 1_000),
        (1_000, ["yes"] * 999 + ["no"]),
        (1_000, [*map(str, range(20))] * 50),
    ],
)
def test_nothing_is_made_of_few_rows_one_class_or_many(n_rows, y):
    assert ColumnCombiner().fit_transform(NUMBERS.head(n_rows), y).shape == (n_rows, 4)


def test_a_target_is_read_as_a_person_reads_it():
    written = pd.Series([f"${price:,.2f}" for price in PRICES * 1_000])
    written[:5] = ""
    table = pd.DataFrame({"town": TOWNS, "noise": RNG.normal(size=1_000)})
    combiner = ColumnCombiner(regression=True)

    made = combiner.fit_transform(table, written)

    assert "mean of town" in made
    assert made["mean of town"].notna().all()


def test_the_same_seed_makes_the_same():
    first, second = (ColumnCombiner(random_state=3).fit(NUMBERS, HEAVIER) for _ in range(2))

    assert first.made_ == second.made_ == clone(first).fit(NUMBERS, HEAVIER).made_
    assert clone(first).get_params() == {"max_made": 15, "random_state": 3, "regression": False}


def test_it_can_be_pickled_and_takes_tables_without_rows():
    combiner = ColumnCombiner().fit(NUMBERS, HEAVIER)

    again = pickle.loads(pickle.dumps(combiner))

    assert again.transform(NUMBERS).equals(combiner.transform(NUMBERS))
    assert again.transform(NUMBERS.head(0)).shape == (0, len(combiner.get_feature_names_out()))


def test_it_must_be_fitted_first():
    with pytest.raises(NotFittedError):
        ColumnCombiner().transform(NUMBERS)
