"""Support: whether the knowledge base has seen anything like a dataset, and if not, in what it differs."""

from __future__ import annotations

import pandas as pd

from recommender.metamodel.trained import Trained
from recommender.tables.dataset import Dataset

SIZES = {"n_samples": ("row", "rows"), "n_features": ("column", "columns"), "n_classes": ("class", "classes")}
"""The sizes that are judged one by one, and what people call them."""
FACTOR, ENOUGH = 2, 3
"""A size is outside unless so many known datasets are at least half as large, and so many at most twice as large."""
N_NAMED = 3
"""At most so many meta-features are named that lie beyond the known range."""


def why_outside(dataset: Dataset, metafeatures: pd.DataFrame, trained: Trained, *, is_far: bool) -> tuple[str, ...]:
    """The reasons why a dataset lies outside what the knowledge base has seen, a clause each; none if it lies inside.

    Two checks, either of which is enough. The meta-model's own asks whether all meta-features together are further
    from the nearest known datasets than these are from each other; among so many it hardly notices a single one that
    is far off. What is best, and what it costs, depends on size more than on anything else. Hence each size is judged
    alone as well, as a ratio, as learning curves are: a few known datasets must be at least half as large, and a few at
    most twice as large; else the ranking is an extrapolation, or rests on a single example. Of a large dataset the rows
    count that configurations were trained on, since others may win on more. A dataset that is in the knowledge base
    itself is inside.

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
    if trained.id_of(dataset):
        return ()
    reasons = []
    datasets = trained.datasets.groupby("dataset_id").max(numeric_only=True)
    for size, nouns in SIZES.items():
        given, known = getattr(dataset, size), datasets[size]
        tried = known.clip(upper=datasets["size"]) if size == "n_samples" else known
        largest = f"the largest known dataset {int(known.max()):,}"
        if tried.max() < known.max():
            largest = f"configurations were tried on at most {int(tried.max()):,}"
        n_half, n_twice = int((tried * FACTOR >= given).sum()), int((known <= given * FACTOR).sum())
        has = f"it has {given:,} {nouns[given != 1]}"
        for n_near, side, extreme in (
            (n_half, "half as many", largest),
            (n_twice, "as few as twice that", f"the smallest known dataset {int(known.min()):,}"),
        ):
            if n_near < ENOUGH:
                few = extreme if n_near == 0 else f"only {n_near} of {len(known)} known datasets {side}"
                reasons.append(f"{has}, and {few}")
    is_binary = datasets["n_classes"] == 2
    if dataset.task != "regression" and not (is_binary == (dataset.task == "binary")).any():
        reasons.append(f"none of the {len(is_binary)} known datasets is {dataset.task}")
    if is_far:
        beyond = _beyond(metafeatures, trained.model.metafeatures_)
        above_all = f", above all by {', '.join(beyond)}" if beyond else ""
        reasons.append(f"its meta-features are further from the known datasets than these from each other{above_all}")
    return tuple(reasons)


def _beyond(metafeatures: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """The meta-features furthest beyond the known range, by how many times its width."""
    values = metafeatures.iloc[0].reindex(known.columns).astype(float)
    low, high = known.min(), known.max()
    excess = (values - values.clip(low, high)).abs() / (high - low).where(high > low)
    furthest = excess[excess > 0].sort_values(ascending=False).index[:N_NAMED]
    return [f"{name} = {values[name]:.3g} (known: {low[name]:.3g} to {high[name]:.3g})" for name in furthest]
