from __future__ import annotations

import numpy as np
import pytest
from openml_stub import BOOSTING, FOREST, N_SETTINGS, ONLY_QUALITIES

from benchmarks.imported.surrogates import estimate_pool, fit_surrogate
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for
from recommender.imported.flows import FLOWS
from recommender.imported.importing import import_evaluations
from recommender.imported.store import ImportedEvidence

FLOW = FLOWS["RandomForestClassifier"]
SIZE = {"n_samples": 1000, "n_features": 16}


def tried(n=200, seed=0):
    rng = np.random.default_rng(seed)
    return [
        {
            "n_estimators": 100,
            "max_features": float(rng.uniform(0.1, 0.9)),
            "min_samples_leaf": int(rng.integers(1, 21)),
            "bootstrap": bool(rng.integers(2)),
        }
        for _ in range(n)
    ]


def score(settings):
    return 0.9 - 0.01 * settings["min_samples_leaf"] + 0.03 * settings["bootstrap"]


def fitted(settings, scores, pool=pool_for("binary"), **size):
    return fit_surrogate(FLOW, settings, scores, pool, **SIZE | size)


def test_what_was_not_tried_is_expected_rightly():
    settings = tried()
    found = fitted(settings, [score(s) for s in settings])
    assert found.n_settings == 200
    assert found.quality > 0.95
    assert found.r2 > 0.9
    by_hand = {c.id: dict(c.hyperparameters) for c in pool_for("binary") if c.id in found.scores}
    assert len(by_hand) >= 4
    for name, hyperparameters in by_hand.items():
        whole = {"min_samples_leaf": 1, "bootstrap": True} | hyperparameters
        assert found.scores[name] == pytest.approx(score(whole), abs=0.02)


def test_noise_has_no_quality():
    settings = tried()
    found = fitted(settings, np.random.default_rng(1).normal(size=len(settings)))
    assert found.quality < 0.2
    assert found.r2 < 0.2


def test_scores_that_are_all_the_same():
    settings = tried()
    found = fitted(settings, [0.7] * len(settings))
    assert (found.quality, found.r2) == (0.0, 0.0)
    assert list(found.scores.values()) == pytest.approx([0.7] * len(found.scores))


def test_few_settings_have_no_surrogate():
    assert fitted(tried(29), [0.5] * 29) is None


@pytest.mark.parametrize(
    ("hyperparameters", "n_samples", "is_covered"),
    [
        ({"min_samples_leaf": 20}, 1000, True),
        ({"min_samples_leaf": 21}, 1000, False),
        ({"max_features": 0.05}, 1000, False),
        ({"max_features": "sqrt"}, 1000, True),
        ({"criterion": "entropy"}, 1000, False),  # all settings have gini, the default
        ({"max_leaf_nodes": 500}, 1000, False),
        ({"max_leaf_nodes": 500}, 400, True),
        ({"n_estimators": 50}, 1000, False),
        ({"n_estimators": 500}, 1000, True),
    ],
)
def test_only_what_the_settings_cover_is_estimated(hyperparameters, n_samples, is_covered):
    settings = tried()
    pool = [Configuration("random_forest", hyperparameters), Configuration("lightgbm", {})]
    found = fitted(settings, [score(s) for s in settings], pool, n_samples=n_samples)
    assert set(found.scores) == ({pool[0].id} if is_covered else set())


def test_pool_is_estimated_where_the_size_is_known(openml_cache, tmp_path):
    evidence = ImportedEvidence(tmp_path / "evidence.sqlite")
    import_evaluations(evidence, [FOREST, BOOSTING])
    found = estimate_pool(evidence).set_index("dataset_id")
    assert list(found.index) == ["openml:1", "openml:2", f"openml:{ONLY_QUALITIES}"]
    assert set(found["algorithm"]) == {"random_forest"}  # nothing is estimated from flows that are not ours
    assert set(found["n_settings"]) == {N_SETTINGS}
    assert found["task"].tolist() == ["multiclass", "binary", "binary"]
    assert (found["quality"] > 0.5).all()
    assert all(scores for scores in found["scores"])
    assert estimate_pool(evidence, metric="area_under_roc_curve").empty
    evidence.close()


def test_of_many_settings_some_are_drawn(openml_cache, tmp_path, monkeypatch):
    evidence = ImportedEvidence(tmp_path / "evidence.sqlite")
    import_evaluations(evidence, [FOREST], task_ids=[2])
    monkeypatch.setattr("benchmarks.imported.surrogates.MAX_SETTINGS", 35)
    assert estimate_pool(evidence)["n_settings"].tolist() == [35]
    evidence.close()
