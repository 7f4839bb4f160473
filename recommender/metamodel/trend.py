"""A linear trend over the meta-features, and what it expects where a dataset's family was left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PENALTY = 2.0
"""Ridge penalty per meta-feature."""
FOLDS = 10


@dataclass(frozen=True, eq=False)
class Trend:
    """Ridge regression of many targets on the logits of ranks.

    Parameters
    ----------
    centre, spread : array of shape (n_features,)
        Mean and standard deviation of the logits over the training datasets.
    weights : array of shape (n_features, n_targets)
        What each standardized feature adds.
    intercept : array of shape (n_targets,)
        Means of the targets.
    """

    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float32]

    def predict(self, ranks: NDArray[np.float32]) -> Floats:
        """Expected targets, of shape (n_samples, n_targets)."""
        features = (_logits(ranks) - self.centre) / self.spread
        return features @ self.weights.astype(np.float64) + self.intercept


def fit_trend(ranks: NDArray[np.float32], targets: Floats) -> Trend:
    """The trend of `targets` over `ranks`, of shapes (n_samples, n_features) and (n_samples, n_targets)."""
    logits = _logits(ranks)
    centre, spread = logits.mean(axis=0), logits.std(axis=0)
    spread = np.where(spread > 1e-6, spread, np.inf)
    features = (logits - centre) / spread
    intercept = targets.mean(axis=0)
    varying = np.isfinite(spread).sum()
    penalty = PENALTY * max(varying, 1)
    if len(features) < features.shape[1]:  # the same solution, from the smaller of two systems
        gram = features @ features.T + penalty * np.eye(len(features))
        weights = features.T @ np.linalg.solve(gram, targets - intercept)
    else:
        gram = features.T @ features + penalty * np.eye(features.shape[1])
        weights = np.linalg.solve(gram, features.T @ (targets - intercept))
    return Trend(*(part.astype(np.float32) for part in (centre, spread, weights, intercept)))


def left_out_trend(
    ranks: NDArray[np.float32], targets: Floats, families: NDArray[np.intp], *, random_state: int
) -> Floats:
    """What trends expect of each dataset that were fitted without a tenth of the families, its own among them."""
    n_families = int(families.max()) + 1
    fold_of = np.random.default_rng(random_state).permutation(n_families) % min(FOLDS, n_families)
    folds = fold_of[families]
    expected = np.empty_like(targets)
    for fold in np.unique(folds):
        out = folds == fold
        expected[out] = fit_trend(ranks[~out], targets[~out]).predict(ranks[out])
    return expected


def _logits(ranks: NDArray[np.float32]) -> Floats:
    """Ranks as logits, so that tails count; missing values in the middle."""
    clipped = np.clip(ranks.astype(np.float64), 0.01, 0.99)
    return np.where(ranks < 0, 0.0, np.log(clipped / (1 - clipped)))
