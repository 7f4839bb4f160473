"""Preparations: what steps before the model make of a fold's training rows, made once for all that want the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recommender.algorithms.encoding import Encoding

MOST_BYTES = 2**28
"""Tables that are kept take no more memory together; what comes after is made anew each time."""


@dataclass(frozen=True, eq=False)
class _Kept:
    made: Any
    seconds: float


class Preparations:
    """Fitted steps and what they made, by fold.

    Reading text and dates takes many times as long as a small model's fit, and most configurations want one of a few
    encodings.

    Parameters
    ----------
    most_bytes : int
        Of the tables that are kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._left = most_bytes
        self._kept: dict[tuple[Any, ...], _Kept] = {}

    def of(self, fold: int, encoding: Encoding, *, is_sparse: bool = False) -> Preparation:
        """For one fit on a fold, by what it wants to be given, and whether that is a sparse table without its zeros."""
        return Preparation(self, (fold, encoding, is_sparse))

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> _Kept:
        """What is kept under a key, or is made now."""
        if key in self._kept:
            return self._kept[key]
        started = time.monotonic()
        made = make()
        found = _Kept(made, time.monotonic() - started)
        size = _bytes(made[0])
        if size <= self._left:
            self._left -= size
            self._kept[key] = found
        return found


class Preparation:
    """The preparation of one fit, which scikit-learn's `Pipeline` takes as its ``memory``.

    Attributes
    ----------
    seconds : float
        By the clock, that it would take alone.
    spent : float
        By the clock, that it has taken now.
    """

    def __init__(self, all_of_them: Preparations, key: tuple[Any, ...]) -> None:
        self._all, self._key = all_of_them, key
        self.seconds = self.spent = 0.0

    def cache(self, function: Callable[..., Any], **how: Any) -> Callable[..., Any]:
        """The function that fits a step and transforms by it, so that each step of a fold is made once."""
        n_steps = 0

        def once(*args: Any, **given: Any) -> Any:
            nonlocal n_steps
            n_steps += 1
            started = time.monotonic()
            found = self._all.get((*self._key, n_steps), lambda: function(*args, **given))
            self.spent += time.monotonic() - started
            self.seconds += found.seconds
            return found.made

        return once


def _bytes(table: Any) -> int:
    """Of a table in memory; of text only the places where it is."""
    if isinstance(table, pd.DataFrame):
        return int(table.memory_usage(index=False).sum())
    parts = [table.data, table.indices, table.indptr] if hasattr(table, "indptr") else [table]  # of a sparse one
    return sum(part.nbytes for part in parts)
