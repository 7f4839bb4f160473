"""How much of a difference between two configurations may be noise of the folds."""

from __future__ import annotations

import numpy as np
import pandas as pd


def standard_error(table: pd.DataFrame, overlap: float) -> float:
    """The standard error of a difference between two configurations' means over the folds of a dataset.

    The noise is what is left of the scores when the means of configurations and folds are taken out. The variance of a
    mean over folds that share training rows is that of Nadeau and Bengio (2003).

    Parameters
    ----------
    table : DataFrame of shape (n_configurations, n_folds)
        The scores, none of them missing.
    overlap : float
        Test rows for each training row.

    Examples
    --------
    >>> scores = pd.DataFrame([[0.7, 0.9], [0.8, 0.8]])
    >>> round(standard_error(scores, overlap=0.25), 3)
    0.087
    """
    values = table.to_numpy()
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    n_folds = values.shape[1]
    variances = (left**2).sum(axis=1) / max(n_folds - 1, 1)
    return float(np.sqrt(2 * np.median(variances) * (1 / n_folds + overlap)))
