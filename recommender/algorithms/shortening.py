"""Shortening: pipelines whose early stopping fits fewer boosters, or fewer rounds, for a look or for want of time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def shorten(pipeline: Any, seconds: float = math.inf) -> None:
    """Let early stopping fit one booster only, which says nearly as well as several how good a setting is.

    It ends after so many seconds with the rounds that it has.
    """
    _set(pipeline, "max_boosters", 1)
    _set(pipeline, "max_seconds", _limit(seconds))


@contextmanager
def kept_time(pipeline: Any, seconds: float) -> Iterator[None]:
    """Let early stopping fit only as many boosters as there is time for, and end when it is up, in the midst of one."""
    _set(pipeline, "max_seconds", _limit(seconds))
    try:
        yield
    finally:
        _set(pipeline, "max_seconds", None)


def _limit(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None


def _set(pipeline: Any, name: str, value: object) -> None:
    """A parameter of the boosters, wherever in a pipeline they are."""
    names = [path for path in pipeline.get_params() if path.rpartition("__")[2] == name]
    pipeline.set_params(**dict.fromkeys(names, value))
