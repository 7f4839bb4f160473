"""What a budget of seconds buys: ours, and what others make of the same seconds on the same rows."""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import pool_for
from recommender.evaluation.evaluate import evaluate
from recommender.evaluation.metrics import Metric
from recommender.fitting.validation import validation_folds
from recommender.metamodel.trained import Trained
from recommender.tables.dataset import Dataset

SHARE = 0.8
"""The searches that do not keep time themselves try for so much of the seconds, and fit what is best in the rest."""


@dataclass(frozen=True, eq=False)
class Given:
    """What a method is given.

    Parameters
    ----------
    dataset : Dataset
        The training rows.
    metric : Metric
        What to be good at.
    seconds : float
        By the clock.
    seed : int
        Of whatever is drawn.
    trained : Trained, optional
        Our meta-model, without the dataset's family; what is shipped if not given.
    n_jobs : int
        Processors.
    """

    dataset: Dataset
    metric: Metric
    seconds: float
    seed: int
    trained: Trained | None
    n_jobs: int


def ours(given: Given) -> Any:
    """Our estimator."""
    kind = RecommendedRegressor if given.dataset.task == "regression" else RecommendedClassifier
    model = kind(
        metric=given.metric.name,
        seconds=given.seconds,
        n_jobs=given.n_jobs,
        knowledge=given.trained,
        random_state=given.seed,
    )
    return model.fit(given.dataset.X, given.dataset.y)


def catboost(given: Given) -> Any:
    """CatBoost's default on its own categories; it takes the seconds that it takes."""
    from catboost import CatBoostClassifier, CatBoostRegressor

    model = CatBoostRegressor if given.dataset.task == "regression" else CatBoostClassifier
    table = Prepared(given.dataset)
    how = {"verbose": False, "allow_writing_files": False, "random_seed": given.seed, "thread_count": given.n_jobs}
    return table.around(model(cat_features=table.categories, **how).fit(table(given.dataset.X), given.dataset.y))


def flaml(given: Given) -> Any:
    """FLAML's AutoML."""
    from flaml import AutoML

    names = {"binary": "roc_auc", "multiclass": "roc_auc_ovr", "regression": "r2"}
    table, model = Prepared(given.dataset, as_category=True), AutoML()
    model.fit(
        table(given.dataset.X),
        given.dataset.y.to_numpy(),
        task="regression" if given.dataset.task == "regression" else "classification",
        metric=names[given.dataset.task],
        time_budget=given.seconds,
        n_jobs=given.n_jobs,
        seed=given.seed,
        verbose=0,
        log_file_name="",
    )
    return table.around(model)


def autogluon(given: Given, presets: str) -> Any:
    """AutoGluon with a preset."""
    from autogluon.tabular import TabularPredictor

    names = {"binary": "roc_auc", "multiclass": "roc_auc_ovr_macro", "regression": "r2"}
    folder = tempfile.mkdtemp(prefix="autogluon-")
    table = Prepared(given.dataset, as_category=True)
    frame = table(given.dataset.X).assign(_target=given.dataset.y.to_numpy())
    try:
        predictor = TabularPredictor("_target", path=folder, eval_metric=names[given.dataset.task], verbosity=0)
        predictor.fit(frame, time_limit=given.seconds, presets=presets, num_cpus=given.n_jobs)
        predictor.persist()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return table.around(_OfAutoGluon(predictor))


class _OfAutoGluon:
    """A predictor of AutoGluon in the way of scikit-learn."""

    def __init__(self, predictor: Any) -> None:
        self._predictor = predictor
        self.classes_ = np.array(predictor.class_labels) if predictor.class_labels else None

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return self._predictor.predict(X).to_numpy()

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        return self._predictor.predict_proba(X)[list(self.classes_)].to_numpy()


def tpe(given: Given, name: str) -> Any:
    """Optuna's TPE on our space of one algorithm, and the best setting fitted on all rows."""
    import optuna

    from benchmarks.peers.methods import optuna_distributions

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    algorithm = find_algorithm(name)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=given.seed))

    def settings() -> Iterator[tuple[Configuration, Callable[[float], None]]]:
        distributions = optuna_distributions(algorithm.space(given.dataset.task))
        while True:
            trial = study.ask(distributions)
            chosen = Configuration(name, {**algorithm.fixed, **trial.params})
            yield chosen, lambda score, trial=trial: study.tell(trial, score)  # type: ignore[misc]

    return _searched(given, settings())


