"""Algorithms that misbehave, in worker processes too."""

from __future__ import annotations

import ctypes
import itertools
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from ConfigSpace import ConfigurationSpace
from sklearn.dummy import DummyClassifier

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import TREES
from recommender.tables.dataset import TASKS


class Faulty(Configuration):
    """A configuration of one of the algorithms below, which processes that it is sent to come to know."""

    def __reduce__(self):
        return _arrived, (self.algorithm,)


def _arrived(fault: str) -> Faulty:
    register()
    return Faulty(fault, {})


def _hang() -> None:
    time.sleep(3600)


def _hang_in_c() -> None:
    sum(itertools.repeat(1))  # holds the interpreter's lock, and looks at no signal


def _segfault() -> None:
    ctypes.string_at(0)


def _exhaust_memory() -> None:
    taken = []
    while True:
        taken.append(np.ones(2**22))


def _fail_as_cpp() -> None:
    raise RuntimeError("std::bad_alloc")


def _leave() -> None:
    os._exit(3)


def _call_exit() -> None:
    sys.exit("enough")


def _warn() -> None:
    warnings.warn("did not converge", stacklevel=1)


def killed_mark(parent: int) -> Path:
    """The file that says that a worker of this process was killed."""
    return Path(tempfile.gettempdir()) / f"killed-worker-of-{parent}"


def _killed_once() -> None:
    mark = killed_mark(multiprocessing.parent_process().pid)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _slow() -> None:
    time.sleep(0.3)


def _fine() -> None:
    pass


class Misbehaving(DummyClassifier):
    def __init__(self, fault: str = "fine") -> None:
        super().__init__(strategy="prior")
        self.fault = fault

    def fit(self, X, y):
        FAULTS[self.fault]()
        return super().fit(X, y)

    def predict_proba(self, X):
        found = super().predict_proba(X)
        return np.full_like(found, np.nan) if self.fault == "nan" else found


FAULTS = {
    "hang": _hang,
    "hang_in_c": _hang_in_c,
    "segfault": _segfault,
    "exhaust_memory": _exhaust_memory,
    "fail_as_cpp": _fail_as_cpp,
    "leave": _leave,
    "call_exit": _call_exit,
    "warn": _warn,
    "nan": _fine,
    "killed_once": _killed_once,
    "killed": _killed,
    "slow": _slow,
    "fine": _fine,
}


def _algorithm(fault: str) -> Algorithm:
    return Algorithm(
        fault,
        description="An algorithm that misbehaves",
        tasks=TASKS,
        builder=lambda *_: Misbehaving(fault),
        space=lambda task: ConfigurationSpace(),
        encoding=TREES,
    )


FAULTY = {name: _algorithm(name) for name in FAULTS}


def register() -> None:
    """Let the library find the algorithms, in a process where nothing else looks at them."""
    ALGORITHMS.update(FAULTY)
