"""What a meta-model expects: regrets, scores with intervals, and how well they are supported."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a meta-model expects on some datasets.

    Parameters
    ----------
    regret : DataFrame of shape (n_datasets, n_configurations)
        Expected normalized regret, from 0 (as good as the best of the pool) to 1 (median of the pool or worse).
    score, lower, upper : DataFrame of shape (n_datasets, n_configurations)
        Expected score, in the unit of the scores that were learnt, and the interval that holds it with probability 0.8.
    support : Series of shape (n_datasets,)
        How well the training datasets cover the dataset: the share of them that lies at least as far from the others.
    outside : Series of shape (n_datasets,)
        Whether the dataset lies outside what the meta-model has seen.
    """

    regret: pd.DataFrame
    score: pd.DataFrame
    lower: pd.DataFrame
    upper: pd.DataFrame
    support: pd.Series
    outside: pd.Series
