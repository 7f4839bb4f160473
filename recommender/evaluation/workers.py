"""Worker processes that evaluate within limits: what hangs or dies in one is an outcome, and the others go on."""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from recommender.algorithms.catalogue import modules
from recommender.algorithms.configuration import Configuration
from recommender.errors import LimitError, RecommenderError
from recommender.evaluation.deaths import TRIES, Deaths, how
from recommender.evaluation.evaluate import Evaluation, Status, evaluate, message_of, status_of
from recommender.evaluation.scratch import Scratch
from recommender.metafeatures import GROUPS, extract_metafeatures
from recommender.tables.dataset import Dataset, Task
from recommender.tables.splits import MAX_TRAIN_SAMPLES, Split, split

ALWAYS_LOADED = ("sklearn.ensemble", "skrub")
"""Loaded, with the algorithms' own libraries, before a worker takes up a job: no evaluation's seconds are theirs."""
MIN_METAFEATURES_SECONDS = 600.0
"""Meta-features get at least this long, whatever the limit of an evaluation: they are taken once for a dataset."""
MOST_LETTERS = 60
"""A longer path of the folder for temporary files leaves too little of the 100 or so that a socket's may have."""
GRACE_SECONDS = 20.0
"""A worker that nobody stopped this long after its time was up stops itself."""
PR_SET_PDEATHSIG = 1
"""What prctl.h of Linux calls the signal that a process gets when its parent is gone."""
M_ARENA_MAX = -8
"""What malloc.h of glibc calls the number of arenas."""
FOLD, WEIGHT = "fold ", "weight"
"""Columns of a spooled table beside its own, which are numbered, and the target."""
END_SECONDS = 10.0
"""A pool that was stopped is not waited for any longer; its processes are gone by then."""
MOST_SECONDS = 30 * 24 * 3600.0
"""No evaluation may be given longer than a month."""
MOST_BYTES = 2**50
"""No evaluation may be given more than 1,024 TiB."""
MAX_BROKEN = 5
"""After so many breakdowns of all workers in a row, without one result, something is wrong with the set-up."""


@dataclass(frozen=True)
class Limits:
    """What one evaluation may use.

    Parameters
    ----------
    seconds : float, default=60
        By the clock, for fitting and predicting; at most a month.
    memory_bytes : int, default=6 GiB
        Of address space, beyond what a worker takes before it has done anything; not enforced where the system cannot
        (macOS, Windows).

    Raises
    ------
    LimitError
        If a limit is not above 0, is infinite or absurd.
    """

    seconds: float = 60.0
    memory_bytes: int = 6 * 2**30

    def __post_init__(self) -> None:
        _check(self.seconds, MOST_SECONDS, "seconds")
        _check(self.memory_bytes, MOST_BYTES, "bytes")


def _check(limit: float, most: float, unit: str) -> None:
    """An error where a limit cannot be kept, or limits nothing."""
    if not 0 < limit <= most:  # not of NaN either
        raise LimitError(
            f"an evaluation cannot be limited to {limit:g} {unit}: give more than 0, and up to {most:,.0f}"
        )


@dataclass(frozen=True)
class Spooled:
    """A dataset that lies in a file where workers can read it."""

    dataset_id: str
    path: Path
    task: Task


@dataclass(frozen=True)
class Job:
    """One evaluation to be done: a configuration on a fold of a dataset, at a size. Without one, the meta-features."""

    spooled: Spooled
    configuration: Configuration | None = None
    fold: int = 0
    size: int = MAX_TRAIN_SAMPLES
    keep_predictions: bool = False


@dataclass(frozen=True)
class Described:
    """The meta-features of a dataset as a worker found them, or why it could not."""

    values: dict[str, float]
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Killed:
    """A job whose workers were killed again and again, by others: nothing is known of it, and nothing is recorded."""

    message: str


Outcome = Evaluation | Described | Killed


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


