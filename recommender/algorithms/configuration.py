"""A configuration: an algorithm with its hyperparameters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Hyperparameters = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Configuration:
    """An algorithm with its hyperparameters; none at all is the library's plain default.

    Examples
    --------
    >>> Configuration("lightgbm", {}).id
    'lightgbm-default'
    >>> Configuration("k_neighbors", {"n_neighbors": 1}).id
    'k_neighbors-247f5955'
    """

    algorithm: str
    hyperparameters: Hyperparameters

    @property
    def id(self) -> str:
        """A stable name: the same algorithm and hyperparameters have the same id in every version and store."""
        if not self.hyperparameters:
            return f"{self.algorithm}-default"
        text = json.dumps([self.algorithm, dict(self.hyperparameters)], sort_keys=True)
        return f"{self.algorithm}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def __str__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in self.hyperparameters.items())
        return f"{self.algorithm}({settings})"
