"""Numbers that stand for missing values, as -999: far outside, repeated, alone."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_OTHERS = 5
"""So many other distinct values must be there, or nothing says what outside is."""
MIN_SHARE, MIN_COUNT = 0.005, 3
"""A sentinel is in so large a share of the cells, and in so many of them."""
FAR = 5.0
"""Any number is a sentinel that is so many times the range of all others away from them."""
NOTED = re.compile(r"-?(9{2,}|8{2,}|7{3,}|9{2,}\.9+|[1-9]00+)|-9|-?1e[23]\d|-?2147483647|-2147483648|-?32767|-32768")
"""How people write sentinels; a number of this kind need be only as far away as the range of all others is wide."""


def find_sentinels(values: Floats) -> tuple[float, ...]:
    """The numbers at either end of a column that stand for missing values; mostly none.

    An end of the column is one where it is in at least `MIN_SHARE` of the cells and either far away from all other
    values, or of a kind that people use (`NOTED`), and as far away as the range of the others is wide, or the only
    negative number.

    Parameters
    ----------
    values : array of shape (n_samples,)
        NaN where missing.

    Examples
    --------
    >>> find_sentinels(np.array([-999.0, -999.0, -999.0, *range(20)]))
    (-999.0,)
    >>> find_sentinels(np.array([0.0, 0.0, 0.0, *range(1, 20)]))
    ()
    """
    found: list[float] = []
    known = np.sort(values[~np.isnan(values)])
    for _ in range(2):  # the lower end, the upper end
        end, others = _end_and_others(known, lower=True)
        if _is_sentinel(end, others, known):
            found.append(end)
            known = others
        known = -known[::-1]
        found = [-value for value in found]
    return tuple(float(value) for value in found)


def _end_and_others(known: Floats, *, lower: bool) -> tuple[float, Floats]:
    if not len(known):
        return np.nan, known
    return float(known[0]), known[np.searchsorted(known, known[0], side="right") :]


def _is_sentinel(end: float, others: Floats, known: Floats) -> bool:
    """Whether the lower end of sorted numbers is one; called with the numbers negated for the upper end."""
    count = len(known) - len(others)
    if end == 0 or count < max(MIN_COUNT, MIN_SHARE * len(known)) or len(np.unique(others[:1000])) < MIN_OTHERS:
        return False
    gap, span = others[0] - end, others[-1] - others[0]
    if gap > FAR * span:
        return True
    is_noted = bool(NOTED.fullmatch(f"{end:.10g}".replace("+", "")) or NOTED.fullmatch(f"{-end:.10g}".replace("+", "")))
    return is_noted and (gap >= span or (end <= -9 and others[0] >= 0))


def may_hold_sentinels(values: Floats) -> NDArray[np.bool_]:
    """Which columns of an array of shape (n_samples, n_columns) may hold one: a look that costs little.

    Examples
    --------
    >>> may_hold_sentinels(np.array([[-99.0, 1.0], [-99.0, 2.0], [5.0, 3.0], [6.0, 4.0], [7.0, 5.0]])).tolist()
    [True, False]
    """
    may = np.zeros(values.shape[1], dtype=bool)
    with np.errstate(invalid="ignore"):
        for side in (values, -values):
            end = np.fmin.reduce(side, axis=0)
            others = np.where(side == end, np.inf, side)
            may |= ((side == end).sum(axis=0) > 1) & (end != 0) & (np.fmin.reduce(others, axis=0) - end >= 1)
    return may
