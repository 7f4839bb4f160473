"""Rules that choose without a meta-model, which the meta-model is compared with."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.metamodel.regrets import greedy_portfolio, normalized_regret

Floats = NDArray[np.float64]


def simple_rules(
    performance: pd.DataFrame, metafeatures: pd.DataFrame, unseen: pd.DataFrame, *, missing_is_worst: bool
) -> dict[str, list[list[int]]]:
    """Of each rule the order of all configurations on each unseen dataset, best first.

    Parameters
    ----------
    performance : DataFrame of shape (n_datasets, n_configurations)
        What the rules learn from; larger is better.
    metafeatures, unseen : DataFrame
        The meta-features of these datasets, and of those to choose for.
    missing_is_worst : bool
        Whether a configuration without a score counts as the worst of the dataset; else as what it is elsewhere.
    """
    regrets = normalized_regret(performance)
    regret = regrets.fillna(1.0 if missing_is_worst else regrets.mean()).fillna(1.0).to_numpy()
    k, n_unseen = regret.shape[1], len(unseen)
    return {
        "ranking by mean": [np.argsort(regret.mean(axis=0), kind="stable").tolist()] * n_unseen,
        "ranking by mean score": [np.argsort(-performance.mean().to_numpy(), kind="stable").tolist()] * n_unseen,
        "greedy portfolio": [greedy_portfolio(regret, k)] * n_unseen,
        "nearest dataset's winner": nearest_winners(metafeatures, unseen, regret, k),
    }


def nearest_winners(metafeatures: pd.DataFrame, unseen: pd.DataFrame, regret: Floats, k: int) -> list[list[int]]:
    """The winners of the nearest datasets in turn, by the sum of differences of scaled meta-features."""
    low, high = metafeatures.min(), metafeatures.max()
    scale = (high - low).where(high > low, 1.0)
    known, new = (
        ((table.fillna(metafeatures.median()) - low) / scale).fillna(0.0).to_numpy() for table in (metafeatures, unseen)
    )
    ranking = np.argsort(regret.mean(axis=0), kind="stable").tolist()
    orders = []
    for row in new:
        nearest = np.argsort(np.abs(known - row).sum(axis=1), kind="stable")
        winners = [int(np.argmin(regret[i])) for i in nearest]
        orders.append(list(dict.fromkeys(winners + ranking))[:k])
    return orders
