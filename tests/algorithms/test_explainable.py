"""An explainable boosting machine says nothing about tables that are as tables are."""

import numpy as np
import pytest

pytest.importorskip("interpret", reason="the extra `interpretable` is not installed")

from recommender.algorithms.catalogue import ALGORITHMS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
X[:9, 0] = np.nan
CLASSES = np.array(["a", "b", "c"])[np.digitize(X[:, 1], [-0.5, 0.5])]
QUICK = {"max_rounds": 50, "outer_bags": 2}


@pytest.mark.parametrize(
    ("task", "y"),
    [("multiclass", CLASSES), ("binary", CLASSES == "a"), ("regression", X[:, 1] * 1e6), ("regression", np.ones(60))],
)
def test_missing_values_and_empty_columns_are_silent(task, y, capfd):
    model = ALGORITHMS["ebm"].build(QUICK, task, 0, 1)
    for table in (X, np.column_stack([X, np.full(60, np.nan)]), np.column_stack([X, np.ones(60)])):
        assert len(model.fit(table, y, sample_weight=np.ones(60)).predict(table[:1])) == 1
    assert capfd.readouterr() == ("", "")


def test_a_class_may_be_alone_and_one_row_the_only_one_of_its_class():
    model = ALGORITHMS["ebm"].build(QUICK, "binary", 0, 1)
    assert list(model.fit(X, ["a"] * 60).classes_) == ["a"]
    assert model.fit(X, ["a"] * 59 + ["b"]).predict_proba(X).shape == (60, 2)


def test_it_is_a_sum_of_curves_and_of_pairs_where_these_can_be_shown():
    binary = ALGORITHMS["ebm"].build(QUICK, "binary", 0, 1).fit(X, CLASSES == "a")
    several = ALGORITHMS["ebm"].build(QUICK, "multiclass", 0, 1).fit(X, CLASSES)
    assert max(map(len, binary.term_features_)) == 2
    assert max(map(len, several.term_features_)) == 1
