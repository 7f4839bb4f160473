from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import SIZES, applies, n_folds, n_train, split, with_fewer_test_rows


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


AS_RECORDED = [
    ("multiclass", 100, "f9a996dbb01acc01"),
    ("multiclass", 800, "41a6046680cc14a3"),
    ("multiclass", 1500, "cbe5842bbe7c180e"),
    ("multiclass", 3000, "aea53a137b501915"),
    ("multiclass", 9000, "44041e153a34d278"),
    ("multiclass", 30000, "70d0561c50cf8df3"),
    ("regression", 100, "629d379de91c9933"),
    ("regression", 800, "b0fdc0fc6dec60cd"),
    ("regression", 1500, "1a32fbf0edb283d3"),
    ("regression", 3000, "de39a64c495162f5"),
    ("regression", 9000, "caa5d0602b5b0900"),
    ("regression", 30000, "c8cb1f93b9826427"),
]
"""Hashes of what was split when version 2 of the rule was made; if they change, `SPLITS_VERSION` is raised."""


@pytest.mark.parametrize(("task", "n", "expected"), AS_RECORDED)
def test_standard_folds_are_those_of_what_was_recorded(task, n, expected):
    found = hashlib.sha256()
    for rows in (rows for fold in split(dataset(n, task)) for rows in fold):
        found.update(np.asarray(rows, "<i8").tobytes())
    assert found.hexdigest()[:16] == expected


@pytest.mark.parametrize("n", [150, 400, 700, 1_500, 3_001, 9_000, 21_000, 60_000, 150_000])
@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_training_rows_of_all_sizes_are_nested_and_test_rows_stay(n, task):
    data = dataset(n, task)
    sizes = {size: split(data, size=size) for size in SIZES if applies(size, n)}
    for size, folds in sizes.items():
        assert len(folds) == n_folds(n, size)
        assert len(folds[0][0]) == n_train(n, size) <= size
    for (smaller, low), (larger, high) in zip(list(sizes.items())[:-1], list(sizes.items())[1:], strict=True):
        assert smaller < larger
        for (few, tested), (many, also_tested) in zip(low, high, strict=False):
            assert set(few) < set(many)
            assert len(set(many)) == len(many)
            assert (tested == also_tested).all()
            assert not set(many) & set(tested)


def test_a_size_of_all_rows_is_the_fold_itself():
    (train, _), *_ = split(dataset(150))
    assert (split(dataset(150), size=500)[0][0] == train).all()


def test_smaller_sizes_keep_shares_and_two_rows_of_every_class():
    y = pd.Series(["a"] * 6_000 + ["b"] * 2_985 + ["c"] * 15)
    train, _ = split(Dataset(pd.DataFrame({"x": range(9_000)}), y, "multiclass"), size=200)[0]
    assert y.iloc[train].value_counts().to_dict() == {"a": 132, "b": 66, "c": 2}


def test_a_size_below_the_number_of_classes_has_as_many_as_it_can():
    y = pd.Series(np.arange(6_000) % 300)
    train, _ = split(Dataset(pd.DataFrame({"x": range(6_000)}), y, "multiclass"), size=200)[0]
    assert y.iloc[train].nunique() == 200


def test_a_larger_size_takes_rows_that_no_part_of_the_standard_fold_has():
    y = pd.Series(["a"] * 60_000 + ["b"] * 3_000)
    data = Dataset(pd.DataFrame({"x": range(63_000)}), y, "binary")
    (train, test), *_ = split(data)
    [(more, same)] = split(data, size=30_000)
    assert (more[:10_000] == train).all()
    assert (same == test).all()
    assert y.iloc[more].value_counts()["b"] == pytest.approx(30_000 / 21, abs=5)
    [(whole, _)] = split(data, size=100_000)
    assert len(whole) == 53_000


def test_fewer_test_rows_keep_the_rarest_class_and_the_training_rows():
    y = ["often"] * 5_900 + ["seldom"] * 98 + ["once"] * 2
    dataset = load_dataset(pd.DataFrame({"a": np.arange(6_000.0)}), y)
    folds = split(dataset)
    fewer = with_fewer_test_rows(folds, dataset, 500)
    for (train, test), (same, some) in zip(folds, fewer, strict=True):
        assert (train == same).all()
        assert len(some) == len(set(some)) == 500
        assert set(some) <= set(test)
        counts = dataset.y.iloc[some].value_counts()
        assert counts.get("once", 0) == (dataset.y.iloc[test] == "once").sum()
        assert 5 <= counts["seldom"] <= 12
