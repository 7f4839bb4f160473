"""Why a worker died: by a fault of its own, for want of the system's memory, or killed by others."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import Literal

Cause = Literal["crashed", "memory", "killed"]

CRASHES = {
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS", "SIGTRAP")
    if hasattr(signal, name)
}
"""The signals that a process gets for what it does itself. All others are sent by somebody."""
GONE = 255
"""The exit code of a process whose end nobody saw: that which would have told it was killed."""
COUNTS = ((Path("/proc/vmstat"), "oom_kill"), (Path("/sys/fs/cgroup/memory.events"), "oom_kill"))
"""Where Linux counts the processes that it killed for want of memory: in all, and in this container."""
TRIES: dict[Cause, int] = {"crashed": 2, "memory": 2, "killed": 3}
"""After so many deaths of one cause a job is not tried again; a first one may be for what others did."""


class Deaths:
    """The deaths of workers, by what they were at.

    Examples
    --------
    >>> deaths = Deaths()
    >>> deaths.cause(-signal.SIGSEGV), deaths.cause(3), deaths.cause(-signal.SIGTERM)
    ('crashed', 'crashed', 'killed')
    >>> [deaths.is_last("a job", "crashed") for _ in range(2)]
    [False, True]
    """

    def __init__(self) -> None:
        self._counted: Counter[tuple[Hashable, Cause]] = Counter()
        self._memory_kills = memory_kills()

    def cause(self, exitcode: int) -> Cause:
        """Why a worker with that exit code died, which is asked soon after it did."""
        if exitcode == GONE:
            return "killed"
        if exitcode >= 0 or -exitcode in CRASHES:
            return "crashed"
        before, self._memory_kills = self._memory_kills, memory_kills()
        return "memory" if -exitcode == signal.SIGKILL and self._memory_kills > before else "killed"

    def is_last(self, job: Hashable, cause: Cause) -> bool:
        """Count a death; returns whether there were so many of this cause that the job is not tried again."""
        self._counted[job, cause] += 1
        return self._counted[job, cause] >= TRIES[cause]


def how(exitcode: int) -> str:
    """An exit code in words.

    Examples
    --------
    >>> how(3), how(-9)
    ('with exit code 3', 'by SIGKILL')
    """
    if exitcode == GONE:
        return "with the process that starts workers"
    if exitcode >= 0:
        return f"with exit code {exitcode}"
    try:
        return f"by {signal.Signals(-exitcode).name}"
    except ValueError:
        return f"by signal {-exitcode}"


def memory_kills() -> int:
    """How many processes the system has killed for want of memory; 0 where it does not say."""
    return sum(_count(path, name) for path, name in COUNTS)


def _count(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)
