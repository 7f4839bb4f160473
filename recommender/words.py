"""What people read: numbers as they say them, and text of others in which nothing is hidden."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import isnan

LARGE = 1e15
"""From here on nobody counts the digits of a number."""
SMALL, NOTHING = 1e-3, 1e-15
"""Scores between these have three digits that count, and less is what computing leaves of a zero."""


def count(n: int, one: str, several: str | None = None) -> str:
    """A number of things, with what is said of them where that depends on the number.

    Examples
    --------
    >>> count(1, "dataset"), count(1200, "dataset")
    ('1 dataset', '1,200 datasets')
    >>> count(1, "class is", "classes are"), count(0, "class is", "classes are")
    ('1 class is', '0 classes are')
    """
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"


def together(parts: Sequence[str]) -> str:
    """Parts of a sentence, the last one after an and.

    Examples
    --------
    >>> together(["9 numbers", "2 categories", "1 date"]), together(["1 date"])
    ('9 numbers, 2 categories and 1 date', '1 date')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def visible(text: object) -> str:
    """A text without what would move a cursor, colour a screen, hide or turn round: such characters become escapes.

    Whatever comes from a file, a path, a store or a server goes through this before it is shown in a terminal.

    Examples
    --------
    >>> print(visible("a\\x1b[2Jb\\u202ec"), visible("Zürich 東京 [red]"))
    a\\x1b[2Jb\\u202ec Zürich 東京 [red]
    """
    given = str(text)
    if given.isprintable():
        return given
    return "".join(c if _is_harmless(c) else c.encode("unicode_escape").decode("ascii") for c in given)


def _is_harmless(character: str) -> bool:
    return character.isprintable() or character in "\n\t" or unicodedata.category(character) == "Zs"


def duration(seconds: float) -> str:
    """Seconds, however few or many.

    Examples
    --------
    >>> duration(0.001), duration(0.5), duration(100), duration(1e4)
    ('under 0.01 s', '0.50 s', '100 s', '2 h 47 min')
    """
    if seconds < 0.005:
        return "under 0.01 s"
    if seconds < 120:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60:,} h {minutes % 60} min"


def size(n_bytes: float) -> str:
    """Bytes, however few or many.

    Examples
    --------
    >>> size(300.0), size(2e4), size(3.4e6), size(5e9)
    ('under 1 kB', '20 kB', '3.4 MB', '5,000 MB')
    """
    if n_bytes < 1e3:
        return "under 1 kB"
    return f"{n_bytes / 1e3:.0f} kB" if n_bytes < 1e6 else f"{n_bytes / 1e6:,.{1 if n_bytes < 1e7 else 0}f} MB"


def number_in_words(value: float) -> str:
    """A value with three digits; NaN is ``missing``.

    Examples
    --------
    >>> number_in_words(1234.5), number_in_words(0.12345), number_in_words(float("nan"))
    ('1,234', '0.123', 'missing')
    """
    if isnan(value):
        return "missing"
    whole = abs(value) < LARGE and (abs(value) >= 1000 or value == round(value))
    return f"{value:,.0f}" if whole else f"{value:.3g}"


def score_in_words(score: float) -> str:
    """A score with as many digits as say something.

    Examples
    --------
    >>> score_in_words(0.74148), score_in_words(12.34), score_in_words(12345.6), score_in_words(2.5e-6)
    ('0.741', '12.3', '12,346', '2.5e-06')
    """
    return format(0.0 if abs(score) <= NOTHING else score, score_format(score))


def score_format(score: float) -> str:
    """The format with as many digits as say something of scores of a size."""
    if NOTHING < abs(score) < SMALL or abs(score) >= LARGE:
        return ".3g"
    return ".3f" if abs(score) < 10 else ",.1f" if abs(score) < 1000 else ",.0f"


REGRETS = {0.1: "among the best", 0.3: "close to the best", 0.6: "well above most", 0.9: "above most"}
"""What a normalized regret up to each of these means; 0 is the best of all that was tried, 1 is the median."""


def regret_in_words(regret: float) -> str:
    """Where a normalized regret lies among all configurations that were tried.

    Examples
    --------
    >>> regret_in_words(0.25), regret_in_words(0.5), regret_in_words(1.0)
    ('close to the best', 'well above most', 'like most')
    """
    return next((words for most, words in REGRETS.items() if regret <= most), "like most")
