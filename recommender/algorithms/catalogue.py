"""The algorithms: a row for each says all that the rest of the package knows of it.

To add one, write a builder and a space, and add a row to `ALGORITHMS` at the end; the common checks in the tests then
run over it.
"""

from __future__ import annotations

from collections.abc import Iterable

from recommender.algorithms import builders, spaces
from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import LINEAR, NATIVE, TREES, Encoding
from recommender.algorithms.published import (
    CATBOOST_FOR_CLASSES,
    EARLY_STOPPED_CATBOOST,
    LIGHTGBM_FOR_CLASSES,
    LIGHTGBM_FOR_NUMBERS,
    XGBOOST_FOR_CLASSES,
    XGBOOST_FOR_NUMBERS,
)
from recommender.errors import unknown_name
from recommender.tables.dataset import TASKS, Task

CLASSIFICATION: tuple[Task, ...] = ("binary", "multiclass")
REGRESSION: tuple[Task, ...] = ("regression",)


def find_algorithm(name: str) -> Algorithm:
    """The algorithm of that name; an unknown name's error lists the choices."""
    if name not in ALGORITHMS:
        raise unknown_name("algorithm", name, ALGORITHMS)
    return ALGORITHMS[name]


def encoding_of(configuration: Configuration) -> Encoding:
    """How a configuration wants numbers, categories, what is missing, and the target."""
    return find_algorithm(configuration.algorithm).encoding.chosen_by(configuration.hyperparameters)


def algorithms_for(task: Task) -> list[Algorithm]:
    """The installed algorithms that serve a task."""
    return [algorithm for algorithm in ALGORITHMS.values() if task in algorithm.tasks and algorithm.is_installed]


def installed_algorithms(names: Iterable[str] | None) -> frozenset[str] | None:
    """The names if all of them are installed, or None for None; the error of one that is not says how to get it."""
    if names is None:
        return None
    found = [find_algorithm(name) for name in names]
    for algorithm in found:
        if not algorithm.is_installed:
            raise algorithm.not_installed()
    return frozenset(algorithm.name for algorithm in found)


def libraries() -> list[str]:
    """The distributions that algorithms need beside scikit-learn, installed or not.

    Examples
    --------
    >>> libraries()
    ['lightgbm', 'xgboost', 'catboost', 'interpret-core']
    """
    return list(dict.fromkeys(algorithm.library for algorithm in ALGORITHMS.values() if algorithm.library))


def modules() -> list[str]:
    """The modules of these, in the same order.

    Examples
    --------
    >>> modules()[-1]
    'interpret'
    """
    return list(dict.fromkeys(algorithm.imported for algorithm in ALGORITHMS.values() if algorithm.imported))


