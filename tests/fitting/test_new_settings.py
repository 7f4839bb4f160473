from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from recommender import recommend
from recommender.fitting.new_settings import near


@pytest.fixture(scope="module", params=[load_wine, load_diabetes], ids=["classes", "numbers"])
def ranking(request):
    return recommend(request.param(as_frame=True))


def test_every_algorithm_has_new_settings_that_can_be_built(ranking):
    known = {item.configuration.id for item in ranking.items}
    rng = np.random.default_rng(0)
    for algorithm in sorted({item.algorithm for item in ranking.items}):
        parent = next(item for item in ranking.items if item.algorithm == algorithm)
        found = near([parent], ranking.dataset, known=known, rng=rng)
        assert found is not None, algorithm
        assert found.algorithm == algorithm
        assert found.configuration.id not in known
        assert found.fit_seconds == parent.fit_seconds
        found.estimator


def test_settings_are_near_and_those_of_the_preparation_stay():
    ranking = recommend(load_diabetes(as_frame=True), include=["ridge"])
    parent = ranking.best
    rng = np.random.default_rng(0)
    found = [near([parent], ranking.dataset, known=set(), rng=rng) for _ in range(40)]
    others = {name: value for name, value in parent.hyperparameters.items() if name != "alpha"}
    assert all({k: v for k, v in one.hyperparameters.items() if k != "alpha"} == others for one in found)
    alphas = np.array([one.hyperparameters.get("alpha", np.nan) for one in found])
    assert ((alphas > 0.0009) & (alphas < 1001))[np.isfinite(alphas)].all()


def test_the_best_one_is_a_parent_more_often():
    ranking = recommend(load_wine(as_frame=True), include=["lda", "qda", "k_neighbors"])
    parents = list({item.algorithm: item for item in reversed(ranking.items)}.values())[::-1]
    rng = np.random.default_rng(0)
    found = [near(parents, ranking.dataset, known=set(), rng=rng).algorithm for _ in range(60)]
    counts = [found.count(parent.algorithm) for parent in parents]
    assert counts[0] > counts[-1]


def test_nothing_is_near_nothing():
    ranking = recommend(load_wine(as_frame=True), include=["lda"])
    assert near([], ranking.dataset, known=set(), rng=np.random.default_rng(0)) is None
