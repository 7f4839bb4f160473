from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.errors import DatasetError, RecommendationError
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.weighing_rows import weighing_rows
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import Split

ROWS = np.arange(40)
QUARTERS = [(ROWS[k != ROWS % 4], ROWS[k == ROWS % 4]) for k in range(4)]


def table(y: np.ndarray) -> Dataset:
    return load_dataset(pd.DataFrame({"row": ROWS, "shop": ROWS // 10}), y)


CLASSES = table(np.where(ROWS % 3 == 0, "yes", "no"))


def weighing(weighs: np.ndarray, splits: list[Split], dataset: Dataset = CLASSES):
    weights = np.where(weighs, ROWS + 1.0, 0.0)
    return weighing_rows(dataset, RowWeights(weights, weights), splits)


def test_rows_that_weigh_nothing_leave_the_table_and_both_parts_of_each_fold():
    dataset, weights, splits = weighing(ROWS >= 8, QUARTERS)
    rows = dataset.X["row"].to_numpy()
    assert rows.tolist() == list(range(8, 40))
    np.testing.assert_array_equal(weights.judging, rows + 1)
    np.testing.assert_array_equal(weights.fitting, rows + 1)
    for found, given in zip(splits, QUARTERS, strict=True):
        for part, before in zip(found, given, strict=True):
            assert rows[part].tolist() == [row for row in before if row >= 8]


def test_a_fold_whose_test_rows_weigh_nothing_does_not_count():
    with pytest.warns(UserWarning, match="3 of the 4 folds"):
        splits = weighing(ROWS % 4 != 2, QUARTERS)[2]
    assert len(splits) == 3
    assert all(len(test) == 10 for _, test in splits)


def test_a_fold_that_has_nothing_to_learn_from_does_not_count():
    one_class = (ROWS[::3], ROWS[1::3])
    with pytest.warns(UserWarning, match="1 of the 2 folds"):
        splits = weighing(ROWS > 0, [one_class, QUARTERS[0]])[2]
    assert len(splits) == 1


def test_it_is_one_error_where_no_fold_is_left():
    with pytest.raises(RecommendationError, match=r"in none of the folds \(1\) .* rows of weight 0 do not count"):
        weighing(ROWS % 4 != 2, QUARTERS[2:3])


@pytest.mark.parametrize(("n_rows", "rows"), [(30, "30 rows"), (1, "1 row")])
@pytest.mark.parametrize(
    "y", [np.where(ROWS < 30, "no", "yes"), np.maximum(ROWS - 29.5, 0.25)], ids=["class", "number"]
)
def test_it_is_one_error_where_the_target_of_what_weighs_is_constant(y, n_rows, rows):
    with pytest.raises(DatasetError, match=f"from the {rows} with a sample_weight above 0: the target is constant"):
        weighing(ROWS // n_rows == 0, [], table(y))


def test_it_is_one_error_where_every_column_of_what_weighs_is_constant():
    dataset = load_dataset(pd.DataFrame({"shop": ROWS // 10}), np.where(ROWS % 3 == 0, "yes", "no"))
    with pytest.raises(DatasetError, match=r"10 rows with a sample_weight above 0: none of the columns .* \(1\)"):
        weighing(ROWS < 10, [], dataset)


def test_where_all_weigh_something_nothing_changes():
    dataset, _, splits = weighing(ROWS >= 0, QUARTERS)
    assert (dataset, splits) == (CLASSES, QUARTERS)
    assert weighing_rows(CLASSES, RowWeights(), [])[2] == []
