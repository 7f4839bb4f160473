"""Many values in few numbers: the mean and the standard deviation that pymfe takes by default, and the largest."""

from __future__ import annotations

import math

import numpy as np

SUMMARIES = {
    "mean": "the mean over {}, NaN without any",
    "sd": "the standard deviation over {}, NaN with fewer than two",
    "max": "the largest over {}, NaN without any",
}


def summarized(name: str, values: np.ndarray, how: tuple[str, ...] = ("mean", "sd")) -> dict[str, float]:
    """Summaries of `values` by name, such as ``cor.mean`` and ``cor.sd``, over those values that are defined.

    NaN where no value is defined, and for ``sd`` (with n - 1 in the denominator) where only one is.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values.sum()):
        values = values[np.isfinite(values)]
    n = values.size
    mean = values.sum() / n if n else np.nan
    results = {
        "mean": mean,
        "sd": math.sqrt(((values - mean) ** 2).sum() / (n - 1)) if n > 1 else np.nan,
        "max": values.max() if n else np.nan,
    }
    return {f"{name}.{summary}": float(results[summary]) for summary in how}


def described(names: dict[str, str], how: tuple[str, ...] = ("mean", "sd"), over: str = "columns") -> dict[str, str]:
    """A sentence on each summary of each name."""
    return {
        f"{name}.{summary}": f"{sentence}: {SUMMARIES[summary].format(over)}."
        for name, sentence in names.items()
        for summary in how
    }
