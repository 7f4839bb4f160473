"""The charts of the pages: places in percent of a frame, which the templates draw at any width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING

from recommender.showing.plots import GREY, colour_of
from recommender.words import duration, score_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking

N_TICKS = 5
MARGIN = 0.06
"""The share of a frame that stays free at each of its sides."""
BESIDE = ((2.2, 0.0), (-2.2, 0.0), (0.0, 7.0), (0.0, -7.0), (2.2, 7.0), (-2.2, 7.0), (2.2, -7.0), (-2.2, -7.0))
"""Where a label may stand beside its point, in percent, in the order in which the places are tried."""
ROOM = (3.4, 6.5)
"""How wide and high a label is, in percent."""
SHORTEST = 0.01
"""Seconds below this are drawn as this: so short a time is mostly noise."""


@dataclass(frozen=True)
class Axis:
    """A scale: where a value lies between 0 and 100, and the values that are written beside it."""

    at: Callable[[float], float]
    ticks: list[tuple[float, str]]


@dataclass(frozen=True)
class Point:
    """A configuration that has its number in a chart."""

    x: float
    y: float
    low: float
    high: float
    label_x: float
    label_y: float
    number: int
    colour: str


@dataclass(frozen=True)
class Scatter:
    """Points with numbers among others without, and two axes."""

    x: Axis
    y: Axis
    points: list[Point]
    others: list[tuple[float, float]]


def scores_over_seconds(recommendation: Ranking, n_numbered: int) -> Scatter:
    """What is expected of each configuration over the seconds that it takes to fit; the better, the higher.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.
    n_numbered : int
        So many of the first ones have their number and interval.
    """
    items, sign = recommendation.items, recommendation.metric.sign
    numbered = items[:n_numbered]
    x = seconds_axis([item.fit_seconds for item in items])
    scores = [item.expected_score for item in items]
    lowest = min(sign * score for score in [*(end for i in numbered for end in i.interval), *scores[: len(items) // 2]])
    y = score_axis([sign * lowest, *scores[:1], *(end for item in numbered for end in item.interval)], sign=sign)
    taken: list[tuple[float, float]] = [(x.at(i.fit_seconds), y.at(i.expected_score)) for i in numbered]
    points = []
    for item, (left, up) in zip(numbered, list(taken), strict=True):
        label = _free_place(left, up, taken)
        taken.append(label)
        low, high = sorted(y.at(end) for end in item.interval)
        points.append(Point(left, up, low, high, *label, item.rank, colour_of(item.algorithm) or GREY))
    others = [(x.at(item.fit_seconds), y.at(item.expected_score)) for item in items[n_numbered:]]
    return Scatter(x, y, points, [(left, up) for left, up in others if up >= 0])


def seconds_axis(seconds: Sequence[float]) -> Axis:
    """A logarithmic scale of seconds with a tick at each power of ten.

    Examples
    --------
    >>> [text for _, text in seconds_axis([0.02, 30.0]).ticks]
    ['0.01 s', '0.1 s', '1 s', '10 s', '100 s']
    """
    known = [log10(max(value, SHORTEST)) for value in seconds if isfinite(value)] or [0.0]
    low, high = floor(min(known)), max(ceil(max(known)), floor(min(known)) + 1)
    at = _inside(low, high)
    ticks = [
        (at(power), f"{10.0**power:g} s" if power < 4 else duration(10.0**power)) for power in range(low, high + 1)
    ]
    return Axis(lambda value: at(log10(max(value, SHORTEST))), ticks)


def score_axis(scores: Sequence[float], *, sign: int = 1) -> Axis:
    """A scale of scores with a few round ticks; where lower is better, the lower ones are above.

    Examples
    --------
    >>> [text for _, text in score_axis([0.71, 0.77]).ticks]
    ['0.720', '0.740', '0.760']
    """
    low, high = min(scores), max(scores)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    step = _round_step((high - low) / N_TICKS)
    inside = _inside(low, high)

    def at(score: float) -> float:
        return inside(score) if sign > 0 else round(100 - inside(score), 2)

    first = ceil(low / step - 1e-9)
    ticks = [k * step for k in range(first, floor(high / step + 1e-9) + 1)]
    return Axis(at, [(at(tick), score_in_words(tick)) for tick in ticks])


def _inside(low: float, high: float) -> Callable[[float], float]:
    """A linear scale from a range into a frame with free margins, in percent."""
    return lambda value: round(100 * (MARGIN + (1 - 2 * MARGIN) * (value - low) / (high - low)), 2)


def _round_step(step: float) -> float:
    """The next step of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def _free_place(x: float, y: float, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """A place for a label beside a point, off whatever is there already."""
    places = [(x + dx, y + dy) for dx, dy in BESIDE]
    return next((place for place in places if not any(_touch(place, other) for other in taken)), places[2])


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < ROOM[0] / 2 and abs(one[1] - other[1]) < ROOM[1] / 2
