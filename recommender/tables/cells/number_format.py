"""How the numbers of a column are written, and the column's numbers read by it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.tables.cells.marks import number_pattern
from recommender.tables.cells.skeletons import (
    FIRST_OF_CLOCK,
    SECOND_OF_CLOCK,
    Part,
    Reading,
    Term,
    compass_letter,
    read_skeleton,
)
from recommender.tables.cells.units import factor

CUSTOMS = {
    "over": "`4.1 out of 5` is one number: the last one is always the same",
    "minutes": "`12:30` is minutes and seconds, not hours and minutes",
    "feet": "`6-11` is feet and inches, not a range",
    "compass": "`10.5S` lies south of the equator: it is negative, as what lies in the west",
}
"""What a column can decide about writings that have two meanings."""


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written.

    Attributes
    ----------
    decimal, thousands
        The decimal mark, and the marks that may stand between thousands.
    quantity, base
        What the convertible units measure (see `units.FACTORS`), and the unit that all are converted into.
    plain
        The unit of numbers that are written without one.
    units
        The units of the parsed numbers, the most frequent first; more than one where they do not convert.
    n_numbers
        How many numbers a cell holds: 2 for `1920x1080`.
    customs
        What the column decides about writings that have two meanings: some of `CUSTOMS`.
    understood
        The share of cells with a value that were understood.
    odd
        The texts, at most a hundred, that are neither numbers nor words for a missing value.
    """

    decimal: str = "."
    thousands: str = ""
    quantity: str = ""
    base: str = ""
    plain: str = ""
    units: tuple[str, ...] = ()
    n_numbers: int = 1
    customs: tuple[str, ...] = ()
    understood: float = 1.0
    odd: tuple[str, ...] = ()

    def parse(self, texts: Iterable[str]) -> tuple[np.ndarray, pd.Categorical[str] | None]:
        """The numbers, NaN where a text is none, and the unit of each where the column has several units.

        Returns
        -------
        values : ndarray of float64, of shape (n,), or (n, n_numbers) where a cell holds several numbers
        units : Categorical with `units` as categories, or None

        Examples
        --------
        >>> format = NumberFormat(quantity="time", base="s", plain="min", units=("s",))
        >>> format.parse(["2h 10m", "45", "?"])[0].tolist()
        [7800.0, 2700.0, nan]
        """
        codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
        values, units = self.parse_distinct([str(text) for text in distinct])
        values = np.vstack([values, np.full((1, self.n_numbers), np.nan)])[codes]
        values = values[:, 0] if self.n_numbers == 1 else values
        if len(self.units) < 2:
            return values, None
        return values, pd.Categorical.from_codes(np.append(units, -1)[codes], categories=pd.Index(self.units))

    def parse_distinct(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of distinct texts, and the position of each one's unit (-1: none)."""
        written = write(texts, self.decimal, self.thousands)
        values, units = np.full((len(texts), self.n_numbers), np.nan), np.full(len(texts), -1)
        numbers = written.floats(self.decimal, self.thousands)
        known = {unit_key(unit): i for i, unit in enumerate(self.units)} or {"": 0}
        for skeleton, rows in written.groups():
            reading = read_skeleton(skeleton)
            meaning = self.meaning(reading) if reading else None
            if reading is None or meaning is None or len(meaning[0]) > self.n_numbers:
                continue
            weights, name = meaning
            unit = known.get(unit_key(name), -1 if name else 0)
            if unit < 0 and reading.kind != "product":
                continue
            given = numbers[written.starts[rows][:, None] + np.arange(weights.shape[1])]
            with np.errstate(invalid="ignore", over="ignore"):  # numbers too large for a float
                values[rows, : len(weights)] = _meant(given, weights, reading.parts[0].half_day)
            units[rows] = unit
        return values, units

    def meaning(self, reading: Reading) -> tuple[np.ndarray, str] | None:
        """The weights of a skeleton's numbers in each number that is meant, and the unit."""
        parts = reading.parts
        n = 1 + max((term.place for part in parts for term in part.terms), default=-1)
        if reading.kind == "over" and "over" in self.customs:
            parts = (parts[0]._replace(label=parts[1].label),)
        if reading.kind == "range" and "feet" in self.customs:
            return np.array([[12.0, 1.0]]), "in"
        weights, names = np.zeros((len(parts), n)), []
        for i, part in enumerate(map(self._on_compass, parts)):
            for term in part.terms:
                scale = self._scale(term.unit, labelled=bool(part.label))
                if scale is None and reading.kind == "sum":
                    return None
                weights[i, term.place] = term.weight * (scale or 1.0)
            names.append(self._name(part))
        return weights, " x ".join(dict.fromkeys(filter(None, names)))

    def _scale(self, unit: str, *, labelled: bool) -> float | None:
        """What a number in this unit is multiplied by; None where the unit is kept as it is."""
        if not self.quantity:
            return None
        if unit in (FIRST_OF_CLOCK, SECOND_OF_CLOCK):
            return (60.0 if unit == FIRST_OF_CLOCK else 1.0) * (1 if "minutes" in self.customs else 60)
        if not unit and self.quantity != "magnitude":
            unit = "?" if labelled else self.plain
        found = factor(self.quantity, unit)
        base = factor(self.quantity, self.base) or 1
        return None if found is None else float(f"{found / base:.14g}")

    def _on_compass(self, part: Part) -> Part:
        """A number of degrees without its direction: south and west are negative."""
        letter = compass_letter(part) if "compass" in self.customs else ""
        if not letter:
            return part
        (term,) = part.terms
        return Part((Term(term.place, -term.weight if letter in "SW" else term.weight, ""),))

    def _name(self, part: Part) -> str:
        unit = part.terms[-1].unit if part.terms else ""
        shown = unit if self._scale(unit, labelled=bool(part.label)) is None else self.base
        return " ".join(filter(None, (part.money, shown, part.label)))


def _meant(given: np.ndarray, weights: np.ndarray, half_day: str) -> np.ndarray:
    """The weighted sums, number by number: as a product of matrices, one row could differ from the same among many."""
    meant = np.zeros((len(given), len(weights)))
    for i in range(weights.shape[1]):
        numbers = given[:, [i]]
        if half_day and i == 0:
            numbers = numbers % 12 + 12 * (half_day == "p")
        meant += numbers * weights[:, i]
    return meant


@dataclass(frozen=True)
class Written:
    """Texts as skeletons and the numbers in them: text i has skeleton codes[i] and its numbers from starts[i] on."""

    skeletons: list[str]
    codes: np.ndarray
    tokens: list[str]
    starts: np.ndarray

    def floats(self, decimal: str, thousands: str) -> np.ndarray:
        """The numbers of all texts, one after the other."""
        joined = "\n".join(self.tokens)
        for mark in thousands:
            joined = joined.replace(mark, "")
        joined = joined.replace(decimal, ".")
        return np.fromiter(map(float, joined.split("\n")) if joined else (), dtype=np.float64)

    def groups(self) -> Iterator[tuple[str, np.ndarray]]:
        """Each skeleton with the positions of its texts."""
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.skeletons)))
        return zip(self.skeletons, np.split(order, ends)[: len(self.skeletons)], strict=True)


def write(texts: Sequence[str], decimal: str, thousands: str) -> Written:
    """Texts as skeletons and numbers.

    Examples
    --------
    >>> written = write(["2h 50m", "$1,234", "3h 5m"], ".", ",")
    >>> written.skeletons, written.tokens
    (['0h 0m', '$0'], ['2', '50', '1,234', '3', '5'])
    """
    split = re.compile(f"({number_pattern(decimal, thousands)})").split
    skeletons: dict[str, int] = {}
    codes, lengths, tokens = [], [], []
    for text in texts:
        pieces = split(text)
        codes.append(skeletons.setdefault("0".join(pieces[::2]), len(skeletons)))
        lengths.append(len(pieces) // 2)
        tokens += pieces[1::2]
    starts = np.cumsum(lengths, dtype=np.int64) - np.array(lengths, dtype=np.int64)
    return Written(list(skeletons), np.array(codes, dtype=np.int64), tokens, starts)


def unit_key(unit: str) -> str:
    """What is the same for all ways of writing a unit: small or capital letters, one or several.

    Examples
    --------
    >>> unit_key("Ratings") == unit_key("rating")
    True
    """
    return re.sub(r"(?<=[^\W\d_]{2})s\b", "", unit.lower())
