"""Hostile tables: one for each seed, the same for the same seed."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.faults.hostile.containers import CONTAINERS
from benchmarks.faults.hostile.targets import TARGETS
from recommender.tables.dataset import Dataset

PLAIN = ("list of texts", "array of texts", "Series of texts", "list of numbers", "array of booleans", "range")
"""Targets that are beside most tables, so that it is the table that is hostile."""
KINDS = [(container, kind) for container, (kinds, _) in CONTAINERS.items() for kind in kinds]
N_KINDS = len(KINDS) + len(TARGETS)
"""So many seeds have every kind of column in every container, and every kind of target, once."""


@dataclass(frozen=True, eq=False)
class HostileTable:
    """A table and a target, as a caller holds them.

    Parameters
    ----------
    name : str
        What is odd of it.
    X, y : Any
        The features and the target; a dataset that was made by hand has both, and there is no other target.
    """

    name: str
    X: Any
    y: Any


def hostile_table(seed: int) -> HostileTable:
    """The table of a seed: for the first of them the kinds of columns by turns, then the kinds of targets."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([20, 40, 60, 60, 100]))
    turn, place = divmod(seed, N_KINDS)
    if place < len(KINDS):
        container, kind = KINDS[place]
        target = str(rng.choice(PLAIN if turn % 2 == 0 else list(TARGETS)))
    else:
        container, kind = "DataFrame of NumPy", "doubles"
        if turn or rng.random() < 0.5:
            container, kind = KINDS[int(rng.integers(len(KINDS)))]
        target = list(TARGETS)[place - len(KINDS)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some kinds are on their way out
        X, y = CONTAINERS[container][1](kind, n, rng), TARGETS[target](n, rng)
    if isinstance(X, Dataset):
        return HostileTable(f"{seed}: {container}, {kind}", X, None)
    return HostileTable(f"{seed}: {container}, {kind}, to {target}", X, y)
