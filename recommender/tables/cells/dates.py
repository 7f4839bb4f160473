"""Dates that are written as text, in whatever way a person writes them, read as dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from recommender.tables.cells.date_shapes import LONGEST, QUARTER, SEASON, WEEK, WITHOUT_YEAR, date_formats
from recommender.tables.cells.distinct import cells_of, is_enough
from recommender.tables.cells.missing import is_missing

N_ONE_BY_ONE = 1000
"""So many texts of unusual ways of writing are read one by one."""

N_ODD = 100
"""So many of the texts that are no dates are told."""

LATEST = 2040
"""Years of two digits end here: `55` is 1955."""

_SEASON = re.compile(r"\d{4}[-–/]\d\d")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)


@dataclass(frozen=True)
class DateFormat:
    """How the dates of a column are written.

    Attributes
    ----------
    formats
        The formats, as of strptime (see `date_shapes` for what it does not know), the most frequent first.
    day_first
        Whether the day stands before the month where both are numbers.
    understood
        The share of cells with a value that were understood.
    odd
        The texts, at most a hundred, that are neither dates nor words for a missing value.
    """

    formats: tuple[str, ...]
    day_first: bool = False
    understood: float = 1.0
    odd: tuple[str, ...] = ()

    def parse(self, texts: Iterable[str]) -> np.ndarray:
        """The dates as datetime64[ns], in UTC where offsets are written; NaT where a text is none.

        Dates that do not fit into nanoseconds (before 1678, after 2261) are NaT too.

        Examples
        --------
        >>> format = fit_dates(["31/12/2021", "01/02/2022"])
        >>> format.parse(["03/04/2022", "unknown"]).astype("datetime64[D]").tolist()
        [datetime.date(2022, 4, 3), None]
        """
        codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
        stripped = np.array([str(text).strip() for text in distinct], dtype=object)
        dates = np.full(len(distinct) + 1, np.datetime64("NaT"), dtype="datetime64[us]")
        left = np.flatnonzero(~is_missing(stripped))
        for format in self.formats:
            dates[left] = _read(stripped[left], format)
            left = left[np.isnat(dates[left])]
        if len(left):
            dates[left] = _read_by_shape(stripped[left], self.day_first)[0]
        years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
        dates[(years < 1678) | (years > 2261)] = np.datetime64("NaT")
        return dates.astype("datetime64[ns]")[codes]


def fit_dates(texts: Iterable[str], *, counts: Iterable[int] | None = None) -> DateFormat | None:
    """How the dates of a column are written; None where the column is no column of dates.

    Whether the day or the month is first is decided by the column: by the order in which more of the values are dates.
    Where both are, the month is first, and the day where a point stands between them.

    Parameters
    ----------
    texts
        The column's texts, best the distinct ones. Words for a missing value may be among them.
    counts
        In how many cells each of the texts is.

    Examples
    --------
    >>> fit_dates(["7-Jan-18", "12-Feb-18", "unknown"]).formats, fit_dates(["1.2.3", "soon"])
    (('%d-%b-%y',), None)
    """
    cells = cells_of(texts, counts)
    distinct = np.array([text.strip() for text in cells], dtype=object)
    some = distinct[:: max(1, len(distinct) // 100)]
    if sum(_is_unusual(text) or bool(date_formats(text, day_first=False)) for text in some) <= len(some) / 2:
        return None
    n_cells = np.fromiter(cells.values(), np.int64)
    month_first, read_so = _read_by_shape(distinct, day_first=False)
    day_first, read_otherwise = _read_by_shape(distinct, day_first=True)
    gain = n_cells[~np.isnat(day_first)].sum() - n_cells[~np.isnat(month_first)].sum()
    is_usual = any("%d.%m" in format for format in read_otherwise) or any(format[:2] == "%y" for format in read_so)
    is_day_first = bool(gain > 0 or (gain == 0 and is_usual))
    dates, places = (day_first, read_otherwise) if is_day_first else (month_first, read_so)
    fine = ~np.isnat(dates) & _is_plausible(dates)
    odd = [text for text, is_fine in zip(cells, fine, strict=True) if not is_fine]
    understood = float(n_cells[fine].sum() / n_cells.sum())
    if not is_enough(int(fine.sum()), odd, understood):
        return None
    formats = sorted(places, key=lambda format: -n_cells[places[format]].sum())
    return DateFormat(tuple(formats), is_day_first, understood, tuple(odd[:N_ODD]))


def looks_like_yyyymmdd(values: np.ndarray) -> bool:
    """Whether whole numbers are dates such as 20150131: all of them valid ones from 1900 to 2100, of several months.

    Examples
    --------
    >>> looks_like_yyyymmdd(np.array([20150131, 20160229])), looks_like_yyyymmdd(np.array([20150131, 20150232]))
    (True, False)
    """
    distinct = np.unique(values)
    if len(distinct) < 2 or distinct[0] < 19000101 or distinct[-1] > 21001231 or len(np.unique(distinct // 100)) < 2:
        return False
    return bool(pd.to_datetime(pd.Series(distinct).astype(str), format="%Y%m%d", errors="coerce").notna().all())


def _read_by_shape(texts: np.ndarray, day_first: bool) -> tuple[np.ndarray, dict[str, list[int]]]:
    """The dates, each by the format that its shape tells, and the places where each format was used."""
    dates = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    shapes: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        shapes[date_formats(text, day_first=day_first)].append(i)
    used: defaultdict[str, list[int]] = defaultdict(list)
    for candidates, places in shapes.items():
        if candidates:
            tried = [_read(texts[places], format) for format in candidates]
            best = max(range(len(tried)), key=lambda i: int((~np.isnat(tried[i])).sum()))
            dates[places] = tried[best]
            used[candidates[best]] += [place for place in places if not np.isnat(dates[place])]
    for i in np.flatnonzero(np.isnat(dates))[:N_ONE_BY_ONE]:
        dates[i] = _read_one(texts[i], day_first)
    return dates, {format: places for format, places in used.items() if places}


def _read(texts: np.ndarray, format: str) -> np.ndarray:
    """Texts that are stripped of blanks, by one format; NaT where it does not fit."""
    if format == QUARTER:
        found = [sorted(re.findall(r"\d+", text), key=len) for text in texts]
        texts = np.array([f"{year}-{3 * int(quarter[0]) - 2}" for quarter, year in found], dtype=object)
        format = "%Y-%m"
    elif format == SEASON:
        is_next = [int(text[-2:]) == (int(text[:4]) + 1) % 100 if _SEASON.fullmatch(text) else False for text in texts]
        texts, format = np.where(is_next, [text[:4] for text in texts], ""), "%Y"
    elif format == WEEK:
        texts, format = texts + "-1", WEEK + "-%u"
    elif format.startswith(WITHOUT_YEAR):
        texts = "2000:" + texts
    dates = pd.to_datetime(texts, format=format, errors="coerce", utc=True).tz_localize(None)
    if "%y" in format:
        dates = dates.where(~(dates.year > LATEST), dates - pd.DateOffset(years=100))
    return dates.to_numpy().astype("datetime64[us]")


def _read_one(text: str, day_first: bool) -> np.datetime64:
    """A date with a month's name and a year that is written in an unusual way."""
    if not _is_unusual(text):
        return np.datetime64("NaT")
    from dateutil import parser

    try:
        date = parser.parse(text, dayfirst=day_first, default=datetime(2000, 1, 1))
    except (ValueError, OverflowError):
        return np.datetime64("NaT")
    return np.datetime64(date.astimezone(UTC).replace(tzinfo=None) if date.tzinfo else date, "us")


def _is_unusual(text: str) -> bool:
    """Whether a text with a month's name and a year is short enough to be a date."""
    return len(text) <= LONGEST and bool(_MONTH.search(text) and re.search(r"(?<!\d)\d{4}(?!\d)", text))


def _is_plausible(dates: np.ndarray) -> np.ndarray:
    """Which dates are of the years that people write, or the first or last one that can be written."""
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return ((years >= 1500) & (years <= 2261)) | (years == 1) | (years == 9999)
