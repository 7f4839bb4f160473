"""The algorithms: a row for each says all that the rest of the package knows of it.

To add one, write a builder and a space, and add a row to `ALGORITHMS` at the end; the common checks in the tests then
run over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from recommender.algorithms import builders, spaces
from recommender.algorithms.configuration import Hyperparameters
from recommender.algorithms.encoding import LINEAR, NATIVE, TREES, Encoding, model_settings
from recommender.algorithms.training_rows import TrainingRows
from recommender.errors import MissingExtraError, unknown_name
from recommender.tables.dataset import TASKS, Task

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace
    from sklearn.base import BaseEstimator

CLASSIFICATION: tuple[Task, ...] = ("binary", "multiclass")
REGRESSION: tuple[Task, ...] = ("regression",)


@dataclass(frozen=True, eq=False)
class Algorithm:
    """A learning algorithm that the pool can hold.

    Parameters
    ----------
    name : str
        The name used everywhere: in configurations, records and options.
    description : str
        What it is, in a few words for people who do not know its name.
    tasks : tuple of {"binary", "multiclass", "regression"}
        What it can predict.
    builder : callable(hyperparameters, task, random_state, n_jobs) -> estimator
        An unfitted scikit-learn estimator. Without hyperparameters, its library's plain default.
    space : callable(task) -> ConfigurationSpace
        The hyperparameters that are worth varying, under the names that the builder takes.
    encoding : Encoding
        How it wants numbers and categories, unless a configuration's hyperparameters say otherwise.
    strong : tuple of hyperparameters
        Settings known to do well, tried before the space is searched.
    strong_for_classes, strong_for_numbers : tuple of hyperparameters
        More of them, tried first where classes or numbers are predicted.
    n_drawn : int
        How many further settings the pool draws from the space.
    n_core : int, default=0
        So many of its first settings in the pool, the default first, are evaluated at other sizes too.
    fixed : hyperparameters
        What every setting that is drawn from the space has besides.
    for_classes : hyperparameters
        What every setting of the pool has besides where classes are predicted, its default included.
    max_samples, max_features, max_classes : int, optional
        It does not apply above these: training rows, encoded columns, classes.
    can_fit : callable(hyperparameters, TrainingRows) -> bool, optional
        Whether a setting can be fitted on such rows; every setting can where it is not given.
    library : str, optional
        The distribution that it needs beside scikit-learn.
    module : str, optional
        Its module, where that has another name.
    extra : str, optional
        The extra of this package that installs its library; None for those that are always there.
    is_interpretable : bool, default=False
        Whether a person can read the fitted model: a number for each encoded column and class, a few, or a curve.
    takes_weights : bool, default=True
        Whether its `fit` takes weights of rows.
    safe_rank : int, optional
        Its place among the algorithms to whose default a recommendation is not to lose, the first one first.
    flaml_name : str, optional
        FLAML's estimator, where it has one.
    flaml_settings : dict of str to str
        Our name of each hyperparameter that FLAML names otherwise.
    """

    name: str
    _: KW_ONLY
    description: str
    tasks: tuple[Task, ...]
    builder: Callable[[Hyperparameters, Task, int, int | None], BaseEstimator]
    space: Callable[[Task], ConfigurationSpace]
    encoding: Encoding
    strong: tuple[Hyperparameters, ...] = ()
    strong_for_classes: tuple[Hyperparameters, ...] = ()
    strong_for_numbers: tuple[Hyperparameters, ...] = ()
    n_drawn: int = 0
    n_core: int = 0
    fixed: Hyperparameters = field(default_factory=dict)
    for_classes: Hyperparameters = field(default_factory=dict)
    max_samples: int | None = None
    max_features: int | None = None
    max_classes: int | None = None
    can_fit: Callable[[Hyperparameters, TrainingRows], bool] | None = None
    library: str | None = None
    module: str | None = None
    extra: str | None = None
    is_interpretable: bool = False
    takes_weights: bool = True
    safe_rank: int | None = None
    flaml_name: str | None = None
    flaml_settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_installed(self) -> bool:
        """Whether its library is there."""
        module = self.imported
        return self.extra is None or module is None or _is_importable(module)

    @property
    def imported(self) -> str | None:
        """The module of its library."""
        return self.module or self.library

    def strong_for(self, task: Task) -> tuple[Hyperparameters, ...]:
        """The settings known to do well on a task."""
        return (self.strong_for_numbers if task == "regression" else self.strong_for_classes) + self.strong

    def build(
        self, hyperparameters: Hyperparameters, task: Task, random_state: int, n_jobs: int | None
    ) -> BaseEstimator:
        """An unfitted estimator; the error of a library that is not installed says how to get it."""
        try:
            model = self.builder(model_settings(hyperparameters), task, random_state, n_jobs)
        except ImportError as error:
            if self.extra is None:
                raise
            raise self.not_installed() from error
        if self.encoding.chosen_by(hyperparameters).target == "plain":
            return model
        from recommender.algorithms.log_target import on_logarithm

        return on_logarithm(model)

    def not_installed(self) -> MissingExtraError:
        """The error that says how to get its library."""
        return MissingExtraError(f"{self.name} is not installed: pip install recommender[{self.extra}]")

    def why_not(self, *, n_samples: int, n_features: int, n_classes: int) -> str | None:
        """Why this does not apply to a table of that size, or None where it applies."""
        limits = (
            ("rows", n_samples, self.max_samples),
            ("columns", n_features, self.max_features),
            ("classes", n_classes, self.max_classes),
        )
        for what, given, most in limits:
            if most is not None and given > most:
                return f"{self.name} is not applied to more than {most:,} {what}, and there are {given:,}"
        return None


@cache
def _is_importable(module: str) -> bool:
    return find_spec(module) is not None


def find_algorithm(name: str) -> Algorithm:
    """The algorithm of that name; an unknown name's error lists the choices."""
    if name not in ALGORITHMS:
        raise unknown_name("algorithm", name, ALGORITHMS)
    return ALGORITHMS[name]


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
"""What did well on 118 datasets: Holzmueller, Grinsztajn and Steinwart, "Better by default" (NeurIPS 2024)."""

