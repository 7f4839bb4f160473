"""Categories in pandas' category type: the same ones for every later table."""

import pandas as pd
import pytest

from recommender.algorithms.category_encoder import CategoryEncoder


def test_later_tables_have_the_categories_of_the_first():
    encoder = CategoryEncoder().fit(pd.DataFrame({"a": ["x", "y", "x"], "b": ["u", None, "v"]}))

    later = encoder.transform(pd.DataFrame({"a": ["y", "never seen"], "b": [None, "v"]}))

    assert list(later["a"].cat.categories) == ["x", "y"]
    assert later["a"].cat.codes.tolist() == [1, -1]
    assert later["b"].cat.codes.tolist() == [-1, 1]


def test_what_is_rare_is_missing_where_categories_are_too_many():
    column = [f"c{i % 5}" for i in range(50)] + ["rare"]

    encoded = CategoryEncoder(max_categories=5).fit_transform(pd.DataFrame({"a": column}))

    assert encoded["a"].isna().tolist() == [False] * 50 + [True]


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_the_type_of_a_later_column_makes_no_difference(dtype):
    encoder = CategoryEncoder().fit(pd.DataFrame({"a": ["x", "y", "x"]}))

    assert encoder.transform(pd.DataFrame({"a": pd.Series(["y", "x"], dtype=dtype)}))["a"].cat.codes.tolist() == [1, 0]


def test_numbers_that_are_categories_are_the_same_in_every_type():
    encoder = CategoryEncoder().fit(pd.DataFrame({"a": pd.Series([3, 1, 3], dtype="category")}))

    assert encoder.transform(pd.DataFrame({"a": [1.0, 3.0]}))["a"].cat.codes.tolist() == [1, 0]
