"""The parts of the meta-model: inputs, trend, forest, expectation, tables of regrets."""

import numpy as np
import pytest

from recommender.metamodel.expectation import Blend, Expectation, fit_expectation, leaf_weights
from recommender.metamodel.forest import fit_forest
from recommender.metamodel.inputs import MISSING, Inputs
from recommender.metamodel.regrets import fill_missing, greedy_portfolio
from recommender.metamodel.trend import fit_trend, left_out_trend


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def as_singles(values):
    return np.asarray(values, dtype=np.float32)


def test_ranks_do_not_depend_on_the_scale_of_a_metafeature(rng):
    values = as_singles(rng.normal(size=(50, 2)))
    level = rng.normal(size=50)
    plain, stretched = (Inputs.of(v, level).ranks(v) for v in (values, np.exp(values)))
    np.testing.assert_allclose(plain, stretched, atol=1e-6)


def test_a_missing_metafeature_lies_below_all_known_ones_or_in_the_middle_if_never_missing_before(rng):
    values = as_singles(rng.normal(size=(40, 2)))
    values[:10, 0] = np.nan
    inputs = Inputs.of(values, rng.normal(size=40))
    np.testing.assert_allclose(inputs.ranks(as_singles([[np.nan, np.nan]]))[0], [MISSING, 0.5])


def test_landmarkers_are_found_and_their_differences_added(rng):
    level = rng.uniform(0.5, 1, 80)
    landmarkers = level[:, None] + rng.normal(0, 0.02, (80, 3))
    inputs = Inputs.of(as_singles(np.column_stack([landmarkers, rng.normal(size=(80, 2))])), level)
    assert inputs.landmarkers.tolist() == [0, 1, 2]
    assert inputs.ranks(inputs.metafeatures).shape == (80, 5 + 3)


def test_positions_go_on_beyond_the_range(rng):
    values = as_singles(rng.uniform(size=(30, 1)))
    inputs = Inputs.of(values, rng.normal(size=30))
    inside, far, farther = inputs.positions(as_singles([[0.5], [2.0], [100.0]]))[:, 0]
    assert 0 <= inside <= 1 < far < farther <= 4.01


def test_trend_follows_a_linear_relation_and_left_out_families_are_not_seen(rng):
    ranks = as_singles(rng.uniform(size=(100, 3)))
    targets = ranks[:, :1] * [1.0, -2.0] + rng.normal(0, 0.01, (100, 2))
    assert np.corrcoef(fit_trend(ranks, targets).predict(ranks)[:, 1], targets[:, 1])[0, 1] > 0.95
    noise = rng.normal(size=(100, 2))
    without = left_out_trend(ranks, noise, np.arange(100) // 2, random_state=0)
    assert abs(np.corrcoef(without[:, 0], noise[:, 0])[0, 1]) < 0.3


def test_walking_the_arrays_reaches_the_leaves_of_scikit_learn(rng):
    from sklearn.tree import ExtraTreeRegressor

    X = as_singles(np.round(rng.uniform(size=(60, 4)), 2))
    targets = rng.normal(size=(60, 3))
    forest = fit_forest(X, targets, members=np.ones((60, 1), dtype=bool), random_state=0)
    seed = int(np.random.default_rng(0).integers(2**31 - 1))
    tree = ExtraTreeRegressor(min_samples_leaf=2, max_features=0.5, random_state=seed).fit(X, targets)
    assert (forest.leaves(X)[:, 0] == tree.apply(X)).mean() > 0.95  # thresholds are stored at half precision


def test_weights_add_up_to_one_and_leave_the_own_family_out(rng):
    leaves = rng.integers(0, 5, (20, 30)).astype(np.int32)
    families = np.arange(20) // 2
    weights = leaf_weights(leaves, leaves, judged=rng.random((20, 30)) < 0.5, families=families)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert (weights[families[:, None] == families[None, :]] == 0).all()


def test_expectation_survives_arrays(rng):
    ranks = as_singles(rng.uniform(size=(40, 3)))
    targets = rng.uniform(size=(40, 4))
    expectation, weights = fit_expectation(
        ranks,
        targets,
        blend=Blend(0.2, 0.4, 0.4),
        n_hints=2,
        other_hints=ranks[:, :0],
        families=np.arange(40),
        members=rng.random((40, 15)) < 0.7,
        random_state=0,
    )
    again = Expectation.from_arrays(expectation.to_arrays())
    np.testing.assert_array_equal(expectation.predict(weights, ranks), again.predict(weights, ranks))


def test_missing_cells_are_filled_from_what_datasets_have_in_common(rng):
    table = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 30))
    holes = rng.random(table.shape) < 0.2
    filled = fill_missing(np.where(holes, np.nan, table))
    assert (filled[~holes] == table[~holes]).all()
    assert np.abs(filled - table)[holes].mean() < 0.3 * np.abs(table)[holes].mean()


def test_the_greedy_portfolio_covers_what_its_first_does_not():
    regret = np.array([[0.0, 1.0, 0.1], [0.0, 1.0, 0.1], [1.0, 0.0, 1.0]])
    assert greedy_portfolio(regret, 2) == [0, 1]
