"""Workers beside this process: they are started only where they pay, and take fits that are too large for here."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from recommender.errors import ClusterError
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.jobs import Job, Killed, Outcome, ended
from recommender.evaluation.limits import Limits
from recommender.evaluation.scratch import Scratch
from recommender.evaluation.spooled import Spooled, spool
from recommender.evaluation.workers import LocalWorkers, Workers
from recommender.fitting.row_weights import Floats
from recommender.fitting.tries import Try
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

END_SECONDS = 0.5
"""Workers that are to end are waited for no longer."""
_AWAY: list[ModuleType] = []
"""The caller's script, once for each room that keeps it from its workers: rooms of several threads, or one that has
not ended when the next is opened."""
_MOVING = threading.Lock()


@dataclass(eq=False)
class _Running:
    attempt: Try
    job: Job
    since: float


class Beside:
    """Workers, and what they are at.

    Parameters
    ----------
    workers : Workers
        Processes of this machine, or a cluster.
    spooled : Spooled
        The table.
    clock : callable() -> float
        What tells the time.
    """

    def __init__(self, workers: Workers, spooled: Spooled, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._spooled, self._clock = workers, spooled, clock
        self._running: dict[Future[Outcome], _Running] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing is running."""
        return not self._running

    @property
    def n_free(self) -> int:
        """How many fits could be begun at once."""
        return self._workers.n_workers - len(self._running)

    @property
    def n_workers(self) -> int:
        """How many fits run at once."""
        return self._workers.n_workers

    def begin(self, attempt: Try, fold: int, *, within: float) -> None:
        """Have a fold of a try done, in which boosting that stops early takes so many seconds at most."""
        configuration = attempt.item.configuration
        self._submit(attempt, Job(self._spooled, configuration, fold, keep_predictions=True, within=within))

    def _submit(self, attempt: Try, job: Job) -> None:
        self._running[self._workers.submit(job)] = _Running(attempt, job, self._clock())

    def ended(self, timeout: float) -> list[tuple[Try, Evaluation, float, float | None]]:
        """What has ended, with its seconds by the clock and `within` how many boosting was to end.

        At least one, unless that takes longer than `timeout`.
        """
        done, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        found = []
        for future in done:
            running = self._running.pop(future)
            outcome = self._workers.outcome(running.job, future)
            if isinstance(outcome, Killed):
                outcome = ended(running.job, "crashed", outcome.message)
            if outcome is None:
                self._submit(running.attempt, running.job)
            elif isinstance(outcome, Evaluation):
                found.append((running.attempt, outcome, self._clock() - running.since, running.job.within))
        return found

    def give_up(self, attempt: Try) -> None:
        """Forget the folds of a try that are not done."""
        for future in [future for future, running in self._running.items() if running.attempt is attempt]:
            future.cancel()
            del self._running[future]


class Room:
    """Where workers beside this process are started and ended, in a thread: fits go on here meanwhile."""

    def __init__(self) -> None:
        self._folder: Scratch | None = None
        self._workers: Workers | None = None
        self._has_main_away = False
        self._starting: threading.Thread | None = None
        self._beside: Beside | None = None
        self._error: ClusterError | None = None

    @property
    def was_asked(self) -> bool:
        """Whether workers were asked for."""
        return self._starting is not None

    @property
    def is_awaited(self) -> bool:
        """Whether they are about to be ready, or just are, or a cluster's error is to be raised."""
        is_starting = self._starting is not None and self._starting.is_alive()
        return is_starting or self._beside is not None or self._error is not None

    @property
    def beside(self) -> Beside | None:
        """The workers, as soon as they are ready; a cluster's error where there is one."""
        if self._error is not None:
            raise self._error
        return self._beside

    def start(
        self,
        dataset: Dataset,
        splits: Sequence[Split],
        sample_weight: Floats | None,
        *,
        n_workers: int,
        limits: Limits,
        cluster: str | None = None,
    ) -> None:
        """Begin to start workers; whatever they are at ends with `stop`.

        Parameters
        ----------
        dataset : Dataset
            What they fit on.
        splits : sequence of (train, test)
            The folds.
        sample_weight : array of shape (n_samples,), optional
            What models are fitted with.
        n_workers : int
            How many processes.
        limits : Limits
            What one fit may take.
        cluster : str, optional
            The address of a Dask scheduler, whose workers are used instead.
        """

        def begin() -> None:
            try:
                path = Path(folder.name) / "table.parquet"
                spooled = spool(dataset, path, splits=splits, sample_weight=sample_weight)
                self._workers = workers = _workers(n_workers, limits, cluster)
                if isinstance(workers, LocalWorkers):
                    workers.wait_until_ready()
                self._beside = Beside(workers, spooled)
            except ClusterError as error:
                self._error = error
            except Exception:  # such as a table that no file takes: this process goes on without them
                return

        self._folder = folder = Scratch()
        _leave_main_alone()
        self._has_main_away = True
        self._starting = threading.Thread(target=begin, daemon=True)
        self._starting.start()

    def stop(self) -> None:
        """End all workers, whatever they are at; those that are only about to start are not waited for."""
        if self._starting is not None:
            ending = threading.Thread(target=self._end, daemon=True)
            ending.start()
            ending.join(END_SECONDS)

    def _end(self) -> None:
        try:
            if self._workers is not None:
                self._workers.stop()
            if self._starting is not None:
                self._starting.join()
            if self._workers is not None:
                self._workers.stop()
        finally:
            if self._has_main_away:
                self._has_main_away = False
                _bring_main_back()
            if self._folder is not None:
                self._folder.cleanup()


def _leave_main_alone() -> None:
    """Workers started from now on do not run the caller's script again, as they would without a guard in it."""
    with _MOVING:
        _AWAY.append(_AWAY[0] if _AWAY else sys.modules["__main__"])
        stand_in = ModuleType("__main__")
        known = {name: value for name, value in vars(_AWAY[0]).items() if name not in ("__file__", "__spec__")}
        vars(stand_in).update(known)
        sys.modules["__main__"] = stand_in


def _bring_main_back() -> None:
    """The caller's script is where it was, as soon as no room keeps it away."""
    with _MOVING:
        main = _AWAY.pop()
        if not _AWAY:
            sys.modules["__main__"] = main


def _workers(n_workers: int, limits: Limits, cluster: str | None) -> Workers:
    if cluster is None:
        return LocalWorkers(n_workers, limits)
    from recommender.evaluation.cluster import ClusterWorkers
    from recommender.evaluation.environment import describe_environment

    return ClusterWorkers(cluster, limits, describe_environment(limits))
