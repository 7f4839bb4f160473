"""What the meta-model sees of a dataset: its meta-features as ranks, and how its landmarkers differ from each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

MISSING = -0.25
"""Where a missing meta-feature lies on the scale on which the known ones run from 0 to 1."""
BEYOND = 3.0
"""How far outside the training datasets' range a meta-feature may count at most."""
LANDMARKER_CORRELATION = 0.5
"""From this rank correlation with the level of the scores on, a meta-feature is taken for a landmarker."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """The training datasets' meta-features and the scale that they give to those of others.

    Extra-trees draw their thresholds evenly over a feature's range, which heavy tails would waste: hence ranks. Which
    configuration wins depends on how landmarkers differ, which a tree cannot see one feature at a time: hence each
    landmarker, as the level of scores that it foretells, minus the mean of them all.

    Parameters
    ----------
    metafeatures : float32 array of shape (n_datasets, n_metafeatures)
        Of the training datasets; missing values allowed.
    landmarkers : int array of shape (n_landmarkers,)
        The meta-features that are landmarkers.
    lines : array of shape (2, n_landmarkers)
        Slope and intercept with which each landmarker foretells the level of the scores.
    levels : int array of shape (n_levels,)
        The meta-features that only say how high all scores are, and nothing of which configuration's is the highest.
    """

    metafeatures: Singles
    landmarkers: NDArray[np.int32]
    lines: Floats
    levels: NDArray[np.int32]

    @cached_property
    def _columns(self) -> list[_Column]:
        return [_Column.of(values) for values in self._extended(self.metafeatures).T]

    @classmethod
    def of(cls, metafeatures: Singles, level: Floats, levels: Sequence[int] = ()) -> Inputs:
        """The inputs of training datasets whose scores have the given mean level."""
        found, lines = [], []
        for column, values in enumerate(metafeatures.T.astype(np.float64)):
            known = np.isfinite(values)
            if known.mean() < 0.7 or len(np.unique(values[known])) < 10:
                continue
            if abs(_rank_correlation(values[known], level[known])) > LANDMARKER_CORRELATION:
                centred = values[known] - values[known].mean()
                slope = centred @ level[known] / (centred @ centred)
                found.append(column)
                lines.append((slope, level[known].mean() - slope * values[known].mean()))
        return cls(
            metafeatures,
            np.array(found, dtype=np.int32),
            np.array(lines).reshape(-1, 2).T,
            np.array(levels, dtype=np.int32),
        )

    @cached_property
    def of_order(self) -> NDArray[np.intp]:
        """The columns of `ranks` that tell of the order of the configurations: all but what comes of levels."""
        sources = np.concatenate([np.arange(self.metafeatures.shape[1]), self.landmarkers])
        return np.flatnonzero(~np.isin(sources, self.levels))

    @cached_property
    def _range(self) -> tuple[Floats, Floats, Floats]:
        """The lowest and the highest known value of each column, and half of what lies between them."""
        lowest, highest = np.array([(c.knots[0], c.knots[-1]) for c in self._columns]).T
        return lowest, highest, np.maximum(highest - lowest, 1e-12) / 2

    def ranks(self, metafeatures: Singles) -> Singles:
        """Ranks in the training datasets, 0 to 1; a missing value is at `MISSING`, or in the middle if unheard of."""
        return self._ranks(self._extended(metafeatures)).astype(np.float32)

    def positions(self, metafeatures: Singles) -> Floats:
        """Ranks that go on beyond the training datasets' range, in units of half that range, by up to `BEYOND`."""
        values, (lowest, highest, reach) = self._extended(metafeatures), self._range
        excess = np.maximum(values - highest, 0) - np.maximum(lowest - values, 0)
        return self._ranks(values) + np.clip(np.nan_to_num(excess / reach), -BEYOND, BEYOND)

    def _ranks(self, extended: Floats) -> Floats:
        return np.stack([c.ranks(v) for c, v in zip(self._columns, extended.T, strict=True)], axis=1)

    def _extended(self, metafeatures: Singles) -> Floats:
        """The meta-features with the landmarkers' differences from their mean beside them."""
        foretold = metafeatures[:, self.landmarkers] * self.lines[0] + self.lines[1]
        known = np.isfinite(foretold)
        mean = np.where(known, foretold, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        differences = foretold - mean[:, None]
        return np.column_stack([metafeatures, differences.astype(np.float32)]).astype(np.float64)


@dataclass(frozen=True, eq=False)
class _Column:
    """Distinct known values, their ranks between 0 and 1, and where missing values belong."""

    knots: Floats
    levels: Floats
    missing: float

    @classmethod
    def of(cls, values: Floats) -> _Column:
        known = values[~np.isnan(values)]
        if known.size == 0:
            return cls(np.zeros(1), np.full(1, 0.5), MISSING)
        knots, counts = np.unique(known, return_counts=True)
        levels = (np.cumsum(counts) - counts / 2) / known.size
        return cls(knots, levels, MISSING if known.size < values.size else 0.5)

    def ranks(self, values: Floats) -> Floats:
        return np.where(np.isnan(values), self.missing, np.interp(values, self.knots, self.levels))


def _rank_correlation(x: Floats, y: Floats) -> float:
    """Spearman's; 0 where one of both is constant."""
    if x.size < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(_mid_ranks(x), _mid_ranks(y))[0, 1])


def _mid_ranks(values: Floats) -> Floats:
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Floats = (np.cumsum(counts) - counts / 2)[codes]
    return middle


def as_floats(metafeatures: pd.DataFrame) -> Singles:
    """Single precision, so that what is stored gives what was fitted; infinite becomes missing."""
    values = metafeatures.to_numpy(dtype=np.float64, na_value=np.nan)
    largest = np.finfo(np.float32).max
    return np.where(np.isfinite(values), np.clip(values, -largest, largest), np.nan).astype(np.float32)
