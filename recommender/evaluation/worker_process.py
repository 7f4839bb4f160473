"""A worker process: one thread, limited memory, one job after another, and an end when nobody is left to stop it."""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from recommender.algorithms.catalogue import modules
from recommender.evaluation.evaluate import evaluate, message_of, status_of
from recommender.evaluation.jobs import Described, Job, Outcome, ended
from recommender.evaluation.spooled import read_spooled, splits_of
from recommender.metafeatures import GROUPS, extract_metafeatures

ALWAYS_LOADED = ("sklearn.ensemble", "skrub")
"""Loaded, with the algorithms' own libraries, before a worker takes up a job: no evaluation's seconds are theirs."""
PR_SET_PDEATHSIG = 1
"""What prctl.h of Linux calls the signal that a process gets when its parent is gone."""
M_ARENA_MAX = -8
"""What malloc.h of glibc calls the number of arenas."""


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
    _limit_memory(memory_bytes)


def _limit_memory(n_bytes: int) -> None:
    """Let this process take so much address space beyond what it has taken, where the system can limit it."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    _share_arenas()
    n_bytes += _address_space()
    limit = n_bytes if hard == resource.RLIM_INFINITY else min(n_bytes, hard)
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
        return _done(job)
    except BaseException as error:  # a model that calls sys.exit() ends itself, and not the run
        return ended(job, status_of(error), message_of(error))
    finally:
        faulthandler.cancel_dump_traceback_later()


def _done(job: Job) -> Outcome:
    read = read_spooled(job.spooled)
    if job.configuration is None:
        found = extract_metafeatures(read.dataset, groups=GROUPS)
        return Described(found.values, sum(found.seconds.values()))
    return evaluate(
        read.dataset,
        job.configuration,
        job.fold,
        splits_of(job.spooled, job.size)[job.fold],
        size=job.size,
        keep_predictions=job.keep_predictions,
        within=job.within,
        sample_weight=read.sample_weight,
    )


@lru_cache
def _nowhere() -> Any:
    return open(os.devnull, "w")
