"""What one evaluation may use of time and memory."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.errors import LimitError

MOST_SECONDS = 30 * 24 * 3600.0
"""No evaluation may be given longer than a month."""
MOST_BYTES = 2**50
"""No evaluation may be given more than 1,024 TiB."""


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
