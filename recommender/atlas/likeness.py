"""Which datasets are alike: those on which the same configurations do well."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.showing.plots import embed

MIN_SHARED = 10
"""Datasets that share fewer configurations than this are not compared."""


def likeness(performance: pd.DataFrame) -> pd.DataFrame:
    """How alike the datasets of a task are, from 0 to 1: the rank correlation of what configurations score on them.

    Parameters
    ----------
    performance : DataFrame of shape (n_datasets, n_configurations)
        Scores, larger is better; missing cells are left out.

    Returns
    -------
    DataFrame of shape (n_datasets, n_datasets)
        Correlations below 0, and of datasets that share too few configurations, are 0.

    Examples
    --------
    >>> scores = pd.DataFrame([range(12), range(12), range(12, 0, -1)], index=["one", "two", "three"])
    >>> likeness(scores).round(1)["one"].to_dict()
    {'one': 1.0, 'two': 1.0, 'three': 0.0}
    """
    found = performance.T.corr(method="spearman", min_periods=MIN_SHARED).clip(lower=0).fillna(0.0)
    values = found.to_numpy(copy=True)
    np.fill_diagonal(values, 1.0)
    return pd.DataFrame(values, index=performance.index, columns=performance.index)


def places(alike: pd.DataFrame) -> pd.DataFrame:
    """Where the datasets lie on a map, the nearer the more alike: columns x and y, from 0 to 100.

    Parameters
    ----------
    alike : DataFrame of shape (n_datasets, n_datasets)
        What `likeness` returned; of at least three datasets.
    """
    values = alike.to_numpy()
    embedded = embed(values, values[0])[:-1]  # the first one twice, since one more is asked for
    found = pd.DataFrame(embedded, index=alike.index, columns=["x", "y"])
    low, high = found.min(), found.max()
    return 3 + 94 * (found - low) / (high - low).where(high > low, 1.0)
