from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from recommender.fitting.folds import asked_folds, folds_of, is_once_at_most, n_affordable
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(load_iris(as_frame=True))


def test_a_row_is_left_out_once_at_most_where_thresholds_are_chosen(dataset):
    assert not is_once_at_most(folds_of(dataset))
    assert is_once_at_most(folds_of(dataset, no_row_twice=True))


def test_classes_of_too_few_rows_have_no_folds():
    y = pd.Series(np.arange(8) // 2)
    assert folds_of(Dataset(pd.DataFrame({"a": range(8)}), y, "multiclass")) == []


def test_the_rule_decides_where_nothing_is_asked_for(dataset):
    assert asked_folds(dataset) == []
    assert len(asked_folds(dataset, cv=4)) == 4


@pytest.mark.parametrize(
    ("n_samples", "seconds", "moves", "n_folds"),
    [
        *((4_999, 30.0, False, 3), (5_000, 30.0, False, 1), (5_000, 30.0, True, 3)),
        *((1_999, 10.0, False, 3), (2_000, 10.0, False, 1), (2_000, 10.0, True, 3)),
    ],
    ids=str,
)
def test_one_fold_is_enough_of_a_large_table_without_thresholds(dataset, n_samples, seconds, moves, n_folds):
    splits = folds_of(dataset)
    assert n_affordable(splits, n_samples, seconds=seconds, fold_seconds=1.0, moves=moves) == n_folds
    assert n_affordable(splits, n_samples, seconds=1e6, fold_seconds=1.0, moves=moves) == len(splits)
