"""The charts of the pages: places in percent of a frame, which the templates draw at any width."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.showing.colours import colour_of
from recommender.words import SMALL, duration, score_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking

N_TICKS = 5
MARGIN = 0.06
"""The share of a frame that stays free at each of its sides."""
BESIDE = ((2.2, 0.0), (-2.2, 0.0), (0.0, 7.0), (0.0, -7.0), (2.2, 7.0), (-2.2, 7.0), (2.2, -7.0), (-2.2, -7.0))
"""Where a label may stand beside its point, in percent, in the order in which the places are tried."""
ROOM = (3.4, 6.5)
"""How wide and high a label is, in percent."""
LEAST_RANGE = 0.01
"""Of the largest score: scores that differ by less are told apart by no more digits than are written."""
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
class Line:
    """An algorithm's line in a chart."""

    algorithm: str
    colour: str
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Plane:
    """What lies between two axes: points with numbers, points without, and lines."""

    x: Axis
    y: Axis
    points: Sequence[Point] = ()
    others: Sequence[tuple[float, float]] = ()
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Mark:
    """What has a number in a chart: seconds, score, and the interval that holds the score."""

    number: int
    algorithm: str
    seconds: float
    score: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Bars:
    """Bars with a name and a value each, from where they begin; the longest first."""

    names: list[str]
    values: list[float]
    start: float

    @property
    def rows(self) -> list[tuple[str, float, float]]:
        """Name, value and length in percent of each bar."""
        reach = (max(self.values) - self.start) or 1.0
        return [(n, v, round(100 * (v - self.start) / reach, 1)) for n, v in zip(self.names, self.values, strict=True)]


def bars_of(scores: pd.Series) -> Bars | None:
    """Bars for scores by name, the best first, that begin at a round number below all; None where there are none.

    Examples
    --------
    >>> bars_of(pd.Series({"linear": 0.81, "tree": 0.72})).start
    0.7
    """
    if scores.empty:
        return None
    low, high = scores.min(), scores.max()
    start = float(np.floor(20 * (low - 0.15 * (high - low)) - 1e-9) / 20)
    return Bars([str(name) for name in scores.index], scores.tolist(), start)


def scores_over_seconds(recommendation: Ranking, n_numbered: int) -> Plane:
    """What is expected of each configuration over the seconds that it takes to fit; the better, the higher.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.
    n_numbered : int
        So many of the first ones have their number and interval.
    """
    items = recommendation.items
    marks = [Mark(i.rank, i.algorithm, i.fit_seconds, i.expected_score, i.interval) for i in items[:n_numbered]]
    others = [(item.fit_seconds, item.expected_score) for item in items[n_numbered:]]
    return scatter(marks, others, sign=recommendation.metric.sign)


