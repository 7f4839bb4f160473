"""Intervals: how far below and above its expectation a score may fall, by what was seen on left-out families."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERAGE = 0.8
"""Share of the scores that the intervals are made to cover."""
MIN_KNOWN = 10
"""A configuration with fewer scores borrows the interval of all."""
RANKS = (0.05, 0.25, 0.5, 1.0)
"""Intervals are calibrated apart for the configurations that are expected among the best 5 %, the next 20 %, ..."""


@dataclass(frozen=True, eq=False)
class Intervals:
    """The deviations of scores from what was expected, and how much wider intervals must be than these say.

    Parameters
    ----------
    deviations : array of shape (n_datasets, n_configurations)
        Of the scores of training datasets from what is expected without their family; NaN where there is no score.
    stretch : array of shape (n_ranks,)
        What the margins of the configurations in each of `RANKS` are multiplied by.
    width : float
        Between the lowest and the highest score.
    """

    deviations: Floats
    stretch: Floats
    width: float

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self.deviations, axis=0)  # missing cells last

    @cached_property
    def _sorted(self) -> Floats:
        return np.take_along_axis(self.deviations, self._order, axis=0)

    def margins(self, weights: Floats, regret: Floats) -> tuple[Floats, Floats]:
        """How far below and above the expectation the scores of some datasets may be.

        Parameters
        ----------
        weights : array of shape (n_predicted, n_datasets)
            Of the training datasets for each dataset.
        regret : array of shape (n_predicted, n_configurations)
            Expected regrets, which say how good each configuration is expected to be.
        """
        known = np.isfinite(self.deviations).sum(axis=0)
        pooled = self._sorted[np.isfinite(self._sorted)]
        tails = (1 - COVERAGE) / 2, (1 + COVERAGE) / 2
        margins = np.empty((2, len(weights), self.deviations.shape[1]))
        for row, weight in enumerate(weights):
            mass = np.cumsum(np.where(np.isfinite(self._sorted), weight[self._order], 0), axis=0)
            for side, tail in enumerate(tails):
                at = (mass < tail * mass[-1]).sum(axis=0)
                margins[side, row] = np.take_along_axis(self._sorted, at[None, :], axis=0)[0]
        for side, tail in enumerate(tails):
            margins[side][:, known < MIN_KNOWN] = np.quantile(pooled, tail)
        least = 1e-9 * max(1e-3, self.width)
        stretch = self.stretch[rank_groups(regret)]
        return stretch * np.minimum(margins[0], -least), stretch * np.maximum(margins[1], least)


def rank_groups(regret: Floats) -> NDArray[np.intp]:
    """Which of `RANKS` each configuration belongs to by its expected regret on each dataset."""
    places = regret.argsort(axis=1).argsort(axis=1)
    return np.searchsorted(RANKS, places / regret.shape[1], side="right").clip(0, len(RANKS) - 1)


def stretch_of(needed: Floats, groups: NDArray[np.intp]) -> Floats:
    """The stretch of each of `RANKS` with which intervals cover what they are made to.

    Parameters
    ----------
    needed : array of shape (n_datasets, n_configurations)
        The stretch that each score would have needed to be covered.
    groups : array of shape (n_datasets, n_configurations)
        The rank of each, -1 where there is no score.
    """
    return np.array([_quantile(needed[groups == g], COVERAGE) for g in range(len(RANKS))])


def _quantile(values: Floats, level: float) -> float:
    return float(np.quantile(values, level)) if values.size else 1.0
