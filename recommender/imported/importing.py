"""Import: what others have evaluated, read from an OpenML server page by page; goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from recommender.errors import DatasetError, ServerBusyError, ServerError, UnknownNameError
from recommender.imported.qualities import metafeatures_of, task_of
from recommender.imported.store import ImportedEvidence, TaskDescription
from recommender.metafeatures import GROUPS, METAFEATURES_VERSION, extract_metafeatures
from recommender.tables.dataset import Dataset
from recommender.tables.openml import (
    list_evaluations,
    list_setups,
    read_dataset,
    read_protocol,
    read_qualities,
    read_task,
    server_address,
)

Answer = TypeVar("Answer")

PAGE_SIZE = 1000
"""Evaluations that are asked for at once, and recorded at once."""
SETUPS_AT_ONCE, TASKS_AT_ONCE = 100, 100
"""More would make addresses longer than servers take."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 120.0
"""A busy server is given this long before it is asked again, then twice as long, and so on."""
FROM_QUALITIES = 0
"""The version of meta-features that come from qualities."""
ATTEMPTS = 9
ATTEMPTS_BEFORE_FIRST_ANSWER = 2
"""A server that has never answered is more likely not to be there than busy."""


@dataclass(frozen=True)
class ImportProgress:
    """A moment of an import.

    Parameters
    ----------
    what : str
        What is being read.
    n_evaluations : int
        Evaluations read in this import so far.
    waiting_seconds : float
        How long a busy server is being waited for; 0 where it answers.
    """

    what: str
    n_evaluations: int
    waiting_seconds: float = 0.0


@dataclass
class ImportSummary:
    """What an import did.

    Parameters
    ----------
    n_read, n_new : int
        Evaluations that the server gave, and those of them that were not recorded yet.
    flows_without : list of int
        Flows of which the server has no evaluations (by this metric, on these tasks).
    n_without_settings : int
        Setups whose settings the server does not have.
    n_waits : int
        How often a busy server was waited for.
    described : dict of str to int
        Tasks of the evidence by what their meta-features come from: ``dataset``, ``qualities``, or nothing (``""``).
    seconds : float
        From start to end, by the clock.
    """

    n_read: int = 0
    n_new: int = 0
    flows_without: list[int] = field(default_factory=list)
    n_without_settings: int = 0
    n_waits: int = 0
    described: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def import_evaluations(
    evidence: ImportedEvidence,
    flow_ids: Sequence[int],
    *,
    task_ids: Sequence[int] | None = None,
    metric: str = "predictive_accuracy",
    page_size: int = PAGE_SIZE,
    first_wait: float = FIRST_WAIT_SECONDS,
    on_progress: Callable[[ImportProgress], None] = lambda _: None,
) -> ImportSummary:
    """Record what an OpenML server has of some flows' evaluations, and what it knows of the tasks they were made on.

    Each page is recorded whole, with the place in the server's list that it ends at: an import that was killed goes on
    there, and a later one asks for what has come since. This reads what the client's ``list_evaluations_setups`` would
    read, without asking again for settings that are recorded.

    Parameters
    ----------
    evidence : ImportedEvidence
        Where everything is recorded.
    flow_ids : sequence of int
        OpenML's numbers of the flows, on the server that `recommender.tables.openml.set_server` names.
    task_ids : sequence of int, optional
        Only evaluations on these tasks.
    metric : str, default="predictive_accuracy"
        The evaluation measure, by OpenML's name.
    page_size : int, default=1000
        Evaluations to a page; openml.org allows up to 10,000.
    first_wait : float, default=2.0
        Seconds before a busy server is asked again; they double each time, up to two minutes.
    on_progress : callable(ImportProgress), optional
        Called for every page, task, and wait.

    Returns
    -------
    ImportSummary

    Raises
    ------
    ServerBusyError
        If the server stays busy, or was never there; what was read until then is recorded.
    """
    started = time.monotonic()
    work = _Import(evidence, evidence.add_server(server_address()), metric, first_wait, on_progress)
    for flow_id in flow_ids:
        if not sum(work.read_list(flow_id, part, page_size) for part in _parts(task_ids)):
            work.summary.flows_without.append(flow_id)
    work.describe_tasks()
    work.summary.seconds = time.monotonic() - started
    return work.summary


def _parts(task_ids: Sequence[int] | None) -> list[list[int] | None]:
    if task_ids is None:
        return [None]
    ordered = sorted(set(task_ids))
    return [ordered[i : i + TASKS_AT_ONCE] for i in range(0, len(ordered), TASKS_AT_ONCE)]


