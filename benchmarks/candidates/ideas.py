"""What is tried, and what each of it would replace."""

from __future__ import annotations

from typing import Any

from benchmarks.candidates.duels import Duel
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import NAMES
from recommender.algorithms.pool import pool_for
from recommender.algorithms.published import (
    CATBOOST_FOR_CLASSES,
    CATBOOST_FOR_NUMBERS,
    LIGHTGBM_FOR_CLASSES,
    LIGHTGBM_FOR_NUMBERS,
    XGBOOST_FOR_CLASSES,
    XGBOOST_FOR_NUMBERS,
)
from recommender.tables.dataset import Task

NATIVE = {"categories": "native"}
STOPS = {"early_stopping": True}
CATBOOST = Configuration("catboost", NATIVE)
"""CatBoost as it comes: its own categories, 1,000 rounds."""
FIRST_EDITION = {
    "n_estimators": 300,
    "learning_rate": 0.03,
    "num_leaves": 16,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
}
"""The setting of LightGBM that the first edition of the pool had first."""
PUBLISHED = (
    ("lightgbm", LIGHTGBM_FOR_CLASSES),
    ("lightgbm", LIGHTGBM_FOR_NUMBERS),
    ("xgboost", XGBOOST_FOR_CLASSES),
    ("xgboost", XGBOOST_FOR_NUMBERS),
    ("catboost", CATBOOST_FOR_CLASSES),
    ("catboost", CATBOOST_FOR_NUMBERS),
)
"""The published settings, for classes and for numbers."""
PREPARED = ("logistic_regression", "ridge", "k_neighbors", "mlp", "random_forest", "extra_trees", "nystroem", "ebm")
"""The algorithms that have choices of the preprocessing among their strong settings."""


def _choices() -> list[Duel]:
    """Each choice of the preprocessing, beside the same setting without it."""
    words = {
        "splines": "splines before a linear model",
        "clipped": "outliers clipped",
        "quantile": "numbers by their quantiles",
        "indicated": "what is missing indicated",
        "log": "the logarithm of a skewed target",
        "target": "many categories by the target",
    }
    found = []
    for name in PREPARED:
        algorithm = ALGORITHMS[name]
        for task, settings in ((at, one) for at in algorithm.tasks for one in algorithm.strong_for(at)):
            chosen = [key for key in NAMES if key in settings]
            if len(chosen) == 1:
                without = {key: value for key, value in settings.items() if key not in chosen}
                old = _evaluated(name, without, task)
                found.append(Duel.of(words[settings[chosen[0]]], name, dict(settings), old))
    return list({(duel.new.id, duel.old.id): duel for duel in found}.values())


def _evaluated(name: str, settings: dict[str, Any], task: Task) -> dict[str, Any]:
    """Settings that the pool has: these, or else the algorithm's own."""
    configuration = Configuration(name, settings)
    return settings if configuration.id in {c.id for c in pool_for(task)} else {}


IDEAS = [
    *_choices(),
    Duel.of("explainable boosting", "ebm", {}, {}, other="lightgbm"),
    Duel.of("explainable boosting", "ebm", {}, {}, other="logistic_regression"),
    Duel.of("explainable boosting", "ebm", {}, {}, other="ridge"),
    Duel.of("a kernel by a sample of rows", "nystroem", {}, {}, other="logistic_regression"),
    Duel.of("a kernel by a sample of rows", "nystroem", {}, {}, other="ridge"),
    *(Duel.of("early stopping, published setting", name, {**published, **STOPS}, {}) for name, published in PUBLISHED),
    *(
        Duel.of("early stopping against fixed rounds", "lightgbm", {**published, **STOPS}, FIRST_EDITION)
        for published in (LIGHTGBM_FOR_CLASSES, LIGHTGBM_FOR_NUMBERS)
    ),
    *(
        Duel.of("categories as such", name, {**published, **STOPS, **NATIVE}, {**published, **STOPS})
        for name, published in PUBLISHED
    ),
    Duel.of("categories as such", "catboost", NATIVE, {}),
    *(
        Duel.of("other early-stopped settings", "lightgbm", settings, {**published, **STOPS})
        for settings in ALGORITHMS["lightgbm"].strong
        if settings.get("early_stopping")
        for published in (LIGHTGBM_FOR_CLASSES, LIGHTGBM_FOR_NUMBERS)
    ),
    *(
        Duel.of("other early-stopped settings", "catboost", settings, NATIVE)
        for settings in ALGORITHMS["catboost"].strong
        if settings.get("early_stopping")
    ),
]
"""Every duel."""
