"""Collecting: the pool, evaluated on datasets, everything recorded and nothing done twice."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.evaluation.environment import describe_environment
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.jobs import Described, Job, Killed, Outcome
from recommender.evaluation.limits import Limits, n_processors
from recommender.evaluation.scratch import Scratch
from recommender.evaluation.stopping import stopped
from recommender.evaluation.workers import LocalWorkers, Workers
from recommender.evidence.leases import Leases
from recommender.evidence.pending import Search, Work
from recommender.evidence.recording import Progress, Recorder, Summary
from recommender.evidence.request import make_request
from recommender.evidence.store import Store
from recommender.tables.dataset import Dataset

POLL_SECONDS = 1.0
"""How often a collector looks whether others have left something to do."""

_OVER = object()


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
    sizes: Sequence[int] | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Evaluate the pool on the datasets of OpenML tasks, or on one's own, and record every evaluation.

    Evaluations that the store holds are not done again, so a collection that was stopped goes on where it was. Several
    collections, of one machine or of many, may record into one store at the same time and share the work. After the
    first fold on which a configuration fails, its other folds are left out.

    It goes into breadth first: the first 8 configurations on every dataset, then as many as the first 16, 32, 64, and
    then all. So whenever it is stopped, all datasets have about as many. The core of the pool, what a portfolio would
    hold, comes before the rest of it.

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
        Evaluations at once, at most 8 for each processor; by default as many as there are processors. A cluster knows
        its own number.
    limits : Limits, optional
        Seconds and memory for one evaluation.
    cluster : str, optional
        Address of the scheduler of a Dask cluster that is to do the evaluations, such as ``tcp://host:8786``.
    stop_hopeless : bool, default=True
        Whether a configuration that is hopeless after its first folds is stopped; `recommender.evaluation.stopping`
        has the rule.
    sizes : sequence of int, optional
        The core of the pool at these sizes, caps on the training rows of a fold, instead of the pool at the standard
        one: some of 200, 500, 2,000, 10,000, 30,000 and 100,000, the smallest first. A dataset has those that its rows
        are enough for (`recommender.tables.splits`). Nothing is stopped as hopeless but at the standard size, and
        nothing is tried above it that ran out of time or memory at a smaller one.
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
        If an algorithm or a size is unknown, or the library of an algorithm is not installed.
    """
    request = make_request(tasks, n_configurations=n_configurations, algorithms=algorithms, sizes=sizes)
    limits = limits or Limits()
    summary, started = Summary(), time.monotonic()
    try:
        environment = describe_environment(limits)
        workers = _start_workers(n_workers, limits, cluster, environment)
        try:
            with Leases(store) as leases, Scratch() as folder:
                recorder = Recorder(store, store.add_environment(environment), summary, on_progress)
                search = Search(request, recorder, leases, Path(folder))
                _Collection(workers, leases, recorder, stop_hopeless).run(iter(search))
        finally:
            workers.stop()
    except KeyboardInterrupt:
        summary.interrupted = True
    summary.seconds = time.monotonic() - started
    return summary


def _start_workers(n_workers: int | None, limits: Limits, cluster: str | None, environment: dict[str, Any]) -> Workers:
    if cluster is None:
        return LocalWorkers(n_workers or n_processors(), limits)
    from recommender.evaluation.cluster import ClusterWorkers

    return ClusterWorkers(cluster, limits, environment)


@dataclass
class _Collection:
    """A collection at work: the folds of a configuration in turn up to its first failure, many at once."""

    workers: Workers
    leases: Leases
    recorder: Recorder
    stop_hopeless: bool
    _waiting: deque[Work] = field(default_factory=deque, init=False)
    _running: dict[Future[Outcome], tuple[Job, Work]] = field(default_factory=dict, init=False)

    def run(self, search: Iterator[Work | None]) -> None:
        """Do all that is found, and wait for others as long as they may leave something."""
        is_over = False
        while not is_over or self._running or self._waiting:
            is_over = self._submit(search)
            if self._running:
                self._take_in()
            elif not is_over:
                time.sleep(POLL_SECONDS)

    def _submit(self, search: Iterator[Work | None]) -> bool:
        """Keep the workers busy; returns whether there is nothing more to be found."""
        while len(self._running) <= self.workers.n_workers:  # one more than can run, so that no worker waits
            work = self._waiting.popleft() if self._waiting else next(search, _OVER)
            if not isinstance(work, Work):
                return work is _OVER
            if work.configuration is not None and self._stop(work, work.configuration.id):
                self._close(work, spared=len(work.folds))
                continue
            job = work.job
            self._running[self.workers.submit(job)] = (job, work)
        return False

    def _take_in(self) -> None:
        """Record what is done, and let what has folds left wait for its turn."""
        done, _ = wait(self._running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            job, work = self._running.pop(future)
            outcome = self.workers.outcome(job, future)
            if outcome is None:
                self._waiting.appendleft(work)
            elif isinstance(outcome, Described):
                self.recorder.describe(work.opened.spooled.dataset_id, outcome)
                work.opened.close_one()
            elif isinstance(outcome, Killed):
                self.recorder.leave(work.opened.name, outcome.message, job)
                self._close(work, spared=len(work.folds))
            elif self._record(work, outcome):
                self._waiting.append(work)

    def _record(self, work: Work, evaluation: Evaluation) -> bool:
        """Record an evaluation; returns whether the configuration has folds left to do."""
        configuration_id = evaluation.configuration_id
        self._add(work, evaluation)
        if work.opened.standings is not None:
            work.opened.standings.add(evaluation)
        work.folds.remove(evaluation.fold)
        goes_on = evaluation.status == "ok" and work.folds and not self._stop(work, configuration_id)
        if goes_on and work.folds[0] < work.until:
            return True
        self._close(work, spared=0 if goes_on else len(work.folds))
        return False

    def _close(self, work: Work, *, spared: int) -> None:
        """Let go of what is done, or left for a later turn."""
        if work.configuration is not None:
            self.recorder.spare(work.opened.name, spared)
            self.leases.give_back(work.opened.spooled.dataset_id, work.configuration.id, work.opened.size)
        work.opened.close_one()

    def _stop(self, work: Work, configuration_id: str) -> bool:
        """Stop a configuration if it has turned out to be hopeless; returns whether it has."""
        standings = work.opened.standings
        if not self.stop_hopeless or standings is None or work.folds[0] != standings.n_first:
            return False
        reason = standings.why_hopeless(configuration_id)
        if reason is None:
            return False
        self._add(work, stopped(configuration_id, work.folds, reason))
        work.folds.popleft()
        return True

    def _add(self, work: Work, evaluation: Evaluation) -> None:
        self.recorder.add(work.opened.spooled.dataset_id, work.opened.name, evaluation)
