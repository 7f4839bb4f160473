"""What is tried, and what each of it would replace."""

from __future__ import annotations

from benchmarks.candidates.duels import Duel
from recommender.algorithms.catalogue import (
    ALGORITHMS,
    CATBOOST_FOR_CLASSES,
    CATBOOST_FOR_NUMBERS,
    LIGHTGBM_FOR_CLASSES,
    LIGHTGBM_FOR_NUMBERS,
    XGBOOST_FOR_CLASSES,
    XGBOOST_FOR_NUMBERS,
)
from recommender.algorithms.configuration import Configuration

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

IDEAS = [
    *(
        Duel.of("early stopping, published setting", name, {**published, **STOPS}, {})
        for name, published in (
            ("lightgbm", LIGHTGBM_FOR_CLASSES),
            ("lightgbm", LIGHTGBM_FOR_NUMBERS),
            ("xgboost", XGBOOST_FOR_CLASSES),
            ("xgboost", XGBOOST_FOR_NUMBERS),
            ("catboost", CATBOOST_FOR_CLASSES),
            ("catboost", CATBOOST_FOR_NUMBERS),
        )
    ),
    *(
        Duel.of("early stopping against fixed rounds", "lightgbm", {**published, **STOPS}, FIRST_EDITION)
        for published in (LIGHTGBM_FOR_CLASSES, LIGHTGBM_FOR_NUMBERS)
    ),
    *(
        Duel.of("categories as such", name, {**published, **STOPS, **NATIVE}, {**published, **STOPS})
        for name, published in (
            ("lightgbm", LIGHTGBM_FOR_CLASSES),
            ("lightgbm", LIGHTGBM_FOR_NUMBERS),
            ("xgboost", XGBOOST_FOR_CLASSES),
            ("xgboost", XGBOOST_FOR_NUMBERS),
            ("catboost", CATBOOST_FOR_CLASSES),
            ("catboost", CATBOOST_FOR_NUMBERS),
        )
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
