"""Numbers as people write them: each writer takes numbers, none of them missing, and gives their cells.

A power of ten or a shift makes numbers as large as such cells mostly are. Neither changes what a column says of a
target.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

Writer = Callable[[np.ndarray, np.random.Generator], list[Any]]
"""From the numbers of a column, and what draws, to their cells."""

FEW = 0.2
"""The share of cells that are in the rarer of two units."""
RANGES = 0.3
"""The share of cells that are a range, where others are a number."""
SWAPPED = str.maketrans(",.", ".,")


def plain(value: float) -> str:
    """The number with eight digits at most and no exponent.

    Examples
    --------
    >>> plain(3.0), plain(1e-7), plain(-12.5)
    ('3', '0.0000001', '-12.5')
    """
    return np.format_float_positional(value, precision=8, fractional=False, trim="-")


def sized(values: np.ndarray, typical: float) -> np.ndarray:
    """The numbers times a power of ten, so that their median magnitude lies between `typical` and ten times of it.

    Examples
    --------
    >>> sized(np.array([0.0, 0.25, 0.5]), 1000).tolist()
    [0.0, 2500.0, 5000.0]
    """
    magnitude = np.median(np.abs(values[values != 0]))
    return values * 10.0 ** np.ceil(np.log10(typical / magnitude))


def whole(values: np.ndarray, typical: float) -> list[int]:
    return [int(value) for value in np.round(sized(values, typical))]


def between(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The numbers stretched and shifted to lie from `low` to `high`."""
    return low + (values - values.min()) / (values.max() - values.min()) * (high - low)


def from_zero(values: np.ndarray) -> np.ndarray:
    return values - values.min()


# ---------------------------------------------------------------------------------------------------------------------
# Units


def form(pattern: str) -> Writer:
    """A writer that puts each number into a pattern.

    Examples
    --------
    >>> form("{} kmpl")(np.array([19.5]), np.random.default_rng(0))
    ['19.5 kmpl']
    """
    return lambda values, rng: [pattern.format(plain(value)) for value in values]


def two_units(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    units = np.where(rng.random(len(values)) < FEW, "km/kg", "kmpl")
    return [f"{plain(value)} {unit}" for value, unit in zip(values, units, strict=True)]


def dollars(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f"{'-' if value < 0 else ''}${abs(value):,.2f}" for value in sized(values, 1_000)]


def padded_dollars(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f" {'-' if value < 0 else ''}${abs(value):,} " for value in whole(values, 100_000)]


def euros(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f"{value:,.2f} €".translate(SWAPPED) for value in sized(values, 1_000)]


def percent(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f"{value:.2f}%" for value in sized(values, 10)]


# ---------------------------------------------------------------------------------------------------------------------
# Thousands, decimals and signs


def thousands(mark: str) -> Writer:
    """A writer of whole numbers with a mark between thousands."""
    return lambda values, rng: [f"{value:,}".replace(",", mark) for value in whole(values, 10_000)]


def indian(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [_by_lakh(value) for value in whole(values, 100_000)]


def _by_lakh(value: int) -> str:
    """The last three digits apart, then two by two."""
    head, last = divmod(abs(value), 1_000)
    if not head:
        return str(value)
    pairs = []
    while head:
        head, pair = divmod(head, 100)
        pairs.append(f"{pair:02d}" if head else str(pair))
    return f"{'-' * (value < 0)}{','.join(reversed(pairs))},{last:03d}"


def accounting(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    """About the median, so that half of the numbers are negative."""
    amounts = np.array(whole(values, 10_000))
    return [f"({-amount:,})" if amount < 0 else f"{amount:,}" for amount in amounts - int(np.median(amounts))]


def decimal_comma(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f"{value:.2f}".translate(SWAPPED) for value in sized(values, 100)]


def float_text(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [f"{value}.0" for value in whole(values, 1_000)]


def decimals(values: np.ndarray, rng: np.random.Generator) -> list[Decimal]:
    return [Decimal(plain(value)) for value in values]


# ---------------------------------------------------------------------------------------------------------------------
# Magnitudes, ranges and times


def magnitudes(steps: dict[str, float], typical: float) -> Writer:
    """A writer with words for magnitudes, the largest first, and five digits."""

    def write(values: np.ndarray, rng: np.random.Generator) -> list[str]:
        return [_with_magnitude(value, steps) for value in sized(values, typical)]

    return write


def _with_magnitude(value: float, steps: dict[str, float]) -> str:
    word, step = next(((word, step) for word, step in steps.items() if abs(value) >= step), ("", 1.0))
    return np.format_float_positional(value / step, precision=5, fractional=False, trim="-") + word


def ranges(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Some numbers as a range that they are the middle of."""
    middles = [value + 200 for value in whole(from_zero(values), 1_000)]
    widths, are_ranges = rng.integers(10, 200, len(values)), rng.random(len(values)) < RANGES
    return [
        f"{middle - width} - {middle + width}" if is_range else str(middle)
        for middle, width, is_range in zip(middles, widths, are_ranges, strict=True)
    ]


def durations(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    return [_hours_and_minutes(value) for value in whole(from_zero(values), 100)]


def _hours_and_minutes(total: int) -> str:
    hours, minutes = divmod(total, 60)
    return " ".join([f"{hours}h"] * (hours > 0) + [f"{minutes}m"] * (minutes > 0 or hours == 0))


def clocks(values: np.ndarray, rng: np.random.Generator) -> list[str]:
    seconds = np.round(between(values, 0, 86_399)).astype(int)
    return [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in seconds]
