"""An evaluation: one configuration, fitted and scored on one fold of one dataset."""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.shortening import shorten
from recommender.errors import one_line
from recommender.evaluation.measures import Predicted
from recommender.evaluation.memory import PeakMemory
from recommender.evaluation.metrics import metrics_for
from recommender.tables.dataset import Dataset
from recommender.tables.splits import MAX_TRAIN_SAMPLES, Split

Failure = Literal["failed", "timeout", "memory", "crashed"]
Status = Literal["ok", Failure, "stopped", "not_applicable"]

FAILURES: tuple[Failure, ...] = get_args(Failure)
"""The statuses that are the configuration's fault."""

KEYS = ("dataset_id", "configuration_id", "size", "fold")
"""What tells an evaluation from all others that are recorded."""

OUT_OF_MEMORY = ("bad_alloc", "cannot allocate memory", "out of memory", "can't allocate", "can't start new thread")
"""What the messages of libraries say when memory has run out below Python."""
MOST_CHARACTERS = 300
"""A longer message is cut."""
THREADS = 1
"""What every fit is given, so that seconds can be compared."""
INSIDE = ("estimator_", "classifier_", "regressor_")
"""Where a fitted estimator that wraps another one keeps it."""


@dataclass(frozen=True)
class Evaluation:
    """What came of one configuration on one fold.

    Parameters
    ----------
    configuration_id : str
        The configuration.
    fold : int
        The fold's position in the dataset's splits.
    status : {"ok", "failed", "timeout", "memory", "crashed", "stopped", "not_applicable"}
        How it ended. The first fold that a hopeless configuration was spared is "stopped", and has no scores.
    message : str
        The error, or the first warning of a fit that succeeded.
    n_train, n_test : int
        Rows that were fitted and scored.
    fit_seconds, predict_seconds : float
        Processor seconds on one thread, preprocessing included: they do not depend on what else the machine does.
        NaN where it did not come to that.
    model_bytes : int
        Size of the fitted pipeline when serialised; 0 where there is none.
    scores : mapping of str to float
        Each metric of the task in its own unit; NaN where the model does not allow it.
    size : int, default=10,000
        How many training rows the fold might have at most; `recommender.tables.splits.SIZES` has those in use.
    peak_bytes : int, optional
        Memory that fitting took at its peak above what the process held before; None where the system does not say.
    rounds : int, optional
        How many rounds early stopping chose; None where there was none.
    threads : int, optional
        Threads that the fit had; None where nobody said.
    predictions : (truth, Predicted), optional
        Of the rows that were scored, where they were to be kept.
    """

    configuration_id: str
    fold: int
    status: Status
    message: str = ""
    n_train: int = 0
    n_test: int = 0
    fit_seconds: float = np.nan
    predict_seconds: float = np.nan
    model_bytes: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)
    size: int = MAX_TRAIN_SAMPLES
    peak_bytes: int | None = None
    rounds: int | None = None
    threads: int | None = None
    predictions: tuple[np.ndarray, Predicted] | None = field(default=None, repr=False, compare=False)

    @property
    def seed(self) -> int:
        """The seed of the model: the fold's number, so that repeats differ in it too."""
        return self.fold


