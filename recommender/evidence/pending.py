"""What a collection has left to do: each configuration on each dataset, leased before others can take it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import part, pool_for
from recommender.algorithms.preprocessing import encoded_width
from recommender.errors import DatasetError, ServerError
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.stopping import Standings
from recommender.evaluation.workers import Job, Spooled, n_folds, spool
from recommender.evidence.leases import Leases
from recommender.evidence.recording import Recorder, dataset_id, record_dataset
from recommender.evidence.store import Store
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.tables.dataset import Dataset
from recommender.tables.openml import read_task
from recommender.tables.splits import MAX_TRAIN_SAMPLES


@dataclass(frozen=True)
class Request:
    """What a collection was asked for.

    Parameters
    ----------
    tasks : tuple of int or Dataset
        OpenML task ids, or datasets of one's own.
    n_configurations : int or None
        Only the first so many of the pool, or of the named algorithms' part of it.
    algorithms : frozenset of str or None
        Only configurations of these algorithms.
    stop_hopeless : bool
        Whether a configuration that is hopeless after its first folds is stopped.
    """

    tasks: tuple[int | Dataset, ...]
    n_configurations: int | None
    algorithms: frozenset[str] | None
    stop_hopeless: bool


@dataclass
class Opened:
    """A dataset that is being worked on."""

    name: str
    spooled: Spooled
    n_folds: int
    standings: Standings
    n_open: int = 1  # one for the search for work, which is not over, and one for everything at work

    def open_one(self, configuration: Configuration | None, folds: Iterable[int] = ()) -> Work:
        """Some folds of a configuration, to be closed when they are done; without one, to describe the dataset."""
        self.n_open += 1
        return Work(self, configuration, deque(folds))

    def close_one(self) -> None:
        """One is done; after the last of them the spooled file goes."""
        self.n_open -= 1
        if not self.n_open:
            self.spooled.path.unlink(missing_ok=True)


@dataclass
class Work:
    """What is left to do of one configuration on one dataset; without a configuration, to describe the dataset."""

    opened: Opened
    configuration: Configuration | None
    folds: deque[int]

    @property
    def job(self) -> Job:
        """What is to be done next of it."""
        return Job(self.opened.spooled, self.configuration, self.folds[0] if self.folds else 0)


@dataclass(frozen=True)
class _Elsewhere:
    """What another collector is at work on."""

    task: int | Dataset
    dataset_id: str
    configuration_id: str
    n_folds: int


@dataclass
class Search:
    """The search for what is left to do.

    Parameters
    ----------
    request : Request
        Of what.
    recorder : Recorder
        Where datasets are recorded that are new, and what does not apply to them.
    leases : Leases
        What is found is leased, and what others have leased is looked at again when they are done.
    folder : Path
        Where the tables of the datasets are put for the workers.
    """

    request: Request
    recorder: Recorder
    leases: Leases
    folder: Path
    _elsewhere: list[_Elsewhere] = field(default_factory=list, init=False)

    def __iter__(self) -> Iterator[Work | None]:
        """What is left to do, and None as long as it is only others who are at work."""
        for task in self.request.tasks:
            yield from self._take_up(task)
        while self._elsewhere:
            yield None
            for task, configuration_ids in self._left_by_others().items():
                yield from self._go_back(task, configuration_ids)

    def _take_up(self, task: int | Dataset) -> Iterator[Work]:
        """What is left to do on a task's dataset, with its description."""
        dataset = self._read(task)
        if dataset is None:
            return
        left = self._left(dataset)
        self.recorder.take_up(dataset.name, sum(len(folds) for _, folds in left))
        is_new = not is_described(self.recorder.store, dataset.source)
        yield from self._work_on(task, dataset, [configuration for configuration, _ in left], describe=is_new)

    def _go_back(self, task: int | Dataset, configuration_ids: set[str]) -> Iterator[Work]:
        """What others have left to do of some configurations on a task's dataset."""
        dataset = self._read(task)
        if dataset is not None:
            left = [configuration for configuration, _ in self._left(dataset) if configuration.id in configuration_ids]
            yield from self._work_on(task, dataset, left)

    def _left_by_others(self) -> dict[int | Dataset, set[str]]:
        """The configurations that others had leased, have let go of and have not done, by task."""
        held = self.leases.held_by_others()
        free = [e for e in self._elsewhere if (e.dataset_id, e.configuration_id) not in held]
        self._elsewhere = [e for e in self._elsewhere if (e.dataset_id, e.configuration_id) in held]
        left: dict[int | Dataset, set[str]] = {}
        for e in free:
            if folds_left(self.recorder.store.outcomes(e.dataset_id, e.configuration_id), e.n_folds):
                left.setdefault(e.task, set()).add(e.configuration_id)
        return left

    def _read(self, task: int | Dataset) -> Dataset | None:
        """A task's dataset, recorded; None where it cannot be had."""
        if isinstance(task, Dataset):
            dataset, licence = replace(task, source=dataset_id(task)), "not stated"
        else:
            try:
                found = read_task(task)
            except (ServerError, DatasetError) as error:
                self.recorder.summary.skipped[task] = str(error)
                return None
            dataset, licence = found.dataset, found.licence
        record_dataset(self.recorder.store, dataset, licence)
        return dataset

    def _left(self, dataset: Dataset) -> list[tuple[Configuration, list[int]]]:
        """The configurations that are not done on a dataset, with their folds."""
        request, store = self.request, self.recorder.store
        configurations = part(pool_for(dataset.task), request.n_configurations, request.algorithms)
        store.add_configurations(configurations)
        known, total = store.all_outcomes(dataset.source), n_folds(dataset)
        left = ((c, folds_left(known.get(c.id, {}), total)) for c in configurations)
        return [(configuration, folds) for configuration, folds in left if folds]

    def _work_on(
        self, task: int | Dataset, dataset: Dataset, configurations: list[Configuration], *, describe: bool = False
    ) -> Iterator[Work]:
        """What is left to do of some configurations on a dataset."""
        if not configurations and not describe:
            return
        opened = self._open(dataset)
        if describe:
            yield opened.open_one(None)
        for configuration in configurations:
            folds = self._lease(task, dataset, opened, configuration)
            if folds:
                yield opened.open_one(configuration, folds)
        opened.close_one()

    def _open(self, dataset: Dataset) -> Opened:
        total = n_folds(dataset)
        standings = Standings(dataset.task, total)
        standings.add_rows(self.recorder.store.evaluations_of(dataset.source))
        path = self.folder / f"{dataset.source.replace(':', '-')}-{time.monotonic_ns()}.parquet"
        return Opened(dataset.name, spool(dataset, path), total, standings)

    def _lease(self, task: int | Dataset, dataset: Dataset, opened: Opened, configuration: Configuration) -> list[int]:
        """The folds to be done of a configuration, leased; none where others do it or it does not apply."""
        if not self.leases.take(dataset.source, configuration.id):
            self._elsewhere.append(_Elsewhere(task, dataset.source, configuration.id, opened.n_folds))
            return []
        known = self.recorder.store.outcomes(dataset.source, configuration.id)  # as it is by now
        folds, reason = folds_left(known, opened.n_folds), why_not(configuration, dataset)
        if folds and not reason:
            return folds
        if folds and reason:
            not_applicable = Evaluation(configuration.id, 0, "not_applicable", reason)
            self.recorder.add(dataset.source, dataset.name, not_applicable)
            self.recorder.spare(dataset.name, len(folds) - 1)
        self.leases.give_back(dataset.source, configuration.id)
        return []


def folds_left(outcomes: dict[int, str], n_folds: int) -> list[int]:
    """The folds of a configuration that are to be done yet: none after one that was not ok."""
    if any(status != "ok" for status in outcomes.values()):
        return []
    return [fold for fold in range(n_folds) if fold not in outcomes]


def is_described(store: Store, dataset_id: str) -> bool:
    """Whether a store has the meta-features of a dataset as they are computed today."""
    known = store.dataset(dataset_id)
    return known is not None and known["metafeatures_version"] == METAFEATURES_VERSION


def why_not(configuration: Configuration, dataset: Dataset) -> str | None:
    """Why a configuration does not apply to a dataset as it is split, or None where it does."""
    algorithm = find_algorithm(configuration.algorithm)
    return algorithm.why_not(
        n_samples=min(dataset.n_samples, MAX_TRAIN_SAMPLES),
        n_features=encoded_width(dataset, algorithm.encoding.chosen_by(configuration.hyperparameters)),
        n_classes=dataset.n_classes,
    )
