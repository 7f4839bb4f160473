"""Live peers: what to fit first, by us and by others, on the same splits of OpenML tasks, each task's family left out.

    python benchmarks/peers.py --server URL --suite OpenML-CC18 --suite OpenML-CTR23 --max-samples 2000 \
        --output benchmarks/peers/results.csv
    python benchmarks/peers.py report benchmarks/peers/results.csv

It goes on where it stopped: a row is appended for each task, fold and method as it is measured. ``--methods ours
--refresh`` measures only what learns from our knowledge base again, and keeps the peers' rows. Every fit runs in a
worker process on one thread, within limits on seconds and memory; what fails or hangs is an outcome. It needs
``pip install 'recommender[peers,plot]'``.
"""

from __future__ import annotations

import argparse
import csv
import math
import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recommender.algorithms import ALGORITHMS, algorithms_for, find_algorithm
from recommender.benchmark import relatives
from recommender.candidates import VALIDATION_FOLDS
from recommender.datasets import Dataset
from recommender.errors import RecommenderError
from recommender.estimators import RecommendedClassifier, RecommendedRegressor
from recommender.evaluate import Evaluation, Status, evaluate, one_line, predict, status_of
from recommender.knowledge import KnowledgeBase, load_knowledge
from recommender.matrix import nearest_winners
from recommender.metafeatures import extract_metafeatures
from recommender.metrics import METRICS, Metric, find_metric, metrics_for
from recommender.openml_server import OpenMLTask, read_suite, read_task, set_server
from recommender.pipelines import build_preprocessing, encoded_width
from recommender.pool import Configuration, fixed_settings
from recommender.recommendation import Recommendation, recommend
from recommender.splits import Split
from recommender.training import INPUTS, Trained, single_best, train
from recommender.workers import _start

FIRST, BEST_OF_3, BEST_OF_5, BLEND_OF_5 = "recommended", "best of 3", "best of 5", "blend of 5"
PLAIN = " (no extra)"
"""What our methods are called where XGBoost and CatBoost are not recommended."""
RANDOM, TPE, LONG_TPE = "random search, equal seconds", "TPE LightGBM, equal seconds", "TPE LightGBM, 100 trials"
HISTOGRAM, FLAML, FLAML_LIGHTGBM = "histogram boosting default", "flaml.default", "flaml.default LightGBM"
NEAREST, SINGLE_BEST, EVERYTHING = "nearest dataset's winner", "single best", "every default, best inner"
N_INNER = 3
"""Folds of the inner validation by which every method that tries several chooses."""
N_TRIALS = 100
N_BLENDED = 5
RESULTS = Path(__file__).parent / "peers" / "results.csv"
COLUMNS = (
    *("task_id", "dataset", "task", "n_samples", "n_features", "fold", "method", "chosen", "status", "metric", "score"),
    *METRICS,
    *("choose_seconds", "fit_seconds", "predict_seconds", "clock_seconds", "n_fits", "known_datasets", "left_out"),
    "message",
)

# ---------------------------------------------------------------------------------------------------------------------
# One fit, in a worker


class Fitted(NamedTuple):
    """What came of a fit, and how long it took by the clock."""

    evaluation: Evaluation
    clock_seconds: float


@dataclass(frozen=True, eq=False)
class Blend:
    """Our estimator as a user calls it for a blend: its own cross-validation weighs what is recommended.

    Parameters
    ----------
    trained : Trained
        The meta-model.
    exclude : tuple of str
        Algorithms that are not to be recommended.
    """

    trained: Trained
    exclude: tuple[str, ...] = ()

    def __str__(self) -> str:
        return BLEND_OF_5 + PLAIN * bool(self.exclude)

    @property
    def most_fits(self) -> int:
        """Each candidate on each fold, and each that has a weight on all rows."""
        return N_BLENDED * (VALIDATION_FOLDS + 1)


What = Configuration | Blend | str
"""What may be fitted: a configuration of ours, our blend, or a peer by its name."""


def fit(dataset: Dataset, what: What, fold: int, split: Split) -> Fitted:
    """Fit on one thread."""
    started = time.perf_counter()
    if isinstance(what, Configuration):
        done = evaluate(dataset, what, fold, split)
    else:
        done = evaluate_peer(dataset, what, fold, split)
    return Fitted(done, time.perf_counter() - started)


