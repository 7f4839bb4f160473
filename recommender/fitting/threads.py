"""Threads: how many pay for the fits of this process, by growing some trees with several and with one."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

MANY_ROWS = 5_000
"""On fewer rows threads gain little, and are not tried."""
ENOUGH_SECONDS = 5.0
"""With a smaller budget it is not found out whether they pay."""
TRIAL_ROWS, TRIAL_COLUMNS = 5_000, 20
"""The size of the table on which trees are grown."""
ROUNDS = 3
"""Trees that are grown with each number of threads; the quickest counts."""
WORTH = 0.8
"""Threads pay where they take at most such a share of the seconds of one."""


def threads_for(n_rows: int, *, seconds: float, most: int) -> int:
    """How many threads a fit on so many rows has within a budget: several where it is long enough, and they pay now."""
    return threads_that_pay(most) if n_rows >= MANY_ROWS and seconds >= ENOUGH_SECONDS else 1


def threads_that_pay(most: int) -> int:
    """As many threads as may be used where that is quicker than one, else one.

    Threads of a learner wait for each other after each step. On a machine that is busy, or that has fewer processors
    than it says, one that has to wait for a processor holds up all others, and a fit takes many times as long as with
    one thread. So some trees of LightGBM are grown in either way.

    Parameters
    ----------
    most : int
        How many may be used.

    Examples
    --------
    >>> threads_that_pay(1)
    1
    """
    if most < 2:
        return 1
    import lightgbm

    rng = np.random.default_rng(0)
    X = rng.normal(size=(TRIAL_ROWS, TRIAL_COLUMNS)).astype(np.float32)
    rows = lightgbm.Dataset(X, label=X[:, 0] + rng.normal(size=TRIAL_ROWS), params=_settings(1)).construct()
    one = _seconds(lightgbm.Booster(_settings(1), rows), np.inf)
    return most if _seconds(lightgbm.Booster(_settings(most), rows), WORTH * one) <= WORTH * one else 1


def _settings(n_threads: int) -> dict[str, Any]:
    return {"num_threads": n_threads, "num_leaves": 31, "verbosity": -1}


def _seconds(booster: Any, enough: float) -> float:
    """Of the quickest tree by the clock; trees that take more than twice what is enough are not waited for again."""
    least = np.inf
    for _ in range(ROUNDS):
        started = time.perf_counter()
        booster.update()
        took = time.perf_counter() - started
        least = min(least, took)
        if took > 2 * enough:
            break
    return least
