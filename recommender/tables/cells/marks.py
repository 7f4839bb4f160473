"""The decimal mark and the thousands mark of a column of numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

BLANKS = " \u00a0\u2009\u202f"
"""Blanks that stand between thousands, the no-break and thin ones too."""

APOSTROPHES = "'’"
"""Apostrophes that stand between thousands, as in Switzerland."""

RARE = 0.02
"""So small a share of values with another number of digits does not make a decimal mark of a thousands mark."""

N_LAKHS = 20
"""So many values like `4,25000` are lakhs rather than decimals, where no value has another number of digits.

Beside whole numbers below a lakh one is enough."""

_MARKED = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?:\d{{1,3}}(?:[{BLANKS}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,{APOSTROPHES}]\d+)+|(?<!\w)[.,]\d+)"
)
_GROUPED = re.compile(
    rf"[1-9]\d{{0,2}}(?P<mark>[.,{BLANKS}{APOSTROPHES}])(?P<more>(?:\d{{3}}(?P=mark)|\d\d,)*)\d{{3}}"
    r"(?:(?P<decimal>(?!(?P=mark))[.,])\d+)?"
)
_SMALL = re.compile(r"\D*\d{1,5}\D*")
_DECIMAL = re.compile(r"\d*([.,])\d+")
_LAKHS = re.compile(r"[1-9]\d{0,2},\d{5}")


def marks_of(texts: Iterable[str]) -> tuple[str, str]:
    """The decimal mark of a column, and the marks that stand, or may later stand, between its thousands.

    `1,234` and `1.234` can be read in two ways. Values with two marks, with several groups, or with a group that has
    not three digits decide for the whole column. Where there are none, the comma stands between thousands, and the
    point is a decimal mark.

    Examples
    --------
    >>> marks_of(["1,234", "12"]), marks_of(["1.234", "2.345,5"]), marks_of(["0.125", "1.234"]), marks_of(["12 000"])
    (('.', ','), (',', '.'), ('.', ','), ('.', ' '))
    """
    texts = list(texts)
    seen = Counter(said for text in texts for number in _MARKED.findall(text) for said in _said(number))
    if not seen["decimal", ","] and (seen["lakhs", ","] >= N_LAKHS or any(_SMALL.fullmatch(text) for text in texts)):
        seen["thousands", ","] += seen["lakhs", ","]
    for mark in ".,":
        if seen["decimal", mark] <= RARE * seen["either", mark]:
            seen["decimal", mark] = 0
    comma = seen["decimal", ","] + seen["lakhs", ","] * (not seen["thousands", ","]) + seen["thousands", "."]
    point = seen["decimal", "."] + seen["thousands", ","]
    decimal, other = (",", ".") if comma > point else (".", ",")
    between = {mark for kind, mark in seen if kind == "thousands" and mark not in ".,"}
    if seen["thousands", other] or seen["either", other]:
        between.add(other)
    return decimal, "".join(sorted(between)) or other


def _said(number: str) -> list[tuple[str, str]]:
    """What one number says about the marks."""
    grouped = _GROUPED.fullmatch(number)
    if grouped is None:
        if _LAKHS.fullmatch(number):
            return [("lakhs", ",")]
        single = _DECIMAL.fullmatch(number)
        return [("decimal", single[1])] if single else []
    mark, more, decimal = grouped["mark"], grouped["more"], grouped["decimal"]
    unclear = mark in ".," and not more and not decimal
    return [("either" if unclear else "thousands", mark)] + ([("decimal", decimal)] if decimal else [])


def number_pattern(decimal: str, thousands: str) -> str:
    """A regular expression of one number without its sign; the digit of a unit such as `m2` is none.

    Examples
    --------
    >>> re.split(f"({number_pattern('.', ',')})", "$1,234.50 to 4,25,000 kg/m2")
    ['$', '1,234.50', ' to ', '4,25,000', ' kg/m2']
    """
    mark = re.escape(decimal)
    after = rf"(?:{mark}\d+|\.(?![\w.–-]))?" if decimal == "." else rf"(?:{mark}\d+)?"
    exponent = r"(?:[eE][+-]?\d+(?!\w))?"
    rest = rf"\d*{after}{exponent}"
    if thousands:
        lakhs = r",\d{5}|" if "," in thousands else ""
        indian = r"(?:,\d{2})*" if "," in thousands else ""
        group = rf"(?:{lakhs}{indian}(?:[{re.escape(thousands)}]\d{{3}})+)"
        rest = rf"(?:\d{{0,2}}{group}(?!\d)(?:{mark}\d+)?|{rest})"
    is_no_unit = r"(?:(?<![mtO^]\d)|(?<![23])|(?=[\w.,]))"
    # the first character is taken by itself: where it has a set of its own, the search is twice as fast
    return rf"[\d{mark}](?:(?<=\d){is_no_unit}{rest}|(?<=\D)(?<!\w{mark})\d+{exponent})"
