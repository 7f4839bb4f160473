"""Dates as people write them, from numbers that are laid over 33 years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.dirt.numerals import between

Format = Callable[[pd.DatetimeIndex], list[Any]]

FIRST = pd.Timestamp("1985-01-01")
N_DAYS = 12_000


def days_of(values: np.ndarray) -> pd.DatetimeIndex:
    """A day for each number, in their order.

    Examples
    --------
    >>> days_of(np.array([0.0, 1.0, 2.0])).astype(str).tolist()
    ['1985-01-01', '2001-06-06', '2017-11-09']
    """
    return FIRST + pd.to_timedelta(np.round(between(values, 0, N_DAYS)), unit="D")


def form(pattern: str) -> Format:
    """A format as `strftime` knows it."""
    return lambda days: list(days.strftime(pattern))


def long_form(days: pd.DatetimeIndex) -> list[str]:
    return [f"{day:%B} {day.day}, {day.year}" for day in days]


def short_form(days: pd.DatetimeIndex) -> list[str]:
    return [f"{day.day}-{day:%b-%y}" for day in days]


def digits(days: pd.DatetimeIndex) -> list[int]:
    return [int(f"{day:%Y%m%d}") for day in days]


def with_offset(days: pd.DatetimeIndex) -> list[str]:
    """Noon, an hour nearer to the east in summer."""
    return [f"{day:%Y-%m-%d}T12:00:00+0{2 if 4 <= day.month <= 10 else 1}:00" for day in days]
