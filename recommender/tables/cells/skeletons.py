"""Ways of writing a number, read from what stands around the digits.

A text's skeleton is the text with `0` in the place of each number: `$1,234.50` is `$0`, `2h 50m` is `0h 0m`. A column
of numbers has few skeletons however many values it has, so each skeleton is read once. Whatever a person writes (a
range, a duration, feet and inches, an amount in parentheses) is a weighted sum of the numbers in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from recommender.tables.cells.units import NEXT_SMALLER, SHOWN_CURRENCY, quantity_of, split_unit


class Term(NamedTuple):
    """One number of a skeleton: which one, its weight, and its unit as written."""

    place: int
    weight: float
    unit: str


class Part(NamedTuple):
    """One number that is meant: the terms of its sum, its currency, the words after it, and the half day of a clock."""

    terms: tuple[Term, ...]
    money: str = ""
    label: str = ""
    half_day: str = ""


class Reading(NamedTuple):
    """What a skeleton says: the parts that are meant, and the kind of its writing (one of `KINDS`)."""

    parts: tuple[Part, ...]
    kind: str


KINDS = ("number", "zero", "range", "sum", "clock", "clock on a day", "product", "pair", "over")
"""One number, a word for none, a range, a sum of units, a clock, `22:20 01 Mar`, `3 x 4`, `(3, 4)`, and `3 of 4`."""

ZEROS = frozenset(["free", "zero", "nonstop", "non-stop", "non stop"])
"""Words that stand for 0 among numbers."""

FIRST_OF_CLOCK, SECOND_OF_CLOCK = ":1", ":2"
"""Units of `18:00`, which is hours and minutes or minutes and seconds: the column decides."""

LONGEST = 80
"""Longer skeletons are prose."""

_MONEY = "|".join(re.escape(way) for way in sorted(SHOWN_CURRENCY, key=len, reverse=True))
_ABOUT = r"~|≈|±|approx(?:\.|imately)?|about|around|circa|ca?\.|est\.?|avg\.?|roughly|almost|nearly"
_BOUND = (
    r"(?P<less><(?!=)|under|below|less than|fewer than)|<=|>=?|≤|≥|up to|max\.?|over|above|more than|greater than"
    r"|at least|at most|min\.?|from"
)
_COUNTED = (
    r"week|day|month|year|grade|level|stage|phase|round|rank|step|age|tier|quarter|lap|score|rating|rated|size|season"
    r"|episode|chapter|floor"
)
_BEFORE = re.compile(
    rf"(?:(?P<label>[^\W\d_][\w .]{{0,25}}?)\s*[:=])?\s*(?:{_ABOUT})?\s*(?:{_BOUND})?\s*(?P<sign>[-−–+])?\s*#?\s*"
    rf"(?:(?P<money>{_MONEY})\.?|(?P<counted>{_COUNTED})(?=\s))?\s*(?P<sign_after>[-−+])?\s*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*\+?\s*(?P<minus>[-−](?=\s*$))?[-‐]?\s*(?P<rest>.*?)\s*"
    r"(?:\+|/-|[.,][-–]+|or (?:more|over|above|less|under|older|younger)"
    r"|and (?:more|over|above|up|under|older)|(?:&|\+) ?above|plus)?\s*",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(rf"(?P<money>{_MONEY})(?![\w$])\.?\s*", re.IGNORECASE)
_LABEL = re.compile(r"(?!(?:st|nd|rd|th)\b)[^\x00-\x1f014-9_#=:;?!\\|<>]{0,30}", re.IGNORECASE)
MAX_WORDS = 3
"""A unit, or what stands around a number, has at most so many words: `out of 5 stars`."""
_CALENDAR = re.compile(
    r"\b(?:jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    r"|dec(ember)?|mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?)\b",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\s*(?:(?<![^\W\d_])[x×*]|[@±]|\bby\b|\bat\b|(?<=0)\+(?=0))\s*(?=[^0a-z]{0,3}0)", re.IGNORECASE)
_NOTE = re.compile(r"(?<=0)\s*(?:\[[0a-z]\]|[*†‡§])+$")
_IN_BRACKETS = re.compile(r"(?<=[^\s(\[])\s*[(\[]([^()\[\]]*0[^()\[\]]*)[)\]]$")
_INTERVAL = re.compile(r"\[([^\[\](),]*0[^\[\](),]*0)\]|(?:\[|(\())([^\[\]()]*0[^\[\]()]*0)(?(2)\]|\))")
_PER_MANY = re.compile(r"(?<=[^\W\d_])/\s*0(?=[^0]*$)")
_OVER = re.compile(r"(?<=0)\s*(?:/|\bout of\b|\bof\b)\s*(?=0)", re.IGNORECASE)
_PAIR = re.compile(r"(?:POINT\s*)?\(\s*([-−]?0)\s*[,; ]\s*([-−]?0)\s*\)|([-−]?0)\s*[,;]\s*([-−]0)")
_RANGE = re.compile(
    r"(?:between\s+)?(?P<low>[^0]*0[^0]*?)\s*(?:[-–—−~]|\.\.+|(?<![^\W\d_])(?:to|and)(?![^\W\d_]))\s*(?P<high>[^0]*0[^0]*)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?:(?P<days>0)\s*d(?:ays?)?,?\s+)?(?P<sign>[-−+]?)(?P<clock>0(?::0){0,2})\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)
_CLOCK_ON_DAY = re.compile(r"(?P<clock>0:0(?::0)?)\s+0\s+[^\W\d_]{3,9}")
_ISO_DURATION = re.compile(r"P(0D)?(?:T((?:0H)?(?:0M)?(?:0S)?))?")
_PREFIXED = re.compile(r"(?P<label>.*[^\W\d_].*\s)(?P<last>0)")


@lru_cache(maxsize=4096)
def read_skeleton(skeleton: str) -> Reading | None:
    """What the numbers of a skeleton mean; None where it is no way of writing a number.

    Examples
    --------
    >>> read_skeleton("$0 - $0 per hour").kind, read_skeleton("A0")
    ('range', None)
    >>> read_skeleton("(0 kg)").parts
    (Part(terms=(Term(place=0, weight=-1.0, unit='kg'),), money='', label='', half_day=''),)
    """
    text = _NOTE.sub("", skeleton.strip())
    if text.lower() in ZEROS:
        return Reading((Part(()),), "zero")
    if not 0 < text.count("0") <= 6 or len(text) > LONGEST:
        return None
    if text == "0":
        return Reading((Part((Term(0, 1.0, ""),)),), "number")
    if iso := _ISO_DURATION.fullmatch(text):
        text = (iso[1] or "") + (iso[2] or "").lower()
    if pair := _PAIR.fullmatch(text):
        return _several([part for part in pair.groups() if part], kind="pair")
    if interval := _INTERVAL.fullmatch(text):
        text = (interval[1] or interval[3]).replace(",", " - ")
    text = _IN_BRACKETS.sub(r" @ \1", text)
    if text.count("0") == 2:
        text = _PER_MANY.sub("/", text)
    if len(parts := _TIMES.split(text)) > 1:
        return _several(parts, kind="product")
    if len(parts := _OVER.split(text)) == 2:
        return _several(parts, kind="over")
    if on_day := _CLOCK_ON_DAY.fullmatch(text):
        part = _clock(on_day["clock"])
        return Reading((part,), "clock on a day") if part else None
    for kind, read in (("clock", _clock), ("range", _range), ("sum", _sum), ("number", _single)):
        if (part := read(text)) is not None:
            return Reading((part,), kind)
    return None


def _several(texts: list[str], kind: str) -> Reading | None:
    """Several numbers that are meant side by side; words may stand before a product (`Full HD 1920x1080`)."""
    parts: list[Part] = []
    first = 0
    for text in texts:
        part = _range(text) or _sum(text) or _single(text)
        if part is None and kind == "product" and not parts and (found := _PREFIXED.fullmatch(text)):
            part = Part((Term(found["label"].count("0"), 1.0, ""),), label=_plain(found["label"].replace("0", "")))
        if part is None:
            return None
        parts.append(_shifted(part, first))
        first += text.count("0")
    return Reading(tuple(parts), kind)


def _shifted(part: Part, by: int) -> Part:
    return part._replace(terms=tuple(term._replace(place=term.place + by) for term in part.terms))


def _clock(text: str) -> Part | None:
    found = _CLOCK.fullmatch(text)
    n = text.count(":")
    if found is None or not (n or found["half"]) or (found["days"] and not n):
        return None
    sign = -1.0 if found["sign"] in ("-", "−") else 1.0
    if n == 1 and not found["half"] and not found["days"]:
        units = [FIRST_OF_CLOCK, SECOND_OF_CLOCK]
    else:
        units = (["d"] if found["days"] else []) + ["h", "min", "s"][: n + 1]
    half = (found["half"] or "")[:1].lower()
    return Part(tuple(Term(i, sign, unit) for i, unit in enumerate(units)), half_day=half)


def _range(text: str) -> Part | None:
    """The middle of two numbers; a unit or a currency may stand at one of them only."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    low, high = _single(found["low"]), _single(found["high"])
    if (
        low is None
        or high is None
        or {low.label, high.label, ""} != {low.label or high.label, ""}
        or {low.money, high.money, ""} != {low.money or high.money, ""}
    ):
        return None
    (one,), (other,) = low.terms, high.terms
    terms = (Term(0, one.weight / 2, one.unit or other.unit), Term(1, other.weight / 2, other.unit))
    return Part(terms, low.money or high.money, low.label or high.label)


