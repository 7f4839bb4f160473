"""What a budget of seconds buys: ours, and what others make of the same seconds on the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import pool_for
from recommender.evaluation.evaluate import predict
from recommender.evaluation.metrics import Metric
from recommender.fitting.validation import validation_folds
from recommender.metamodel.trained import Trained
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

THERE = Path(__file__).parent / "autogluon_there.py"
TARGET = "_target"
"""The name of the target where AutoGluon is."""
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
    budgets : tuple of float
        Seconds by the clock; a search is asked at each of them, anything else has one.
    seed : int
        Of whatever is drawn.
    trained : Trained, optional
        Our meta-model, without the dataset's family; what is shipped if not given.
    n_jobs : int
        Processors.
    autogluon : str, optional
        The path of a Python that has AutoGluon; this one if not given.
    """

    dataset: Dataset
    metric: Metric
    budgets: tuple[float, ...]
    seed: int
    trained: Trained | None
    n_jobs: int
    autogluon: str | None = None

    @property
    def seconds(self) -> float:
        """The longest of its budgets."""
        return max(self.budgets)


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
    """AutoGluon with a preset, by a Python of its own."""
    names = {"binary": "roc_auc", "multiclass": "roc_auc_ovr_macro", "regression": "r2"}
    table = Prepared(given.dataset)
    there = AutoGluonThere(given.autogluon or sys.executable)
    y, classes = np.asarray(given.dataset.y), None
    if given.dataset.task != "regression":
        classes, y = np.unique(y, return_inverse=True)
    there.fit(
        table(given.dataset.X).assign(**{TARGET: y}),
        classes,
        task=given.dataset.task,
        metric=names[given.dataset.task],
        presets=presets,
        seconds=given.seconds,
        n_jobs=given.n_jobs,
    )
    return table.around(there)


class AutoGluonThere:
    """A predictor of AutoGluon that lives in a process of another Python, in the way of scikit-learn.

    Parameters
    ----------
    python : str
        The path of a Python that has AutoGluon.

    Attributes
    ----------
    taken_seconds : float
        By the clock there, without the loading of libraries.
    """

    def __init__(self, python: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="autogluon-")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process: Any = subprocess.Popen([python, str(THERE)], text=True, **pipes)
        if "ready" not in self._answer():
            self.close()
            raise ImportError(f"{python} has no AutoGluon")

    def fit(self, table: pd.DataFrame, classes: np.ndarray | None, **how: Any) -> None:
        """Fit a table that is prepared, with the target in it, classes as positions."""
        self.classes_ = classes
        asked = {"fit": self._written(table), "folder": str(Path(self._folder.name) / "models")}
        self.taken_seconds = self._asked(asked | how)["seconds"]

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Classes, or numbers."""
        found = np.asarray(self._asked({"predict": self._written(X)})["labels"])
        return found if self.classes_ is None else self.classes_[found.astype(int)]

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """The probability of each class."""
        found, n_classes = (
            self._asked({"predict": self._written(X)}),
            len(self.classes_ if self.classes_ is not None else []),
        )
        shares = np.zeros((len(X), n_classes))
        shares[:, np.asarray(found["classes"], dtype=int)] = found["probabilities"]
        return shares

    def close(self) -> None:
        """End the process, and remove what it has written."""
        with self._process:  # closes its pipes
            self._process.kill()
        self._folder.cleanup()

    def _written(self, table: pd.DataFrame) -> str:
        path = Path(self._folder.name) / "table.parquet"
        table.to_parquet(path, index=False)
        return str(path)

    def _asked(self, question: dict[str, Any]) -> dict[str, Any]:
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        found = self._answer()
        if "error" in found or not found:
            raise RuntimeError(f"AutoGluon: {found.get('error', 'its process died')}")
        return found

    def _answer(self) -> dict[str, Any]:
        """What it says next; nothing where it has ended."""
        line = self._process.stdout.readline()
        return json.loads(line) if line else {}


Settings = Iterator[tuple[Configuration, Callable[[float], None]]]
"""Configurations in turn, each with what is to be told its score."""


def tpe(given: Given, name: str) -> Settings:
    """Optuna's TPE on our space of one algorithm."""
    import optuna

    from benchmarks.peers.methods import optuna_distributions

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    algorithm = find_algorithm(name)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=given.seed))
    distributions = optuna_distributions(algorithm.space(given.dataset.task))
    while True:
        trial = study.ask(distributions)
        chosen = Configuration(name, {**algorithm.fixed, **trial.params})
        yield chosen, lambda score, trial=trial: study.tell(trial, score)  # type: ignore[misc]


