"""What a collection records, and what it tells as it goes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.jobs import Described, Job
from recommender.evidence.store import Store
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.tables.dataset import Dataset

UNDESCRIBED = 0
"""The version of the meta-features of a dataset that has none yet."""


@dataclass
class Summary:
    """What a collection did.

    Parameters
    ----------
    n_datasets : int
        Datasets that were taken up.
    outcomes : Counter of str
        New evaluations by status.
    skipped : dict of int to str
        Task ids that could not be had, and why.
    undescribed : dict of str to str
        Datasets whose meta-features could not be had, and why; they are tried again the next time.
    killed : dict of str to str
        Configurations on datasets that were left, since others killed their workers, and how; they are tried again the
        next time.
    fit_and_predict_seconds : float
        Processor seconds of the new evaluations.
    seconds : float
        From start to end, by the clock.
    interrupted : bool
        Whether it was stopped before the end.
    """

    n_datasets: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: dict[int, str] = field(default_factory=dict)
    undescribed: dict[str, str] = field(default_factory=dict)
    killed: dict[str, str] = field(default_factory=dict)
    fit_and_predict_seconds: float = 0.0
    seconds: float = 0.0
    interrupted: bool = False


@dataclass(frozen=True)
class Progress:
    """A moment of a collection: a dataset was taken up, or an evaluation recorded.

    Parameters
    ----------
    dataset_name : str
        The dataset.
    evaluation : Evaluation or None
        What was recorded; None when the dataset was taken up.
    n_evaluations : int
        When the dataset was taken up, how many evaluations are to be done on it at most. When a configuration has come
        to its end early, by failing or being stopped, the negative number of folds that are spared.
    """

    dataset_name: str
    evaluation: Evaluation | None = None
    n_evaluations: int = 0


@dataclass(frozen=True)
class Recorder:
    """Where everything goes that comes of a collection.

    Parameters
    ----------
    store : Store
        What keeps it.
    environment_id : str
        What the evaluations are made with.
    summary : Summary
        What counts it.
    on_progress : callable(Progress)
        Who looks on.
    """

    store: Store
    environment_id: str
    summary: Summary
    on_progress: Callable[[Progress], None]

    def take_up(self, name: str, n_evaluations: int) -> None:
        """A dataset was taken up, on which so many evaluations are to be done at most."""
        self.summary.n_datasets += 1
        self.on_progress(Progress(name, n_evaluations=n_evaluations))

    def spare(self, name: str, n_evaluations: int) -> None:
        """So many evaluations of those need not be done."""
        if n_evaluations:
            self.on_progress(Progress(name, n_evaluations=-n_evaluations))

    def add(self, dataset_id: str, name: str, evaluation: Evaluation) -> None:
        """An evaluation was made on a dataset."""
        new = self.store.add_evaluations(dataset_id, [evaluation], self.environment_id)
        self.summary.outcomes[evaluation.status] += new
        for seconds in (evaluation.fit_seconds, evaluation.predict_seconds):
            self.summary.fit_and_predict_seconds += seconds if new and seconds == seconds else 0.0
        self.on_progress(Progress(name, evaluation))

    def leave(self, name: str, reason: str, job: Job) -> None:
        """A job was left, of which nothing is known."""
        self.summary.killed[f"{job.configuration.id if job.configuration else 'meta-features'} on {name}"] = reason

    def describe(self, dataset_id: str, described: Described) -> None:
        """The meta-features of a dataset were extracted, or could not be."""
        if described.error:
            self.summary.undescribed[dataset_id] = described.error
        else:
            self.store.describe_dataset(dataset_id, described.values, METAFEATURES_VERSION, described.seconds)


def dataset_id(dataset: Dataset) -> str:
    """The id under which a dataset is recorded: OpenML's, or one that its name, content and task decide.

    The order of rows and columns makes no difference.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> table = load_iris(as_frame=True).frame
    >>> dataset_id(load_dataset(table, target="target", name="my iris"))
    'own:my-iris-45e4cb1d'
    """
    if dataset.source.startswith("openml:"):
        return dataset.source
    name = re.sub(r"[^\w.]+", "-", dataset.name)[:60]
    return f"own:{name}-{hashlib.sha256(f'{dataset.fingerprint} {dataset.task}'.encode()).hexdigest()[:8]}"


def record_dataset(store: Store, dataset: Dataset, licence: str) -> None:
    """Record a dataset, unless the store has it; its meta-features come later."""
    if store.dataset(dataset.source) is not None:
        return
    store.add_dataset(
        {
            "id": dataset.source,
            "name": dataset.name,
            "task": dataset.task,
            "target": str(dataset.y.name),
            "n_samples": dataset.n_samples,
            "n_features": dataset.n_features,
            "n_classes": dataset.n_classes,
            "fingerprint": dataset.fingerprint,
            "signatures": dataset.described_columns,
            "licence": licence,
            "metafeatures": {},
            "metafeatures_version": UNDESCRIBED,
            "metafeatures_seconds": 0.0,
        }
    )
