"""What a trend and similar datasets together expect, and how far left-out families were from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.metamodel.forest import Forest, fit_forest
from recommender.metamodel.regrets import main_directions
from recommender.metamodel.trend import Trend, fit_trend, left_out_trend

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

N_COMPONENTS = 20
"""Main components of the targets that trees are grown towards."""

LARGEST_HINT = 100.0
TREND_SHARE = 0.4
"""Share of the trend in the expected regret, and of trend and similar datasets together, with unlimited datasets."""


@dataclass(frozen=True)
class Blend:
    """Shares of the trend, of similar datasets, and of the trend corrected by what similar ones differ from theirs."""

    trend: float
    similar: float
    both: float


def regret_blend(ranks: Singles) -> Blend:
    """That of expected regrets: the more datasets there are for each meta-feature, the more the trend is trusted."""
    n_features = np.count_nonzero(ranks.std(axis=0) > 0)
    share = TREND_SHARE * len(ranks) / (len(ranks) + n_features)
    return Blend(trend=share, similar=1 - 2 * share, both=share)


@dataclass(frozen=True, eq=False)
class Expectation:
    """Expected targets (regrets or scores of configurations) of a dataset, given its inputs.

    Parameters
    ----------
    trend : Trend
        Over the ranks.
    axes : float32 array of shape (n_hints, n_targets)
        Main directions of the targets, in units of their spread; the trend's expectations along them are hints to
        the forest.
    forest : Forest
        Whose leaves say which training datasets are similar.
    hints : float32 array of shape (n_datasets, n_hints)
        Of the training datasets, from trends without their families.
    share : float64 array of shape (1,)
        Of the trend in the expectation.
    offset : float64 array of shape (n_targets,)
        What training datasets add to the expectation on average.
    pull : float16 array of shape (n_datasets, n_targets)
        What each training dataset adds beyond that by its similarity, in units of `scale`.
    residuals : float16 array of shape (n_datasets, n_targets)
        How each training dataset differs from what is expected of it without its family, in units of `scale`.
    scale : float64 array of shape (1,)
        The unit of both.
    """

    trend: Trend
    axes: Singles
    forest: Forest
    hints: Singles
    share: Floats
    offset: Floats
    pull: NDArray[np.float16]
    residuals: NDArray[np.float16]
    scale: Floats

    def predict(self, similarity: Floats, ranks: Singles) -> Floats:
        """Expected targets of datasets with these weights of the training datasets and these ranks."""
        pulled = self.offset + similarity @ self.pull.astype(np.float64) * self.scale
        return self.share * self.trend.predict(ranks) + pulled

    def deviations(self) -> Floats:
        """The residuals in the targets' own unit."""
        return self.residuals.astype(np.float64) * self.scale

    def hints_of(self, ranks: Singles) -> Singles:
        """What the trend expects along the targets' main directions."""
        return _hints(self.trend.predict(ranks), self.trend, self.axes)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Flat arrays by name."""
        arrays: dict[str, np.ndarray] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                arrays[field.name] = value
            else:
                arrays |= {f"{field.name}.{name}": part for name, part in vars(value).items()}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Expectation:
        """What `to_arrays` took apart."""
        parts: dict[str, Any] = {
            name: kind(**{field.name: arrays[f"{name}.{field.name}"] for field in fields(kind)})
            for name, kind in (("trend", Trend), ("forest", Forest))
        }
        parts |= {field.name: arrays[field.name] for field in fields(cls) if field.name not in parts}
        return cls(**parts)


def fit_expectation(
    ranks: Singles,
    targets: Floats,
    *,
    blend: Blend,
    n_hints: int,
    other_hints: Singles,
    families: NDArray[np.intp],
    members: NDArray[np.bool_],
    random_state: int,
) -> tuple[Expectation, Floats]:
    """The expectation of `targets`, and each training dataset's weights of the others without its own family.

    Parameters
    ----------
    ranks : float32 array of shape (n_datasets, n_features)
        The inputs.
    targets : array of shape (n_datasets, n_targets)
        Without missing values.
    other_hints : float32 array of shape (n_datasets, n_other_hints)
        Further columns for the forest.
    families : int array of shape (n_datasets,)
        Numbered from 0.
    members : bool array of shape (n_datasets, n_trees)
        The training datasets of each tree: whole families.
    """
    trend = fit_trend(ranks, targets)
    without = left_out_trend(ranks, targets, families, random_state=random_state)
    axes = _axes(targets, n_hints)
    hints = _hints(without, trend, axes)
    columns = np.column_stack([ranks, hints, other_hints])
    forest = fit_forest(columns, _components(targets), members=members, random_state=random_state)
    leaves = forest.leaves(columns)
    weights = leaf_weights(leaves, leaves, judged=~members, families=families)
    pull = (blend.similar + blend.both) * targets - blend.both * without
    share = blend.trend + blend.both
    residuals = targets - (share * without + weights @ pull)
    offset = pull.mean(axis=0)
    pull = pull - offset
    scale = max(float(np.abs(pull).max()), float(np.abs(residuals).max()), np.finfo(np.float64).tiny)
    expectation = Expectation(
        trend,
        axes,
        forest,
        hints,
        np.array([share]),
        offset,
        (pull / scale).astype(np.float16),
        (residuals / scale).astype(np.float16),
        np.array([scale]),
    )
    return expectation, weights


def leaf_weights(
    leaves: NDArray[np.int32],
    known: NDArray[np.int32],
    *,
    judged: NDArray[np.bool_] | None = None,
    families: NDArray[np.intp] | None = None,
    left_out: Sequence[int] = (),
) -> Floats:
    """Each row's weights of the training datasets, adding up to 1: leaves in common, counted by how full they are.

    Parameters
    ----------
    leaves : int array of shape (n_samples, n_trees)
        The leaves that the rows reach.
    known : int array of shape (n_datasets, n_trees)
        The leaves that the training datasets reach.
    judged : bool array of shape (n_samples, n_trees), optional
        The trees that may judge each row.
    families : int array of shape (n_datasets,), optional
        Where the rows are the training datasets: those of a row's own family get no weight.
    left_out : sequence of int
        Positions of training datasets that get no weight.
    """
    sizes = np.bincount(known.ravel(), minlength=int(leaves.max()) + 1)
    fullness = 1 / np.maximum(sizes, 1)
    shares = fullness[leaves] if judged is None else fullness[leaves] * judged
    weights = np.stack([(row == known) @ share for row, share in zip(leaves, shares, strict=True)])
    if families is not None:
        weights[families[:, None] == families[None, :]] = 0
    weights[:, list(left_out)] = 0
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), 1 / weights.shape[1])


def _axes(targets: Floats, n_hints: int) -> Singles:
    centred = targets - targets.mean(axis=0)
    directions, _ = main_directions(centred, n_hints)
    spread = (centred @ directions.T).std(axis=0)
    return (directions / np.where(spread > 0, spread, 1)[:, None]).astype(np.float32)


def _hints(expected: Floats, trend: Trend, axes: Singles) -> Singles:
    hints = (expected - trend.intercept) @ axes.T
    return np.clip(hints, -LARGEST_HINT, LARGEST_HINT).astype(np.float32)


def _components(table: Floats) -> Floats:
    """The table's main components at unit scale: splits on them are splits on all of it, at a fraction of the cost."""
    centred = table - table.mean(axis=0)
    directions, singular = main_directions(centred, N_COMPONENTS)
    components: Floats = centred @ directions.T / singular[0]
    return components