BOOSTED = "Boosted decision trees: each tree mends what those before it got wrong"
"""What several libraries do, in words."""
CALIBRATED = {"probability": True}
"""The word is scikit-learn's."""

ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm(
            "lightgbm",
            description=BOOSTED,
            tasks=TASKS,
            builder=builders.lightgbm,
            space=spaces.lightgbm,
            takes="learning_rate max_depth min_child_weight subsample colsample_bytree n_estimators "
            "early_stopping reg_lambda reg_alpha num_leaves min_child_samples extra_trees",
            encoding=TREES,
            strong_for_classes=(
                {**LIGHTGBM_FOR_CLASSES, "early_stopping": True},
                {
                    "early_stopping": True,
                    "learning_rate": 0.03,
                    "num_leaves": 8,
                    "min_child_samples": 5,
                    "colsample_bytree": 0.5,
                },
            ),
            strong_for_numbers=({**LIGHTGBM_FOR_NUMBERS, "early_stopping": True},),
            strong=(
                {
                    "n_estimators": 300,
                    "learning_rate": 0.03,
                    "num_leaves": 16,
                    "subsample": 0.8,
                    "colsample_bytree": 0.8,
                },
                {
                    "n_estimators": 500,
                    "learning_rate": 0.05,
                    "num_leaves": 31,
                    "colsample_bytree": 0.5,
                    "extra_trees": True,
                },
                {"n_estimators": 100, "learning_rate": 0.05, "num_leaves": 4, "min_child_samples": 5},
                {
                    "n_estimators": 200,
                    "learning_rate": 0.05,
                    "num_leaves": 8,
                    "min_child_samples": 2,
                    "reg_lambda": 10.0,
                },
                {
                    "n_estimators": 500,
                    "learning_rate": 0.05,
                    "num_leaves": 128,
                    "subsample": 0.9,
                    "colsample_bytree": 0.9,
                },
                {
                    "n_estimators": 300,
                    "learning_rate": 0.1,
                    "num_leaves": 4,
                    "min_child_samples": 20,
                    "colsample_bytree": 0.5,
                },
                {
                    "n_estimators": 500,
                    "learning_rate": 0.02,
                    "num_leaves": 64,
                    "min_child_samples": 5,
                    "subsample": 0.7,
                    "colsample_bytree": 0.4,
                },
                {
                    "n_estimators": 200,
                    "learning_rate": 0.05,
                    "num_leaves": 31,
                    "min_child_samples": 2,
                    "extra_trees": True,
                },
            ),
            n_drawn=12,
            n_core=3,
            fixed={"early_stopping": True},
            library="lightgbm",
            safe_rank=2,
            flaml_name="lgbm",
        ),
        Algorithm(
            "random_forest",
            description="An average of many decision trees on random parts of the table",
            tasks=TASKS,
            builder=builders.random_forest,
            space=spaces.forest,
            takes="n_estimators criterion max_features min_samples_leaf bootstrap max_leaf_nodes",
            encoding=TREES,
            strong=({"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},),
            strong_for_classes=(
                {"n_estimators": 200, "max_features": 0.3},
                {"n_estimators": 200, "max_features": 0.6, "min_samples_leaf": 2},
            ),
            strong_for_numbers=({"n_estimators": 200, "max_features": 0.3, "target": "log"},),
            n_drawn=4,
            n_core=2,
            fixed={"n_estimators": 200},  # forests gain from trees, at a known price
            flaml_name="rf",
            flaml_settings={"max_leaves": "max_leaf_nodes"},
        ),
        Algorithm(
            "extra_trees",
            description="An average of many decision trees with random thresholds",
            tasks=TASKS,
            builder=builders.extra_trees,
            space=spaces.forest,
            takes="n_estimators criterion max_features min_samples_leaf bootstrap max_leaf_nodes",
            encoding=TREES,
            strong=(
                {"n_estimators": 200, "max_features": 0.5},
                {"n_estimators": 200, "max_features": 1.0, "min_samples_leaf": 2},
                {"n_estimators": 200, "max_features": 0.5, "categories": "target"},
            ),
            strong_for_classes=({"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},),
            strong_for_numbers=({"n_estimators": 200, "max_features": 0.5, "target": "log"},),
            n_drawn=8,
            n_core=2,
            fixed={"n_estimators": 200},  # forests gain from trees, at a known price
            flaml_name="extra_tree",
            flaml_settings={"max_leaves": "max_leaf_nodes"},
        ),
        Algorithm(
            "logistic_regression",
            description="A linear model for the probabilities of the classes",
            tasks=CLASSIFICATION,
            builder=builders.logistic_regression,
            space=spaces.logistic,
            takes="C l1_ratio",
            encoding=LINEAR,
            takes_sparse=True,
            strong=(
                {"C": 0.01},
                {"C": 0.1, "l1_ratio": 1.0},
                {"C": 0.1, "numbers": "splines"},
                {"C": 0.01, "numbers": "splines"},
            ),
            n_drawn=8,
            n_core=4,
            is_interpretable=True,
            flaml_name="lrl2",
        ),
        Algorithm(
            "linear_svm",
            description="A straight line between the classes with the widest margin",
            tasks=CLASSIFICATION,
            builder=builders.linear_svm,
            space=spaces.linear_svm,
            takes="C probability",
            encoding=LINEAR,
            takes_sparse=True,
            strong=({"C": 0.01}, {"C": 0.1}),
            n_drawn=3,
            for_classes=CALIBRATED,
            is_interpretable=True,
            flaml_name="svc",
        ),
        Algorithm(
            "rbf_svm",
            description="A kernel machine: a smooth curve that fits near known rows",
            tasks=TASKS,
            builder=builders.rbf_svm,
            space=spaces.rbf_svm,
            takes="C gamma epsilon probability",
            encoding=LINEAR,
            strong=({"C": 10.0}, {"C": 10.0, "gamma": 0.01}, {"C": 1000.0, "gamma": 0.001}),
            strong_for_classes=({"C": 100.0},),
            n_drawn=9,
            n_core=2,
            for_classes=CALIBRATED,
            max_samples=10_000,
            max_classes=50,
        ),
        Algorithm(
            "k_neighbors",
            description="Judges each row by the most similar known rows",
            tasks=TASKS,
            builder=builders.k_neighbors,
            takes_weights=False,
            space=spaces.k_neighbors,
            takes="n_neighbors weights p",
            encoding=LINEAR,
            strong_for_classes=({"n_neighbors": 20, "weights": "distance"},),
            strong_for_numbers=({"n_neighbors": 1},),
            n_drawn=5,
            n_core=1,
            max_samples=100_000,
            can_fit=lambda settings, rows: settings.get("n_neighbors", 5) <= rows.n_samples,  # scikit-learn's default
            flaml_name="kneighbor",
        ),
        Algorithm(
            "mlp",
            description="A small neural network",
            tasks=TASKS,
            builder=builders.mlp,
            space=spaces.mlp,
            takes="n_layers width activation alpha learning_rate_init early_stopping",
            encoding=LINEAR,
            can_fit=lambda settings, rows: (  # a tenth of the rows tells when to stop, with each of two classes in it
                not settings.get("early_stopping") or (rows.n_smallest >= 2 and rows.n_samples >= 20)
            ),
            strong=(
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001},
                {"width": 32, "n_layers": 1, "alpha": 1.0, "learning_rate_init": 0.01},
                {"width": 256, "n_layers": 2, "alpha": 0.001, "learning_rate_init": 0.001, "early_stopping": True},
            ),
            strong_for_numbers=(
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001, "target": "log"},
            ),
            n_drawn=8,
            n_core=2,
        ),
        Algorithm(
            "lda",
            description="Linear discriminant analysis: a straight line between the classes",
            tasks=CLASSIFICATION,
            builder=builders.lda,
            takes_weights=False,
            space=spaces.shrinkage,
            takes="shrinkage",
            encoding=LINEAR,
            strong=({"shrinkage": "auto"},),
            n_drawn=2,
            max_features=2_000,
            can_fit=lambda settings, rows: "shrinkage" not in settings or rows.n_smallest >= 2,
            is_interpretable=True,
        ),
        Algorithm(
            "qda",
            description="Quadratic discriminant analysis: a curve between the classes",
            tasks=CLASSIFICATION,
            builder=builders.qda,
            takes_weights=False,
            space=spaces.qda,
            takes="reg_param",
            encoding=LINEAR,
            strong=({"reg_param": 0.1},),
            n_drawn=2,
            max_features=500,
            can_fit=lambda settings, rows: (
                rows.n_smallest > rows.n_features and (bool(settings.get("reg_param")) or rows.are_independent)
            ),
        ),
        Algorithm(
            "naive_bayes",
            description="Takes each column for a sign of its own, independent of the others",
            tasks=CLASSIFICATION,
            builder=builders.naive_bayes,
            space=spaces.naive_bayes,
            takes="var_smoothing",
            encoding=LINEAR,
            strong=({"var_smoothing": 0.01},),
            is_interpretable=True,
        ),
        Algorithm(
            "ridge",
            description="A linear model, kept simple by a penalty on the size of its terms",
            tasks=REGRESSION,
            builder=builders.ridge,
            space=spaces.ridge,
            takes="alpha",
            encoding=LINEAR,
            takes_sparse=True,
            strong=(
                {"alpha": 10.0},
                {"alpha": 10.0, "numbers": "splines"},
                {"alpha": 100.0, "numbers": "splines"},
                {"alpha": 10.0, "missing": "indicated"},
                {"alpha": 10.0, "categories": "target"},
                {"alpha": 10.0, "numbers": "splines", "target": "log"},
            ),
            n_drawn=4,
            n_core=3,
            is_interpretable=True,
        ),
        Algorithm(
            "lasso",
            description="A linear model that leaves out the columns it does not need",
            tasks=REGRESSION,
            builder=builders.lasso,
            space=spaces.lasso,
            takes="alpha",
            encoding=LINEAR,
            takes_sparse=True,
            strong=({"alpha": 0.01},),
            n_drawn=2,
            is_interpretable=True,
        ),
        Algorithm(
            "elastic_net",
            description="A linear model, kept simple by penalties on the size and the number of its terms",
            tasks=REGRESSION,
            builder=builders.elastic_net,
            space=spaces.elastic_net,
            takes="alpha l1_ratio",
            encoding=LINEAR,
            takes_sparse=True,
            strong=({"alpha": 0.01, "l1_ratio": 0.5},),
            n_drawn=2,
            is_interpretable=True,
            flaml_name="enet",
        ),
        Algorithm(
            "gaussian_process",
            description="Smooth interpolation between known rows",
            tasks=REGRESSION,
            builder=builders.gaussian_process,
            takes_weights=False,
            space=spaces.gaussian_process,
            takes="kernel length_scale noise_level",
            encoding=LINEAR,
            strong=(
                {"kernel": "rbf", "length_scale": 3.0, "noise_level": 0.1},
                {"kernel": "matern32", "length_scale": 3.0, "noise_level": 0.1},
            ),
            n_drawn=3,
            max_samples=1_000,
            max_features=200,
        ),
        Algorithm(
            "nystroem",
            description="Nearly a kernel machine: a linear model of how similar each row is to some rows",
            tasks=TASKS,
            builder=builders.nystroem,
            space=spaces.nystroem,
            takes="n_components width C",
            encoding=LINEAR,
            strong=(
                {"n_components": 500, "width": 0.3, "C": 10.0},
                {"n_components": 1000, "width": 0.1, "C": 30.0},
            ),
            n_drawn=3,
            n_core=2,
            max_classes=50,
        ),
        Algorithm(
            "xgboost",
            description=BOOSTED,
            tasks=TASKS,
            builder=builders.xgboost,
            space=spaces.xgboost,
            takes="learning_rate max_depth min_child_weight subsample "
            "colsample_bytree n_estimators early_stopping reg_lambda colsample_bylevel",
            encoding=TREES,
            strong_for_classes=({**XGBOOST_FOR_CLASSES, "early_stopping": True},),
            strong_for_numbers=(
                {**XGBOOST_FOR_NUMBERS, "early_stopping": True},
                {"n_estimators": 500, "learning_rate": 0.05, "max_depth": 7, "min_child_weight": 3.0},
            ),
            strong=(
                {"n_estimators": 300, "learning_rate": 0.05, "max_depth": 4, "subsample": 0.8, "colsample_bytree": 0.8},
            ),
            n_drawn=4,
            n_core=2,
            fixed={"early_stopping": True},
            library="xgboost",
            extra="boosting",
            flaml_name="xgb_limitdepth",
        ),
        Algorithm(
            "catboost",
            description=BOOSTED,
            tasks=TASKS,
            builder=builders.catboost,
            space=spaces.catboost,
            takes="learning_rate depth l2_leaf_reg iterations early_stopping",
            encoding=TREES,
            strong_for_classes=(
                {**CATBOOST_FOR_CLASSES, "early_stopping": True},
                {**CATBOOST_FOR_CLASSES, "early_stopping": True, "categories": "native"},
            ),
            strong=(
                EARLY_STOPPED_CATBOOST,
                {"categories": "native"},
                {"iterations": 300, "learning_rate": 0.05, "depth": 6},
                {"iterations": 300, "learning_rate": 0.1, "depth": 4},
            ),
            n_drawn=3,
            n_core=4,
            fixed={"early_stopping": True},
            max_classes=50,
            library="catboost",
            extra="boosting",
            safe_rank=1,
            safe=(EARLY_STOPPED_CATBOOST, {}),
            flaml_name="catboost",
            flaml_settings={"n_estimators": "iterations"},
        ),
        Algorithm(
            "ebm",
            description="An explainable boosting machine: a sum of curves of single columns, and of a few pairs",
            tasks=TASKS,
            builder=builders.ebm,
            space=spaces.ebm,
            takes="learning_rate max_leaves max_rounds min_samples_leaf max_bins interactions outer_bags",
            encoding=NATIVE,
            strong=(
                {"outer_bags": 8, "max_rounds": 1000},
                {"learning_rate": 0.04},
                {"interactions": 5, "max_bins": 32, "min_samples_leaf": 10},
            ),
            strong_for_numbers=({"target": "log"},),
            n_drawn=2,
            n_core=1,
            max_samples=50_000,
            max_features=100,
            max_classes=10,
            library="interpret-core",
            module="interpret",
            extra="interpretable",
            is_interpretable=True,
        ),
    )
}
"""Every algorithm by name, in the order in which the pool takes them."""