def _sum(text: str) -> Part | None:
    """Hours and minutes, feet and inches, crores and lakhs: each number with a unit, all of one quantity."""
    sign, *rest = re.split("0", text)
    if len(rest) < 2 or sign.strip() not in ("", "-", "−", "+"):
        return None
    units: list[str] = []
    labels: list[str] = []
    for after in rest:
        unit, label = split_unit(re.sub(r"^[\s-]+|[\s,+&]+$|\s+and\s+$", "", after))
        units.append(unit or (NEXT_SMALLER.get(units[-1].lower(), "") if units else ""))
        labels.append(_plain(label))
    if not all(units) or not quantity_of(units) or not all(_is_label(label) and "(" not in label for label in labels):
        return None
    weight = -1.0 if sign.strip() in ("-", "−") else 1.0
    return Part(tuple(Term(i, weight, unit) for i, unit in enumerate(units)), label=" + ".join(filter(None, labels)))


def _single(text: str) -> Part | None:
    """One number with what may stand around it: sign, currency, bound, unit, words."""
    if text.count("0") != 1:
        return None
    before, after = text.split("0")
    weight = 1.0
    if before.count("(") == 1 and ")" in after:
        before, after, weight = before.replace("(", ""), after.replace(")", "", 1), -1.0
    front, back = _BEFORE.fullmatch(before), _AFTER.fullmatch(after)
    if front is None or back is None:
        return None
    if re.search(r"[a-z]$", before) and before.islower() and front["money"]:  # rs10907175
        return None
    negative = "-" in (signs := f"{front['sign']}{front['sign_after']}{back['minus']}") or "−" in signs
    if front["less"] and not negative:
        weight /= 2
    unit, rest = split_unit(back["rest"])
    found = _MONEY_AFTER.match(rest)
    money = (
        SHOWN_CURRENCY[(front["money"] or (found["money"] if found else "")).lower()] if front["money"] or found else ""
    )
    rest = rest[found.end() :] if found else rest
    label = _plain("" if (unit or money) and re.fullmatch(r"\(.*\)", rest) else rest)
    if not _is_label(label):
        return None
    label = " ".join(filter(None, (front["label"], front["counted"], label)))
    return Part((Term(0, -weight if negative else weight, unit),), money, label)


def compass_letter(part: Part) -> str:
    """The direction of `10.5° S`; empty where there is none.

    Examples
    --------
    >>> [compass_letter(read_skeleton(text).parts[0]) for text in ("0S", "0° w", "0 kg", "0")]
    ['S', 'W', '', '']
    """
    letter = (part.terms[0].unit + part.label).lstrip("° ").upper() if len(part.terms) == 1 else ""
    return letter if letter in ("N", "S", "E", "W") else ""


def _plain(label: str) -> str:
    return " ".join(label.split()).strip(" .,;")


def _is_label(label: str) -> bool:
    is_short = len(label.split()) <= MAX_WORDS and "," not in label
    return is_short and _LABEL.fullmatch(label) is not None and _CALENDAR.search(label) is None
