"""Clocks: the seconds of a command count from the start of its process, not from when its modules were loaded."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

MOST_SLOWNESS = 10.0
"""A machine is taken to be at most so many times slower than one that is not busy."""


@dataclass(frozen=True)
class Clock:
    """What a command has taken.

    Parameters
    ----------
    began, worked : float
        What `time.monotonic` and `time.process_time` said when it began.

    Examples
    --------
    >>> Clock.from_now().spent < 1 < Clock.of_process().slowness + 1
    True
    """

    began: float
    worked: float

    @classmethod
    def of_process(cls) -> Clock:
        """One that began with this process."""
        return cls(time.monotonic() - _age(), 0.0)

    @classmethod
    def from_now(cls) -> Clock:
        """One that begins."""
        return cls(time.monotonic(), time.process_time())

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    @property
    def slowness(self) -> float:
        """How long a second of work has taken by the clock; 1 on a machine that is not busy."""
        worked = time.process_time() - self.worked
        return min(max(self.spent / worked, 1.0), MOST_SLOWNESS) if worked > 0 else 1.0


def _age() -> float:
    """Seconds since this process was started; 0 where the system does not say."""
    try:
        told = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        return max(time.clock_gettime(time.CLOCK_BOOTTIME) - int(told[19]) / os.sysconf("SC_CLK_TCK"), 0.0)
    except (OSError, AttributeError, ValueError, IndexError):  # not Linux
        return 0.0
