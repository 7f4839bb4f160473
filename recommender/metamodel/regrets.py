"""Tables of scores and regrets: how far from the best, what is missing, which configurations complement each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FILL_TURNS, FILL_THRESHOLD = 10, 0.05
PRIOR_DATASETS = 2.0
"""How many datasets of average regret a configuration that was left out somewhere is taken to have seen besides."""


def normalized_regret(performance: pd.DataFrame) -> pd.DataFrame:
    """How far each score falls behind the best of its dataset, in units of the best's distance to the median.

    Parameters
    ----------
    performance : DataFrame of shape (n_datasets, n_configurations)
        Higher is better; missing cells stay missing.

    Returns
    -------
    DataFrame of shape (n_datasets, n_configurations)
        ``(best - score) / (best - median)`` clipped to [0, 1]; 0 throughout where best and median are equal.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.9, 0.5], "b": [0.8, 0.5], "c": [0.5, None]}, index=["one", "two"])
    >>> normalized_regret(scores)
           a    b    c
    one  0.0  1.0  1.0
    two  0.0  0.0  NaN
    """
    regret = regret_of(performance.to_numpy(dtype=np.float64, na_value=np.nan))
    return pd.DataFrame(regret, index=performance.index, columns=performance.columns)


def regret_of(scores: Floats) -> Floats:
    """Normalized regret of an array of shape (n_datasets, n_configurations), NaN where the score is missing."""
    regret = np.full(scores.shape, np.nan)
    for row, values in enumerate(scores):
        known = np.isfinite(values)
        if known.any():
            best, median = values[known].max(), np.median(values[known])
            spread = best - median
            regret[row, known] = np.clip((best - values[known]) / spread, 0, 1) if spread > 0 else 0.0
    return regret


def fill_missing(table: Floats) -> Floats:
    """Missing cells from the table's main components, found by turns of filling and softly thresholded SVD.

    They begin as the mean of their dataset plus what their configuration usually differs from it.

    References
    ----------
    Mazumder, Hastie, Tibshirani (2010), Spectral regularization algorithms for learning large incomplete matrices.
    """
    known = np.isfinite(table)
    rows = np.nanmean(table, axis=1, keepdims=True)
    differences = np.where(known, table - rows, 0).sum(axis=0) / (known.sum(axis=0) + PRIOR_DATASETS)
    filled = np.where(known, table, rows + differences)
    for _ in range(0 if known.all() else FILL_TURNS):
        centred = filled - (mean := filled.mean(axis=0))
        directions, singular = main_directions(centred, min(table.shape))
        kept = np.maximum(1 - FILL_THRESHOLD * singular[0] / singular, 0)
        filled = np.where(known, table, (centred @ directions.T * kept) @ directions + mean)
    return filled


def main_directions(centred: Floats, k: int) -> tuple[Floats, Floats]:
    """The first `k` right singular vectors, as rows, and the singular values of a table.

    From the smaller of its two Gram matrices, which takes a fraction of the seconds that a whole decomposition takes.
    """
    from scipy.linalg import eigh

    wide, size = centred.shape[0] < centred.shape[1], min(centred.shape)
    gram = centred @ centred.T if wide else centred.T @ centred
    values, vectors = eigh(gram, subset_by_index=(size - min(k, size), size - 1))
    directions = vectors[:, ::-1].T
    least = max(float(values[-1]), np.finfo(np.float64).tiny) * 1e-12  # below it is rounding
    singular = np.sqrt(np.maximum(values[::-1], least))
    return (directions @ centred / singular[:, None] if wide else directions), singular


def greedy_portfolio(regret: Floats, k: int) -> list[int]:
    """Positions of `k` configurations that complement each other over all datasets, the least regretted first.

    Parameters
    ----------
    regret : array of shape (n_datasets, n_configurations)
        Without missing values.
    k : int
        How many.
    """
    return greedy(regret, np.full(len(regret), 1 / len(regret)), regret.mean(axis=0), k)


def greedy(regret: Floats, weights: Floats, expected: Floats, k: int) -> list[int]:
    """Configurations that lower the weighted mean of the best regret so far the most, the least regretted first."""
    chosen = [int(np.argmin(expected))]
    best = regret[:, chosen[0]]
    while len(chosen) < min(k, regret.shape[1]):
        gains = weights @ np.minimum(best[:, None], regret) + 1e-6 * expected
        gains[chosen] = np.inf
        chosen.append(int(np.argmin(gains)))
        best = np.minimum(best, regret[:, chosen[-1]])
    return chosen[:k]
