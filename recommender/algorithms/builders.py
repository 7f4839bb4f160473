"""The builders: for each algorithm, from hyperparameters to an unfitted estimator.

Without hyperparameters it is the library's plain default. Libraries are imported when something is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.algorithms.configuration import Hyperparameters
from recommender.tables.dataset import Task

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


MOST_ROUNDS = 1_000
"""With early stopping, where a configuration does not say how many rounds there may be."""


def lightgbm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """LightGBM; rows are drawn anew for every tree where `subsample` is asked for."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    estimator = LGBMRegressor if task == "regression" else LGBMClassifier
    early_stopping, settings = _stopping(hyperparameters, "n_estimators")
    if "subsample" in settings:
        settings["subsample_freq"] = 1
    booster = estimator(**settings, random_state=seed, n_jobs=n_jobs, verbosity=-1)
    return _boosted(booster, task, seed, early_stopping=True) if early_stopping else booster


def xgboost(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """XGBoost, which knows classes only as numbers."""
    from xgboost import XGBClassifier, XGBRegressor

    estimator = XGBRegressor if task == "regression" else XGBClassifier
    early_stopping, settings = _stopping(hyperparameters, "n_estimators")
    booster = estimator(**settings, random_state=seed, n_jobs=n_jobs)
    return _boosted(booster, task, seed, early_stopping=early_stopping)


def catboost(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """CatBoost, which prints nothing and writes no files."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    estimator = CatBoostRegressor if task == "regression" else CatBoostClassifier
    early_stopping, settings = _stopping(hyperparameters, "iterations")
    quiet = {"random_seed": seed, "thread_count": n_jobs or -1, "verbose": False, "allow_writing_files": False}
    return _boosted(estimator(**settings, **quiet), task, seed, early_stopping=early_stopping)


def _stopping(hyperparameters: Hyperparameters, rounds: str) -> tuple[bool, dict[str, Any]]:
    """Whether to stop early, and the library's own settings, with the most rounds that there may be."""
    settings = dict(hyperparameters)
    early_stopping = bool(settings.pop("early_stopping", False))
    return early_stopping, {rounds: MOST_ROUNDS, **settings} if early_stopping else settings


def _boosted(booster: BaseEstimator, task: Task, seed: int, *, early_stopping: bool) -> BaseEstimator:
    from recommender.algorithms.boosting import BoostedClassifier, BoostedRegressor

    estimator = BoostedRegressor if task == "regression" else BoostedClassifier
    return estimator(booster, early_stopping=early_stopping, random_state=seed)


def random_forest(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Scikit-learn's random forest."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    estimator = RandomForestRegressor if task == "regression" else RandomForestClassifier
    return estimator(**hyperparameters, random_state=seed, n_jobs=n_jobs)


def extra_trees(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Scikit-learn's extremely randomized trees."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    estimator = ExtraTreesRegressor if task == "regression" else ExtraTreesClassifier
    return estimator(**hyperparameters, random_state=seed, n_jobs=n_jobs)


def ebm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """An explainable boosting machine; by default with fewer and longer steps than its library's, of a tenth the time.

    Pairs of columns are looked at where there are two classes or a number to predict, since others cannot be shown.
    """
    from recommender.algorithms.explainable import QuietBoostingClassifier, QuietBoostingRegressor

    settings = {"outer_bags": 4, "learning_rate": 0.1, "max_rounds": 2000, "early_stopping_rounds": 50}
    settings |= {"interactions": 0 if task == "multiclass" else 10, **hyperparameters}
    estimator = QuietBoostingRegressor if task == "regression" else QuietBoostingClassifier
    return estimator(**settings, random_state=seed, n_jobs=n_jobs or -1)


def logistic_regression(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Logistic regression, fitted by saga where part of the penalty is l1."""
    from sklearn.linear_model import LogisticRegression

    if not hyperparameters.get("l1_ratio"):  # none of it is l1
        return LogisticRegression(**hyperparameters, random_state=seed)
    return LogisticRegression(**hyperparameters, solver="saga", max_iter=300, tol=1e-3, random_state=seed)


def linear_svm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Scikit-learn's linear support vector machine, calibrated to have probabilities."""
    from sklearn.svm import LinearSVC

    return _calibrated(LinearSVC, hyperparameters, seed)


def rbf_svm(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """A support vector machine with a Gaussian kernel; for classes, calibrated to have probabilities."""
    from sklearn.svm import SVC, SVR

    if task == "regression":
        return _on_standardised_target(SVR(**hyperparameters, cache_size=500))
    return _calibrated(SVC, {**hyperparameters, "cache_size": 500}, seed, n_folds_large=3)


def nystroem(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """A linear model of similarities to some rows, which is nearly a kernel machine: `C` is its freedom."""
    from sklearn.linear_model import LogisticRegression, Ridge

    from recommender.algorithms.kernel_map import OnKernelMap

    settings = {"n_components": 500, "width": 0.1, "C": 100.0, **hyperparameters}
    freedom = settings.pop("C")
    if task == "regression":
        return _on_standardised_target(OnKernelMap(Ridge(alpha=1 / freedom), **settings, random_state=seed))
    return OnKernelMap(LogisticRegression(C=freedom, max_iter=300), **settings, random_state=seed)


def k_neighbors(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Scikit-learn's nearest neighbours."""
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    estimator = KNeighborsRegressor if task == "regression" else KNeighborsClassifier
    return estimator(**hyperparameters, n_jobs=n_jobs)


def mlp(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """A multilayer perceptron of `n_layers` layers with `width` units each."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    rest = dict(hyperparameters)
    if "width" in rest:
        rest["hidden_layer_sizes"] = (rest.pop("width"),) * rest.pop("n_layers", 1)
    if task == "regression":
        return _on_standardised_target(MLPRegressor(**rest, random_state=seed))
    return MLPClassifier(**rest, random_state=seed)


def lda(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Linear discriminant analysis, by the solver that can shrink where shrinkage is asked for."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    solver = {"solver": "lsqr"} if "shrinkage" in hyperparameters else {}
    return LinearDiscriminantAnalysis(**hyperparameters, **solver)


def qda(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Quadratic discriminant analysis."""
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    return QuadraticDiscriminantAnalysis(**hyperparameters)


def naive_bayes(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Gaussian naive Bayes."""
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(**hyperparameters)


def ridge(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """Ridge regression."""
    from sklearn.linear_model import Ridge

    return Ridge(**hyperparameters, random_state=seed)


def lasso(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """The lasso."""
    from sklearn.linear_model import Lasso

    return _on_standardised_target(Lasso(**hyperparameters, random_state=seed))


def elastic_net(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """The elastic net."""
    from sklearn.linear_model import ElasticNet

    return _on_standardised_target(ElasticNet(**hyperparameters, random_state=seed))


def gaussian_process(hyperparameters: Hyperparameters, task: Task, seed: int, n_jobs: int | None) -> BaseEstimator:
    """A Gaussian process with a kernel of the given smoothness and length, and noise."""
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


def _calibrated(
    classifier: type[BaseEstimator], hyperparameters: Hyperparameters, seed: int, **folds: int
) -> BaseEstimator:
    """With `probability` or without: it only tells new evaluations from older ones of decisions alone."""
    from recommender.algorithms.calibrated import Calibrated

    settings = {name: value for name, value in hyperparameters.items() if name != "probability"}
    return Calibrated(classifier(**settings, random_state=seed), **folds, random_state=seed)
