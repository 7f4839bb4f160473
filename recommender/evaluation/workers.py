"""Worker processes that evaluate within limits: what hangs or dies in one is an outcome, and the others go on."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from recommender.algorithms.catalogue import modules
from recommender.errors import RecommenderError
from recommender.evaluation.deaths import TRIES, Deaths, how
from recommender.evaluation.evaluate import message_of, status_of
from recommender.evaluation.jobs import Job, Outcome, ended, killed
from recommender.evaluation.limits import Limits, check_n_workers
from recommender.evaluation.scratch import Scratch
from recommender.evaluation.worker_process import ALWAYS_LOADED, run, start_worker

MIN_METAFEATURES_SECONDS = 600.0
"""Meta-features get at least this long, whatever the limit of an evaluation: they are taken once for a dataset."""
MOST_LETTERS = 60
"""A longer path of the folder for temporary files leaves too little of the 100 or so that a socket's may have."""
GRACE_SECONDS = 20.0
"""A worker that nobody stopped this long after its time was up stops itself."""
END_SECONDS = 10.0
"""A pool that was stopped is not waited for any longer; its processes are gone by then."""
MAX_BROKEN = 5
"""After so many breakdowns of all workers in a row, without one result, something is wrong with the set-up."""


class Workers(Protocol):
    """Whatever runs jobs within limits: processes of this machine, or a cluster."""

    @property
    def n_workers(self) -> int:
        """How many jobs run at once."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Queue a job; its time starts when a worker takes it up."""

    def outcome(self, job: Job, future: Future[Outcome]) -> Outcome | None:
        """What came of a job that is done, however it ended; None where the job was lost, and is to be done again."""

    def stop(self) -> None:
        """End every worker at once; what was in flight is lost."""


class LocalWorkers:
    """Processes of this machine, one thread each.

    Parameters
    ----------
    n_workers : int
        How many evaluations run at once.
    limits : Limits
        What each may use.

    Raises
    ------
    LimitError
        If they are many more than there are processors.
    """

    def __init__(self, n_workers: int, limits: Limits) -> None:
        check_n_workers(n_workers)
        self.n_workers, self.limits = n_workers, limits
        self._deaths = Deaths()
        self._n_broken = 0
        self._mending, self._stopped = threading.Lock(), False
        self._pool = self._started()

    def _started(self) -> Any:
        from pebble import ProcessPool

        return ProcessPool(
            max_workers=self.n_workers,
            initializer=start_worker,
            initargs=(self.limits.memory_bytes,),
            context=_context(),
        )

    def wait_until_ready(self) -> None:
        """Start the processes, and wait until one has loaded what it needs."""
        self._pool.schedule(os.getpid).result()

    def _seconds(self, job: Job) -> float:
        return self.limits.seconds if job.configuration else max(self.limits.seconds, MIN_METAFEATURES_SECONDS)

    def submit(self, job: Job) -> Future[Outcome]:
        """Queue a job; its time starts when a worker takes it up."""
        seconds = self._seconds(job)
        try:
            return self._pool.schedule(run, args=(job, seconds + GRACE_SECONDS), timeout=seconds)
        except RuntimeError:  # the pool broke since it was last looked at
            self._mend()
            return self._pool.schedule(run, args=(job, seconds + GRACE_SECONDS), timeout=seconds)

    def outcome(self, job: Job, future: Future[Outcome]) -> Outcome | None:
        """What came of a job that is done, however it ended; None where the job was lost, and is to be done again.

        A job whose worker dies is tried once more: it may have died of what others did. One whose worker is killed from
        outside says nothing of the job, and is tried twice more.
        """
        from pebble import ProcessExpired

        try:
            found = future.result()
        except TimeoutError:
            return ended(job, "timeout", f"not done after {self._seconds(job):g} seconds")
        except ProcessExpired as error:
            return self._died(job, error.exitcode)
        except BrokenProcessPool:
            self._mend()
            return None
        except Exception as error:  # such as a dataset that does not fit into the worker's memory
            return ended(job, status_of(error), message_of(error))
        self._n_broken = 0
        return found

    def _died(self, job: Job, exitcode: int) -> Outcome | None:
        cause = self._deaths.cause(exitcode)
        if not self._deaths.is_last(job, cause):
            return None
        if cause != "killed":
            return ended(job, cause, f"the process died twice, {how(exitcode)}")
        message = f"the process was killed {TRIES[cause]} times, the last time {how(exitcode)}"
        return killed(job, message)

    def _mend(self) -> None:
        """Start the workers again after all of them are gone at once."""
        with self._mending:
            if self._pool.active or self._stopped:  # somebody was here before
                return
            self._n_broken += 1
            if self._n_broken > MAX_BROKEN:
                raise RecommenderError(
                    f"the workers died {MAX_BROKEN} times before doing anything. "
                    f"Is {self.limits.memory_bytes / 2**30:.1f} GiB too little memory for a worker?"
                )
            _end(self._pool)
            self._pool = self._started()

    def stop(self) -> None:
        """End every worker at once; what was in flight is lost."""
        self._stopped = True
        _end(self._pool)


def _context() -> Any:
    """How workers are started: never forked from this process, in whose thread pools they could hang.

    On Linux a process that has loaded the libraries and done nothing else is forked instead, so that a worker that
    follows a stopped one is there at once.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    multiprocessing.current_process()._config.setdefault("tempdir", _sockets().name)  # type: ignore[attr-defined]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([run.__module__, *ALWAYS_LOADED, *modules()])
    return context


@cache
def _sockets() -> Scratch:
    """Where multiprocessing puts its sockets, whose paths must be short, as long as this process lives."""
    is_long = len(tempfile.gettempdir()) > MOST_LETTERS
    return Scratch("/tmp" if is_long and Path("/tmp").is_dir() else None)


def _end(pool: Any) -> None:
    """Stop a pool and its processes; a thread of it may wait for a task for ever, if Ctrl-C came at a bad moment."""
    pool.stop()
    joining = threading.Thread(target=pool.join, daemon=True)
    joining.start()
    joining.join(END_SECONDS)
