"""The algorithms: for each its search space, how it is built, what preprocessing it wants, and where it does not apply.

To add one, write a space and a builder, and add a row to `ALGORITHMS` at the end; the common checks in the tests
then run over it.

The ranges follow published spaces, narrowed where a setting would cost more than it has been seen to give:

- LightGBM: the space of FLAML (Wang et al., MLSys 2021), with iterations and leaves bounded.
- forests, kernel machines, nearest neighbours, regularised linear models: Probst, Boulesteix and Bischl,
  "Tunability" (JMLR 20(53), 2019).
- XGBoost and CatBoost: Gorishniy, Rubachev, Khrulkov and Babenko, "Revisiting Deep Learning Models for Tabular Data"
  (NeurIPS 2021), with iterations bounded. They are an optional extra.
- multilayer perceptron, discriminant analysis, naive Bayes, Gaussian process: auto-sklearn
  (Feurer et al., NeurIPS 2015; JMLR 23(261), 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from recommender.errors import MissingExtraError, unknown_name
from recommender.tables.dataset import TASKS, Task

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace
    from sklearn.base import BaseEstimator

Hyperparameters = Mapping[str, Any]
Encoding = Literal["ordinal", "onehot"]

CLASSIFICATION: tuple[Task, ...] = ("binary", "multiclass")
REGRESSION: tuple[Task, ...] = ("regression",)


@dataclass(frozen=True)
class Algorithm:
    """A learning algorithm that the pool can hold.

    Parameters
    ----------
    name : str
        The name used everywhere: in configurations, records and options.
    tasks : tuple of {"binary", "multiclass", "regression"}
        What it can predict.
    build : callable(hyperparameters, task, random_state, n_jobs) -> estimator
        An unfitted scikit-learn estimator. Without hyperparameters, its library's plain default.
    space : callable(task) -> ConfigurationSpace
        The hyperparameters that are worth varying, under the names that `build` takes.
    encoding : {"ordinal", "onehot"}
        How it wants categories: as codes, with missing values left in place (trees), or as indicators beside
        imputed, standardised numbers.
    strong : tuple of hyperparameters
        Settings known to do well, tried before the space is searched.
    n_drawn : int
        How many further settings the pool draws from the space.
    max_samples, max_features, max_classes : int, optional
        It does not apply above these: training rows, encoded columns, classes.
    extra : str, optional
        The extra of this package that installs its library, a module of the algorithm's own name; None for those that
        are always there.
    is_interpretable : bool, default=False
        Whether a person can read the fitted model: one number for each encoded column and class, or a few.
    """

    name: str
    tasks: tuple[Task, ...]
    build: Callable[[Hyperparameters, Task, int, int | None], BaseEstimator]
    space: Callable[[Task], ConfigurationSpace]
    encoding: Encoding
    strong: tuple[Hyperparameters, ...] = ()
    n_drawn: int = 0
    max_samples: int | None = None
    max_features: int | None = None
    max_classes: int | None = None
    extra: str | None = None
    is_interpretable: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether its library is there."""
        return self.extra is None or _is_importable(self.name)

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


# ---------------------------------------------------------------------------------------------------------------------
# Spaces


def _space(*hyperparameters: Any) -> ConfigurationSpace:
    from ConfigSpace import ConfigurationSpace

    space = ConfigurationSpace()
    space.add(*hyperparameters)
    return space


def _nothing(task: Task) -> ConfigurationSpace:
    return _space()


def _lightgbm_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float, Integer

    return _space(
        Integer("n_estimators", (100, 500), log=True),
        Float("learning_rate", (0.01, 0.3), log=True),
        Integer("num_leaves", (4, 128), log=True),
        Integer("min_child_samples", (2, 128), log=True),
        Float("subsample", (0.5, 1.0)),
        Float("colsample_bytree", (0.3, 1.0)),
        Float("reg_alpha", (0.001, 10.0), log=True),
        Float("reg_lambda", (0.001, 100.0), log=True),
        Categorical("extra_trees", (False, True)),
    )


def _xgboost_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float, Integer

    return _space(
        Integer("n_estimators", (100, 500), log=True),
        Float("learning_rate", (0.01, 0.3), log=True),
        Integer("max_depth", (3, 10)),
        Float("min_child_weight", (0.01, 100.0), log=True),
        Float("subsample", (0.5, 1.0)),
        Float("colsample_bytree", (0.5, 1.0)),
        Float("reg_lambda", (0.01, 100.0), log=True),
    )


