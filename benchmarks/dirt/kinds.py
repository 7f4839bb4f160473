"""The kinds of dirt: what each writes of clean columns, and what a person reads in it.

    python -m benchmarks.dirt.kinds        # each kind with cells that it writes, as the README lists them

`KINDS` at the end lists them. Holes are where they are whatever is written into them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from benchmarks.dirt import days, levels, numerals
from benchmarks.dirt.dirtying import Kind, Write, Written, dirtied, is_number
from recommender.errors import unknown_name

HOLES = 0.05
"""The share of cells that hold a word for a missing value."""
SENTINELS = 0.1
"""The share of cells that hold a number for a missing value."""


# ---------------------------------------------------------------------------------------------------------------------
# From writers of cells to kinds


def _filled(column: pd.Series, known: Iterable[object], where: np.ndarray | None = None) -> pd.Series:
    """A column of cells for the rows that are not missing."""
    cells = np.full(len(column), np.nan, dtype=object)
    cells[np.flatnonzero(column.notna() if where is None else where)] = pd.Series(list(known), dtype=object).to_numpy()
    return pd.Series(cells.tolist(), column.index, name=column.name)


def _numbers(column: pd.Series) -> np.ndarray:
    return column.dropna().to_numpy(dtype=np.float64)


def _exactly(write: numerals.Writer) -> Write:
    """All cells are written so, and mean what they were."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0]
        return Written(_filled(column, write(_numbers(column), rng)), columns)

    return written