def random_pool(given: Given) -> Any:
    """Configurations of our pool in a random order, and the best one fitted on all rows."""
    rng = np.random.default_rng(given.seed)
    fitting = [one for one in pool_for(given.dataset.task) if find_algorithm(one.algorithm).is_installed]
    return _searched(given, ((fitting[i], lambda score: None) for i in rng.permutation(len(fitting))))


def _searched(given: Given, settings: Iterator[tuple[Configuration, Callable[[float], None]]]) -> Any:
    """Cross-validate one after another as long as there is time; the best, fitted."""
    started, best, best_score = time.monotonic(), None, -np.inf
    folds = validation_folds(given.dataset, random_state=given.seed)
    for configuration, tell in settings:
        best = best or configuration
        scores = []
        for number, fold in enumerate(folds):
            scores.append(_score(given, configuration, number, fold))
            if time.monotonic() - started > SHARE * given.seconds:
                break
        if len(scores) == len(folds):
            score = given.metric.sign * float(np.mean(scores))
            tell(score if score == score else -1e9)
            best, best_score = (configuration, score) if score > best_score else (best, best_score)
        if time.monotonic() - started > SHARE * given.seconds:
            break
    if best is None:
        raise RuntimeError("there is nothing to try")
    return build_pipeline(best, given.dataset, n_jobs=given.n_jobs).fit(given.dataset.X, given.dataset.y)


def _score(given: Given, configuration: Configuration, number: int, fold: Any) -> float:
    return evaluate(given.dataset, configuration, number, fold).scores.get(given.metric.name, np.nan)


class Prepared:
    """A table for libraries that take numbers and categories: everything else becomes one of these."""

    def __init__(self, dataset: Dataset, *, as_category: bool = False) -> None:
        kinds = zip(dataset.X.columns, dataset.X.dtypes, strict=True)
        numbers = {name for name, kind in kinds if pd.api.types.is_numeric_dtype(kind)}
        self.names = {name: f"column {i}" for i, name in enumerate(dataset.X.columns)}
        self.categories = [self.names[name] for name in dataset.X.columns if name not in numbers]
        self._as_category = as_category

    def __call__(self, X: pd.DataFrame) -> pd.DataFrame:
        table = X.rename(columns=self.names)
        for name in self.categories:
            text = table[name].astype(object).where(table[name].notna(), "missing").astype(str)
            table[name] = text.astype("category" if self._as_category else object)
        for name in table.columns.difference(self.categories):
            table[name] = table[name].astype(np.float64)
        return table

    def around(self, model: Any) -> _Around:
        """A fitted model that takes the raw table."""
        return _Around(self, model)


class _Around:
    def __init__(self, prepare: Prepared, model: Any) -> None:
        self._prepare, self._model = prepare, model
        self.classes_ = getattr(model, "classes_", None)

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self._model.predict(self._prepare(X))).ravel()

    def __getattr__(self, name: str) -> Any:
        if name != "predict_proba" or self.classes_ is None:
            raise AttributeError(name)
        return lambda X: self._model.predict_proba(self._prepare(X))


METHODS: dict[str, Callable[[Given], Any]] = {
    "ours": ours,
    "flaml": flaml,
    "autogluon medium": lambda given: autogluon(given, "medium_quality"),
    "autogluon best": lambda given: autogluon(given, "best_quality"),
    "tpe lightgbm": lambda given: tpe(given, "lightgbm"),
    "tpe catboost": lambda given: tpe(given, "catboost"),
    "random pool": random_pool,
    "catboost": catboost,
}
"""What is measured, by its name."""
UNTIMED = ("catboost",)
"""What takes the seconds that it takes, and is measured once for all budgets."""


def fit(name: str, given: Given) -> Any:
    """The fitted model of a method, silent."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return METHODS[name](given)
