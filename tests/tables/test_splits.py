from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.tables.dataset import Dataset
from recommender.tables.splits import split


def dataset(n: int, task: str = "regression") -> Dataset:
    y = np.arange(n) % 3 if task == "multiclass" else np.arange(n) / 7
    return Dataset(pd.DataFrame({"a": np.arange(n)}), pd.Series(y), task)


@pytest.mark.parametrize(
    ("n", "folds", "train"),
    [(100, 20, 80), (800, 10, 640), (1_500, 5, 1_200), (3_000, 3, 2_000), (9_000, 2, 6_000), (30_000, 2, 10_000)],
)
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_folds_follow_the_size(n, folds, train, task):
    splits = split(dataset(n, task))
    assert len(splits) == folds
    assert {len(rows) for rows, _ in splits} == {train}


@pytest.mark.parametrize("n", [30, 700, 20_000])
def test_training_and_test_rows_are_apart_and_repeatable(n):
    first, second = split(dataset(n)), split(dataset(n))
    for (train, test), (train_again, test_again) in zip(first, second, strict=True):
        assert not set(train) & set(test)
        assert (train == train_again).all()
        assert (test == test_again).all()


def test_classes_keep_their_shares():
    data = dataset(90, "multiclass")
    assert all((data.y.iloc[test].value_counts() == 6).all() for _, test in split(data))


@pytest.mark.parametrize(("n", "rare", "folds"), [(50, 2, 20), (50, 1, 20), (6_000, 1, 2)])
def test_a_class_rarer_than_the_folds_is_no_obstacle(n, rare, folds):
    y = pd.Series(["a"] * n + ["b"] * rare)
    assert len(split(Dataset(pd.DataFrame({"x": range(n + rare)}), y, "binary"))) == folds
