"""Numbers that are written as text, in whatever way a person writes them: whether a column holds them, and how."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.tables.cells.distinct import UNDERSTOOD, cells_of, is_enough
from recommender.tables.cells.marks import marks_of
from recommender.tables.cells.missing import says_missing
from recommender.tables.cells.number_format import NumberFormat, Written, unit_key, write
from recommender.tables.cells.skeletons import FIRST_OF_CLOCK, Reading, read_skeleton
from recommender.tables.cells.units import factor, quantity_of, split_unit

COMMON = 0.01
"""A unit that does not convert into the others has to be in so large a share of the cells."""

N_UNITS = 6
"""At most so many such units, or one in fifty of the distinct texts."""

VARIED = 0.7
"""So large a share of the distinct texts has to be of a unit with more than one number."""

N_DIGITS = 15
"""Whole numbers with more digits name something (a card, an account): floats do not hold them."""

_LETTERED = re.compile(r"[A-Za-z]{1,3}-?\d+|\d+-?(?![kKmMbB])[A-Za-z]")

N_ODD = 100
"""So many of the texts that are no numbers are told."""


@dataclass(frozen=True)
class _Column:
    """The distinct texts of a column, the cells of each, and what each seems to say."""

    texts: list[str]
    cells: np.ndarray
    written: Written
    numbers: np.ndarray
    readings: list[Reading | None]

    def share(self, mask: Sequence[bool] | np.ndarray) -> float:
        return float(self.cells[np.asarray(mask, dtype=bool)].sum() / self.cells.sum())

    def of_kind(self, *kinds: str) -> list[bool]:
        return [reading is not None and reading.kind in kinds for reading in self.readings]


def fit_numbers(texts: Iterable[str], *, counts: Iterable[int] | None = None) -> NumberFormat | None:
    """How the numbers of a column are written; None where the column is no column of numbers.

    Parameters
    ----------
    texts
        The column's texts, best the distinct ones. Words for a missing value may be among them.
    counts
        In how many cells each of the texts is.

    Examples
    --------
    >>> fit_numbers(["19.67 kmpl", "23 kmpl", "null kmpl"]).units, fit_numbers(["A1", "B2"])
    (('kmpl',), None)
    >>> fit_numbers(["1.234,5", "12,75"]).decimal
    ','
    """
    cells = cells_of(texts, counts)
    if not _could_be_numbers(list(cells)):
        return None
    marks = marks_of(cells)
    customs = _customs_of(cells)
    column = _read(cells, *marks, customs)
    if column.share([reading is not None for reading in column.readings]) < 0.5 or _are_codes(column):
        return None
    format = _with_units(_with_parts(NumberFormat(*marks, customs=customs), column), column)
    return format and _judged(format, column)


def _could_be_numbers(texts: list[str]) -> bool:
    """A quick look at some of the texts: most hold a digit, and look like a number."""
    some = texts[:: max(1, len(texts) // 100)]
    some = [text for text in some if any(map(str.isdigit, text))]
    written = write(some, *marks_of(some))
    readable = sum(read_skeleton(written.skeletons[code]) is not None for code in written.codes)
    return readable > 0.4 * len(texts[:: max(1, len(texts) // 100)])


def _customs_of(cells: Counter[str]) -> tuple[str, ...]:
    """Whether `6-11` is feet and inches (some would be ranges that fall), and whether letters are directions."""
    texts = [text.strip() for text in cells]
    if not any(re.fullmatch(r"\d[\d.,-]*\s*°?\s*[NSEW\d]", text) for text in texts[:20]):
        return ()
    heights = [found for text in texts if (found := re.fullmatch(r"([3-8])-(\d|1[01])", text))]
    fall = any(int(found[1]) > int(found[2]) for found in heights)
    are_feet = fall and len(heights) >= max(5, UNDERSTOOD * len(texts))
    letters = [found[2] for text in texts if (found := re.fullmatch(r"(\d+[.,]\d+|\d+)\s*°?\s*([NSEW])", text))]
    decimal = any("." in text or "," in text for text in texts)
    is_compass = len(letters) >= UNDERSTOOD * len(texts) and (
        set(letters) in ({"N", "S"}, {"E", "W"}) or (decimal and set(letters) in ({"N"}, {"E"}))
    )
    return ("feet",) * are_feet + ("compass",) * is_compass


def _read(cells: Counter[str], decimal: str, thousands: str, customs: tuple[str, ...]) -> _Column:
    written = write(list(cells), decimal, thousands)
    numbers = written.floats(decimal, thousands)
    readings: list[Reading | None] = []
    for code, start in zip(written.codes, written.starts, strict=True):
        skeleton = written.skeletons[code]
        reading = read_skeleton(skeleton)
        own = slice(start, start + skeleton.count("0"))
        if reading and reading.kind == "clock on a day" and not {"0:0", "0:0:0"} & set(written.skeletons):
            reading = None  # rather dates
        is_open = skeleton.strip() == "0-" and "0-0" in written.skeletons  # 65 and more, not -65
        if is_open or (reading and not _is_plausible(reading, skeleton, written.tokens[own], numbers[own], customs)):
            reading = None
        readings.append(reading)
    return _Column(list(cells), np.fromiter(cells.values(), float), written, numbers, readings)


def _is_plausible(
    reading: Reading, skeleton: str, tokens: list[str], numbers: np.ndarray, customs: tuple[str, ...]
) -> bool:
    """Whether these numbers are written so: no phone, no month of a year, no code with zeros before it."""
    if reading.kind in ("clock", "clock on a day"):
        return all(re.fullmatch(r"[0-5]\d(\D\d+)?", token) for token in tokens[1 : len(reading.parts[0].terms)])
    if reading.kind in ("sum", "zero") or "feet" in customs or (reading.kind == "number" and not _is_bare(skeleton)):
        return True
    if any(re.fullmatch(rf"0\d+|\d{{{N_DIGITS + 1},}}", token) for token in tokens):
        return False
    if reading.kind not in ("range", "over") or not _is_bare(skeleton):
        return True
    first, second = numbers * [np.sign(term.weight) for part in reading.parts for term in part.terms]
    is_month_of_year = 1 <= first <= 12 and 1900 <= second <= 2100 and second % 1 == 0
    return not is_month_of_year and (reading.kind == "over" or first <= second)


def _is_bare(skeleton: str) -> bool:
    return re.fullmatch(r"[\s0/–—-]+", skeleton) is not None


def _are_codes(column: _Column) -> bool:
    """Whether whole numbers are codes: padded with zeros to the width that most have, or a letter is added to some."""
    whole = [text.strip() for text in column.texts if text.strip().isdigit()]
    width, n = Counter(map(len, whole)).most_common(1)[0] if whole else (0, 0)
    padded = n > 0.5 * len(whole) and any(len(text) == width > 1 and text[0] == "0" for text in whole)
    lettered = sum(_LETTERED.fullmatch(text.strip()) is not None for text in column.texts)
    return padded or (lettered > 1 and len(whole) > 0.5 * len(column.texts))


def _with_parts(format: NumberFormat, column: _Column) -> NumberFormat:
    """How many numbers are in a cell, whether the last is the highest possible one, and what a clock shows."""
    first, clocks, over = column.written.starts, column.of_kind("clock", "clock on a day"), column.of_kind("over")
    highest = column.numbers[first[over] + 1]
    is_over = len(highest) > 0 and np.mean(highest == highest[0]) >= UNDERSTOOD
    n_parts = np.array(
        [len(r.parts) if r and not (is_over and r.kind == "over") else int(r is not None) for r in column.readings]
    )
    n_cells = np.bincount(n_parts, weights=column.cells)
    n_numbers = int(np.argmax(n_cells[1:])) + 1
    short = [
        c and r is not None and r.parts[0].terms[0].unit == FIRST_OF_CLOCK
        for c, r in zip(clocks, column.readings, strict=True)
    ]
    plain_hours = [len(column.written.tokens[i]) == 1 for i in first[short]]
    minutes = any(column.numbers[first[short]] > 24) or (clocks != short and any(plain_hours))
    customs = format.customs + ("over",) * bool(is_over) + ("minutes",) * bool(minutes)
    return replace(format, n_numbers=n_numbers, customs=customs)


def _with_units(format: NumberFormat, column: _Column) -> NumberFormat:
    """The quantity that the units measure, and the unit that they are converted into."""
    seen: Counter[str] = Counter()
    money = False
    foreign: set[object] = set()
    for reading, cells in zip(column.readings, column.cells, strict=True):
        for part in reading.parts if reading else ():
            money |= bool(part.money)
            foreign.add(part.label)
            for term in part.terms:
                seen[term.unit] += cells
    clock = any(column.of_kind("clock", "clock on a day"))
    units: list[str] = ["s"] if clock else []
    for unit, _ in seen.most_common():
        if unit and not unit.startswith(":") and quantity_of([*units, unit], money=money):
            units.append(unit)
    quantity = quantity_of(units, money=money)
    factors = {factor(quantity, unit) for unit in units} if quantity else set()
    if quantity == "magnitude":
        factors |= {1.0} if seen[""] else set()
        return replace(format, quantity=quantity, base="" if len(factors) > 1 else units[0])
    foreign = (foreign | factors) - {""}
    if not quantity or (len(foreign) > 1 and seen[""] > seen.total() / 2):  # of unlike units, which one is not written?
        return format
    named = units[1:] if clock and len(units) > 1 else units
    base = "s" if quantity == "time" and (clock or len(factors) > 1) else named[0]
    return replace(format, quantity=quantity, base=base, plain=named[0])


def _judged(format: NumberFormat, column: _Column) -> NumberFormat | None:
    """The format with its units and what is odd; None where the column is no column of numbers after all."""
    meanings = {reading: format.meaning(reading) if reading else None for reading in set(column.readings)}
    names = [meaning[1] if (meaning := meanings[reading]) else None for reading in column.readings]
    units = _units(names, column, free=sum(column.of_kind("product")) > len(names) / 2)
    if units is None:
        return None
    format = replace(format, units=units)
    values, _ = format.parse_distinct(column.texts)
    fine = ~np.isnan(values.reshape(len(values), -1)).all(axis=1) & [reading is not None for reading in column.readings]
    if any(re.search("[<>≤≥]", text) for text in column.texts) and len(np.unique(values[fine])) < 2:
        return None  # of `<= 3` and `> 3` the number says nothing
    fine |= [_is_missing_with_unit(text, units) for text in column.texts]
    odd = [text for text, is_fine in zip(column.texts, fine, strict=True) if not is_fine]
    understood = column.share(fine)
    if not is_enough(int(fine.sum()), odd, understood):
        return None
    return replace(format, understood=understood, odd=tuple(odd[:N_ODD]))


def _is_missing_with_unit(text: str, units: tuple[str, ...]) -> bool:
    """`null bhp` among numbers with a unit."""
    word, _, unit = text.strip().partition(" ")
    return says_missing(word) and (unit_key(unit) in map(unit_key, units) or split_unit(unit)[0] != "")


def _units(names: list[str | None], column: _Column, *, free: bool) -> tuple[str, ...] | None:
    """The units that do not convert, the most frequent first; None where they are no units, but what the texts say."""
    cells: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    keys = {name: unit_key(name) for name in dict.fromkeys(names) if name is not None}
    for name, n in zip(names, column.cells, strict=True):
        if name is not None:
            cells[keys[name]] += n
            texts[keys[name]] += 1
            shown.setdefault(keys[name], name)
    total = cells.total()
    common = [
        key
        for key, n in cells.most_common()
        if n >= COMMON * total and (len(key) != 1 or not key.isalpha() or n > total / 2)
    ]
    if free:
        return tuple(shown[key] for key in cells) if len(cells) > 1 else ()
    varied = sum(texts[key] for key in common if texts[key] > 1)
    if len(common) > max(N_UNITS, len(names) / 50) or (len(texts) > 1 and varied < VARIED * texts.total()):
        return None
    if "" in common and common[0] != "":
        common.remove("")  # a number without a unit is in the most frequent one
    elif len(common) == 2 and "" in common:
        common = common[1:]
    return tuple(shown[key] for key in common if key or len(common) > 1)
