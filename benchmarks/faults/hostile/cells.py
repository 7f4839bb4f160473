"""Cells: lists of Python's own values, of every kind that a table may hold."""

from __future__ import annotations

import datetime
import enum
import fractions
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

Cells = Callable[[int, np.random.Generator], list[Any]]
"""So many cells, drawn at random."""


class Colour(enum.Enum):
    """Values that are no text and no number, but hashable."""

    RED = 1
    GREEN = 2


class Tag(str):
    """Text of a class of its own."""


def some(*values: Any) -> Cells:
    """Cells drawn from a few values."""
    return lambda n, rng: [values[i] for i in rng.integers(0, len(values), n)]


def each(make: Callable[[int], Any]) -> Cells:
    """Cells that are made from their place."""
    return lambda n, rng: [make(i) for i in range(n)]


def with_gaps(cells: Cells, gap: Any = None) -> Cells:
    """Cells of which some hold nothing."""

    def drawn(n: int, rng: np.random.Generator) -> list[Any]:
        return [gap if rng.random() < 0.2 else cell for cell in cells(n, rng)]

    return drawn


def floats(n: int, rng: np.random.Generator) -> list[float]:
    """Numbers around nothing."""
    return rng.normal(size=n).tolist()


def whole(n: int, rng: np.random.Generator) -> list[int]:
    """Whole numbers of which many are equal."""
    return rng.integers(0, 9, n).tolist()


def _day(i: int) -> datetime.date:
    return datetime.date(2020, 1, 1) + datetime.timedelta(days=17 * i % 700)


def _moment(i: int) -> datetime.datetime:
    return datetime.datetime(2020, 1, 1, 12) + datetime.timedelta(hours=37 * i % 9000)


CELLS: dict[str, Cells] = {
    "floats": floats,
    "floats with gaps": with_gaps(floats),
    "whole numbers": whole,
    "whole numbers with gaps": with_gaps(whole),
    "infinite": some(1.5, float("inf"), float("-inf"), 2.5),
    "next to infinity": each(lambda i: (i - 20) * 1e307),
    "beyond 64 bits": each(lambda i: 2**70 + i * i),
    "beyond every float": each(lambda i: 10**400 + i),
    "booleans": some(True, False),
    "booleans with gaps": some(True, False, None),
    "complex numbers": each(lambda i: complex(i, 1)),
    "decimals": each(lambda i: Decimal(i * i % 31) / 8),
    "decimals with gaps": with_gaps(each(lambda i: Decimal(i * i % 31) / 8)),
    "decimals that are no numbers": some(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal(1), Decimal(2)),
    "fractions": each(lambda i: fractions.Fraction(i * i % 31, 7)),
    "words": some("red", "green", "blue"),
    "words with gaps": some("red", "green", "blue", None),
    "words and NaN": some("red", "green", float("nan")),
    "words and NA": some("red", "green", pd.NA, pd.NaT),
    "text": each(lambda i: f"the {i * 7 % 61} of {i * 11 % 53} and {['red', 'blue'][i % 2]}"),
    "text of its own class": some(Tag("red"), Tag("blue")),
    "blank text": some("", " ", "\t", "red", "blue"),
    "nothing but blanks": some("", " ", "\u00a0", "\u2003"),
    "numbers as text": each(lambda i: f"${i * i % 97:,}.50"),
    "numbers of other scripts": each(lambda i: "".join(chr(0x0660 + int(d)) for d in str(i * 7 % 50))),
    "one lone surrogate": some("a\ud800", "b\udfff", "c"),
    "text with lone surrogates": each(lambda i: f"word{i * 7 % 61} \ud83d and {i * 11 % 53}"),
    "zeros in text": some("a\0b", "\0", "a"),
    "smileys": each(lambda i: "\N{SLIGHTLY SMILING FACE}" * (1 + i % 50)),
    "markup": each(lambda i: f"<script>alert({i % 45})</script>\x1b[31m{{{{ 7 * {i % 45} }}}}"),
    "bytes": some(b"a", b"\xff", b""),
    "many bytes": each(lambda i: f"word {i * 7 % 61}".encode()),
    "byte arrays": each(lambda i: bytearray(b"ab")),
    "days": each(_day),
    "days with gaps": with_gaps(each(_day)),
    "moments": each(_moment),
    "moments with a zone": each(lambda i: _moment(i).replace(tzinfo=datetime.UTC)),
    "times of day": each(lambda i: datetime.time(i % 24, i % 60)),
    "durations": each(lambda i: datetime.timedelta(minutes=i * i % 97)),
    "days as text": each(lambda i: _day(i).strftime("%d.%m.%Y")),
    "days beyond reckoning": each(lambda i: datetime.date(1 + i * 91 % 9998, 1, 1)),
    "lists": each(lambda i: [i % 3, [i]]),
    "ragged lists": each(lambda i: list(range(i % 4))),
    "dictionaries": each(lambda i: {"deep": {"er": i}}),
    "tuples": each(lambda i: (i % 3, "a")),
    "sets": each(lambda i: {i}),
    "frozen sets": each(lambda i: frozenset({i % 3})),
    "arrays": each(lambda i: np.arange(3)),
    "scalars of NumPy": some(np.float32(1.5), np.int8(2), np.float64("nan")),
    "texts of NumPy": some(np.str_("red"), np.str_("blue")),
    "moments of NumPy": each(lambda i: np.datetime64("2020-01-01") + i * 17 % 700),
    "identifiers": each(lambda i: uuid.UUID(int=i)),
    "members": some(Colour.RED, Colour.GREEN),
    "classes": some(int, str),
    "functions": some(len, print),
    "mixed": some(1, "a", None, 2.5, b"x", True, (1,), datetime.date(2020, 1, 1)),
    "numbers and words": some(1, 2.5, "red", "blue"),
    "nothing": some(None),
    "the same": some("x"),
    "every kind of nothing": some(None, float("nan"), pd.NA, pd.NaT, Decimal("NaN"), "red", "blue"),
}
"""What columns of Python's own values hold, by a name for people."""
