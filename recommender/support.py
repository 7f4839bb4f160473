"""Support: whether the knowledge base has seen anything like a dataset, and if not, in what it differs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.datasets import Dataset
from recommender.training import Trained

SIZES = {"n_samples": ("row", "rows"), "n_features": ("column", "columns"), "n_classes": ("class", "classes")}
"""The sizes that are judged one by one, and what people call them."""
FACTOR = 2.0
"""How many times the largest known size, or less than one such part of the smallest, is outside."""
N_NAMED = 3
"""At most so many meta-features are named that lie beyond the known range."""


def why_outside(dataset: Dataset, metafeatures: pd.DataFrame, trained: Trained, *, is_far: bool) -> tuple[str, ...]:
    """The reasons why a dataset lies outside what the knowledge base has seen, a clause each; none if it lies inside.

    Two checks, either of which is enough. The meta-model's own asks whether all meta-features together are further
    from the nearest known datasets than these are from each other; among so many it hardly notices a single one that
    is far off. What is best, and what it costs, depends on size more than on anything else. Hence each size is judged
    alone as well, as a ratio, as learning curves are: more than twice the largest known one, or less than half of the
    smallest, is an extrapolation.

    Parameters
    ----------
    dataset : Dataset
        What is recommended for.
    metafeatures : DataFrame of shape (1, n_metafeatures)
        Those of the dataset.
    trained : Trained
        Whose training datasets are what was seen.
    is_far : bool
        What the meta-model says of the meta-features together.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from recommender import recommend
    >>> recommend(load_wine()).outside
    False
    """
    reasons = []
    for size, nouns in SIZES.items():
        given, known = getattr(dataset, size), trained.datasets[size]
        has = f"it has {given:,} {nouns[given != 1]}"
        if given > FACTOR * known.max():
            reasons.append(f"{has}, and the largest known dataset {int(known.max()):,}")
        elif FACTOR * given < known.min():
            reasons.append(f"{has}, and the smallest known dataset {int(known.min()):,}")
    if is_far:
        beyond = _beyond(metafeatures, trained.model.metafeatures_)
        above_all = f", above all by {', '.join(beyond)}" if beyond else ""
        reasons.append(f"its meta-features are further from the known datasets than these from each other{above_all}")
    return tuple(reasons)


def _beyond(metafeatures: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """The meta-features furthest beyond the known range, by how many times its width."""
    values = metafeatures.iloc[0].reindex(known.columns).astype(float)
    low, high = known.min(), known.max()
    excess = np.maximum(values - high, low - values) / (high - low).where(high > low)
    furthest = excess[excess > 0].sort_values(ascending=False).index[:N_NAMED]
    return [f"{name} = {values[name]:.3g} (known: {low[name]:.3g} to {high[name]:.3g})" for name in furthest]
