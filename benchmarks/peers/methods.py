"""The methods that the benchmark against live peers compares, and the fold on which they choose what to fit."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers.fits import (
    BLEND_OF_5,
    FLAML,
    FLAML_LIGHTGBM,
    HISTOGRAM,
    PLAIN,
    Blend,
    Fitted,
    What,
    Worker,
    id_of,
)
from recommender.algorithms.catalogue import ALGORITHMS, algorithms_for, find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.preprocessing import encoded_width
from recommender.evaluation.metrics import Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.simple_rules import nearest_winners
from recommender.metafeatures import extract_metafeatures
from recommender.metamodel.training import INPUTS, Trained, single_best
from recommender.recommendation import Recommendation, recommend
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

FIRST, BEST_OF_3, BEST_OF_5 = "recommended", "best of 3", "best of 5"
RANDOM, TPE, LONG_TPE = "random search, equal seconds", "TPE LightGBM, equal seconds", "TPE LightGBM, 100 trials"
NEAREST, SINGLE_BEST, EVERYTHING = "nearest dataset's winner", "single best", "every default, best inner"
N_INNER = 3
"""Folds of the inner validation by which every method that tries several chooses."""
N_TRIALS = 100


@dataclass
class Spent:
    """What a method has spent: processor seconds before its final fit, seconds by the clock, and fits."""

    choose_seconds: float = 0.0
    clock_seconds: float = 0.0
    n_fits: int = 0


@dataclass
class Fold:
    """A task's fold, on which methods choose what to fit. A fit that two methods want is done once, and counts twice.

    Parameters
    ----------
    dataset : Dataset
        The whole dataset; methods choose by the training rows alone.
    measure : Metric
        What is to be good.
    number : int
        The fold's number, which seeds models and searches.
    split : (train, test)
        Row positions.
    known : KnowledgeBase
        What there is without the dataset's family.
    trained : Trained
        The meta-model that learnt from it.
    worker : Worker
        Where fits are done.
    budget : float
        The processor seconds in which our best of five was chosen, which the searches get too.
    """

    dataset: Dataset
    measure: Metric
    number: int
    split: Split
    known: KnowledgeBase
    trained: Trained
    worker: Worker
    budget: float = np.nan
    spent: Spent = field(default_factory=Spent)
    _fits: dict[tuple[str, int], Fitted] = field(default_factory=dict)
    _recommended: dict[tuple[str, ...], tuple[Recommendation, float, float]] = field(default_factory=dict)

    @cached_property
    def training_part(self) -> Dataset:
        return self.dataset.take(self.split[0])

    @cached_property
    def inner_splits(self) -> list[Split]:
        from sklearn.model_selection import KFold, StratifiedKFold

        folds = KFold if self.dataset.task == "regression" else StratifiedKFold
        rows, labels = self.split[0], self.training_part.y.astype(str)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The least populated class")
            found = list(folds(N_INNER, shuffle=True, random_state=self.number).split(rows, labels))
        return [(rows[train_rows], rows[test_rows]) for train_rows, test_rows in found]

    def recommendation(self, exclude: tuple[str, ...] = ()) -> tuple[Recommendation, float, float]:
        """With the processor seconds and the clock's that it took."""
        if exclude not in self._recommended:
            clock, processor = time.perf_counter(), time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = recommend(self.training_part, knowledge=self.trained, exclude=exclude)
            spent = time.process_time() - processor, time.perf_counter() - clock
            self._recommended[exclude] = (found, *spent)
        return self._recommended[exclude]

    def fitted(self, what: What, inner: int = -1) -> Fitted:
        """A fit on the training rows, or on those of an inner fold."""
        key = (id_of(what), inner)
        if key not in self._fits:
            split = self.split if inner < 0 else self.inner_splits[inner]
            self._fits[key] = self.worker.fit(self.dataset, what, self.number, split)
        return self._fits[key]

    def inner_score(self, configuration: Configuration) -> float:
        """The mean score of inner validation, larger is better; minus infinity where a fit fails, which ends it."""
        scores = []
        for inner in range(N_INNER):
            done, clock = self.fitted(configuration, inner)
            self.spent.choose_seconds += float(np.nansum([done.fit_seconds, done.predict_seconds]))
            self.spent.clock_seconds += clock
            self.spent.n_fits += 1
            scores.append(done.scores.get(self.measure.name, np.nan) * self.measure.sign)
            if not np.isfinite(scores[-1]):
                return -np.inf
        return float(np.mean(scores))


Method = Callable[[Fold], What]


def portfolio(k: int, exclude: tuple[str, ...] = ()) -> Method:
    """The best of our first `k`, by inner validation where there are several."""

    def choose(fold: Fold) -> Configuration:
        found, seconds, clock = fold.recommendation(exclude)
        fold.spent.choose_seconds += seconds
        fold.spent.clock_seconds += clock
        if k == 1:
            return found.best.configuration
        return max((item.configuration for item in found.portfolio(k)), key=fold.inner_score)

    return choose


def nearest_winner(fold: Fold) -> Configuration:
    """auto-sklearn's rule: what won on the dataset of the task whose scaled meta-features differ least in sum (L1)."""
    started = time.process_time()
    values = pd.DataFrame([extract_metafeatures(fold.training_part, groups=INPUTS).values])
    model, same_task = fold.trained.model, fold.known.for_task(fold.dataset.task)
    known, regrets = model.metafeatures_.loc[same_task], model.regrets_.loc[same_task].fillna(1.0)
    order = nearest_winners(known, values[known.columns], regrets.to_numpy(), regrets.shape[1])[0]
    fold.spent.choose_seconds += time.process_time() - started
    configurations = (fold.trained.configurations[str(regrets.columns[i])] for i in order)
    return next(c for c in configurations if _applies(c.algorithm, fold.dataset))


