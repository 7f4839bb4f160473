"""Endings: after how many tries without a gain trying ends, and why it ended, in words."""

from __future__ import annotations

PATIENCE, PATIENCE_ROWS, MIN_PATIENCE = 100, 10_000, 25
"""Trying ends after so many tries without a gain; beyond so many rows fewer, in proportion, down to the last."""

TIME, TOO_LITTLE = "time was up", "there was too little time to try anything"
EVERYTHING, ENOUGH = "everything was tried", "no more were to be tried"
NOTHING, INTERRUPTED = "there was nothing to compare", "it was interrupted"
"""Why trying ended; with `ENOUGH`, since as many were tried as was asked for."""


def patience_for(n_samples: int) -> float:
    """After how many tries without a gain trying ends on a table of so many rows.

    Examples
    --------
    >>> patience_for(500), patience_for(20_000), patience_for(1_000_000)
    (100.0, 50.0, 25.0)
    """
    return max(float(MIN_PATIENCE), PATIENCE * min(1.0, PATIENCE_ROWS / n_samples))


def without_gain(n_idle: int) -> str:
    """That so many tries in a row gained nothing.

    Examples
    --------
    >>> without_gain(100)
    'nothing was gained by the last 100'
    """
    return f"nothing was gained by the last {n_idle}"
