"""Numbers as people say them: durations, counts, and values of any size."""

from __future__ import annotations

from math import isnan


def count(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> count(1, "dataset"), count(1200, "dataset")
    ('1 dataset', '1,200 datasets')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def duration(seconds: float) -> str:
    """Seconds, however few or many.

    Examples
    --------
    >>> duration(0.5), duration(100), duration(1e4)
    ('0.50 s', '100 s', '2 h 47 min')
    """
    if seconds < 120:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60:,} h {minutes % 60} min"


def number_in_words(value: float) -> str:
    """A value with three digits; NaN is ``missing``.

    Examples
    --------
    >>> number_in_words(1234.0), number_in_words(0.12345), number_in_words(float("nan"))
    ('1,234', '0.123', 'missing')
    """
    return "missing" if isnan(value) else f"{value:,.0f}" if value == round(value) else f"{value:,.3g}"
