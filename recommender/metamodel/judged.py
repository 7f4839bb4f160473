"""What meta-models expect of training datasets whose families they have not seen, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.metamodel.intervals import rank_groups, stretch_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_COMPARED = 10
"""With fewer scores a dataset is always learnt from."""
AGAINST = -2.0
"""A dataset is contrary when Fisher's z of the rank correlation of its scores with what is expected of them lies so
many standard deviations from none."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Training datasets, each judged by a meta-model that has not seen its family.

    Parameters
    ----------
    scores : array of shape (n_datasets, n_configurations)
        Those that were seen, larger is better; NaN where there is none.
    regret, score, low, high : array of shape (n_datasets, n_configurations)
        What was expected; NaN in the rows of datasets that were not judged. Scores were expected to be at most so far
        below (`low` is negative) and above.
    distance : array of shape (n_datasets,)
        How far each lies from what the meta-model has seen; NaN for those that were not judged.
    """

    scores: Floats
    regret: Floats
    score: Floats
    low: Floats
    high: Floats
    distance: Floats

    @property
    def contrary(self) -> Bools:
        """Whether the scores on each dataset go against what the others say, by more than chance, or are all the same.

        Such scores are of something else, or turned round, as errors that were recorded as scores are, or were never
        measured: hardly one true table in a hundred is like this.

        Examples
        --------
        >>> expected = np.tile(np.linspace(0, 1, 30), (2, 1))
        >>> empty = np.full(expected.shape, np.nan)
        >>> scores = np.stack([1 - expected[0], expected[0]])
        >>> Judged(scores, expected, empty, empty, empty, np.zeros(2)).contrary
        array([False,  True])
        >>> Judged(np.full(expected.shape, 0.5), expected, empty, empty, empty, np.zeros(2)).contrary
        array([ True,  True])
        """
        return np.array([_contrary(*row) for row in zip(self.scores, self.regret, strict=True)])

    def of(self, kept: Bools) -> Judged:
        """Some of the datasets."""
        cells = (self.scores, self.regret, self.score, self.low, self.high, self.distance)
        return Judged(*(values[kept] for values in cells))

    @property
    def stretch(self) -> Floats:
        """How much wider intervals must be than expected to cover what they are made to, as `Intervals` takes it."""
        missed = self.scores - self.score
        needed = missed / np.where(missed > 0, self.high, self.low)
        return stretch_of(needed, np.where(np.isfinite(needed), rank_groups(self.regret), -1))

    @property
    def nearness(self) -> Floats:
        """The distances in ascending order."""
        return np.sort(self.distance[np.isfinite(self.distance)])


def _contrary(scores: Floats, regret: Floats) -> bool:
    from scipy.stats import spearmanr

    seen = np.isfinite(scores) & np.isfinite(regret)
    n = np.count_nonzero(seen)
    if n < MIN_COMPARED or np.ptp(regret[seen]) == 0:
        return False
    if np.ptp(scores[seen]) == 0:
        return True
    correlation = float(spearmanr(-regret[seen], scores[seen]).statistic)
    return bool(np.arctanh(np.clip(correlation, -0.99, 0.99)) * np.sqrt(n - 3) < AGAINST)
