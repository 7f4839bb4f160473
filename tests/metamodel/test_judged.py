"""Datasets that were judged without their families: which are contrary, and how wide intervals must be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender import MetaModel
from recommender.metamodel.intervals import RANKS
from recommender.metamodel.judged import MIN_COMPARED, Judged

N = 40


def judged(scores: np.ndarray, expected: np.ndarray) -> Judged:
    """Datasets of which these regrets were expected, and nothing else."""
    nothing = np.full(scores.shape, np.nan)
    return Judged(scores, expected, nothing, nothing, nothing, np.zeros(len(scores)))


def test_only_an_order_that_is_turned_round_or_none_at_all_is_contrary():
    rng = np.random.default_rng(0)
    expected = np.tile(np.linspace(0, 1, N), (4, 1))
    scores = np.stack([1 - expected[0], expected[0], np.full(N, 0.5), rng.normal(size=N)])
    scores[:2] += rng.normal(scale=0.1, size=(2, N))
    assert judged(scores, expected).contrary.tolist() == [False, True, True, False]


@pytest.mark.parametrize(("n_seen", "is_contrary"), [(MIN_COMPARED - 1, False), (MIN_COMPARED, True)])
def test_few_scores_are_never_contrary(n_seen, is_contrary):
    expected = np.linspace(0, 1, N)[None]
    scores = np.where(np.arange(N) < n_seen, expected, np.nan)
    assert judged(scores, expected).contrary.tolist() == [is_contrary]


def test_datasets_that_were_not_judged_are_kept():
    expected = np.full((1, N), np.nan)
    assert not judged(np.linspace(0, 1, N)[None], expected).contrary.any()


def test_intervals_are_stretched_until_they_cover_four_of_five():
    rng = np.random.default_rng(0)
    scores, shape = rng.normal(size=(400, N)), (400, N)
    regret = np.tile(np.linspace(0, 1, N), (400, 1))
    expected = Judged(scores, regret, np.zeros(shape), np.full(shape, -1.0), np.full(shape, 1.0), np.zeros(400))
    assert expected.stretch == pytest.approx(np.full(len(RANKS), 1.28), abs=0.1)


def test_a_contrary_dataset_is_not_learnt_from():
    rng = np.random.default_rng(0)
    names = [f"d{i}" for i in range(60)]
    metafeatures = pd.DataFrame({"size": rng.uniform(size=60)}, index=names)
    slopes = np.linspace(-1, 1, 30)
    scores = pd.DataFrame(0.5 + 0.2 * slopes + 0.1 * np.outer(metafeatures["size"], slopes), index=names)
    scores.loc["d7"] = 1 - scores.loc["d7"]
    model = MetaModel(n_trees=20).fit(metafeatures, scores)
    assert set(names) - set(model.datasets_) == {"d7"}
    assert model.portfolio(metafeatures.loc[["d7"]], k=1) == ["29"]