def _catboost_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float, Integer

    return _space(
        Integer("iterations", (100, 500), log=True),
        Float("learning_rate", (0.01, 0.3), log=True),
        Integer("depth", (3, 8)),
        Float("l2_leaf_reg", (1.0, 10.0), log=True),
    )


def _forest_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float, Integer

    criteria = ("squared_error",) if task == "regression" else ("gini", "entropy")
    return _space(
        Categorical("criterion", criteria),
        Float("max_features", (0.05, 1.0), log=True),
        Integer("min_samples_leaf", (1, 20), log=True),
        Categorical("bootstrap", (True, False)),
        Integer("max_leaf_nodes", (32, 4096), log=True),
    )


def _logistic_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float

    return _space(Float("C", (2.0**-10, 2.0**10), log=True), Categorical("l1_ratio", (0.0, 0.25, 0.5, 0.75, 1.0)))


def _linear_svm_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("C", (2.0**-10, 2.0**6), log=True))


def _rbf_svm_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    cost = Float("C", (2.0**-5, 2.0**10), log=True)
    gamma = Float("gamma", (2.0**-12, 2.0**2), log=True)
    if task == "regression":
        return _space(cost, gamma, Float("epsilon", (0.001, 0.5), log=True))
    return _space(cost, gamma)


def _k_neighbors_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Integer

    return _space(
        Integer("n_neighbors", (1, 60), log=True),
        Categorical("weights", ("uniform", "distance")),
        Categorical("p", (1, 2)),
    )


def _mlp_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float, Integer

    return _space(
        Integer("n_layers", (1, 3)),
        Integer("width", (16, 256), log=True),
        Categorical("activation", ("relu", "tanh")),
        Float("alpha", (1e-7, 10.0), log=True),
        Float("learning_rate_init", (0.0003, 0.03), log=True),
        Categorical("early_stopping", (False, True)),
    )


def _shrinkage_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("shrinkage", (0.001, 1.0), log=True))


def _qda_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("reg_param", (0.001, 1.0), log=True))


def _naive_bayes_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("var_smoothing", (1e-9, 0.3), log=True))


def _ridge_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("alpha", (0.001, 1000.0), log=True))


def _lasso_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Float

    return _space(Float("alpha", (0.0001, 1.0), log=True))


def _elastic_net_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float

    return _space(Float("alpha", (0.0001, 1.0), log=True), Categorical("l1_ratio", (0.1, 0.25, 0.5, 0.75)))


def _gaussian_process_space(task: Task) -> ConfigurationSpace:
    from ConfigSpace import Categorical, Float

    return _space(
        Categorical("kernel", ("rbf", "matern12", "matern32", "matern52")),
        Float("length_scale", (0.5, 30.0), log=True),
        Float("noise_level", (0.001, 1.0), log=True),
    )


# ---------------------------------------------------------------------------------------------------------------------
# Builders: heavy libraries are imported when something is built


def _lightgbm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from lightgbm import LGBMClassifier, LGBMRegressor

    estimator = LGBMRegressor if task == "regression" else LGBMClassifier
    settings: dict[str, Any] = dict(hyperparameters)
    if "subsample" in settings:
        settings["subsample_freq"] = 1
    return estimator(**settings, random_state=seed, n_jobs=n_jobs, verbosity=-1)


