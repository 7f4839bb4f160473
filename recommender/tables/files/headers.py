"""Where a table of cells begins and what its columns are called: titles, two lines of names, and no names at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mode
from typing import Literal

from recommender.tables.cells.missing import says_missing

Kind = Literal["number", "digits", "text"]

N_SAMPLED = 200
"""So many rows are looked at to tell names from values."""
MAX_ABOVE = 20
"""Lines of a title at most."""
NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
DIGITS = re.compile(r"[-+]?\d[\d.,:/ T+-]*%?")
"""Dates, times and numbers with separators: cells that hold a value and are no name."""


@dataclass(frozen=True)
class Header:
    """The beginning of a table.

    Parameters
    ----------
    above : int
        Rows before the names, or before the values where there are no names.
    lines : int
        Rows that the names take: 0, 1 or 2.
    names : tuple of str
        Names for all columns where they are not those of the one line; else nothing.
    notes : tuple of str
        What deserves a word, a sentence each.
    """

    above: int = 0
    lines: int = 1
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_header(rows: Sequence[Sequence[str]]) -> Header:
    """Where the names are, judged by the first rows.

    Parameters
    ----------
    rows : sequence of rows of text
        At most about `N_SAMPLED` of them; empty cells are empty text.

    Returns
    -------
    Header

    Notes
    -----
    Lines above the names count as a title where they have one filled cell, or fewer than the rest and numbers lie
    below the names. The first line holds values where all of it are numbers (other than a sequence such as years), or
    where most of its cells are values that come again below and nothing in it speaks for a name. A second line belongs
    to the names where it has text over two or more columns of numbers.

    Examples
    --------
    >>> find_header([["Survey of 2024"], ["size", "kind"], ["1.5", "a"], ["2.5", "b"], ["3", "a"]]).above
    1
    >>> find_header([["5.1", "3.5", "setosa"], ["4.9", "3.0", "setosa"], ["4.7", "3.2", "setosa"]]).names
    ('column_1', 'column_2', 'column_3')
    >>> find_header([["size", "mass"], ["cm", "kg"], ["1.5", "60"], ["2.5", "70"]]).names
    ('size cm', 'mass kg')
    """
    cells = [[cell.strip() for cell in row] for row in rows]
    filled = [i for i, row in enumerate(cells) if any(row)]
    if not filled:
        return Header()
    above = _first_row(cells, filled)
    skipped = [cells[i] for i in filled if i < above]
    notes = [_note_on_title(skipped)] if skipped else []
    first, below = cells[above], [cells[i] for i in filled if i > above]
    if _holds_values(first, below):
        names = tuple(f"column_{i + 1}" for i in range(max(map(len, (first, *below)))))
        return Header(above, 0, names, (*notes, _note_on_numbered(names)))
    if below and cells[above + 1] == below[0] and _are_units(first, below[0], below[1:]):
        names = _joined(first, below[0])
        return Header(above, 2, names, (*notes, f"the names take two lines, which were joined, as in {names[0]!r}"))
    return Header(above, 1, (), tuple(notes))


def _first_row(rows: list[list[str]], filled: list[int]) -> int:
    """The row at which the table begins, below a title where there is one."""
    sizes = [sum(map(bool, row)) for row in rows]
    width = mode(max(i + 1 for i, cell in enumerate(rows[r]) if cell) for r in filled)
    start = next((i for i in filled if sizes[i] >= max(2, width - 1)), None)
    if start is None or start > MAX_ABOVE + filled[0] or start == filled[0]:
        return filled[0]
    above, below = [i for i in filled if i < start], [rows[i] for i in filled if i > start]
    if all(sizes[i] == 1 and width > 2 for i in above):
        return start
    left = all(all(rows[i][: sizes[i]]) for i in above)  # a line of names that leaves some out has gaps
    return start if left and _names_numbers(rows[start], below) else filled[0]


def _names_numbers(first: list[str], below: list[list[str]]) -> bool:
    """Whether a row names columns of which some hold numbers."""
    names = [cell for cell in first if cell]
    if len(set(names)) < len(names) or _holds_values(first, below):
        return False
    kinds = [_kind_of(_column(below, i)) for i in range(len(first))]
    over = [cell for cell, kind in zip(first, kinds, strict=True) if cell and kind == "number"]
    return any(_kind(cell) == "text" for cell in over) or _is_sequence([c for c in over if _kind(c) == "number"])


def _holds_values(first: list[str], below: list[list[str]]) -> bool:
    """Whether a row holds values as the rows below it do, and no names."""
    columns = [(cell, _column(below, i, but=first)) for i, cell in enumerate(first) if not says_missing(cell)]
    columns = [(cell, values) for cell, values in columns if values]
    again = [cell in values for cell, values in columns]
    kinds = [(_kind(cell), _kind_of(values)) for cell, values in columns]
    if len(columns) < 2 or any(kind == "text" and of != "text" for kind, of in kinds):
        return False  # text over numbers is a name
    if all(again):
        return True
    alike = [kind == of and kind != "text" for kind, of in kinds]
    if all(kind == "number" for kind, _ in kinds):
        return any(alike) and not _is_sequence([cell for cell, _ in columns])
    new = [values for (cell, values), known in zip(columns, again, strict=True) if not known and _kind(cell) == "text"]
    if any(map(_repeats, new)):
        return False  # text that is none of a few categories is their name
    fractions = [same and not cell.isdecimal() for same, (cell, _) in zip(alike, columns, strict=True)]
    return any(alike) and sum(map(max, again, fractions)) > len(columns) / 2


def _are_units(first: list[str], second: list[str], below: list[list[str]]) -> bool:
    """Whether a second row holds units, or names below names, and no values."""
    if any(_kind(cell) != "text" for cell in first if cell):
        return False
    columns = [(_told(second, i), _column(below, i)) for i in range(max(len(first), len(second)))]
    if any(cell and (_kind(cell) != "text" or cell in values) for cell, values in columns):
        return False
    over = [cell for cell, values in columns if len(values) > 1 and _kind_of(values) == "number"]
    return len(over) > 1 and sum(map(bool, over)) > len(over) / 2


def _joined(first: list[str], second: list[str]) -> tuple[str, ...]:
    """Two rows of names as one; a name that spans several columns stands at the first of them."""
    names: dict[str, None] = {}
    group = ""
    for i in range(max(len(first), len(second))):
        group = _told(first, i) or (group if _told(second, i) else "")
        name = f"{group} {_told(second, i)}".strip() or f"column_{i + 1}"
        names[name if name not in names else f"{name}.{i + 1}"] = None
    return tuple(names)


def _told(row: list[str], i: int) -> str:
    """A cell, or nothing where there is none or a dash stands for nothing."""
    return row[i] if i < len(row) and not says_missing(row[i]) else ""


def _column(rows: list[list[str]], i: int, but: list[str] | None = None) -> list[str]:
    """The values in a column, without missing ones and those of rows that are like another."""
    return [row[i] for row in rows if i < len(row) and not says_missing(row[i]) and row != but]


def _kind(cell: str) -> Kind:
    if NUMBER.fullmatch(cell):
        return "number"
    return "digits" if DIGITS.fullmatch(cell) else "text"


def _kind_of(values: list[str]) -> Kind:
    """The kind of nearly all values of a column."""
    kinds = [_kind(value) for value in values]
    return next((kind for kind in ("number", "digits") if kinds and kinds.count(kind) >= 0.9 * len(kinds)), "text")


def _repeats(values: list[str]) -> bool:
    return len(set(values)) <= len(values) / 2


def _is_sequence(cells: list[str]) -> bool:
    """Whether names are numbers in equal steps, such as years, or as pandas numbers columns."""
    if len(cells) < 2 or not all(map(str.isdecimal, cells)):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(cells)}
    return len(steps) == 1 and steps != {0}


def _note_on_title(skipped: list[list[str]]) -> str:
    text = " ".join(" ".join(skipped[0]).split())[:60]
    if len(skipped) == 1:
        return f"the line above the table was skipped: {text!r}"
    return f"{len(skipped)} lines above the table were skipped; the first is {text!r}"


def _note_on_numbered(names: tuple[str, ...]) -> str:
    return (
        f"the first line holds values and no names, so the columns are called {names[0]} to {names[-1]}; the target is "
        f"named likewise, as by --target {names[-1]}"
    )
