"""A round of each kind: something breaks in the middle of a collection, which is run again and looked at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.faults.collecting import N_EVALUATIONS
from recommender.evidence.store import Store

ENDS_WITHIN = 30.0
"""Seconds after which processes that are still there count as left behind."""
SMALL_FILE = 200_000
"""Bytes that no file may exceed on a full disk: the tables of a store fit, and some evaluations."""
PATIENCE = 300.0
"""A collection that has said all it has to say ends within so many seconds, or that is an error."""
ROOT = Path(__file__).parents[2]
"""Where `benchmarks` is found from."""


@dataclass(frozen=True)
class Round:
    """What came of a round.

    Parameters
    ----------
    kind : str
        What broke.
    lost : int
        Evaluations that were said to be recorded before and are not there, or never came.
    doubled : int
        Evaluations that are there twice or half.
    left_behind : int
        Processes, and files in the folder for temporary files, that are there when all is over.
    """

    kind: str
    lost: int
    doubled: int
    left_behind: int


class Collection:
    """A collection at work, with a folder for temporary files that is its own."""

    def __init__(self, store: str, folder: Path, *, largest_file: int | None = None) -> None:
        def limited() -> None:
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        (folder / "tmp").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.faults.collecting", store, "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder / "tmp")},
            preexec_fn=limited if largest_file else None,
        )
        self.said: set[tuple[str, int]] = set()

    def hear(self, n_lines: int = N_EVALUATIONS) -> None:
        """Wait for some evaluations to be recorded, or for the end."""
        assert self.process.stdout is not None
        for _ in range(n_lines):
            words = self.process.stdout.readline().split()
            if len(words) == 2:
                self.said.add((words[0], int(words[1])))

    def end(self) -> None:
        """Wait for its end."""
        self.hear()
        self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()


def run_again(kind: str, store: str, folder: Path, first: Collection) -> Round:
    """Run a collection that broke again, to its end, and look at what is there."""
    before = recorded(store)
    again = Collection(store, folder)
    again.end()
    doubled, n_rows = whole(store)
    lost = len(first.said - before) + max(N_EVALUATIONS - n_rows, 0)
    return Round(kind, lost, doubled, left_behind(folder / "tmp"))


def whole(store: str) -> tuple[int, int]:
    """How many evaluations of a store are doubled or half written, and how many there are."""
    rows = _rows(store)
    twice = rows.duplicated(["dataset_id", "configuration_id", "size", "fold"])
    half = (rows["status"] == "ok") & rows[["accuracy", "fit_seconds", "model_bytes"]].isna().any(axis=1)
    return int((twice | half).sum()), len(rows)


def recorded(store: str) -> set[tuple[str, int]]:
    """Configuration and fold of what a store has."""
    rows = _rows(store)
    return set(zip(rows["configuration_id"].astype(str), rows["fold"].astype(int), strict=True))


def _rows(store: str) -> pd.DataFrame:
    opened = Store(store)
    rows = opened.read_evaluations()
    opened.close()
    return rows


def left_behind(temporary: Path) -> int:
    """Processes whose temporary files are there, and these files, a while after the end."""
    ends = time.monotonic() + ENDS_WITHIN
    while (n_left := len(_alive(temporary)) + len(list(temporary.iterdir()))) and time.monotonic() < ends:
        time.sleep(0.5)
    return n_left


def _alive(temporary: Path) -> list[int]:
    """The processes that were started with that folder, but for those whose end nobody has asked for."""
    mark, found = f"TMPDIR={temporary}".encode(), []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
        except OSError:  # gone, or another user's
            continue
    return found


@contextmanager
def _place() -> Iterator[Path]:
    with TemporaryDirectory(prefix="faults-") as folder:
        yield Path(folder)


def kill_round(rng: np.random.Generator) -> Round:
    """The main process, or all of its processes but that one, end by SIGKILL at some moment."""
    with _place() as folder:
        store = str(folder / "store.sqlite")
        first = Collection(store, folder)
        first.hear(int(rng.integers(1, N_EVALUATIONS // 2)))
        if rng.random() < 0.5:
            first.process.kill()
        else:
            for pid in _alive(folder / "tmp"):
                if pid != first.process.pid:
                    _kill(pid)
        first.end()
        return run_again("kill", store, folder, first)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def disk_round(rng: np.random.Generator) -> Round:
    """No file can grow beyond a size that the store reaches."""
    with _place() as folder:
        store = str(folder / "store.sqlite")
        first = Collection(store, folder, largest_file=SMALL_FILE + int(rng.integers(0, 50_000)))
        first.end()
        return run_again("disk", store, folder, first)


def server_round(rng: np.random.Generator, server: Any) -> Round:
    """The database server ends as in a crash, and is started again; the same collection goes on."""
    with _place() as folder:
        server.empty()
        first = Collection(server.address, folder)
        first.hear(int(rng.integers(1, N_EVALUATIONS // 2)))
        server.stop()
        server.start()
        first.end()
        return run_again("server", server.address, folder, first)


ROUNDS: dict[str, Callable[[np.random.Generator], Round]] = {"kill": kill_round, "disk": disk_round}
"""Those that need nothing but this machine."""