def random_pool(given: Given) -> Settings:
    """Configurations of our pool in a random order."""
    rng = np.random.default_rng(given.seed)
    fitting = [one for one in pool_for(given.dataset.task) if find_algorithm(one.algorithm).is_installed]
    yield from ((fitting[i], lambda score: None) for i in rng.permutation(len(fitting)))


def searched(given: Given, settings: Settings) -> list[tuple[float, float, Configuration]]:
    """Cross-validate one after another as long as there is time: each budget, when its trying ended, and the best then.

    The best after the first of several budgets is what a search of that budget alone would have found.
    """
    started, best, best_score = time.monotonic(), None, -np.inf
    folds = validation_folds(given.dataset, random_state=given.seed)
    open_budgets, found = sorted(given.budgets), []

    def close_budgets() -> bool:
        spent = time.monotonic() - started
        while open_budgets and spent > SHARE * open_budgets[0]:
            found.append((open_budgets.pop(0), spent, best))
        return not open_budgets

    for configuration, tell in settings:
        best = best or configuration
        scores: list[float] = []
        for number, fold in enumerate(folds):
            scores.append(_score(given, configuration, number, fold))
            if close_budgets():
                return found
        score = given.metric.sign * float(np.mean(scores))
        tell(score if score == score else -1e9)
        best, best_score = (configuration, score) if score > best_score else (best, best_score)
    spent = time.monotonic() - started
    return [*found, *((budget, spent, best) for budget in open_budgets)]


def _score(given: Given, configuration: Configuration, number: int, fold: Split) -> float:
    """Of a fold, with all processors; NaN where the model fails on it."""
    train, test = fold
    dataset = given.dataset
    try:
        pipeline = build_pipeline(configuration, dataset, random_state=number, n_jobs=given.n_jobs)
        pipeline.fit(dataset.X.iloc[train], dataset.y.iloc[train])
        return given.metric.measure(*predict(pipeline, dataset, test))
    except Exception:  # whatever a model raises, as in our own trials
        return np.nan


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
        self.taken_seconds: float | None = getattr(model, "taken_seconds", None)
        self.classes_ = getattr(model, "classes_", None)

    def close(self) -> None:
        getattr(self._model, "close", lambda: None)()

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self._model.predict(self._prepare(X))).ravel()

    def __getattr__(self, name: str) -> Any:
        if name != "predict_proba" or self.classes_ is None:
            raise AttributeError(name)
        return lambda X: self._model.predict_proba(self._prepare(X))


KEEP_TIME: dict[str, Callable[[Given], Any]] = {
    "ours": ours,
    "flaml": flaml,
    "autogluon medium": lambda given: autogluon(given, "medium_quality"),
    "autogluon best": lambda given: autogluon(given, "best_quality"),
    "catboost": catboost,
}
"""What keeps time itself, or takes the seconds that it takes; by its name."""
SEARCHES: dict[str, Callable[[Given], Settings]] = {
    "tpe lightgbm": lambda given: tpe(given, "lightgbm"),
    "tpe catboost": lambda given: tpe(given, "catboost"),
    "random pool": random_pool,
}
"""What is stopped at each budget, and its best fitted on all rows."""
METHODS = (*KEEP_TIME, *SEARCHES)
UNTIMED = ("catboost",)
"""What takes the seconds that it takes, and is measured once for all budgets."""


def fit(name: str, given: Given) -> Iterator[tuple[float, float, Any]]:
    """For each budget, the seconds that a method took and its fitted model; silent."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name in SEARCHES:
            for budget, spent, best in searched(given, SEARCHES[name](given)):
                started, pipeline = time.monotonic(), build_pipeline(best, given.dataset, n_jobs=given.n_jobs)
                pipeline.fit(given.dataset.X, given.dataset.y)
                yield budget, spent + time.monotonic() - started, pipeline
            return
        started, model = time.monotonic(), KEEP_TIME[name](given)
        taken = getattr(model, "taken_seconds", None)
        yield given.seconds, time.monotonic() - started if taken is None else taken, model