def evaluate(
    dataset: Dataset,
    configuration: Configuration,
    fold: int,
    split: Split,
    *,
    size: int = MAX_TRAIN_SAMPLES,
    keep_predictions: bool = False,
    sample_weight: np.ndarray | None = None,
    memory: Any = None,
    threads: int = THREADS,
    within: float | None = None,
) -> Evaluation:
    """Fit a configuration on a fold's training rows and score it on the others.

    An error of the model is an outcome, not an exception. Limits on seconds and memory are the caller's.

    Parameters
    ----------
    dataset : Dataset
        The whole dataset.
    configuration : Configuration
        What to fit.
    fold : int
        The fold's number, used as the model's seed.
    split : (train, test)
        The fold's row positions.
    size : int, default=10,000
        The size at which the dataset was split.
    keep_predictions : bool, default=False
        Whether the evaluation holds what was predicted, for a metric that is not known here.
    sample_weight : array of shape (n_samples,), optional
        Weights of all rows, which the model is fitted with; scores are without them.
    memory : object with a method ``cache``, optional
        What keeps fitted steps before the model, as scikit-learn's `Pipeline` takes it.
    threads : int, default=1
        Of the model, where it has a choice.
    within : float, optional
        Early stopping fits one booster instead of several, for so many seconds by the clock at most; None leaves it as
        it is.

    Returns
    -------
    Evaluation

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> from recommender.tables.splits import split
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> result = evaluate(iris, Configuration("lda", {}), 0, split(iris)[0])
    >>> result.status, result.scores["accuracy"] > 0.9
    ('ok', True)
    """
    train, test = split
    about: dict[str, Any] = {"n_train": len(train), "n_test": len(test), "size": size, "threads": threads}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            pipeline = build_pipeline(configuration, dataset, random_state=fold, n_jobs=threads)
            pipeline.memory = memory
            if within is not None:
                shorten(pipeline, within)
            peak, started = PeakMemory(), time.process_time()
            given = {} if sample_weight is None else {"model__sample_weight": sample_weight[train]}
            pipeline.fit(dataset.X.iloc[train], dataset.y.iloc[train], **given)
            fitted, peak_bytes = time.process_time(), peak.n_bytes
            pipeline.memory = None  # which is no part of what was fitted
            y, prediction = predict(pipeline, dataset, test)
            predicted = time.process_time()
        except Exception as error:  # whatever a model raises is its outcome on this dataset
            return Evaluation(configuration.id, fold, status_of(error), message_of(error), **about)
    about |= {"fit_seconds": fitted - started, "predict_seconds": predicted - fitted}
    about |= {"peak_bytes": peak_bytes, "rounds": rounds_of(pipeline)}
    if not _is_finite(prediction):
        return Evaluation(configuration.id, fold, "failed", "the model predicts NaN or infinity", **about)
    return Evaluation(
        configuration.id,
        fold,
        "ok",
        message_of(caught[0].message) if caught else "",
        **about,
        model_bytes=_serialised_bytes(pipeline),
        scores={metric.name: metric.measure(y, prediction) for metric in metrics_for(dataset.task)},
        predictions=(y, prediction) if keep_predictions else None,
    )


def rounds_of(pipeline: Any) -> int | None:
    """How many rounds early stopping chose for the model of a fitted pipeline, or None where there was none.

    The model, or what it wraps, says so as ``n_rounds_``.
    """
    model: Any = pipeline[-1]
    while not hasattr(model, "n_rounds_"):
        model = next((getattr(model, name) for name in INSIDE if hasattr(model, name)), None)
        if model is None:
            return None
    return int(model.n_rounds_)


def predict(pipeline: Any, dataset: Dataset, rows: np.ndarray) -> tuple[np.ndarray, Predicted]:
    """The truth and a fitted pipeline's prediction on some rows, classes as positions in their sorted order."""
    X, y = dataset.X.iloc[rows], dataset.y
    if dataset.task == "regression":
        return y.iloc[rows].to_numpy(dtype=np.float64), Predicted(np.asarray(pipeline.predict(X), np.float64))
    classes, codes = np.unique(np.asarray(y), return_inverse=True)
    at = np.searchsorted(classes, pipeline.classes_)  # a class may be absent from the training rows
    margins = np.full((len(rows), len(classes)), 0.0 if hasattr(pipeline, "predict_proba") else -np.inf)
    if hasattr(pipeline, "predict_proba"):
        margins[:, at] = pipeline.predict_proba(X)
        labels = margins.argmax(axis=1)
        return codes[rows], Predicted(labels, margins, are_probabilities=True, classes=classes)
    decision = pipeline.decision_function(X)
    margins[:, at] = np.column_stack([-decision, decision]) if decision.ndim == 1 else decision
    labels = np.searchsorted(classes, pipeline.predict(X))
    return codes[rows], Predicted(labels, margins, classes=classes)


def _is_finite(prediction: Predicted) -> bool:
    margins = prediction.margins
    broken = margins is not None and (np.isnan(margins).any() or np.isposinf(margins).any())
    return bool(np.isfinite(prediction.labels).all()) and not broken


def status_of(error: BaseException) -> Status:
    """What an error says of how an evaluation ended: out of memory, in Python's words or in C++'s, or failed."""
    is_memory = isinstance(error, MemoryError) or any(words in str(error).lower() for words in OUT_OF_MEMORY)
    return "memory" if is_memory else "failed"


def message_of(error: BaseException | str) -> str:
    """An error or warning as the message of an evaluation: its kind and what it says, on one short line."""
    text = one_line(error, MOST_CHARACTERS)
    return text if isinstance(error, str) else f"{type(error).__name__}: {text}"[:MOST_CHARACTERS]


class _Counter:
    """A file that only counts."""

    n_bytes = 0

    def write(self, data: Any) -> None:
        self.n_bytes += memoryview(data).nbytes


def _serialised_bytes(pipeline: Any) -> int:
    counter = _Counter()
    pickle.Pickler(counter, protocol=5).dump(pipeline)  # written to nowhere, and never loaded
    return counter.n_bytes
