"""Which strptime format a date is written in, told from the text."""

from __future__ import annotations

import re
from functools import lru_cache

WITHOUT_YEAR = "%Y:"
"""A format that starts so is of days without a year: the text is read with the leap year 2000 before it."""

WEEK = "%G-W%V"
"""The format of `2015-W05`: the text is read with the week's first day after it."""

QUARTER = "%YQ"
"""The format of `2015Q1` and `Q1 2015`, which strptime does not know."""

SEASON = "%Y/%y"
"""The format of `2015-16`, a year and the next one: the text is read as the first of them."""

LONGEST = 60
"""Longer texts are no dates."""

_NAMES = {
    "%B": "january february march april june july august september october november december",
    "%b": "jan feb mar apr may jun jul aug sep oct nov dec",
    "%A": "monday tuesday wednesday thursday friday saturday sunday",
    "%a": "mon tue wed thu fri sat sun",
}
_DIRECTIVES = {name: directive for directive, names in _NAMES.items() for name in names.split()}
_FILLERS = {"of", "the", "at", "on", "t", "st", "nd", "rd", "th"}
_BETWEEN = set("-/.,_' ")
_TIME = re.compile(
    r"(?<![\d:])\d{1,2}:\d\d(?P<seconds>:\d\d(?:(?P<point>[.,])\d{1,9})?)?(?P<half>\s*[ap]m\b)?"
    r"(?P<offset>\s*(?:Z\b|[+-]\d\d:?\d\d(?!\d)))?(?P<zone>\s*(?:UTC|GMT)\b)?",
    re.IGNORECASE,
)
_NINES = str.maketrans("0123456789", "9" * 10)
_TOKEN = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)
_QUARTER = re.compile(r"9999[\s-]?q9|q9[\s-]?9999", re.IGNORECASE)
_COMPACT = {(8,): "%Y%m%d", (14,): "%Y%m%d%H%M%S", (8, 6): "%Y%m%d %H%M%S", (8, 4): "%Y%m%d %H%M"}


def date_formats(text: str, *, day_first: bool) -> tuple[str, ...]:
    """The formats that a text may be written in, the likeliest first; none where it is no date.

    Examples
    --------
    >>> date_formats("31/12/2021 13:00", day_first=True), date_formats("Jan-18", day_first=False)
    (('%d/%m/%Y %H:%M',), ('%b-%y', '%Y:%b-%d'))
    >>> date_formats("Friday, 26 October 2012", day_first=False), date_formats("version 1.2.3", day_first=False)
    (('%A, %d %B %Y',), ())
    """
    return _formats_of_shape(text.translate(_NINES), day_first) if len(text) <= LONGEST else ()


@lru_cache(maxsize=4096)
def _formats_of_shape(shape: str, day_first: bool) -> tuple[str, ...]:
    if _QUARTER.fullmatch(shape):
        return (QUARTER,)
    if shape.upper() == "9999-W99":
        return (WEEK,)
    if re.fullmatch(r"9999[-–/]99", shape):
        return (SEASON, f"%Y{shape[4]}%m")
    time = _TIME.search(shape)
    tokens = _TOKEN.findall(shape[: time.start()] + "\n" + shape[time.end() :] if time else shape)
    if not all(t[0] in "9\n" or t in _BETWEEN or t.lower() in _FILLERS or t.lower() in _DIRECTIVES for t in tokens):
        return ()
    tokens = [_DIRECTIVES.get(token.lower(), token) for token in tokens]
    if sum(t in ("%B", "%b") for t in tokens) > 1 or sum(t in ("%A", "%a") for t in tokens) > 1:
        return ()
    numbers = [i for i, token in enumerate(tokens) if token[0] == "9"]
    month = next((i for i, token in enumerate(tokens) if token in ("%B", "%b")), None)
    formats = []
    for fields in _fields([len(tokens[i]) for i in numbers], tokens, month, day_first):
        filled = dict(zip(numbers, fields, strict=True))
        without_year = WITHOUT_YEAR * (not {"%Y", "%y", "%Y%m%d", "%Y%m%d%H%M%S"} & set(fields))
        written = "".join(filled.get(i, token) for i, token in enumerate(tokens))
        formats.append(without_year + (written.replace("\n", _time_format(time)) if time else written))
    return tuple(formats)


def _fields(lengths: list[int], tokens: list[str], month: int | None, day_first: bool) -> list[tuple[str, ...]]:
    """What the numbers of a date may be, the likeliest first, by their lengths and by where a month's name stands."""
    if compact := _COMPACT.get(tuple(lengths)):
        return [tuple(compact.split())] if month is None else []
    if max(lengths, default=5) > 4 or 3 in lengths or lengths.count(4) > 1:
        return []
    year = "%Y" if 4 in lengths else "%y"
    if month is not None:
        return _around_month(lengths, tokens, month)
    if len(lengths) == 2 and year == "%Y":
        return [("%Y", "%m") if lengths[0] == 4 else ("%m", "%Y")]
    if len(lengths) != 3 or lengths[1] == 4:
        return []
    if lengths[0] == 4:
        return [("%Y", "%m", "%d"), ("%Y", "%d", "%m")]
    last: list[tuple[str, ...]] = [("%d", "%m", year)] if day_first else [("%m", "%d", year)]
    return last if 4 in lengths else last + [("%y", "%m", "%d")] * (lengths[0] == 2) if lengths[2] == 2 else []


def _around_month(lengths: list[int], tokens: list[str], month: int) -> list[tuple[str, ...]]:
    if len(lengths) == 2:
        year_first = lengths[0] == 4
        day_and_year = ("%Y", "%d") if year_first else ("%d", "%Y" if lengths[1] == 4 else "%y")
        return [day_and_year] if 4 in lengths else [day_and_year, ("%y", "%d")]
    if len(lengths) != 1:
        return []
    if lengths == [4]:
        return [("%Y",)]
    is_year = tokens[month + 1 : month + 2] in (["-"], ["'"], ["/"]) or "'" in tokens
    return [("%y",), ("%d",)] if is_year else [("%d",)]


def _time_format(time: re.Match[str]) -> str:
    """The format of a time of day, with what stands before its half of the day and its offset."""

    def then(name: str, directive: str) -> str:
        found = time[name]
        return "" if found is None else " " * (found[0] == " ") + directive

    seconds = "" if time["seconds"] is None else ":%S" + (time["point"] + "%f" if time["point"] else "")
    hours = "%H" if time["half"] is None else "%I"
    return f"{hours}:%M{seconds}" + then("half", "%p") + then("offset", "%z") + then("zone", "%Z")
