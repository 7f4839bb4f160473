"""Order in text: the levels of a scale, from the least to the most."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

from recommender.tables.cells.missing import says_missing
from recommender.tables.cells.number_format import NumberFormat
from recommender.tables.cells.numbers import fit_numbers
from recommender.tables.cells.scales import NEEDED, SCALES, WORDS_OF_TWO

N_LEVELS = 40
"""More distinct texts are no scale."""

_MORE = r"more|over|above|up|older|later|plus|greater|higher"
_LESS = r"less|under|below|younger|fewer|lower"
_UPWARDS = re.compile(
    rf"^\s*(?:>|≥|over|above|more than|at least|greater than|from)"
    r"|\d[\d.,]*\s?[kKmMbB%]?\s*\+(?!\d)"
    rf"|\d\s*(?:(?:or|and|&)\s+)?(?:{_MORE})\b",
    re.IGNORECASE,
)
_DOWNWARDS = re.compile(
    rf"^\s*(?:<|≤|under|below|less than|fewer than|up to|at most)|\b(?:or|and)\s+(?:{_LESS})\b", re.IGNORECASE
)
_HIGH_END = re.compile(r"\d.*?\s*(?:[-–—~]|\bto\b)\s*(?P<high>[^\d]*\d[\d.,]*\D*)")
_SIGNS = "<>≤≥= "
_NOTHING = frozenset(["never", "no", "none", "nothing", "nil", "zero", "non-stop", "nonstop", "non stop", "direct"])
_EVERYTHING = frozenset(["more", "many"])
_REPEATED = re.compile(r"([^\w\s-])\1*(?: ?- ?\1+)?")
_GRADE = re.compile(r"([A-G])([+-]*)")
_CREDIT = re.compile(r"(AAA|AA|A|BBB|BB|B|CCC|CC|C|D)([+-]?)")
_CREDITS = ("D", "C", "CC", "CCC", "B", "BB", "BBB", "A", "AA", "AAA")


def fit_order(texts: Iterable[str]) -> tuple[str, ...] | None:
    """The levels of a column in their order; None where they are no levels of a known scale.

    All texts but words for a missing value have to be levels of one scale: bounds of numbers, sizes, frequencies,
    answers, school grades, months, ... Of two levels both have to be unmistakable (`low` and `high`). Small and capital
    letters and punctuation make no difference; of several ways to write a level the first is returned.

    Examples
    --------
    >>> fit_order(["high", "low", "medium", "?"]), fit_order([">20", "<1", "5", "1"])
    (('low', 'medium', 'high'), ('<1', '1', '5', '>20'))
    >>> fit_order(["red", "green"])
    """
    levels = _levels(texts)
    if len(levels) < 2 or len(levels) > N_LEVELS or all(level.isdigit() for level in levels):
        return None
    without = [level for level in levels if not says_missing(level)]
    for given in [levels] if without == levels else [levels, without]:
        for ranks_of in (_ranks_by_length, _ranks_by_words, _ranks_by_grades, _ranks_by_bounds):
            if (ranks := ranks_of(given)) is not None:
                return tuple(level for _, level in sorted(zip(ranks, given, strict=True), key=lambda pair: pair[0]))
    return None


def positions(levels: tuple[str, ...], texts: Iterable[str]) -> np.ndarray:
    """The place of each text among the levels, from 0 on; NaN where it is none.

    Where the levels are bounds of numbers, other numbers lie between them.

    Examples
    --------
    >>> positions(("low", "medium", "high"), ["High", "low", "unknown"]).tolist()
    [2.0, 0.0, nan]
    >>> positions(("<18", "18-25", "36-45", "65+"), ["26-35", "36 - 45"]).round(2).tolist()
    [1.47, 2.0]
    """
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
    places = {_key(level): float(i) for i, level in enumerate(levels)}
    found = np.array([places.get(_key(str(text)), np.nan) for text in distinct] + [np.nan])
    unseen = np.flatnonzero(np.isnan(found[:-1]))
    format = fit_numbers(levels) if len(unseen) else None
    if format is not None and format.n_numbers == 1:
        values = format.parse(levels)[0]
        known = ~np.isnan(values)
        found[unseen] = np.interp(format.parse(distinct[unseen])[0], values[known], np.flatnonzero(known))
    return found[codes]


def _levels(texts: Iterable[str]) -> list[str]:
    """The distinct texts but for words that never name a level, each in the first way it is written."""
    first: dict[str, str] = {}
    for text in texts:
        if isinstance(text, str) and len(first) <= N_LEVELS:
            first.setdefault(_key(text), text.strip())
    return [level for level in first.values() if level.lower() in _NOTHING or not says_missing(level)]


def _key(text: str) -> str:
    """What is the same for all ways of writing a level; signs count where they mean something (`A+`, `<5`, `0-10`)."""
    text = text.strip().lower()
    if re.search(r"[a-z]{2}", text) and not re.search(r"\d", text):
        return " ".join(re.sub(r"[\W_]+", " ", text).split())
    return re.sub(r"[\s_]+", "", text)


def _ranks_by_words(levels: list[str]) -> list[float] | None:
    """Ranks on a scale in words; what all share does not count (`low risk`, `high risk`), nor a number before."""
    words = [re.sub(r"[\W_]+", " ", level.lower()).split() for level in levels]
    shared = set.intersection(*map(set, words))
    bare = [" ".join(word for word in row if word not in shared) or "*" for row in words]
    counted = [re.match(r"\d+$", row[0]) for row in words if row]
    ways = [[" ".join(row) for row in words], bare]
    if len(counted) == len(words) and all(counted):
        ways.append([" ".join(row[1:]) for row in words])
    for names in ways:
        for scale, needed in zip(SCALES, NEEDED, strict=True):
            if all(name in scale for name in names) and (not needed or needed & set(names)):
                n_ranks = len({scale[name] for name in names})
                if n_ranks > 2 or (n_ranks == 2 and WORDS_OF_TWO.issuperset(names)):
                    return [float(scale[name]) for name in names]
    return None


def _ranks_by_length(levels: list[str]) -> list[float] | None:
    """Ranks of a sign that is repeated: `$`, `$$ - $$$`, `$$$$`."""
    found = [_REPEATED.fullmatch(level) for level in levels]
    if not all(found) or len({row[1] for row in found if row}) > 1:
        return None
    return [(len(row[0].split("-")[0].strip()) + len(row[0].split("-")[-1].strip())) / 2 for row in found if row]


def _ranks_by_grades(levels: list[str]) -> list[float] | None:
    """Ranks of school grades (A, B, C, D, F), of classes with signs (A++), and of ratings of credit (AAA, AA-, ...)."""
    credits = [_CREDIT.fullmatch(level.upper()) for level in levels]
    if len(levels) > 2 and all(credits) and any(len(found[1]) > 1 for found in credits if found):
        return [_CREDITS.index(found[1]) + _sign(found[2]) for found in credits if found]
    grades = [_GRADE.fullmatch(level.upper()) for level in levels]
    letters = {found[1] for found in grades if found}
    signed = any(found[2] for found in grades if found)
    if len(levels) < 3 or not all(grades) or not (signed or ({*"ABCF"} <= letters and "E" not in letters)):
        return None
    return [_sign(found[2]) - ord(found[1]) for found in grades if found]


def _sign(signs: str) -> float:
    return 0.2 * (signs.count("+") - signs.count("-"))


def _ranks_by_bounds(levels: list[str]) -> list[float] | None:
    """Ranks of numbers, of ranges that do not overlap, and of what lies below and above."""
    named = [level.lower() in _NOTHING | _EVERYTHING for level in levels]
    texts = [_as_bound(level, levels) for level, is_named in zip(levels, named, strict=True) if not is_named]
    format = fit_numbers([text.strip(_SIGNS) for text in texts])
    if format is None or format.n_numbers > 1 or format.odd or len(format.units) > 1:
        return None
    bounds = iter([_bounds(text, format) for text in texts])
    rows = [
        next(bounds) if not is_named else (-np.inf, -np.inf) if level.lower() in _NOTHING else (np.inf, np.inf)
        for level, is_named in zip(levels, named, strict=True)
    ]
    in_order = sorted(rows)
    overlap = any(low < before for (_, before), (low, _) in pairwise(in_order) if np.isfinite(low))
    if overlap or (not any(named) and all(low == high for low, high in rows)):
        return None
    return [float(in_order.index(row)) for row in rows]


def _as_bound(level: str, levels: list[str]) -> str:
    """`40-` is 40 and more; beside bounds `10/49` is a range (a spreadsheet makes a date of `10-49`)."""
    if any(_UPWARDS.search(other) or _DOWNWARDS.search(other) for other in levels):
        level = re.sub(r"(?<=\d)\s*/\s*(?=\d)", "-", level)
    level = re.sub(r"^\[(.*\d.*)\)$|^\((.*\d.*)\]$", lambda found: (found[1] or found[2]).replace(",", " -"), level)
    return re.sub(r"(?<=\d)\s*[-–]$", "+", level)


def _bounds(text: str, format: NumberFormat) -> tuple[float, float]:
    """The lowest and the highest number that a level stands for."""
    (middle,) = format.parse([text.strip(_SIGNS)])[0]
    high_end = _HIGH_END.match(text)
    if _UPWARDS.search(text):
        return middle, np.inf
    if _DOWNWARDS.search(text):  # what is below a number is read as half of it
        return -np.inf, middle * 2 if re.match(r"\s*(?:under|below|less|fewer)", text, re.IGNORECASE) else middle
    if high_end and not np.isnan(high := format.parse([high_end["high"]])[0][0]):
        return 2 * middle - high, high
    return middle, middle