def _objects(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
    return Written(columns.iloc[:, 0].astype(object), columns)


def _target(write: numerals.Writer, typical: float | None) -> Write:
    """A target, meant as the numbers in its cells."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        values = columns.iloc[:, 0].astype(np.float64)
        scaled = values if typical is None else values * 0 + numerals.sized(values.to_numpy(), typical)
        return Written(_filled(values, write(_numbers(values), rng)), scaled.to_frame())

    return written


def _holes(column: pd.Series, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which cells are missing, at least one."""
    return (rng.random(len(column)) < share) | (np.arange(len(column)) == rng.integers(len(column)))


def _missing(marker: str, pattern: str | None = "{}", share: float = HOLES) -> Write:
    """Numbers as text, or as they are, and a word where some are missing."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0].astype(np.float64)
        holes = _holes(column, share, rng)
        cells = _filled(column, numerals.form(pattern)(_numbers(column), rng)) if pattern else column
        return Written(cells.astype(object).mask(holes, marker).infer_objects(), column.mask(holes).to_frame())

    return written


def _sentinel(value: float) -> Write:
    """A number where some are missing."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0].astype(np.float64)
        holes = _holes(column, SENTINELS, rng)
        return Written(column.mask(holes, value), column.mask(holes).to_frame())

    return written


def _far_from(value: float) -> Callable[[pd.Series], bool]:
    """Whether a number lies farther from a column's numbers than these do from each other."""

    def suits(column: pd.Series) -> bool:
        if not is_number(column):
            return False
        low, high = float(column.min()), float(column.max())
        return max(value - high, low - value) > high - low

    return suits


def _date(form: days.Format, *, monthly: bool = False, unknown: bool = False) -> Write:
    """Days, or months, some of them unknown."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0]
        holes = _holes(column, HOLES, rng) & unknown
        dates = days.days_of(_numbers(column))
        dates = dates.to_period("M").to_timestamp() if monthly else dates
        meant = pd.Series(pd.NaT, column.index, dtype=dates.dtype, name=column.name)
        meant[column.notna()] = dates
        return Written(_filled(column, form(dates)).mask(holes, "unknown"), meant.mask(holes).to_frame())

    return written


def _words(labels: tuple[str, ...], numbers: tuple[int, ...] | None = None) -> Write:
    """Ordered words, meant as their order, or as the numbers in them."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0]
        places = levels.levels_of(column, len(labels))
        cells = pd.Series([labels[place] for place in places], column.index, name=column.name)
        meant = pd.Series(places if numbers is None else np.array(numbers)[places], column.index, name=column.name)
        return Written(cells, meant.to_frame())

    return written


def _categories(write: levels.Writer, n: int) -> Write:
    """Categories, meant as they are named."""

    def written(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
        column = columns.iloc[:, 0]
        cells, names = write(levels.levels_of(column, n), rng)
        meant = pd.Series(pd.Categorical(names), column.index, name=column.name)
        return Written(pd.Series(cells, column.index, name=column.name), meant.to_frame())

    return written


def _options(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
    """Several columns of two values in one cell."""
    flags = columns.apply(levels.levels_of, n=2)
    cells = pd.Series(levels.lists(flags.to_numpy(), rng), columns.index, name=columns.columns[0])
    return Written(cells, flags)


def _resolution(columns: pd.DataFrame, rng: np.random.Generator) -> Written:
    """Two columns in one cell."""
    known = columns.notna().all(axis=1)
    sizes = [np.add(numerals.whole(numerals.from_zero(_numbers(columns.loc[known, n])), 1_000), 100) for n in columns]
    cells = [f"{width}x{height}" for width, height in zip(*sizes, strict=True)]
    return Written(_filled(columns.iloc[:, 0], cells, known.to_numpy()), columns.where(known))


def _id(name: str, pattern: str | None) -> Write:
    """A number that no other row has."""

    def written(table: pd.DataFrame, rng: np.random.Generator) -> Written:
        numbers = rng.choice(1_000_000, len(table), replace=False)
        cells = numbers if pattern is None else [pattern.format(number) for number in numbers]
        return Written(pd.Series(cells, table.index, name=name), table)

    return written


def has_levels(column: pd.Series) -> bool:
    return bool(column.nunique() > 1)


def find_kind(name: str) -> Kind:
    """The kind of that name."""
    if name not in KINDS:
        raise unknown_name("kind of dirt", name, KINDS)
    return KINDS[name]


# ---------------------------------------------------------------------------------------------------------------------
# The kinds

_MONEY = {"B": 1e9, "M": 1e6, "k": 1e3}
_LAKH = {" Cr": 1e7, " Lakh": 1e5}

_ALL = (
    Kind("unit after", _exactly(numerals.form("{} kmpl"))),
    Kind("unit after, no blank", _exactly(numerals.form("{}GB"))),
    Kind("unit before", _exactly(numerals.form("Rs. {}"))),
    Kind("currency code", _exactly(numerals.form("{} USD"))),
    Kind("two units", _exactly(numerals.two_units)),
    Kind("dollars and thousands", _exactly(numerals.dollars)),
    Kind("euros", _exactly(numerals.euros)),
    Kind("percent", _exactly(numerals.percent)),
    Kind("thousands by comma", _exactly(numerals.thousands(","))),
    Kind("thousands by point", _exactly(numerals.thousands("."))),
    Kind("thousands by blank", _exactly(numerals.thousands(" "))),
    Kind("thousands by apostrophe", _exactly(numerals.thousands("'"))),
    Kind("Indian thousands", _exactly(numerals.indian)),
    Kind("accounting negatives", _exactly(numerals.accounting)),
    Kind("decimal comma", _exactly(numerals.decimal_comma)),
    Kind("k, M and B", _exactly(numerals.magnitudes(_MONEY, 3e5))),
    Kind("Lakh and Cr", _exactly(numerals.magnitudes(_LAKH, 3e6))),
    Kind("ranges", _exactly(numerals.ranges)),
    Kind("hours and minutes", _exactly(numerals.durations)),
    Kind("clock", _exactly(numerals.clocks)),
    Kind("resolution", _resolution, takes=2),
    Kind("numbers as text", _exactly(numerals.form("{}"))),
    Kind("numbers as decimals", _exactly(numerals.decimals)),
    Kind("numbers as objects", _objects),
    Kind("whole numbers as 3.0", _exactly(numerals.float_text)),
    Kind("one ?", _missing("?", share=0.0)),
    Kind("? for missing", _missing("?")),
    Kind("blank for missing", _missing(" ")),
    Kind("- for missing", _missing("-")),
    Kind("n/a for missing", _missing("n/a")),
    Kind("unknown for missing", _missing("unknown")),
    Kind("? among objects", _missing("?", pattern=None)),
    Kind("null bhp among units", _missing("null bhp", "{} bhp")),
    Kind("-999 for missing", _sentinel(-999.0), _far_from(-999.0)),
    Kind("-200 for missing", _sentinel(-200.0), _far_from(-200.0)),
    Kind("9999 for missing", _sentinel(9999.0), _far_from(9999.0)),
    Kind("1e20 for missing", _sentinel(1e20), _far_from(1e20)),
    Kind("date d-Mon-yy", _date(days.short_form)),
    Kind("date Month d, yyyy", _date(days.long_form)),
    Kind("date with weekday", _date(days.form("%A, %d %B %Y"))),
    Kind("date dd Mon yyyy", _date(days.form("%d %b %Y"))),
    Kind("date dd.mm.yyyy", _date(days.form("%d.%m.%Y"))),
    Kind("date yyyymmdd", _date(days.digits)),
    Kind("date Mon-yyyy", _date(days.form("%b-%Y"), monthly=True)),
    Kind("date yyyy-mm", _date(days.form("%Y-%m"), monthly=True)),
    Kind("date with two offsets", _date(days.with_offset)),
    Kind("date, some unknown", _date(days.form("%Y-%m-%d"), unknown=True)),
    Kind("at least", _words(tuple(f"{step:,}+" for step in levels.STEPS), levels.STEPS)),
    Kind("clipped ends", _words(levels.CLIPPED)),
    Kind("bins", _words(levels.BINS)),
    Kind("low, medium, high", _words(levels.DEGREES)),
    Kind("sizes", _words(levels.SIZES)),
    Kind("answers", _words(levels.ANSWERS)),
    Kind("yes and no", _categories(levels.spelled(levels.YES_OR_NO), 2), has_levels),
    Kind("case and blanks", _categories(levels.spelled(levels.COLOURS), len(levels.COLOURS)), has_levels),
    Kind("codes of digits", _categories(levels.codes, levels.N_CODES), has_levels),
    Kind("lists", _options, has_levels, takes=3),
    Kind("id of digits", _id("customer_id", None), dirties="id"),
    Kind("id of text", _id("customer", "C-{:06d}"), dirties="id"),
    Kind("target in dollars", _target(numerals.dollars, 1_000), dirties="target"),
    Kind("target in dollars and blanks", _target(numerals.padded_dollars, 100_000), dirties="target"),
    Kind("target with thousands", _target(numerals.thousands(","), 10_000), dirties="target"),
    Kind("target with unit", _target(numerals.form("{} kg"), None), dirties="target"),
    Kind("target as text", _target(numerals.form("{}"), None), dirties="target"),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
"""Every kind by its name, in the order in which they are measured."""


# ---------------------------------------------------------------------------------------------------------------------
# Examples


def example(kind: Kind) -> str:
    """Three cells, as Markdown, of a column that is drawn: such as look different, where there are such."""
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.lognormal(1, 1.5, (40, 3)).round(2), columns=list("abc"))
    dirty = dirtied(X, X["a"], kind, 1.0)
    assert dirty is not None
    cells = (dirty.y if kind.dirties == "target" else dirty.X.iloc[:, 0]).dropna().astype(str).drop_duplicates()
    looks = cells.str.replace(r"\d+", "0", regex=True)
    shown = [*cells[~looks.duplicated()], *cells[looks.duplicated()]][:3]
    return ", ".join(f"`{cell}`" for cell in shown)


def main() -> None:
    for kind in KINDS.values():
        print(f"| {kind.name} | {example(kind)} |")


if __name__ == "__main__":
    main()
