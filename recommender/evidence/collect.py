"""Collecting: the pool, evaluated on datasets, everything recorded and nothing done twice."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recommender.algorithms.catalogue import find_algorithm, installed_algorithms
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import encoded_width
from recommender.algorithms.pool import part, pool_for
from recommender.errors import DatasetError, ServerError
from recommender.evaluation.environment import describe_environment
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.stopping import Standings, stopped
from recommender.evaluation.workers import (
    Described,
    Job,
    Limits,
    LocalWorkers,
    Outcome,
    Spooled,
    Workers,
    n_folds,
    spool,
)
from recommender.evidence.leases import Claims
from recommender.evidence.store import Store
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.tables.dataset import Dataset
from recommender.tables.openml import read_task
from recommender.tables.splits import MAX_TRAIN_SAMPLES

POLL_SECONDS = 1.0
"""How often a collector looks whether others have left something to do."""
UNDESCRIBED = 0
"""The version of the meta-features of a dataset that has none yet."""


@dataclass
class Summary:
    """What a collection did.

    Parameters
    ----------
    n_datasets : int
        Datasets that were read.
    outcomes : Counter of str
        New evaluations by status.
    skipped : dict of int to str
        Task ids that could not be had, and why.
    undescribed : dict of str to str
        Datasets whose meta-features could not be had, and why; they are tried again the next time.
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


@dataclass
class _Opened:
    """A dataset that is being worked on."""

    name: str
    spooled: Spooled
    n_folds: int
    standings: Standings
    n_open: int = 1  # one for the search for work, which is not over, and one for everything at work

    def close_one(self) -> None:
        """One is done; after the last of them the spooled file goes."""
        self.n_open -= 1
        if not self.n_open:
            self.spooled.path.unlink(missing_ok=True)


@dataclass
class _Work:
    """What is left to do of one configuration on one dataset; without a configuration, to describe the dataset."""

    opened: _Opened
    configuration: Configuration | None
    folds: deque[int]

    @property
    def job(self) -> Job:
        """What is to be done next of it."""
        return Job(self.opened.spooled, self.configuration, self.folds[0] if self.folds else 0)


@dataclass(frozen=True)
class _Elsewhere:
    """A configuration that another collector is at work on."""

    task: int | Dataset
    dataset_id: str
    configuration_id: str
    n_folds: int


