"""What evaluations are made with, recorded beside each of them."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from recommender.algorithms.catalogue import libraries
from recommender.evaluation.limits import Limits
from recommender.tables.splits import SPLITS_VERSION


def describe_environment(limits: Limits) -> dict[str, Any]:
    """What evaluations are made with: versions of Python and libraries, the limits, and the rule for splits."""
    names = ("recommender", "scikit-learn", "numpy", "scipy", "pandas", "skrub", *libraries())
    return {
        "python": platform.python_version(),
        **{name: found for name in names if (found := _version(name))},
        "machine": platform.machine(),
        "splits_version": SPLITS_VERSION,
        "splits_seed": 0,
        "limit_seconds": limits.seconds,
        "limit_memory_bytes": limits.memory_bytes,
    }


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
