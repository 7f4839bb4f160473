from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import RecommendationError
from recommender.fitting.row_weights import checked_weights, row_weights


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1.0, 2.0], r"has shape \(2,\), and 3 rows need \(3,\)"),
        (np.ones((3, 1)), r"has shape \(3, 1\)"),
        ([1, -1, -2], "not negative, and 2 are none: the first is -1 of row 1, counted from 0"),
        ([1, 1, np.inf], "not negative, and 1 is none: the first is inf of row 2"),
        ([None, 1, 1], "the first is nan of row 0"),
        ([0, 0, 0], "all of sample_weight is zero"),
        ([1e308] * 3, "too large to be summed up"),
        (["a", "b", "c"], "a number for each row: could not convert"),
        ([[1], [1, 2], 3], "a number for each row"),
    ],
    ids=str,
)
def test_weights_that_cannot_be_meant_are_said(weights, said):
    with pytest.raises(RecommendationError, match=said):
        checked_weights(weights, 3)


def test_weights_are_numbers_one_for_each_row():
    np.testing.assert_array_equal(checked_weights(["1", "2.5", "0"], 3), [1, 2.5, 0])
    np.testing.assert_array_equal(checked_weights(2, 3), [2, 2, 2])


@pytest.mark.parametrize("class_weight", [{"a": -1.0, "b": 1.0}, {"a": 0.0, "b": 0.0}, {"a": float("nan")}], ids=str)
def test_weights_of_classes_that_cannot_be_meant_are_said(class_weight):
    with pytest.raises(RecommendationError, match="gives a row a negative weight, or no row any"):
        row_weights(["a", "b", "a"], None, class_weight)


def test_a_class_may_weigh_nothing():
    assert row_weights(["a", "b"], np.array([2.0, 3.0]), {"a": 0.0}).fitting.tolist() == [0.0, 3.0]
    with pytest.raises(RecommendationError, match="no row any"):
        row_weights(["a", "b"], np.array([2.0, 0.0]), {"a": 0.0})
