"""What one evaluation may use of time and memory, and how many may run at once."""

from __future__ import annotations

import os
from dataclasses import dataclass

from recommender.errors import LimitError
from recommender.words import count

MOST_SECONDS = 30 * 24 * 3600.0
"""No evaluation may be given longer than a month."""
MOST_BYTES = 2**50
"""No evaluation may be given more than 1,024 TiB."""
MOST_FOR_EACH = 8
"""No more processes may fit for each processor. Each has one thread and its own libraries, so that more than there are
processors gain little; some are allowed, since the system may say too few processors."""


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


def n_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_n_workers(n_workers: int) -> None:
    """Whether so many processes may fit at once, before any is started.

    Raises
    ------
    LimitError
        If they are more than 8 for each processor.
    """
    n_here = n_processors()
    if n_workers > MOST_FOR_EACH * n_here:
        raise LimitError(
            f"{n_workers:,} processes were asked for, and {count(n_here, 'processor')} may be used here: give at most "
            f"{MOST_FOR_EACH * n_here}, {MOST_FOR_EACH} for each"
        )
