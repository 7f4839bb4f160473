"""Duels of configurations, and what a pool can do without."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.candidates.duels import Duel, fight, summarize
from benchmarks.candidates.ideas import IDEAS
from benchmarks.candidates.pruning import Standing, loss_of_best, may_go, prune
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.metrics import METRICS

DUEL = Duel.of("a new one", "ridge", {"alpha": 10.0}, {})


def _rows(new: list[float], old: list[float], status: str = "ok") -> pd.DataFrame:
    rng = np.random.default_rng(0)
    scores = {DUEL.new.id: new, DUEL.old.id: old, "third": list(rng.normal(0.5, 0.001, len(new)))}
    return pd.DataFrame(
        [
            {
                "dataset_id": "d",
                "configuration_id": name,
                "fold": fold,
                "status": status if name == DUEL.new.id else "ok",
                "r2": score,
                "fit_seconds": 2.0 if name == DUEL.new.id else 1.0,
                "n_test": 10,
                "n_train": 20,
            }
            for name, mine in scores.items()
            for fold, score in enumerate(mine)
        ]
    )


def test_the_better_one_wins_beyond_noise():
    found = fight(_rows([0.9, 0.91], [0.5, 0.51]), DUEL, METRICS["r2"])
    assert found["result"].tolist() == ["win"]
    assert summarize(found) | {"p": None} == {
        "datasets": 1, "wins": 1, "ties": 0, "losses": 0, "ahead": 1.0, "p": None, "seconds": 2.0
    }  # fmt: skip


def test_less_than_noise_is_a_tie():
    assert fight(_rows([0.5, 0.7], [0.69, 0.52]), DUEL, METRICS["r2"])["result"].tolist() == ["tie"]


def test_what_failed_loses():
    assert fight(_rows([0.9, 0.9], [0.1, 0.1], status="failed"), DUEL, METRICS["r2"])["result"].tolist() == ["loss"]


def test_ideas_compare_two_different_things():
    assert all(duel.new.id != duel.old.id for duel in IDEAS)
    assert len({(duel.new.id, duel.old.id) for duel in IDEAS}) == len(IDEAS)


def test_what_goes_costs_no_dataset_its_best():
    behind = pd.DataFrame({"a": [0.0, 0.8, 5.0], "b": [0.5, 0.0, 6.0], "c": [9.0, 9.0, 0.0]}, index=list("xyz"))
    standing = Standing(behind, pd.Series({"a": 0.5, "b": 0.3, "c": 0.2}))
    gone = prune(standing, kept=set())
    assert gone == ["a"]
    assert loss_of_best(standing, gone).tolist() == [0.5, 0.0, 0.0]


@pytest.mark.parametrize(("default", "goes"), [(9.0, False), (1.0, True)])
def test_what_somebody_without_extras_needs_stays(default, goes):
    """A forest is beside CatBoost, which needs an extra, and beside its own default or not."""
    pool = [Configuration("random_forest", {"max_features": share} if share else {}) for share in (0, 0.2, 0.4)]
    pool.append(Configuration("catboost", {}))
    behind = pd.DataFrame([[default, 9.0, 0.5, 0.0], [9.0, 9.0, 9.0, 0.0]], columns=[c.id for c in pool])
    standing = Standing(behind, pd.Series([0.1, 0.1, 0.4, 0.2], index=behind.columns))
    assert may_go(standing, pool) == ([pool[2].id] if goes else [])