def evaluate_peer(dataset: Dataset, what: Blend | str, fold: int, split: Split) -> Evaluation:
    """A method that is no configuration of the pool, measured as `evaluate` measures those."""
    train_rows, test_rows = split
    if dataset.task != "regression":  # numbers for labels, which every library takes
        codes = np.unique(np.asarray(dataset.y), return_inverse=True)[1]
        dataset = Dataset(dataset.X, pd.Series(codes, dataset.y.index, name=dataset.y.name), dataset.task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = peer_model(dataset, what, fold)
            started = time.process_time()
            model.fit(dataset.X.iloc[train_rows], dataset.y.iloc[train_rows])
            fitted = time.process_time()
            y, prediction = predict(model, dataset, test_rows)
            predicted = time.process_time()
        except Exception as error:  # whatever a peer raises is its outcome
            return Evaluation(_id(what), fold, status_of(error), one_line(error))
    return Evaluation(
        _id(what),
        fold,
        "ok",
        model.says,
        fit_seconds=fitted - started,
        predict_seconds=predicted - fitted,
        scores={metric.name: metric.measure(y, prediction) for metric in metrics_for(dataset.task)},
    )


def peer_model(dataset: Dataset, what: Blend | str, seed: int) -> Any:
    """A model for the raw table, which `says` what it fitted."""
    if isinstance(what, Blend):
        kind = BlendedRegressor if dataset.task == "regression" else BlendedClassifier
        return kind(n_candidates=N_BLENDED, blend=True, knowledge=what.trained, exclude=what.exclude, random_state=seed)
    return HistogramBoosting(dataset, seed) if what == HISTOGRAM else ZeroShot(dataset, what, seed)


def _id(what: What) -> str:
    return what.id if isinstance(what, Configuration) else str(what)


class _Says:
    """What a fitted estimator of ours blends, with its weights."""

    leaderboard_: pd.DataFrame

    @property
    def says(self) -> str:
        kept = self.leaderboard_[self.leaderboard_["weight"] > 0]
        return " + ".join(f"{row.weight:.2f} {row.configuration_id}" for row in kept.itertuples())


class BlendedClassifier(_Says, RecommendedClassifier):
    """Our classifier."""


class BlendedRegressor(_Says, RecommendedRegressor):
    """Our regressor."""


class HistogramBoosting:
    """scikit-learn's histogram boosting with its defaults, after the preprocessing that our trees get."""

    says = "histogram_boosting()"

    def __init__(self, dataset: Dataset, seed: int) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        from sklearn.pipeline import make_pipeline

        is_regression = dataset.task == "regression"
        learner = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
        self.pipeline = make_pipeline(build_preprocessing(dataset, "ordinal"), learner(random_state=seed))
        self.fit = self.pipeline.fit
        self.predict = self.pipeline.predict
        if not is_regression:
            self.predict_proba = self.pipeline.predict_proba

    @property
    def classes_(self) -> np.ndarray:
        return self.pipeline.classes_


class ZeroShot:
    """`flaml.default` as its documentation uses it, with its own preprocessing of the raw table."""

    def __init__(self, dataset: Dataset, name: str, seed: int) -> None:
        import flaml.default  # noqa: F401  so that importing it is not timed

        self.is_regression, self.seed = dataset.task == "regression", seed
        self.estimator = "lgbm" if name == FLAML_LIGHTGBM else "all"
        self.says = ""
        if not self.is_regression:
            self.predict_proba = lambda X: self.model.predict_proba(self.transformer.transform(X))

    def fit(self, X: pd.DataFrame, y: pd.Series) -> None:
        from flaml.default import preprocess_and_suggest_hyperparams

        task = "regression" if self.is_regression else "classification"
        settings, learner, X, y, self.transformer, _ = preprocess_and_suggest_hyperparams(task, X, y, self.estimator)
        self.model = learner(**{**settings, "n_jobs": 1, "random_state": self.seed}).fit(X, y)
        self.says = f"{learner.__name__}({', '.join(f'{key}={value}' for key, value in settings.items())})"

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return self.model.predict(self.transformer.transform(X))

    @property
    def classes_(self) -> np.ndarray:
        return self.model.classes_


class Worker:
    """A process that fits within limits; started anew when a fit had to be stopped.

    Parameters
    ----------
    seconds : float
        By the clock, for one fit with its prediction.
    memory_bytes : int
        Of address space, beyond what the libraries take.
    """

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        from pebble import ProcessPool

        self.seconds = seconds
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(max_workers=1, initializer=_prepare, initargs=(memory_bytes,), context=context)

    def fit(self, dataset: Dataset, what: What, fold: int, split: Split) -> Fitted:
        from pebble import ProcessExpired

        seconds = self.seconds * (what.most_fits if isinstance(what, Blend) else 1)
        status: Status
        try:
            return self._pool.schedule(fit, args=(dataset, what, fold, split), timeout=seconds).result()
        except TimeoutError:
            message, status = f"not done after {seconds:g} seconds", "timeout"
        except ProcessExpired as error:
            message, status = one_line(error), "crashed"
        except MemoryError as error:
            message, status = one_line(error), "memory"
        return Fitted(Evaluation(_id(what), fold, status, message, fit_seconds=seconds), seconds)

    def stop(self) -> None:
        self._pool.stop()
        self._pool.join()


def _prepare(memory_bytes: int) -> None:
    """As the workers of a collection: one thread, limited memory, gone when the parent is; with the peers loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import catboost  # noqa: F401  so that no fit waits for imports
        import flaml.default  # noqa: F401
    _start(memory_bytes)


# ---------------------------------------------------------------------------------------------------------------------
# A fold of a task, and the methods


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
        key = (_id(what), inner)
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
            scores.append(done.scores.get(self.measure.name, np.nan) * (1 if self.measure.greater_is_better else -1))
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
        space = find_algorithm(name).space(fold.dataset.task)
        space.seed(int(rng.integers(2**31)))
        drawn = dict(space.sample_configuration()) if len(space) else {}
        settings = {key: value.item() if isinstance(value, np.generic) else value for key, value in drawn.items()}
        configuration = Configuration(name, settings | fixed_settings(space))
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
            trial = study.ask(_distributions(space))
            configuration = Configuration("lightgbm", dict(trial.params))
            tried.append((fold.inner_score(configuration), configuration))
            study.tell(trial, tried[-1][0] if np.isfinite(tried[-1][0]) else None, state=_state(tried[-1][0]))
        return max(tried, key=lambda pair: pair[0])[1]

    return choose


def _state(score: float) -> Any:
    from optuna.trial import TrialState

    return TrialState.COMPLETE if np.isfinite(score) else TrialState.FAIL


def _distributions(space: Any) -> dict[str, Any]:
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

# ---------------------------------------------------------------------------------------------------------------------
# The run


def run(
    task_ids: list[int],
    knowledge: KnowledgeBase,
    output: Path,
    *,
    methods: list[str],
    max_samples: int | None,
    n_folds: int,
    seconds: float,
    memory_bytes: int,
    ends: float = math.inf,
) -> None:
    """Measure what is not yet in the output, the smallest datasets first, until the clock (`time.time`) says `ends`."""
    _append(output, [])
    rows = read_results(output)
    done = set(zip(rows["task_id"], rows["fold"], rows["method"], strict=True))
    best_of_5 = rows[rows["method"] == BEST_OF_5].set_index(["task_id", "fold"])["choose_seconds"].to_dict()
    tasks = sorted(_tasks(task_ids, max_samples), key=lambda task: task.dataset.n_samples * task.dataset.n_features)
    models: dict[tuple[str, tuple[str, ...]], tuple[KnowledgeBase, Trained]] = {}
    worker = Worker(seconds, memory_bytes)
    try:
        for number in range(n_folds):
            for task in tasks:
                wanted = [name for name in methods if (task.task_id, number, name) not in done]
                splits = task.splits() if wanted else []
                if not wanted or number >= len(splits) or time.time() > ends:
                    continue
                family = tuple(relatives(knowledge, task.dataset))
                measure = find_metric(None, task.dataset.task)
                key = (measure.name, family)
                if key not in models:
                    known = knowledge.without(family)
                    models[key] = known, train(known, measure)
                fold = Fold(task.dataset, measure, number, splits[number], *models[key], worker)
                fold.budget = best_of_5.get((task.task_id, number), np.nan)
                print(time.strftime("%H:%M:%S"), task.dataset.name, task.dataset.n_samples, number, flush=True)
                for name in wanted:
                    if name in (RANDOM, TPE) and np.isnan(fold.budget):
                        print(f"skipped {name}: {BEST_OF_5!r} was not measured, whose seconds it gets", flush=True)
                        continue
                    row = measured(task, fold, name) | {
                        "known_datasets": len(knowledge.datasets),
                        "left_out": len(family),
                    }
                    if name == BEST_OF_5:
                        fold.budget = float(row["choose_seconds"])
                    _append(output, [row])
    finally:
        worker.stop()


def measured(task: OpenMLTask, fold: Fold, name: str) -> dict[str, Any]:
    """A row of results: what a method chose on a fold, how good that was, and what it cost."""
    dataset, fold.spent = task.dataset, Spent()
    row: dict[str, Any] = {
        "task_id": task.task_id,
        "dataset": dataset.name,
        "task": dataset.task,
        "n_samples": dataset.n_samples,
        "n_features": dataset.n_features,
        "fold": fold.number,
        "method": name,
        "metric": fold.measure.name,
    }
    try:
        chosen = ALL[name](fold)
    except Exception as error:  # whatever a method raises is its outcome
        return row | {"status": status_of(error), "message": one_line(error)}
    done, clock = fold.fitted(chosen)
    says = done.message if done.status == "ok" and not isinstance(chosen, Configuration) else ""
    return row | {
        "chosen": says or str(chosen),
        "status": done.status,
        "score": done.scores.get(fold.measure.name, np.nan),
        **done.scores,
        "choose_seconds": round(fold.spent.choose_seconds, 4),
        "fit_seconds": round(done.fit_seconds, 4),
        "predict_seconds": round(done.predict_seconds, 4),
        "clock_seconds": round(fold.spent.clock_seconds + clock, 3),
        "n_fits": np.nan if isinstance(chosen, Blend) else fold.spent.n_fits + 1,
        "message": "" if says else done.message,
    }


def _tasks(task_ids: list[int], max_samples: int | None) -> Iterator[OpenMLTask]:
    for task_id in task_ids:
        try:
            task = read_task(task_id)
        except RecommenderError as error:
            print(f"skipped task {task_id}: {error}", flush=True)
            continue
        if max_samples is None or task.dataset.n_samples <= max_samples:
            yield task


def read_results(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"message": str, "chosen": str})


def _append(path: Path, rows: list[dict[str, Any]]) -> None:
    is_new = not path.exists() or not path.stat().st_size
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def forget(path: Path, task_ids: list[int], methods: list[str]) -> None:
    """Take out the rows of some methods, so that they are measured again."""
    if path.exists():
        rows = read_results(path)
        rows[~(rows["task_id"].isin(task_ids) & rows["method"].isin(methods))].to_csv(path, index=False)


# ---------------------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["run", "report"], default="run")
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS, help="the rows to report on")
    parser.add_argument("--server", help="the address of an OpenML server; openml.org if not given")
    parser.add_argument("--cache", help="where the openml client keeps what it read")
    parser.add_argument("--suite", action="append", default=[], help="may be repeated")
    parser.add_argument("--task", action="append", type=int, default=[], help="may be repeated")
    parser.add_argument("--knowledge", type=Path, help="folder of a knowledge base; what is shipped if not given")
    parser.add_argument("--max-samples", type=int, help="leave out datasets with more rows")
    parser.add_argument("--folds", type=int, default=1, help="only the first so many of each task's folds")
    parser.add_argument("--methods", nargs="+", choices=[*METHODS, *ALL], default=list(METHODS), metavar="METHOD")
    parser.add_argument("--refresh", action="store_true", help="measure again what --methods names")
    parser.add_argument("--seconds", type=float, default=120.0, help="by the clock, for one fit")
    parser.add_argument("--memory", type=float, default=8.0, help="GiB that a fit may take")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no further task after so long")
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.part == "report":
        from peers_report import report

        summary = report(given.results)
        shown = ["kind", "method", "n_tasks", "mean_rank", "normalized_score", "first_p", "five_p", "seconds"]
        print(summary.filter(items=shown).to_string(index=False))
        return
    set_server(given.server, given.cache)
    task_ids = list(dict.fromkeys([*(i for name in given.suite for i in read_suite(name)), *given.task]))
    methods = list(dict.fromkeys(n for choice in given.methods for n in METHODS.get(choice, [choice])))
    if given.refresh:
        forget(given.output, task_ids, methods)
    run(
        task_ids,
        load_knowledge(given.knowledge),
        given.output,
        methods=methods,
        max_samples=given.max_samples,
        n_folds=given.folds,
        seconds=given.seconds,
        memory_bytes=int(given.memory * 2**30),
        ends=time.time() + 60 * given.minutes,
    )


if __name__ == "__main__":
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    main()
