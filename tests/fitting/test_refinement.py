from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.errors import RecommendationError, UnknownNameError
from recommender.fitting import refinement
from recommender.recommendation import recommend

rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.normal(size=120), "shop": np.repeat([f"shop {i}" for i in range(12)], 10)})
Y = np.where(X["a"] > 0, "yes", "no")
SHOPS = X["shop"].to_numpy()


@pytest.fixture
def asked(monkeypatch):
    """What reaches the engine, which then does nothing."""
    given = {}

    def search(ranking, dataset, budget, **how):
        given.update(how)
        raise KeyboardInterrupt

    monkeypatch.setattr(refinement, "search", search)
    return given


def test_groups_and_weights_reach_what_tries(asked):
    weights = np.arange(120) + 1.0
    with pytest.raises(KeyboardInterrupt):
        recommend(X, Y, weighted=True).refine(X, Y, groups="shop", cv=3, sample_weight=weights)
    assert len(asked["effort"].splits) == 3
    assert all(not set(SHOPS[train]) & set(SHOPS[test]) for train, test in asked["effort"].splits)
    np.testing.assert_array_equal(asked["weights"].fitting, weights)
    np.testing.assert_array_equal(asked["weights"].judging, weights)


def test_rows_that_weigh_nothing_are_neither_learnt_from_nor_judged_by(asked):
    weights = np.where(np.arange(120) < 40, 0.0, 1.0)  # of the first four shops, which are a fold of their own
    folds = [(np.arange(40, 120), np.arange(40)), (np.arange(80), np.arange(80, 120))]
    with pytest.warns(UserWarning, match="1 of the 2 folds"), pytest.raises(KeyboardInterrupt):
        recommend(X, Y, weighted=True).refine(X, Y, cv=folds, sample_weight=weights)
    (train, test), *others = asked["effort"].splits
    assert others == []
    assert (len(train), len(test), len(asked["weights"].judging)) == (40, 40, 80)


def test_without_them_the_rule_for_splits_decides(asked):
    with pytest.raises(KeyboardInterrupt):
        recommend(X, Y).refine(X, Y)
    assert asked["effort"].splits == []
    assert asked["weights"].fitting is None


def test_what_cannot_be_done_is_said(asked):
    found = recommend(X, Y)
    with pytest.raises(RecommendationError, match="ask for one with weighted=True"):
        found.refine(X, Y, sample_weight=np.ones(120))
    with pytest.raises(UnknownNameError, match="Did you mean 'shop'"):
        found.refine(X, Y, groups="shops")
    without = np.where(np.arange(120) < 1, None, Y)
    with pytest.raises(RecommendationError, match="with rows without a target"):
        found.refine(X, without, cv=[(np.arange(60), np.arange(60, 119))])  # of which rows now?
    assert asked == {}
