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
"""A negative number is a sentinel that is so many times the range of all others, none of them negative, below them."""
NOTED = re.compile(r"-?(9{2,}|8{3,}|7{3,}|9{2,}\.9+|1e[23]\d|32767|2147483647)|-(1|9|[1-9]00+|32768|2147483648)")
"""How people write sentinels; such a number need be only as far away as the range of all others is wide."""


def find_sentinels(values: Floats) -> tuple[float, ...]:
    """The numbers at either end of a column that stand for missing values; mostly none.

    An end of the column is one where it is in at least `MIN_SHARE` of the cells, of a kind that people use (`NOTED`),
    and as far away from all other values as their range is wide. So is the only negative number, where it is of that
    kind and at most -9, or far away from all others. Large numbers alone are none: many quantities have long tails.

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
    known = np.sort(values[~np.isnan(values)])
    found = []
    for sign in (1.0, -1.0):
        side = np.sort(sign * known)
        others = side[np.searchsorted(side, side[:1], side="right")[0] :] if len(side) else side
        if len(others) and _is_sentinel(sign * float(side[0]), len(side) - len(others), others, sign):
            found.append(sign * float(side[0]))
            known = sign * others
    return tuple(found)


def _is_sentinel(value: float, count: int, others: Floats, sign: float) -> bool:
    """Whether one end of a column is a sentinel, given the others, sorted from that end (`sign` -1: the upper)."""
    n = count + len(others)
    if value == 0 or count < max(MIN_COUNT, MIN_SHARE * n) or len(np.unique(others[:1000])) < MIN_OTHERS:
        return False
    gap, span = float(others[0]) - sign * value, float(others[-1] - others[0])
    is_only_negative = value < 0 and float(others[0]) >= 0 and sign > 0
    if NOTED.fullmatch(f"{value:.10g}".replace("e+", "e")):
        return gap >= span or (is_only_negative and value <= -9)
    return is_only_negative and gap > FAR * span


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