def _xgboost(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    try:
        from xgboost import XGBClassifier, XGBRegressor
    except ImportError as error:
        raise _not_installed("xgboost") from error
    if task == "regression":
        return XGBRegressor(**hyperparameters, random_state=seed, n_jobs=n_jobs)
    from recommender.algorithms.numbered_classes import NumberedClasses

    return NumberedClasses(XGBClassifier(**hyperparameters, random_state=seed, n_jobs=n_jobs))


def _catboost(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    try:
        from catboost import CatBoostClassifier, CatBoostRegressor
    except ImportError as error:
        raise _not_installed("catboost") from error
    estimator = CatBoostRegressor if task == "regression" else CatBoostClassifier
    return estimator(
        **hyperparameters, random_seed=seed, thread_count=n_jobs or -1, verbose=False, allow_writing_files=False
    )


def _random_forest(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    estimator = RandomForestRegressor if task == "regression" else RandomForestClassifier
    return estimator(**hyperparameters, random_state=seed, n_jobs=n_jobs)


def _extra_trees(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    estimator = ExtraTreesRegressor if task == "regression" else ExtraTreesClassifier
    return estimator(**hyperparameters, random_state=seed, n_jobs=n_jobs)


def _logistic_regression(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression

    if not hyperparameters.get("l1_ratio"):  # none of it is l1
        return LogisticRegression(**hyperparameters, random_state=seed)
    return LogisticRegression(**hyperparameters, solver="saga", max_iter=300, tol=1e-3, random_state=seed)


def _linear_svm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.svm import LinearSVC

    return LinearSVC(**hyperparameters, random_state=seed)


def _rbf_svm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.svm import SVC, SVR

    if task == "regression":
        return _on_standardised_target(SVR(**hyperparameters, cache_size=500))
    return SVC(**hyperparameters, cache_size=500, random_state=seed)


def _k_neighbors(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    estimator = KNeighborsRegressor if task == "regression" else KNeighborsClassifier
    return estimator(**hyperparameters, n_jobs=n_jobs)


def _mlp(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    rest = dict(hyperparameters)
    if "width" in rest:
        rest["hidden_layer_sizes"] = (rest.pop("width"),) * rest.pop("n_layers", 1)
    if task == "regression":
        return _on_standardised_target(MLPRegressor(**rest, random_state=seed))
    return MLPClassifier(**rest, random_state=seed)


def _lda(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    solver = {"solver": "lsqr"} if "shrinkage" in hyperparameters else {}
    return LinearDiscriminantAnalysis(**hyperparameters, **solver)


def _qda(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    return QuadraticDiscriminantAnalysis(**hyperparameters)


def _naive_bayes(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(**hyperparameters)


def _ridge(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.linear_model import Ridge

    return Ridge(**hyperparameters, random_state=seed)


def _lasso(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.linear_model import Lasso

    return _on_standardised_target(Lasso(**hyperparameters, random_state=seed))


def _elastic_net(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.linear_model import ElasticNet

    return _on_standardised_target(ElasticNet(**hyperparameters, random_state=seed))


def _gaussian_process(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, Matern, WhiteKernel

    if not hyperparameters:
        return GaussianProcessRegressor(normalize_y=True, random_state=seed)
    length, noise = hyperparameters["length_scale"], hyperparameters["noise_level"]
    smoothness = {"matern12": 0.5, "matern32": 1.5, "matern52": 2.5}.get(hyperparameters["kernel"])
    shape = RBF(length) if smoothness is None else Matern(length, nu=smoothness)
    return GaussianProcessRegressor(1.0 * shape + WhiteKernel(noise), alpha=1e-8, normalize_y=True, random_state=seed)


def _on_standardised_target(regressor: BaseEstimator) -> BaseEstimator:
    """For regressors whose settings mean the same on every dataset only when the target has unit variance."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.preprocessing import StandardScaler

    return TransformedTargetRegressor(regressor, transformer=StandardScaler())


# ---------------------------------------------------------------------------------------------------------------------
# The registry

ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm(
            "lightgbm",
            TASKS,
            _lightgbm,
            _lightgbm_space,
            "ordinal",
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
            n_drawn=30,
        ),
        Algorithm(
            "random_forest",
            TASKS,
            _random_forest,
            _forest_space,
            "ordinal",
            strong=(
                {"n_estimators": 200, "max_features": 0.3},
                {"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},
                {"n_estimators": 200, "max_features": 0.6, "min_samples_leaf": 2},
            ),
            n_drawn=8,
        ),
        Algorithm(
            "extra_trees",
            TASKS,
            _extra_trees,
            _forest_space,
            "ordinal",
            strong=(
                {"n_estimators": 200, "max_features": 0.5},
                {"n_estimators": 200, "max_features": "sqrt", "min_samples_leaf": 3},
                {"n_estimators": 200, "max_features": 1.0, "min_samples_leaf": 2},
            ),
            n_drawn=8,
        ),
        Algorithm(
            "logistic_regression",
            CLASSIFICATION,
            _logistic_regression,
            _logistic_space,
            "onehot",
            strong=({"C": 0.01}, {"C": 0.1, "l1_ratio": 1.0}, {"C": 30.0}),
            n_drawn=8,
            is_interpretable=True,
        ),
        Algorithm(
            "linear_svm",
            CLASSIFICATION,
            _linear_svm,
            _linear_svm_space,
            "onehot",
            strong=({"C": 0.01}, {"C": 0.1}),
            n_drawn=3,
            is_interpretable=True,
        ),
        Algorithm(
            "rbf_svm",
            TASKS,
            _rbf_svm,
            _rbf_svm_space,
            "onehot",
            strong=({"C": 10.0}, {"C": 100.0}, {"C": 10.0, "gamma": 0.01}, {"C": 1000.0, "gamma": 0.001}),
            n_drawn=9,
            max_samples=10_000,
            max_classes=50,
        ),
        Algorithm(
            "k_neighbors",
            TASKS,
            _k_neighbors,
            _k_neighbors_space,
            "onehot",
            strong=({"n_neighbors": 1}, {"n_neighbors": 20, "weights": "distance"}),
            n_drawn=5,
            max_samples=100_000,
        ),
        Algorithm(
            "mlp",
            TASKS,
            _mlp,
            _mlp_space,
            "onehot",
            strong=(
                {"width": 128, "n_layers": 2, "alpha": 0.1, "learning_rate_init": 0.001},
                {"width": 32, "n_layers": 1, "alpha": 1.0, "learning_rate_init": 0.01},
                {"width": 256, "n_layers": 2, "alpha": 0.001, "learning_rate_init": 0.001, "early_stopping": True},
            ),
            n_drawn=8,
        ),
        Algorithm(
            "lda",
            CLASSIFICATION,
            _lda,
            _shrinkage_space,
            "onehot",
            strong=({"shrinkage": "auto"},),
            n_drawn=2,
            max_features=2_000,
            is_interpretable=True,
        ),
        Algorithm(
            "qda",
            CLASSIFICATION,
            _qda,
            _qda_space,
            "onehot",
            strong=({"reg_param": 0.1},),
            n_drawn=2,
            max_features=500,
        ),
        Algorithm(
            "naive_bayes",
            CLASSIFICATION,
            _naive_bayes,
            _naive_bayes_space,
            "onehot",
            strong=({"var_smoothing": 0.01},),
            is_interpretable=True,
        ),
        Algorithm(
            "ridge",
            REGRESSION,
            _ridge,
            _ridge_space,
            "onehot",
            strong=({"alpha": 10.0}, {"alpha": 100.0}),
            n_drawn=4,
            is_interpretable=True,
        ),
        Algorithm(
            "lasso",
            REGRESSION,
            _lasso,
            _lasso_space,
            "onehot",
            strong=({"alpha": 0.01},),
            n_drawn=4,
            is_interpretable=True,
        ),
        Algorithm(
            "elastic_net",
            REGRESSION,
            _elastic_net,
            _elastic_net_space,
            "onehot",
            strong=({"alpha": 0.01, "l1_ratio": 0.5},),
            n_drawn=4,
            is_interpretable=True,
        ),
        Algorithm(
            "gaussian_process",
            REGRESSION,
            _gaussian_process,
            _gaussian_process_space,
            "onehot",
            strong=(
                {"kernel": "rbf", "length_scale": 3.0, "noise_level": 0.1},
                {"kernel": "matern32", "length_scale": 3.0, "noise_level": 0.1},
            ),
            n_drawn=3,
            max_samples=1_000,
            max_features=200,
        ),
        Algorithm(
            "xgboost",
            TASKS,
            _xgboost,
            _xgboost_space,
            "ordinal",
            strong=(
                {"n_estimators": 300, "learning_rate": 0.05, "max_depth": 4, "subsample": 0.8, "colsample_bytree": 0.8},
                {"n_estimators": 500, "learning_rate": 0.05, "max_depth": 7, "min_child_weight": 3.0},
            ),
            n_drawn=4,
            extra="boosting",
        ),
        Algorithm(
            "catboost",
            TASKS,
            _catboost,
            _catboost_space,
            "ordinal",
            strong=(
                {"iterations": 300, "learning_rate": 0.05, "depth": 6},
                {"iterations": 300, "learning_rate": 0.1, "depth": 4},
            ),
            n_drawn=3,
            max_classes=50,
            extra="boosting",
        ),
    )
}  # fmt: skip
"""Every algorithm by name, in the order in which the pool takes them."""


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
            raise _not_installed(algorithm.name)
    return frozenset(algorithm.name for algorithm in found)


def _not_installed(name: str) -> MissingExtraError:
    return MissingExtraError(f"{name} is not installed: pip install recommender[{ALGORITHMS[name].extra}]")
