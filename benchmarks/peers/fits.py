"""One fit of the benchmark against live peers, in a worker process: a configuration of ours, our blend, or a peer."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from concurrent.futures import TimeoutError
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import TREES
from recommender.algorithms.preprocessing import build_preprocessing
from recommender.estimators import RecommendedClassifier, RecommendedRegressor
from recommender.evaluation.evaluate import Evaluation, Status, evaluate, message_of, predict, status_of
from recommender.evaluation.metrics import metrics_for
from recommender.evaluation.worker_process import start_worker
from recommender.fitting.validation import N_FOLDS as VALIDATION_FOLDS
from recommender.metamodel.trained import Trained
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

BLEND_OF_5 = "blend of 5"
PLAIN = " (no extra)"
"""What our methods are called where XGBoost and CatBoost are not recommended."""
N_BLENDED = 5
HISTOGRAM, FLAML, FLAML_LIGHTGBM = "histogram boosting default", "flaml.default", "flaml.default LightGBM"


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
            return Evaluation(id_of(what), fold, status_of(error), message_of(error))
    return Evaluation(
        id_of(what),
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
        return kind(n_candidates=N_BLENDED, knowledge=what.trained, exclude=what.exclude, random_state=seed)
    return HistogramBoosting(dataset, seed) if what == HISTOGRAM else ZeroShot(dataset, what, seed)


def id_of(what: What) -> str:
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
        self.pipeline = make_pipeline(build_preprocessing(dataset, TREES), learner(random_state=seed))
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
            message, status = message_of(error), "crashed"
        except MemoryError as error:
            message, status = message_of(error), "memory"
        return Fitted(Evaluation(id_of(what), fold, status, message, fit_seconds=seconds), seconds)

    def stop(self) -> None:
        self._pool.stop()
        self._pool.join()


def _prepare(memory_bytes: int) -> None:
    """As the workers of a collection: one thread, limited memory, gone when the parent is; with the peers loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import catboost  # noqa: F401  so that no fit waits for imports
        import flaml.default  # noqa: F401
    start_worker(memory_bytes)
