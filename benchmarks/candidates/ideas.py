"""What is tried, and what each of it would replace."""

from __future__ import annotations

from typing import Any

from benchmarks.candidates.duels import Duel
from recommender.algorithms.configuration import Configuration
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
PLAIN_CATBOOST = Configuration("catboost", {})
"""The same with categories as codes, which is no other where there are none."""
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
MLP = {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001}
FOREST = {"n_estimators": 200, "max_features": 0.3}
EXTRA_TREES = {"n_estimators": 200, "max_features": 0.5}
NYSTROEM = {"n_components": 500, "width": 0.3, "C": 10.0}

CHOICES: tuple[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, Any]], ...] = (
    ("splines before a linear model", {"numbers": "splines"}, "logistic_regression", {"C": 0.1}, {}),
    ("splines before a linear model", {"numbers": "splines"}, "logistic_regression", {"C": 0.01}, {"C": 0.01}),
    ("splines before a linear model", {"numbers": "splines"}, "ridge", {"alpha": 10.0}, {"alpha": 10.0}),
    ("splines before a linear model", {"numbers": "splines"}, "ridge", {"alpha": 100.0}, {"alpha": 100.0}),
    ("outliers clipped", {"numbers": "clipped"}, "logistic_regression", {"C": 1.0}, {}),
    ("outliers clipped", {"numbers": "clipped"}, "ridge", {"alpha": 10.0}, {"alpha": 10.0}),
    ("outliers clipped", {"numbers": "clipped"}, "mlp", MLP, MLP),
    (
        "outliers clipped",
        {"numbers": "clipped"},
        "k_neighbors",
        {"n_neighbors": 10, "weights": "distance"},
        {"n_neighbors": 10, "weights": "distance"},
    ),
    (
        "numbers by their quantiles",
        {"numbers": "quantile"},
        "k_neighbors",
        {"n_neighbors": 20, "weights": "distance"},
        {"n_neighbors": 20, "weights": "distance"},
    ),
    ("numbers by their quantiles", {"numbers": "quantile"}, "nystroem", NYSTROEM, NYSTROEM),
    ("what is missing indicated", {"missing": "indicated"}, "logistic_regression", {"C": 1.0}, {}),
    ("what is missing indicated", {"missing": "indicated"}, "ridge", {"alpha": 10.0}, {"alpha": 10.0}),
    ("many categories by the target", {"categories": "target"}, "logistic_regression", {"C": 1.0}, {}),
    ("many categories by the target", {"categories": "target"}, "ridge", {"alpha": 10.0}, {"alpha": 10.0}),
    ("many categories by the target", {"categories": "target"}, "mlp", MLP, MLP),
    ("many categories by the target", {"categories": "target"}, "random_forest", FOREST, FOREST),
    ("many categories by the target", {"categories": "target"}, "extra_trees", EXTRA_TREES, EXTRA_TREES),
    ("the logarithm of a skewed target", {"target": "log"}, "ridge", {"alpha": 10.0}, {"alpha": 10.0}),
    (
        "the logarithm of a skewed target",
        {"target": "log"},
        "ridge",
        {"alpha": 10.0, "numbers": "splines"},
        {"alpha": 10.0, "numbers": "splines"},
    ),
    ("the logarithm of a skewed target", {"target": "log"}, "mlp", MLP, MLP),
    ("the logarithm of a skewed target", {"target": "log"}, "random_forest", FOREST, FOREST),
    ("the logarithm of a skewed target", {"target": "log"}, "extra_trees", EXTRA_TREES, EXTRA_TREES),
)
"""Each choice of the preprocessing: what is chosen, for which setting, beside which without it."""
STOPPED: tuple[dict[str, Any], ...] = (
    {"learning_rate": 0.02, "num_leaves": 39, "min_child_samples": 3, "colsample_bytree": 0.46, "extra_trees": True},
    {"learning_rate": 0.02, "num_leaves": 84, "min_child_samples": 3, "colsample_bytree": 0.53},
    {"learning_rate": 0.03, "num_leaves": 8, "min_child_samples": 5, "colsample_bytree": 0.5},
)
"""Other settings of LightGBM that stop early: two near those of a published portfolio, and one of small trees."""
FOR_CLASSES_BEFORE = [
    Configuration("k_neighbors", {"n_neighbors": 1}),
    Configuration("logistic_regression", {"C": 30.0}),
    Configuration("xgboost", {"n_estimators": 500, "learning_rate": 0.05, "max_depth": 7, "min_child_weight": 3.0}),
]
FOR_NUMBERS_BEFORE = [
    Configuration("extra_trees", {"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3}),
    Configuration("k_neighbors", {"n_neighbors": 20, "weights": "distance"}),
    Configuration("random_forest", {"n_estimators": 200, "max_features": 0.3}),
    Configuration("random_forest", {"n_estimators": 200, "max_features": 0.6, "min_samples_leaf": 2}),
    Configuration("rbf_svm", {"C": 100.0}),
    Configuration("ridge", {"alpha": 100.0}),
]


IDEAS = [
    *(Duel.of(idea, name, {**new, **choice}, old) for idea, choice, name, new, old in CHOICES),
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
        Duel.of("other early-stopped settings", "lightgbm", {**settings, **STOPS}, {**published, **STOPS})
        for settings in STOPPED
        for published in (LIGHTGBM_FOR_CLASSES, LIGHTGBM_FOR_NUMBERS)
    ),
    Duel.of("other early-stopped settings", "catboost", {**STOPS, "learning_rate": 0.05, "depth": 6}, NATIVE),
]
"""Every duel."""

LEFT: dict[Task, list[Configuration]] = {
    "binary": FOR_CLASSES_BEFORE,
    "multiclass": FOR_CLASSES_BEFORE,
    "regression": FOR_NUMBERS_BEFORE,
}
"""What the pool of a task had, too, before the rule of `benchmarks.candidates.pruning`."""