def scatter(marks: Sequence[Mark], others: Sequence[tuple[float, float]], *, sign: int) -> Plane:
    """Scores over seconds, in a frame that holds all marks and the better half of the others.

    Parameters
    ----------
    marks : sequence of Mark
        What has a number.
    others : sequence of (seconds, score)
        What is a mere point.
    sign : {1, -1}
        Whether higher or lower scores are better.
    """
    x = seconds_axis([mark.seconds for mark in marks] + [seconds for seconds, _ in others])
    better = sorted((score for _, score in others), key=lambda score: -sign * score)[: len(others) // 2]
    y = score_axis([*(end for mark in marks for end in mark.interval), *better], sign=sign)
    places = [(x.at(mark.seconds), y.at(mark.score)) for mark in marks]
    points, taken = [], list(places)
    for mark, (left, up) in zip(marks, places, strict=True):
        label = _free_place(left, up, taken)
        taken.append(label)
        low, high = sorted(y.at(end) for end in mark.interval)
        points.append(Point(left, up, low, high, *label, mark.number, colour_of(mark.algorithm)))
    return Plane(x, y, points, [(x.at(s), y.at(score)) for s, score in others if y.at(score) >= 0])


def curves_of(scores: Mapping[str, pd.Series], *, sign: int) -> Plane | None:
    """The scores of some algorithms over training rows; None where there are none.

    Parameters
    ----------
    scores : mapping of str to Series
        For each algorithm its scores by training rows.
    sign : {1, -1}
        Whether higher or lower scores are better.

    Examples
    --------
    >>> found = curves_of({"lda": pd.Series({100.0: 0.7, 10_000.0: 0.8})}, sign=1)
    >>> [text for _, text in found.x.ticks], len(found.lines)
    (['100', '1,000', '10,000'], 1)
    """
    if not scores:
        return None
    x = rows_axis([float(rows) for line in scores.values() for rows in line.index])
    y = score_axis([score for line in scores.values() for score in line], sign=sign)
    lines = [
        Line(name, colour_of(name), [(x.at(float(rows)), y.at(score)) for rows, score in line.items()])  # type: ignore[arg-type]
        for name, line in scores.items()
    ]
    return Plane(x, y, lines=lines)


def seconds_over_rows(fits: pd.DataFrame) -> Plane:
    """Seconds over training rows, a point for each fit.

    Parameters
    ----------
    fits : DataFrame with two columns
        Training rows, and seconds.

    Examples
    --------
    >>> found = seconds_over_rows(pd.DataFrame({"train_rows": [100, 1_000], "seconds": [0.1, 1.0]}))
    >>> found.others
    [(6.0, 6.0), (94.0, 94.0)]
    """
    x, y = rows_axis(fits.iloc[:, 0].tolist()), seconds_axis(fits.iloc[:, 1].tolist())
    return Plane(x, y, others=[(x.at(rows), y.at(seconds)) for rows, seconds in fits.dropna().to_numpy()])


def rows_axis(rows: Sequence[float]) -> Axis:
    """A logarithmic scale of rows with a tick at each power of ten."""
    return log_axis(rows, lambda value: f"{value:,.0f}")


def seconds_axis(seconds: Sequence[float]) -> Axis:
    """A logarithmic scale of seconds with a tick at each power of ten.

    Examples
    --------
    >>> [text for _, text in seconds_axis([0.02, 30.0]).ticks]
    ['0.01 s', '0.1 s', '1 s', '10 s', '100 s']
    """
    return log_axis(seconds, lambda value: f"{value:g} s" if value < 1e4 else duration(value))


def log_axis(values: Sequence[float], words: Callable[[float], str]) -> Axis:
    """A logarithmic scale with a tick at each power of ten."""
    known = [log10(max(value, SHORTEST)) for value in values if isfinite(value)] or [0.0]
    low, high = floor(min(known)), max(ceil(max(known)), floor(min(known)) + 1)
    at = _inside(low, high)
    ticks = [(at(power), words(10.0**power)) for power in range(low, high + 1)]
    return Axis(lambda value: at(log10(max(value, SHORTEST))), ticks)


def score_axis(scores: Sequence[float], *, sign: int = 1) -> Axis:
    """A scale of scores with a few round ticks; where lower is better, the lower ones are above.

    Examples
    --------
    >>> [text for _, text in score_axis([0.71, 0.77]).ticks]
    ['0.720', '0.740', '0.760']
    >>> [text for _, text in score_axis([1.0, 1.0]).ticks]
    ['1.000']
    """
    least, most = min(scores), max(scores)
    wider = max(LEAST_RANGE * (max(abs(least), abs(most)) or 1.0) - (most - least), 0.0) / 2
    low, high = least - wider, most + wider
    step = _round_step((high - low) / N_TICKS)
    inside = _inside(low, high)

    def at(score: float) -> float:
        return inside(score) if sign > 0 else round(100 - inside(score), 2)

    spare = 0.5 if wider else 1e-9  # no scores are written that nothing has
    ticks = [k * step for k in range(ceil(least / step - spare), floor(most / step + spare) + 1)]
    return Axis(at, [(at(tick), _tick_in_words(tick, step)) for tick in ticks])


def _tick_in_words(tick: float, step: float) -> str:
    """A tick's score with so many digits that it differs from the next one's."""
    return score_in_words(tick) if step >= SMALL or abs(tick) < step / 2 else f"{tick:.4g}"


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
