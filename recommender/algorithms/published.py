"""Published settings of boosting that did well on many datasets; all of them stop early.

The figures are those of Holzmueller, Grinsztajn and Steinwart, "Better by default" (NeurIPS 2024), tuned on 118
datasets: for predicting classes, and for predicting numbers.
"""

from __future__ import annotations

from recommender.algorithms.configuration import Hyperparameters

LIGHTGBM_FOR_CLASSES: Hyperparameters = {
    "learning_rate": 0.04,
    "num_leaves": 50,
    "min_child_samples": 40,
    "min_child_weight": 1e-7,
    "subsample": 0.75,
}
LIGHTGBM_FOR_NUMBERS: Hyperparameters = {
    "learning_rate": 0.05,
    "num_leaves": 100,
    "min_child_samples": 3,
    "min_child_weight": 1e-7,
    "subsample": 0.7,
}
XGBOOST_FOR_CLASSES: Hyperparameters = {
    "learning_rate": 0.08,
    "max_depth": 6,
    "min_child_weight": 5e-6,
    "reg_lambda": 0.0,
    "colsample_bylevel": 0.9,
    "subsample": 0.65,
}
XGBOOST_FOR_NUMBERS: Hyperparameters = {
    "learning_rate": 0.05,
    "max_depth": 9,
    "min_child_weight": 2.0,
    "reg_lambda": 0.0,
    "subsample": 0.7,
}
CATBOOST_FOR_CLASSES: Hyperparameters = {
    "learning_rate": 0.08,
    "depth": 7,
    "l2_leaf_reg": 1e-5,
    "random_strength": 0.8,
    "bootstrap_type": "Bernoulli",
    "subsample": 0.9,
    "boosting_type": "Plain",
    "one_hot_max_size": 15,
    "leaf_estimation_iterations": 1,
}
CATBOOST_FOR_NUMBERS: Hyperparameters = {
    "learning_rate": 0.09,
    "depth": 9,
    "l2_leaf_reg": 1e-5,
    "random_strength": 0.0,
    "bootstrap_type": "Bernoulli",
    "subsample": 0.9,
    "boosting_type": "Plain",
    "one_hot_max_size": 20,
    "leaf_estimation_iterations": 20,
}
"""Not in the pool, since it did not win: see `benchmarks/candidates`."""

EARLY_STOPPED_CATBOOST: Hyperparameters = {"early_stopping": True, "learning_rate": 0.05, "depth": 6}
"""CatBoost with early stopping, which is no published setting. Of all single choices it has the least mean regret on
the knowledge base, and so is what a recommendation is not to lose to."""