def every_default(fold: Fold) -> Configuration:
    """The plain default of each algorithm that we have, the best by inner validation."""
    return max((Configuration(name, {}) for name in _algorithms(fold.dataset)), key=fold.inner_score)


def random_search(fold: Fold) -> Configuration:
    """Algorithms and settings at random from our spaces, in the seconds in which we choose among five."""
    rng = np.random.default_rng(fold.number)
    best: tuple[float, Configuration | None] = (-np.inf, None)
    while best[1] is None or fold.spent.choose_seconds < fold.budget:
        name = str(rng.choice(_algorithms(fold.dataset)))
        algorithm = find_algorithm(name)
        space = algorithm.space(fold.dataset.task)
        space.seed(int(rng.integers(2**31)))
        drawn = dict(space.sample_configuration()) if len(space) else {}
        settings = {key: value.item() if isinstance(value, np.generic) else value for key, value in drawn.items()}
        configuration = Configuration(name, {**settings, **algorithm.fixed})
        score = fold.inner_score(configuration)
        if best[1] is None or score > best[0]:
            best = (score, configuration)
    return best[1]


def tree_parzen(n_trials: int | None) -> Method:
    """LightGBM tuned by Optuna's TPE, from its default on: so many trials, or those that fit into our seconds."""

    def choose(fold: Fold) -> Configuration:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        space = find_algorithm("lightgbm").space(fold.dataset.task)
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=fold.number))
        tried: list[tuple[float, Configuration]] = []

        def goes_on() -> bool:
            if n_trials is None:
                return not tried or fold.spent.choose_seconds < fold.budget
            return len(tried) < n_trials

        tried.append((fold.inner_score(default := Configuration("lightgbm", {})), default))
        while goes_on():
            trial = study.ask(optuna_distributions(space))
            configuration = Configuration("lightgbm", dict(trial.params))
            tried.append((fold.inner_score(configuration), configuration))
            study.tell(trial, tried[-1][0] if np.isfinite(tried[-1][0]) else None, state=_state(tried[-1][0]))
        return max(tried, key=lambda pair: pair[0])[1]

    return choose


def _state(score: float) -> Any:
    from optuna.trial import TrialState

    return TrialState.COMPLETE if np.isfinite(score) else TrialState.FAIL


def optuna_distributions(space: Any) -> dict[str, Any]:
    """A ConfigSpace in Optuna's words."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    found: dict[str, Any] = {}
    for about in space.values():
        if hasattr(about, "choices"):
            found[about.name] = CategoricalDistribution(list(about.choices))
        else:
            kind = IntDistribution if isinstance(about.lower, int) else FloatDistribution
            found[about.name] = kind(about.lower, about.upper, log=about.log)
    return found


@lru_cache(maxsize=4)
def _algorithms(dataset: Dataset) -> list[str]:
    """Those of the pool that apply to a dataset."""
    return [a.name for a in algorithms_for(dataset.task) if _applies(a.name, dataset)]


def _applies(name: str, dataset: Dataset) -> bool:
    algorithm = find_algorithm(name)
    size = {"n_samples": dataset.n_samples, "n_classes": dataset.n_classes}
    return algorithm.why_not(n_features=encoded_width(dataset, algorithm.encoding), **size) is None


def _fixed(name: str) -> Method:
    return lambda fold: Configuration(name, {})


def _itself(name: str) -> Method:
    return lambda fold: name


EXTRA = tuple(name for name, algorithm in ALGORITHMS.items() if algorithm.extra)
METHODS: dict[str, dict[str, Method]] = {
    "ours": {
        FIRST: portfolio(1),
        BEST_OF_3: portfolio(3),
        BEST_OF_5: portfolio(5),
        BLEND_OF_5: lambda fold: Blend(fold.trained),
        SINGLE_BEST: lambda fold: single_best(fold.known, fold.dataset.task, fold.measure),
        NEAREST: nearest_winner,
    },
    "plain": {
        FIRST + PLAIN: portfolio(1, EXTRA),
        BEST_OF_5 + PLAIN: portfolio(5, EXTRA),
        BLEND_OF_5 + PLAIN: lambda fold: Blend(fold.trained, EXTRA),
    },
    "defaults": {
        "LightGBM default": _fixed("lightgbm"),
        "random forest default": _fixed("random_forest"),
        "extra-trees default": _fixed("extra_trees"),
        HISTOGRAM: _itself(HISTOGRAM),
        "XGBoost default": _fixed("xgboost"),
        "CatBoost default": _fixed("catboost"),
    },
    "flaml": {FLAML: _itself(FLAML), FLAML_LIGHTGBM: _itself(FLAML_LIGHTGBM)},
    "searches": {RANDOM: random_search, TPE: tree_parzen(None)},
    "everything": {EVERYTHING: every_default},
    "long": {LONG_TPE: tree_parzen(N_TRIALS)},
}
"""The methods by group; ``ours`` and ``plain``, which does without the extra, are all that learns from the knowledge
base."""
ALL = {name: method for group in METHODS.values() for name, method in group.items()}
