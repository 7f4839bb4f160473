from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, TimeSeriesSplit

from recommender.errors import RecommendationError, UnknownNameError
from recommender.fitting.validation import validation_folds
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

N = 120


def dataset(task: str = "binary", n: int = N, **columns):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=n), **columns})
    y = rng.normal(size=n) if task == "regression" else np.where(np.arange(n) % 4 == 0, "yes", "no")
    return load_dataset(X, y, task=task)


class Broken:
    """A splitter that does not work."""

    def split(self, X, y=None, groups=None):
        raise RuntimeError("out of order")


def test_the_rule_for_splits_holds_where_nothing_is_asked_for():
    data = dataset()
    for ours, rule in zip(validation_folds(data, random_state=3), split(data, random_state=3)[:5], strict=True):
        np.testing.assert_array_equal(ours[0], rule[0])
        np.testing.assert_array_equal(ours[1], rule[1])
    assert len(validation_folds(data, n_folds=2)) == 2


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_number_gives_so_many_folds_in_which_classes_keep_their_shares(task):
    data = dataset(task)
    folds = validation_folds(data, cv=4)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(N))
    assert len(folds) == 4
    if task == "binary":
        assert all((data.y.iloc[test] == "yes").mean() == pytest.approx(0.25, abs=0.04) for _, test in folds)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("by_name", [True, False])
def test_a_group_is_in_one_part_of_each_fold(task, by_name):
    groups = np.array([f"customer {i // 6}" for i in range(N)])
    data = dataset(task, customer=groups)
    folds = validation_folds(data, groups="customer" if by_name else groups)
    assert len(folds) == 5
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(N))
    assert all(not set(groups[train]) & set(groups[test]) for train, test in folds)


def test_rows_without_a_group_are_groups_of_their_own():
    groups = pd.Series([None] * 60 + ["one"] * 60)
    folds = validation_folds(dataset(), groups=groups, cv=3)
    assert sum(len(test) for _, test in folds) == N
    assert sum(60 in test for _, test in folds) == 1
    assert all(set(test) >= set(range(60, N)) for _, test in folds if 60 in test)


@pytest.mark.parametrize("written", ["numbers", "dates", "text"])
def test_the_past_is_learnt_from_and_the_future_predicted(written):
    days = np.random.default_rng(1).permutation(N)
    dates = pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D")
    time = {"numbers": days, "dates": dates, "text": dates.strftime("%d.%m.%Y")}[written]
    data = dataset(when=time)
    for given in ("when", time):
        folds = validation_folds(data, time=given, cv=4)
        assert [len(train) for train, _ in folds] == [24, 48, 72, 96]
        assert all(days[train].max() < days[test].min() for train, test in folds)


def test_rows_of_one_moment_stay_together():
    years = np.repeat([2019, 2020, 2021], 40)
    folds = validation_folds(dataset(), time=years)
    assert [(sorted(set(years[train])), sorted(set(years[test]))) for train, test in folds] == [
        ([2019], [2020]),
        ([2019, 2020], [2021]),
    ]


def test_splitters_and_given_rows_are_taken_as_they_are():
    data, groups = dataset(), np.arange(N) % 3
    assert len(validation_folds(data, cv=TimeSeriesSplit(3))) == 3
    assert len(validation_folds(data, cv=ShuffleSplit(2, test_size=10, random_state=0))[0][1]) == 10
    assert len(validation_folds(data, cv=GroupKFold(3), groups=groups)) == 3
    mask = np.arange(N) < 50
    ((train, test),) = validation_folds(data, cv=[(mask, ~mask)])
    assert (train.tolist(), test.tolist()) == (list(range(50)), list(range(50, N)))
    assert len(validation_folds(data, cv=(pair for pair in KFold(3).split(np.zeros(N))))) == 3


@pytest.mark.parametrize(
    ("given", "n_used"),
    [
        ({"time": np.arange(N) % 2, "cv": 4}, 1),
        ({"groups": [0] * (N - 2) + [1, 2], "cv": 3}, 2),
        ({"cv": [(range(60), range(60, N)), (range(60), [])]}, 1),
    ],
    ids=str,
)
def test_fewer_folds_than_were_asked_for_are_a_warning(given, n_used):
    with pytest.warns(UserWarning, match=f"{n_used} of the . folds that were asked for can be used"):
        assert len(validation_folds(dataset(), **given)) == n_used


def test_folds_in_which_nothing_can_be_learnt_are_left_out():
    y = np.array(["no"] * 40 + ["yes", "no"] * 40)
    data = load_dataset(pd.DataFrame({"a": np.arange(N) ** 2}), y)
    with pytest.warns(UserWarning, match="3 of the 5 folds that were asked for can be used"):
        folds = validation_folds(data, time=np.arange(N), cv=5)
    assert [int(test[0]) for _, test in folds] == [60, 80, 100]


def test_large_tables_are_capped():
    data = dataset(n=40_000)
    train, test = validation_folds(data, groups=np.arange(40_000) % 100)[0]
    assert (len(train), len(test)) == (10_000, 8_000)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"groups": range(N), "time": range(N)}, "do not go together"),
        ({"cv": 1}, "at least 2 folds"),
        ({"cv": "five"}, "neither a number of folds"),
        ({"cv": 500}, "the table has 120 rows"),
        ({"cv": ShuffleSplit(2), "time": range(N)}, "goes with a number"),
        ({"cv": GroupKFold(3)}, "does not split this table: The 'groups' parameter"),
        ({"cv": [([0, 1], [500])]}, "cv= has row 500"),
        ({"cv": [([0, 1], [-1])]}, "cv= has row -1"),
        ({"cv": [([0, 1], [2.5])]}, "type float64: give the numbers of its rows"),
        ({"cv": [(np.ones(9, bool), np.ones(9, bool))]}, r"or a mask of shape \(120,\)"),
        ({"cv": [(range(60), range(50, N))]}, "10 rows are both learnt from and predicted"),
        ({"cv": [(range(60), range(59, N))]}, "1 row is both learnt from and predicted"),
        ({"cv": []}, "has no folds"),
        ({"cv": [1, 2]}, "cv=list does not split this table"),
        ({"cv": KFold}, "neither a number of folds"),
        ({"cv": Broken()}, "cv=Broken does not split this table: out of order"),
        ({"groups": np.ones((N, 2))}, "has 2 dimensions: give one value for each row"),
        ({"groups": [[1], [2]] * 60}, "holds lists or the like"),
        ({"time": [None] * N}, "not known of any row"),
        ({"time": [*(f"2020-01-{day % 28 + 1:02d}" for day in range(N - 1)), "soon"]}, "is not known of 1 row:"),
        ({"groups": [1] * N}, "tells 1 group apart"),
        ({"groups": [1, 2, 3] * 40, "cv": 5}, "tells 3 groups apart, and 5 folds"),
        ({"groups": [1]}, "has 1 value, and"),
        ({"groups": [1, 2]}, "has 2 values, and the table has 120 rows that have a target"),
        ({"time": [1] * N}, "its values hardly differ"),
        ({"time": [*range(N - 1), None]}, "is not known of 1 row:"),
        ({"time": ["red", "blue", "green"] * 40}, "read as category, which has no order"),
        ({"cv": [(range(0, N, 4), range(1, N, 4))]}, r"in none of the folds \(1\)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_said(given, said):
    with pytest.raises(RecommendationError, match=said):
        validation_folds(dataset(), **given)


def test_an_unknown_column_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'customer'"):
        validation_folds(dataset(customer=["a", "b"] * 60), groups="costumer")
