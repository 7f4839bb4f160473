"""Support: how well the training datasets cover a dataset, and how far its meta-features are to be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTSIDE = 0.02
"""A dataset is outside when at most this share of the training datasets lies as far from the others."""
TRUSTED = 0.1
"""Below this support, and down to `OUTSIDE`, what holds for all datasets takes over from the meta-features."""


@dataclass(frozen=True, eq=False)
class Support:
    """Where the training datasets lie, and how near they lie to each other.

    Parameters
    ----------
    positions : array of shape (n_datasets, n_inputs)
        Of the training datasets.
    nearness : array of shape (n_calibrated,)
        How far those that calibrated the meta-model lie from the others, in order; empty where none did.
    """

    positions: Floats
    nearness: Floats

    def of(self, positions: Floats) -> Floats:
        """The share of the training datasets that lie at least as far from the others as each dataset does."""
        nearer = np.searchsorted(self.nearness, self.distance(positions))
        return 1 - nearer / len(self.nearness) if len(self.nearness) else np.ones(len(positions))

    def trust(self, positions: Floats) -> Floats:
        """How far the meta-features of each dataset are trusted, from 0 (outside) to 1, of shape (n_datasets, 1)."""
        return np.clip((self.of(positions) - OUTSIDE) / (TRUSTED - OUTSIDE), 0, 1)[:, None]

    def distance(self, positions: Floats, k: int = 3) -> Floats:
        """Mean distance of each dataset to the nearest few: the mean absolute difference of the positions."""
        distances = np.stack([np.abs(row - self.positions).mean(axis=1) for row in positions])
        k = min(k, distances.shape[1])
        nearest = np.partition(distances, k - 1, axis=1)[:, :k]
        return np.where(np.isfinite(nearest), nearest, 1.0).mean(axis=1)