BOOSTED = "Boosted decision trees: each tree mends what those before it got wrong"
"""What several libraries do, in words."""
CALIBRATED: Hyperparameters = {"probability": True}
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
            encoding=TREES,
            strong_for_classes=(
                {**LIGHTGBM_FOR_CLASSES, "early_stopping": True},
                {**LIGHTGBM_FOR_CLASSES, "early_stopping": True, "categories": "native"},
            ),
            strong_for_numbers=(
                {**LIGHTGBM_FOR_NUMBERS, "early_stopping": True},
                {**LIGHTGBM_FOR_NUMBERS, "early_stopping": True, "categories": "native"},
            ),
            strong=(
                {
                    "early_stopping": True,
                    "learning_rate": 0.02,
                    "num_leaves": 39,
                    "min_child_samples": 3,
                    "colsample_bytree": 0.46,
                    "extra_trees": True,
                },
                {
                    "early_stopping": True,
                    "learning_rate": 0.02,
                    "num_leaves": 84,
                    "min_child_samples": 3,
                    "colsample_bytree": 0.53,
                },
                {
                    "early_stopping": True,
                    "learning_rate": 0.03,
                    "num_leaves": 8,
                    "min_child_samples": 5,
                    "colsample_bytree": 0.5,
                },
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
            n_core=1,
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
            encoding=TREES,
            strong=(
                {"n_estimators": 200, "max_features": 0.3},
                {"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},
                {"n_estimators": 200, "max_features": 0.6, "min_samples_leaf": 2},
                {"n_estimators": 200, "max_features": 0.3, "categories": "target"},
            ),
            strong_for_numbers=({"n_estimators": 200, "max_features": 0.3, "target": "log"},),
            n_drawn=8,
            n_core=1,
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
            encoding=TREES,
            strong=(
                {"n_estimators": 200, "max_features": 0.5},
                {"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},
                {"n_estimators": 200, "max_features": 1.0, "min_samples_leaf": 2},
                {"n_estimators": 200, "max_features": 0.5, "categories": "target"},
            ),
            strong_for_numbers=({"n_estimators": 200, "max_features": 0.5, "target": "log"},),
            n_drawn=8,
            n_core=1,
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
            encoding=LINEAR,
            strong=(
                {"C": 0.01},
                {"C": 0.1, "l1_ratio": 1.0},
                {"C": 30.0},
                {"C": 0.1, "numbers": "splines"},
                {"C": 0.01, "numbers": "splines"},
                {"C": 1.0, "numbers": "clipped"},
                {"C": 1.0, "missing": "indicated"},
                {"C": 1.0, "categories": "target"},
            ),
            n_drawn=8,
            n_core=1,
            is_interpretable=True,
            flaml_name="lrl2",
        ),
        Algorithm(
            "linear_svm",
            description="A straight line between the classes with the widest margin",
            tasks=CLASSIFICATION,
            builder=builders.linear_svm,
            space=spaces.linear_svm,
            encoding=LINEAR,
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
            encoding=LINEAR,
            strong=({"C": 10.0}, {"C": 100.0}, {"C": 10.0, "gamma": 0.01}, {"C": 1000.0, "gamma": 0.001}),
            n_drawn=9,
            n_core=1,
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
            encoding=LINEAR,
            strong=(
                {"n_neighbors": 1},
                {"n_neighbors": 20, "weights": "distance"},
            ),
            strong_for_classes=(
                {"n_neighbors": 20, "weights": "distance", "numbers": "quantile"},
                {"n_neighbors": 10, "weights": "distance", "numbers": "clipped"},
            ),
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
            encoding=LINEAR,
            can_fit=lambda settings, rows: (  # a tenth of the rows tells when to stop, with each of two classes in it
                not settings.get("early_stopping") or (rows.n_smallest >= 2 and rows.n_samples >= 20)
            ),
            strong=(
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001},
                {"width": 32, "n_layers": 1, "alpha": 1.0, "learning_rate_init": 0.01},
                {"width": 256, "n_layers": 2, "alpha": 0.001, "learning_rate_init": 0.001, "early_stopping": True},
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001, "categories": "target"},
            ),
            strong_for_numbers=(
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001, "numbers": "clipped"},
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001, "target": "log"},
            ),
            n_drawn=8,
            n_core=1,
        ),
        Algorithm(
            "lda",
            description="Linear discriminant analysis: a straight line between the classes",
            tasks=CLASSIFICATION,
            builder=builders.lda,
            takes_weights=False,
            space=spaces.shrinkage,
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
            encoding=LINEAR,
            strong=(
                {"alpha": 10.0},
                {"alpha": 100.0},
                {"alpha": 10.0, "numbers": "splines"},
                {"alpha": 100.0, "numbers": "splines"},
                {"alpha": 10.0, "numbers": "clipped"},
                {"alpha": 10.0, "missing": "indicated"},
                {"alpha": 10.0, "categories": "target"},
                {"alpha": 10.0, "target": "log"},
                {"alpha": 10.0, "numbers": "splines", "target": "log"},
            ),
            n_drawn=4,
            n_core=1,
            is_interpretable=True,
        ),
        Algorithm(
            "lasso",
            description="A linear model that leaves out the columns it does not need",
            tasks=REGRESSION,
            builder=builders.lasso,
            space=spaces.lasso,
            encoding=LINEAR,
            strong=({"alpha": 0.01},),
            n_drawn=4,
            is_interpretable=True,
        ),
        Algorithm(
            "elastic_net",
            description="A linear model, kept simple by penalties on the size and the number of its terms",
            tasks=REGRESSION,
            builder=builders.elastic_net,
            space=spaces.elastic_net,
            encoding=LINEAR,
            strong=({"alpha": 0.01, "l1_ratio": 0.5},),
            n_drawn=4,
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
            encoding=LINEAR,
            strong=(
                {"n_components": 500, "width": 0.3, "C": 10.0},
                {"n_components": 1000, "width": 0.1, "C": 30.0},
            ),
            strong_for_classes=({"n_components": 500, "width": 0.3, "C": 10.0, "numbers": "quantile"},),
            n_drawn=3,
            max_classes=50,
        ),
        Algorithm(
            "xgboost",
            description=BOOSTED,
            tasks=TASKS,
            builder=builders.xgboost,
            space=spaces.xgboost,
            encoding=TREES,
            strong_for_classes=(
                {**XGBOOST_FOR_CLASSES, "early_stopping": True},
                {**XGBOOST_FOR_CLASSES, "early_stopping": True, "categories": "native"},
            ),
            strong_for_numbers=(
                {**XGBOOST_FOR_NUMBERS, "early_stopping": True},
                {**XGBOOST_FOR_NUMBERS, "early_stopping": True, "categories": "native"},
            ),
            strong=(
                {"n_estimators": 300, "learning_rate": 0.05, "max_depth": 4, "subsample": 0.8, "colsample_bytree": 0.8},
                {"n_estimators": 500, "learning_rate": 0.05, "max_depth": 7, "min_child_weight": 3.0},
            ),
            n_drawn=4,
            n_core=1,
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
            encoding=TREES,
            strong_for_classes=(
                {**CATBOOST_FOR_CLASSES, "early_stopping": True},
                {**CATBOOST_FOR_CLASSES, "early_stopping": True, "categories": "native"},
            ),
            strong_for_numbers=(
                {**CATBOOST_FOR_NUMBERS, "early_stopping": True},
                {**CATBOOST_FOR_NUMBERS, "early_stopping": True, "categories": "native"},
            ),
            strong=(
                {"categories": "native"},
                {"early_stopping": True, "learning_rate": 0.05, "depth": 6},
                {"iterations": 300, "learning_rate": 0.05, "depth": 6},
                {"iterations": 300, "learning_rate": 0.1, "depth": 4},
            ),
            n_drawn=3,
            n_core=1,
            fixed={"early_stopping": True},
            max_classes=50,
            library="catboost",
            extra="boosting",
            safe_rank=1,
            flaml_name="catboost",
            flaml_settings={"n_estimators": "iterations"},
        ),
        Algorithm(
            "ebm",
            description="An explainable boosting machine: a sum of curves of single columns, and of a few pairs",
            tasks=TASKS,
            builder=builders.ebm,
            space=spaces.ebm,
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