def collect(
    store: Store,
    tasks: Iterable[int | Dataset],
    *,
    n_configurations: int | None = None,
    algorithms: Iterable[str] | None = None,
    n_workers: int | None = None,
    limits: Limits | None = None,
    cluster: str | None = None,
    stop_hopeless: bool = True,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Evaluate the pool on the datasets of OpenML tasks, or on one's own, and record every evaluation.

    Evaluations that the store holds are not done again, so a collection that was stopped goes on where it was. Several
    collections, of one machine or of many, may record into one store at the same time and share the work. After the
    first fold on which a configuration fails, its other folds are left out.

    Parameters
    ----------
    store : Store
        Where everything is recorded, each evaluation as soon as it is done.
    tasks : iterable of int or Dataset
        Ids of OpenML tasks, of the server that `recommender.tables.openml.set_server` names; or datasets, which are
        recorded under the id that `dataset_id` gives.
    n_configurations : int, optional
        Only the first so many of the pool, or of the named algorithms' part of it; all by default.
    algorithms : iterable of str, optional
        Only configurations of these algorithms, such as those of an extra that is recorded later than the rest.
    n_workers : int, optional
        Evaluations at once; by default as many as there are processors. A cluster knows its own number.
    limits : Limits, optional
        Seconds and memory for one evaluation.
    cluster : str, optional
        Address of the scheduler of a Dask cluster that is to do the evaluations, such as ``tcp://host:8786``.
    stop_hopeless : bool, default=True
        Whether a configuration that is hopeless after its first folds is stopped; `recommender.evaluation.stopping`
        has the rule.
    on_progress : callable(Progress), optional
        Called when a dataset is taken up and after every evaluation.

    Returns
    -------
    Summary
        Counts by outcome, and the tasks that could not be had with the reason. After Ctrl-C it is returned too,
        marked as interrupted.

    Raises
    ------
    UnknownNameError, MissingExtraError
        If an algorithm is unknown, or its library is not installed.
    """
    names = installed_algorithms(algorithms)
    limits = limits or Limits()
    summary, started = Summary(), time.monotonic()
    try:
        environment = describe_environment(limits)
        workers = _start_workers(n_workers, limits, cluster, environment)
        try:
            with Claims(store) as claims, tempfile.TemporaryDirectory(prefix="recommender-") as folder:
                collection = _Collection(
                    store,
                    workers,
                    claims,
                    Path(folder),
                    store.add_environment(environment),
                    n_configurations,
                    names,
                    stop_hopeless,
                    summary,
                    on_progress,
                )
                collection.run(list(tasks))
        finally:
            workers.stop()
    except KeyboardInterrupt:
        summary.interrupted = True
    summary.seconds = time.monotonic() - started
    return summary


def _start_workers(n_workers: int | None, limits: Limits, cluster: str | None, environment: dict[str, Any]) -> Workers:
    if cluster is None:
        return LocalWorkers(n_workers or os.cpu_count() or 1, limits)
    from recommender.evaluation.cluster import ClusterWorkers

    return ClusterWorkers(cluster, limits, environment)


@dataclass
class _Collection:
    """The state of a collection at work."""

    store: Store
    workers: Workers
    claims: Claims
    folder: Path
    environment_id: str
    n_configurations: int | None
    algorithms: frozenset[str] | None
    stop_hopeless: bool
    summary: Summary
    on_progress: Callable[[Progress], None]

    def run(self, tasks: list[int | Dataset]) -> None:
        """Do all that is left: the folds of a configuration in turn up to its first failure, many at once."""
        source, exhausted = self._work(tasks), False
        waiting: deque[_Work] = deque()
        running: dict[Future[Outcome], tuple[Job, _Work]] = {}
        while True:
            while len(running) <= self.workers.n_workers:  # one more than can run, so that no worker waits
                item = waiting.popleft() if waiting else next(source, self)
                exhausted = exhausted or item is self
                if not isinstance(item, _Work):
                    break
                job = item.job
                running[self.workers.submit(job)] = (job, item)
            if not running:
                if exhausted:
                    return
                time.sleep(POLL_SECONDS)
                continue
            done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                job, work = running.pop(future)
                outcome = self.workers.outcome(job, future)
                if outcome is None:
                    waiting.appendleft(work)
                elif isinstance(outcome, Described):
                    self._describe(work.opened, outcome)
                elif self._record(work, outcome):
                    waiting.append(work)

    def _record(self, work: _Work, evaluation: Evaluation) -> bool:
        """Record an evaluation; returns whether the configuration has folds left to do."""
        opened, configuration_id = work.opened, evaluation.configuration_id
        self._add(opened, evaluation)
        opened.standings.add(evaluation)
        work.folds.remove(evaluation.fold)
        going_on = evaluation.status == "ok" and bool(work.folds)
        if going_on and self.stop_hopeless and work.folds[0] == opened.standings.n_first:
            reason = opened.standings.why_hopeless(configuration_id)
            if reason:
                self._add(opened, stopped(configuration_id, work.folds, reason))
                work.folds.popleft()
                going_on = False
        if not going_on:
            if work.folds:
                self.on_progress(Progress(opened.name, n_evaluations=-len(work.folds)))
            self.claims.give_back(opened.spooled.dataset_id, configuration_id)
            opened.close_one()
        return going_on

    def _add(self, opened: _Opened, evaluation: Evaluation) -> None:
        new = self.store.add_evaluations(opened.spooled.dataset_id, [evaluation], self.environment_id)
        self.summary.outcomes[evaluation.status] += new
        for seconds in (evaluation.fit_seconds, evaluation.predict_seconds):
            self.summary.fit_and_predict_seconds += seconds if new and seconds == seconds else 0.0
        self.on_progress(Progress(opened.name, evaluation))

    def _describe(self, opened: _Opened, described: Described) -> None:
        dataset_id = opened.spooled.dataset_id
        if described.error:
            self.summary.undescribed[dataset_id] = described.error
        else:
            self.store.describe_dataset(dataset_id, described.values, METAFEATURES_VERSION, described.seconds)
        opened.close_one()

    def _work(self, tasks: list[int | Dataset]) -> Iterator[_Work | None]:
        """What is left to do, and None as long as it is only others who are at work."""
        elsewhere: list[_Elsewhere] = []
        for task in tasks:
            yield from self._work_on(task, elsewhere, first_time=True)
        while elsewhere:
            yield None
            claimed = self.store.claimed_by_others(self.claims.collector)
            free = [e for e in elsewhere if (e.dataset_id, e.configuration_id) not in claimed]
            elsewhere = [e for e in elsewhere if (e.dataset_id, e.configuration_id) in claimed]
            left = [e for e in free if folds_left(self.store.outcomes(e.dataset_id, e.configuration_id), e.n_folds)]
            for task in dict.fromkeys(e.task for e in left):
                mine = {e.configuration_id for e in left if e.task == task}
                yield from self._work_on(task, elsewhere, only=mine)

    def _work_on(
        self,
        task: int | Dataset,
        elsewhere: list[_Elsewhere],
        *,
        first_time: bool = False,
        only: set[str] | None = None,
    ) -> Iterator[_Work]:
        """What is left to do on a task's dataset, claimed; what others have claimed is added to `elsewhere`."""
        if isinstance(task, Dataset):
            dataset, licence = replace(task, source=dataset_id(task)), "not stated"
        else:
            try:
                found = read_task(task)
            except (ServerError, DatasetError) as error:
                self.summary.skipped[task] = str(error)
                return
            dataset, licence = found.dataset, found.licence
        record_dataset(self.store, dataset, licence)
        configurations = part(pool_for(dataset.task), self.n_configurations, self.algorithms)
        self.store.add_configurations(configurations)
        known, total = self.store.all_outcomes(dataset.source), n_folds(dataset)
        left = {c.id: folds_left(known.get(c.id, {}), total) for c in configurations if only is None or c.id in only}
        undescribed = first_time and not is_described(self.store, dataset.source)
        if first_time:
            self.summary.n_datasets += 1
            self.on_progress(Progress(dataset.name, n_evaluations=sum(map(len, left.values()))))
        if not undescribed and not any(left.values()):
            return
        opened = self._open(dataset, total)
        if undescribed:
            opened.n_open += 1
            yield _Work(opened, None, deque())
        for configuration in configurations:
            if not left.get(configuration.id):
                continue
            if not self.claims.take(dataset.source, configuration.id):
                elsewhere.append(_Elsewhere(task, dataset.source, configuration.id, total))
                continue
            folds = folds_left(self.store.outcomes(dataset.source, configuration.id), total)  # as it is by now
            reason = why_not(configuration, dataset)
            if folds and not reason:
                opened.n_open += 1
                yield _Work(opened, configuration, deque(folds))
                continue
            if folds and reason:
                self._add(opened, Evaluation(configuration.id, 0, "not_applicable", reason))
                self.on_progress(Progress(dataset.name, n_evaluations=1 - len(folds)))
            self.claims.give_back(dataset.source, configuration.id)
        opened.close_one()

    def _open(self, dataset: Dataset, total: int) -> _Opened:
        standings = Standings(dataset.task, total)
        standings.add_rows(self.store.evaluations_of(dataset.source))
        path = self.folder / f"{dataset.source.replace(':', '-')}-{time.monotonic_ns()}.parquet"
        return _Opened(dataset.name, spool(dataset, path), total, standings)


def folds_left(outcomes: dict[int, str], n_folds: int) -> list[int]:
    """The folds of a configuration that are to be done yet: none after one that was not ok."""
    if any(status != "ok" for status in outcomes.values()):
        return []
    return [fold for fold in range(n_folds) if fold not in outcomes]


def is_described(store: Store, dataset_id: str) -> bool:
    """Whether a store has the meta-features of a dataset as they are computed today."""
    known = store.dataset(dataset_id)
    return known is not None and known["metafeatures_version"] == METAFEATURES_VERSION


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


def why_not(configuration: Configuration, dataset: Dataset) -> str | None:
    """Why a configuration does not apply to a dataset as it is split, or None where it does."""
    algorithm = find_algorithm(configuration.algorithm)
    return algorithm.why_not(
        n_samples=min(dataset.n_samples, MAX_TRAIN_SAMPLES),
        n_features=encoded_width(dataset, algorithm.encoding),
        n_classes=dataset.n_classes,
    )
