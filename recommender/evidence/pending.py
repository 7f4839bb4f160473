"""What a collection has left to do: each configuration on each dataset, leased before others can take it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recommender.algorithms.applying import why_not
from recommender.algorithms.catalogue import encoding_of
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.preprocessing import encoded_width
from recommender.errors import DatasetError, ServerError
from recommender.evaluation.evaluate import Evaluation, Failure
from recommender.evaluation.jobs import Job
from recommender.evaluation.spooled import Spooled, spool
from recommender.evaluation.stopping import Standings
from recommender.evidence.leases import Leases
from recommender.evidence.recording import Recorder, dataset_id, record_dataset
from recommender.evidence.request import Request, Turn
from recommender.evidence.store import Outcomes
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.tables.dataset import Dataset
from recommender.tables.openml import read_task, source_of
from recommender.tables.splits import MAX_TRAIN_SAMPLES, applies, n_folds

RAN_OUT: tuple[Failure, ...] = ("timeout", "memory")
"""Failures that do not become better with more rows."""


@dataclass
class Opened:
    """A dataset that is being worked on at one size; at the standard one with what its configurations have reached."""

    name: str
    spooled: Spooled
    size: int
    n_folds: int
    standings: Standings | None
    n_open: int = 1  # one for the search for work, which is not over, and one for everything at work

    def open_one(self, configuration: Configuration | None, folds: Iterable[int] = (), until: int = 0) -> Work:
        """Some folds of a configuration, to be closed when they are done; without one, to describe the dataset."""
        self.n_open += 1
        return Work(self, configuration, deque(folds), until)

    def close_one(self) -> None:
        """One is done; after the last of them the spooled file goes."""
        self.n_open -= 1
        if not self.n_open:
            self.spooled.path.unlink(missing_ok=True)


@dataclass
class Work:
    """What is left to do of one configuration on one dataset; without a configuration, to describe the dataset.

    Only the folds before `until` are to be done now.
    """

    opened: Opened
    configuration: Configuration | None
    folds: deque[int]
    until: int

    @property
    def job(self) -> Job:
        """What is to be done next of it."""
        fold = self.folds[0] if self.folds else 0
        return Job(self.opened.spooled, self.configuration, fold, self.opened.size)


@dataclass(frozen=True)
class _Elsewhere:
    """What another collector is at work on."""

    task: int | Dataset
    size: int
    n_folds: int
    dataset_id: str
    configuration: Configuration

    @property
    def lease(self) -> tuple[str, str, int]:
        """What the other collector has leased."""
        return self.dataset_id, self.configuration.id, self.size


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
    _sources: dict[int | Dataset, str] = field(default_factory=dict, init=False)
    _taken_up: set[int | Dataset] = field(default_factory=set, init=False)

    def __iter__(self) -> Iterator[Work | None]:
        """What is left to do, turn by turn, and None as long as it is only others who are at work."""
        for turn in self.request.turns:
            for task in self.request.tasks:
                if task not in self.recorder.summary.skipped:
                    yield from self._take_up(task, turn)
        while self._elsewhere:
            yield None
            for (task, size), configurations in self._left_by_others().items():
                dataset = self._read(task)
                if dataset is not None:
                    yield from self._work_on(task, Turn(size), dataset, configurations)

    def _take_up(self, task: int | Dataset, turn: Turn) -> Iterator[Work]:
        """What is left to do of a turn on a task's dataset, which is read only where there is something.

        The first time its description is to be done too, where there is none of today.
        """
        about, dataset = self._recorded(task), None
        if about is None:
            dataset = self._read(task)
            about = self._recorded(task)
        if about is None:
            return
        is_new, (configurations, _) = task not in self._taken_up, self._left(about, turn)
        describe = is_new and not is_described(about)
        if dataset is None and (configurations or describe):
            dataset = self._read(task)
            if dataset is None:
                return
        if is_new:
            self._taken_up.add(task)
            sizes = {turn.size for turn in self.request.turns}
            self.recorder.take_up(about["name"], sum(self._left(about, Turn(size))[1] for size in sizes))
        if dataset is not None:
            yield from self._work_on(task, turn, dataset, configurations, describe=describe)

    def _left_by_others(self) -> dict[tuple[int | Dataset, int], list[Configuration]]:
        """The configurations that others had leased, have let go of and have not done, by task and size."""
        held = self.leases.held_by_others()
        free = [e for e in self._elsewhere if e.lease not in held]
        self._elsewhere = [e for e in self._elsewhere if e.lease in held]
        left: dict[tuple[int | Dataset, int], list[Configuration]] = {}
        for e in free:
            if folds_left(self.recorder.store.outcomes(*e.lease[:2]), e.size, e.n_folds):
                left.setdefault((e.task, e.size), []).append(e.configuration)
        return left

    def _recorded(self, task: int | Dataset) -> dict[str, Any] | None:
        """What the store has of a task's dataset; None where it has nothing, or the server does not say which it is."""
        if task not in self._sources:
            try:
                self._sources[task] = dataset_id(task) if isinstance(task, Dataset) else source_of(task)
            except ServerError:  # it is heard when the task is read
                return None
        return self.recorder.store.dataset(self._sources[task])

    def _read(self, task: int | Dataset) -> Dataset | None:
        """A task's dataset, recorded; None where it cannot be had."""
        if isinstance(task, Dataset):
            dataset, licence = replace(task, source=self._sources[task]), "not stated"
        else:
            try:
                found = read_task(task)
            except (ServerError, DatasetError) as error:
                self.recorder.summary.skipped[task] = str(error)
                return None
            dataset, licence = found.dataset, found.licence
        record_dataset(self.recorder.store, dataset, licence)
        return dataset

    def _left(self, about: Mapping[str, Any], turn: Turn) -> tuple[list[Configuration], int]:
        """The configurations of a turn that are not done on a dataset, and how many folds they have left."""
        if not applies(turn.size, about["n_samples"]):
            return [], 0
        configurations = self.request.configurations(about["task"])[turn.begin : turn.end]
        known, total = self.recorder.store.all_outcomes(about["id"]), n_folds(about["n_samples"], turn.size)
        until = turn.until(total)
        counted = [(c, len(folds_left(known.get(c.id, {}), turn.size, until))) for c in configurations]
        return [c for c, n_left in counted if n_left], sum(n_left for _, n_left in counted)

    def _work_on(
        self,
        task: int | Dataset,
        turn: Turn,
        dataset: Dataset,
        configurations: list[Configuration],
        *,
        describe: bool = False,
    ) -> Iterator[Work]:
        """What is left to do of some configurations on a dataset in a turn."""
        self.recorder.store.add_configurations(configurations)
        opened = self._open(dataset, turn.size)
        until = turn.until(opened.n_folds)
        if describe:
            yield opened.open_one(None)
        for configuration in configurations:
            folds = self._lease(task, dataset, opened, configuration)
            if folds and folds[0] < until:
                yield opened.open_one(configuration, folds, until)
            elif folds:  # others have done what this turn is about
                self.leases.give_back(dataset.source, configuration.id, turn.size)
        opened.close_one()

    def _open(self, dataset: Dataset, size: int) -> Opened:
        total, standings = n_folds(dataset.n_samples, size), None
        if size == MAX_TRAIN_SAMPLES:
            standings = Standings(dataset.task, total)
            rows = self.recorder.store.evaluations_of(dataset.source)
            standings.add_rows(rows[rows["size"] == size])
        path = self.folder / f"{dataset.source.replace(':', '-')}-{time.monotonic_ns()}.parquet"
        return Opened(dataset.name, spool(dataset, path), size, total, standings)

    def _lease(self, task: int | Dataset, dataset: Dataset, opened: Opened, configuration: Configuration) -> list[int]:
        """The folds to be done of a configuration, leased; none where others do it or it does not apply."""
        size = opened.size
        if not self.leases.take(dataset.source, configuration.id, size):
            self._elsewhere.append(_Elsewhere(task, size, opened.n_folds, dataset.source, configuration))
            return []
        known = self.recorder.store.outcomes(dataset.source, configuration.id)  # as it is by now
        folds, reason = folds_left(known, size, opened.n_folds), why_not_at(size, configuration, dataset)
        if folds and not reason:
            return folds
        if folds and reason:
            not_applicable = Evaluation(configuration.id, 0, "not_applicable", reason, size=size)
            self.recorder.add(dataset.source, dataset.name, not_applicable)
            self.recorder.spare(dataset.name, len(folds) - 1)
        self.leases.give_back(dataset.source, configuration.id, size)
        return []


def folds_left(outcomes: Outcomes, size: int, total: int) -> list[int]:
    """The folds of a configuration that are to be done yet at a size.

    None after one that was not ok, and none at a size above the standard one after time or memory ran out at a smaller.
    """
    mine = outcomes.get(size, {})
    smaller = (status for other, folds in outcomes.items() if other < size for status in folds.values())
    too_large = size > MAX_TRAIN_SAMPLES and any(status in RAN_OUT for status in smaller)
    if too_large or any(status != "ok" for status in mine.values()):
        return []
    return [fold for fold in range(total) if fold not in mine]


def is_described(about: Mapping[str, Any]) -> bool:
    """Whether what a store has of a dataset are its meta-features as they are computed today."""
    return bool(about["metafeatures_version"] == METAFEATURES_VERSION)


def why_not_at(size: int, configuration: Configuration, dataset: Dataset) -> str | None:
    """Why a configuration does not apply to a dataset as it is split at a size, or None where it does."""
    n_features = encoded_width(dataset, encoding_of(configuration))
    return why_not(configuration, dataset, n_samples=min(dataset.n_samples, size), n_features=n_features)