def spool(
    dataset: Dataset, path: Path, *, splits: Sequence[Split] = (), sample_weight: np.ndarray | None = None
) -> Spooled:
    """Write a dataset where workers can read it; its columns are known by position there.

    Parameters
    ----------
    dataset : Dataset
        What to write.
    path : Path
        The file.
    splits : sequence of (train, test), optional
        The folds; by the rule of `recommender.tables.splits` if not given.
    sample_weight : array of shape (n_samples,), optional
        What models are fitted with.
    """
    table = dataset.X.set_axis([str(i) for i in range(dataset.n_features)], axis=1).reset_index(drop=True)
    more: dict[str, Any] = {"target": dataset.y.to_numpy()}
    more |= {} if sample_weight is None else {WEIGHT: sample_weight}
    for number, (train, test) in enumerate(splits):
        more[f"{FOLD}{number}"] = np.zeros(dataset.n_samples, dtype=np.int8)
        more[f"{FOLD}{number}"][train], more[f"{FOLD}{number}"][test] = 1, 2
    pd.concat([table, pd.DataFrame(more)], axis=1).to_parquet(path)
    return Spooled(dataset.source, path, dataset.task)


@dataclass(frozen=True, eq=False)
class _Read:
    """What a worker reads of a dataset."""

    dataset: Dataset
    splits: list[Split]
    sample_weight: np.ndarray | None


@lru_cache(maxsize=2)
def _read_spooled(spooled: Spooled) -> _Read:
    import pyarrow

    table = pd.read_parquet(spooled.path)
    pyarrow.default_memory_pool().release_unused()  # now: in the middle of a fit it would hide what that takes
    folds = [table[name].to_numpy() for name in table.columns if name.startswith(FOLD)]
    features = [name for name in table.columns if name.isdigit()]
    return _Read(
        Dataset(table[features], table["target"], spooled.task),
        [(np.flatnonzero(fold == 1), np.flatnonzero(fold == 2)) for fold in folds],
        table[WEIGHT].to_numpy() if WEIGHT in table.columns else None,
    )


@lru_cache(maxsize=4)
def _splits(spooled: Spooled, size: int) -> list[Split]:
    read = _read_spooled(spooled)
    return read.splits or split(read.dataset, size=size)


class LocalWorkers:
    """Processes of this machine, one thread each.

    Parameters
    ----------
    n_workers : int
        How many evaluations run at once.
    limits : Limits
        What each may use.
    """

    def __init__(self, n_workers: int, limits: Limits) -> None:
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
        return Killed(message) if job.configuration else ended(job, "crashed", message)

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
    context.set_forkserver_preload([__name__, *ALWAYS_LOADED, *modules()])
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


def ended(job: Job, status: Status, message: str) -> Outcome:
    """What is recorded of a job that came to no result of its own."""
    if job.configuration is None:
        return Described({}, error=f"{status}: {message}")
    return Evaluation(job.configuration.id, job.fold, status, message, size=job.size)


def start_worker(memory_bytes: int) -> None:
    """Prepare a worker: load what it will need, keep it to one thread, and limit its memory."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # so that it is told from an end of its own
    _die_with_starter()
    threading.Thread(target=_follow_parent, daemon=True).start()
    for library in (*ALWAYS_LOADED, *modules()):
        with suppress(ImportError):  # such as that of an extra
            importlib.import_module(library)
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    _share_arenas()
    memory_bytes += _address_space()
    limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _share_arenas() -> None:
    """Let all threads allocate in two arenas: glibc reserves 64 MiB of address space for one, used or not."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 2)


def _address_space() -> int:
    """Bytes of address space that this process has taken; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _die_with_starter() -> None:
    """Let Linux kill this process when the one that started it is gone, whatever a library is at by then."""
    if sys.platform != "linux":
        return
    starter = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != starter:  # it was gone before
        os._exit(1)


def _follow_parent() -> None:
    """Leave as soon as the parent is gone, killed perhaps, and nobody is left to stop this process."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def run(job: Job, most_seconds: float) -> Outcome:
    """Do a job in this process, which ends itself should it still be at it after so many seconds."""
    # a thread of C, so that it works inside a library that never lets Python run
    faulthandler.dump_traceback_later(most_seconds, exit=True, file=_nowhere())
    try:
        read = _read_spooled(job.spooled)
        if job.configuration is not None:
            return evaluate(
                read.dataset,
                job.configuration,
                job.fold,
                _splits(job.spooled, job.size)[job.fold],
                size=job.size,
                keep_predictions=job.keep_predictions,
                sample_weight=read.sample_weight,
            )
        found = extract_metafeatures(read.dataset, groups=GROUPS)
        return Described(found.values, sum(found.seconds.values()))
    except BaseException as error:  # a model that calls sys.exit() ends itself, and not the run
        return ended(job, status_of(error), message_of(error))
    finally:
        faulthandler.cancel_dump_traceback_later()


@lru_cache
def _nowhere() -> Any:
    return open(os.devnull, "w")
