from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender import MetaModel
from recommender.metamodel.belief import Belief
from recommender.metamodel.regrets import regret_of
from recommender.metamodel.scenarios import Scenarios


def kinds(rng: np.random.Generator, n: int, n_each: int = 8) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Datasets on which one of three kinds of configurations does well, which no meta-feature tells."""
    winner = rng.integers(3, size=n)
    scores = (winner[:, None] == np.repeat(np.arange(3), n_each)) + rng.normal(scale=0.2, size=(n, 3 * n_each))
    level, spread = rng.uniform(0.5, 0.7, (n, 1)), rng.uniform(0.05, 0.2, (n, 1))
    metafeatures = pd.DataFrame({"nothing": rng.normal(size=n)})
    return metafeatures, pd.DataFrame(level + spread * scores, columns=[f"c{i}" for i in range(3 * n_each)])


def test_scores_seen_find_better_ones_than_a_fixed_portfolio():
    rng = np.random.default_rng(0)
    model = MetaModel(n_trees=20).fit(*kinds(rng, 80))
    metafeatures, performance = kinds(rng, 40)
    regret, lost = regret_of(performance.to_numpy()), {"session": 0.0, "portfolio": 0.0}
    for i, scores in enumerate(performance.to_numpy()):
        row = metafeatures.iloc[[i]]
        order = [model.configurations_.index(c) for c in model.portfolio(row, 8)]
        belief, tried = Belief(model.scenarios(row)), order[:2]
        while len(tried) < 8:
            improvement = belief.after(np.array(tried), scores[tried]).improvement
            improvement[tried] = -1
            tried.append(int(improvement.argmax()))
        lost["session"] += regret[i, tried].min()
        lost["portfolio"] += regret[i, order].min()
    assert lost["session"] < 0.7 * lost["portfolio"]


def test_intervals_reach_as_far_down_as_each_configuration_falls():
    rng = np.random.default_rng(3)
    good = rng.normal(0.8, 0.01, (300, 4))
    scores = np.hstack([good, rng.uniform(0.6, 0.7, (300, 1)), rng.uniform(0, 0.7, (300, 1))])
    regrets = regret_of(scores)
    expected = regrets.mean(axis=0)
    belief = Belief(Scenarios(expected, regrets - expected, scores, np.full(300, 1 / 300), np.array([0, 1])))
    outlook = belief.after(np.array([0, 1]), np.array([0.8, 0.81]))
    covered = (outlook.lower < scores) & (scores < outlook.upper)
    assert 0.58 < outlook.lower[4] < 0.65
    assert outlook.lower[5] < 0.15
    np.testing.assert_allclose(outlook.score[4:], [0.65, 0.35], atol=0.03)
    assert (covered[:, 4:].mean(axis=0) > 0.75).all()


def test_a_first_score_gone_astray_is_not_taken_for_the_level():
    rng = np.random.default_rng(4)
    scores = rng.normal(0.9, 0.01, (300, 6))
    regrets = regret_of(scores)
    expected = regrets.mean(axis=0)
    belief = Belief(Scenarios(expected, regrets - expected, scores, np.full(300, 1 / 300), np.array([0, 1])))
    outlook = belief.after(np.array([0]), np.array([0.6]))
    assert (outlook.score[1:] > 0.85).all()


def test_a_score_tells_of_configurations_that_do_well_together():
    rng = np.random.default_rng(1)
    common = rng.normal(size=(200, 1))
    deviations = 0.2 * np.hstack([common, common, -common, rng.normal(size=(200, 1))])
    scores = 0.8 - 0.1 * (0.5 + deviations)
    belief = Belief(Scenarios(np.full(4, 0.5), deviations, scores, np.full(200, 1 / 200), np.array([0, 1])))
    good = belief.after(np.array([0, 3]), np.array([0.8, 0.75]))
    bad = belief.after(np.array([0, 3]), np.array([0.7, 0.75]))
    assert good.regret[1] < 0.5 < good.regret[2]
    assert bad.regret[2] < 0.5 < bad.regret[1]
    assert (good.improvement >= 0).all()


@pytest.mark.parametrize(("level", "spread"), [(0.99, 0.01), (0.5, 0.3), (0.8, 0.05)])
def test_what_is_expected_follows_the_level_and_spread_of_the_dataset(level, spread):
    rng = np.random.default_rng(2)
    expected = np.append(np.linspace(0.1, 0.9, 6), np.ones(6))  # half are as good as the median, which is 1, or better
    deviations = 0.2 * rng.normal(size=(100, 12)) * (expected < 1)
    levels, spreads = rng.uniform(0.4, 1, (100, 1)), 0.05 * np.exp(rng.normal(size=(100, 1)))
    possible = levels - spreads * (expected + deviations)
    belief = Belief(Scenarios(expected, deviations, possible, np.full(100, 0.01), np.array([0, 1])))
    scores = level - spread * expected
    seen = np.array([0, 2, 4])
    outlook = belief.after(seen, scores[seen])
    np.testing.assert_allclose(outlook.score[:6], scores[:6], atol=0.25 * spread)
    assert ((outlook.lower < scores) & (scores < outlook.upper)).all()
    assert (outlook.upper - scores < 0.7 * spread).all()


def test_one_score_of_equal_configurations_does_no_harm():
    same = Scenarios(np.zeros(3), np.zeros((5, 3)), np.ones((5, 3)), np.full(5, 0.2), np.array([1, 1]))
    outlook = Belief(same).after(np.array([0]), np.array([1.0]))
    assert np.isfinite(outlook.score).all()
    assert np.isfinite(outlook.improvement).all()
