"""Shortening: pipelines whose early stopping fits fewer boosters, for a first look or for want of time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def shorten(pipeline: Any) -> None:
    """Let early stopping fit one booster only, which says nearly as well as several how good a setting is."""
    _set(pipeline, "max_boosters", 1)


@contextmanager
def kept_time(pipeline: Any, seconds: float) -> Iterator[None]:
    """Let early stopping fit only as many boosters as there is time for."""
    _set(pipeline, "max_seconds", seconds if math.isfinite(seconds) else None)
    try:
        yield
    finally:
        _set(pipeline, "max_seconds", None)


def _set(pipeline: Any, name: str, value: object) -> None:
    """A parameter of the boosters, wherever in a pipeline they are."""
    names = [path for path in pipeline.get_params() if path.rpartition("__")[2] == name]
    pipeline.set_params(**dict.fromkeys(names, value))