@dataclass
class _Import:
    """The state of an import at work."""

    evidence: ImportedEvidence
    server_id: int
    metric: str
    first_wait: float
    on_progress: Callable[[ImportProgress], None]
    summary: ImportSummary = field(default_factory=ImportSummary)
    has_answered: bool = False

    def read_list(self, flow_id: int, task_ids: list[int] | None, page_size: int) -> int:
        """Read the rest of a server's list; returns how long the whole is."""
        evidence, what = self.evidence, f"flow {flow_id}"
        key = ",".join(map(str, task_ids or []))
        while True:
            self.on_progress(ImportProgress(what, self.summary.n_read))
            offset = evidence.n_read(self.server_id, self.metric, flow_id, key)

            ask = partial(list_evaluations, flow_id, self.metric, task_ids=task_ids, offset=offset, size=page_size)
            page = self.patiently(ask, what)
            if page.empty:
                return offset
            unknown = evidence.unknown_setups(self.server_id, page["setup_id"].tolist())
            setups: dict[int, dict[str, str | None]] = {}
            for start in range(0, len(unknown), SETUPS_AT_ONCE):
                setups |= self.patiently(partial(_settings, unknown[start : start + SETUPS_AT_ONCE]), what)
            self.summary.n_without_settings += len(unknown) - len(setups)
            self.summary.n_new += evidence.add_page(self.server_id, self.metric, flow_id, key, page, setups)
            self.summary.n_read += len(page)

    def describe_tasks(self) -> None:
        """Describe the tasks that have evaluations by their datasets, or else by the server's qualities."""
        tasks = self.evidence.tasks()
        tasks = tasks[tasks["server_id"] == self.server_id]
        for row in tasks.to_dict("records"):
            by = row["described_by"]
            if by != "dataset" or row["metafeatures_version"] != METAFEATURES_VERSION:
                self.on_progress(ImportProgress(row["name"], self.summary.n_read))
                description = self.describe(row["task_id"], row["data_id"])
                self.evidence.describe_task(self.server_id, row["task_id"], description)
                by = description.described_by
            self.summary.described[by] = self.summary.described.get(by, 0) + 1

    def describe(self, task_id: int, data_id: int) -> TaskDescription:
        """The task by its dataset, by the server's qualities, or by nothing."""
        what, protocol = f"task {task_id}", ""
        try:
            protocol = self.patiently(partial(read_protocol, task_id), what)
        except ServerBusyError:
            raise
        except ServerError:  # the task is gone, and its dataset need not be
            read = partial(read_dataset, data_id)
        else:
            read = partial(_dataset_of, task_id)
        try:
            dataset = self.patiently(read, what)
            values = extract_metafeatures(dataset, groups=GROUPS).values
            columns = dataset.described_columns
            return TaskDescription("dataset", "", protocol, dataset.task, columns, values, METAFEATURES_VERSION)
        except ServerBusyError:
            raise
        except (ServerError, DatasetError, UnknownNameError) as error:
            reason = str(error)
        try:
            qualities = self.patiently(partial(read_qualities, data_id), what)
        except ServerBusyError:
            raise
        except ServerError:
            qualities = {}
        found = metafeatures_of(qualities)
        by = "qualities" if found else ""
        return TaskDescription(by, reason, protocol, task_of(qualities), [], found, FROM_QUALITIES)

    def patiently(self, question: Callable[[], Answer], what: str) -> Answer:
        """The server's answer; while it is busy, it is asked again after waits that grow."""
        attempt = 0
        while True:
            try:
                answer = question()
            except ServerBusyError:
                attempt += 1
                if attempt >= (ATTEMPTS if self.has_answered else ATTEMPTS_BEFORE_FIRST_ANSWER):
                    raise
                seconds = min(LONGEST_WAIT_SECONDS, self.first_wait * 2 ** (attempt - 1))
                self.summary.n_waits += 1
                self.on_progress(ImportProgress(what, self.summary.n_read, seconds))
                time.sleep(seconds)
            else:
                self.has_answered = True
                return answer


def _dataset_of(task_id: int) -> Dataset:
    return read_task(task_id).dataset


def _settings(setup_ids: list[int]) -> dict[int, dict[str, str | None]]:
    """The settings that the server has of some setups: of none, where it knows none."""
    try:
        return list_setups(setup_ids)
    except ServerBusyError:
        raise
    except ServerError:
        return {}
