"""Growth: how much longer a fit takes on more rows of the same table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from recommender.algorithms.boosting import N_PARTS, n_boosters
from recommender.algorithms.configuration import Configuration

BOOSTED = ("lightgbm", "xgboost", "catboost")
"""The algorithms whose early stopping has several boosters."""


def growth(configuration: Configuration, n_rows: int, n_fewer: int, *, shortened: bool = False) -> float:
    """How many times as long a fit takes on so many rows as on fewer ones.

    It is in proportion to the rows, and to the boosters that early stopping fits on them: from 20,000 rows on there is
    one instead of five.

    Parameters
    ----------
    configuration : Configuration
        What is fitted.
    n_rows, n_fewer : int
        How many rows of the same table.
    shortened : bool, default=False
        Whether early stopping fits one booster on the fewer rows.

    Examples
    --------
    >>> growth(Configuration("lda", {}), 30_000, 10_000)
    3.0
    >>> round(growth(Configuration("catboost", {"early_stopping": True}), 30_000, 10_000), 2)
    0.6
    """
    rows = n_rows / n_fewer
    boosters = n_boosters(n_rows) / (1 if shortened else n_boosters(n_fewer))
    return rows * boosters if stops_early(configuration) else rows


def booster_shares(configurations: Iterable[Configuration], n_rows: Iterable[int]) -> NDArray[np.float64]:
    """The share of its boosters that each configuration fits on so many rows: all, or one of five.

    Seconds divided by it are a sum of what rows and columns cost, which seconds that early stopping took are not.

    Parameters
    ----------
    configurations : iterable of Configuration
        What is fitted.
    n_rows : iterable of int
        The rows of tables.

    Returns
    -------
    array of shape (n_tables, n_configurations)

    Examples
    --------
    >>> stopping = Configuration("catboost", {"early_stopping": True})
    >>> booster_shares([Configuration("lda", {}), stopping], [30_000, 10_000])
    array([[1. , 0.2],
           [1. , 1. ]])
    """
    stopping = np.array([stops_early(configuration) for configuration in configurations], dtype=bool)
    shares = np.array([n_boosters(n) / N_PARTS for n in n_rows])
    return np.where(stopping, shares[:, None], 1.0)


def stops_early(configuration: Configuration) -> bool:
    """Whether boosters are fitted until the loss on other rows does not fall any more."""
    return configuration.algorithm in BOOSTED and bool(configuration.hyperparameters.get("early_stopping"))
