"""Folds of trials: by the rule for splits, as many as there is time for, or as they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from recommender.fitting.validation import N_FOLDS, validation_folds
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

ALL_FOLDS = 1_000
"""More than any rule has."""
AIM = 20
"""So many configurations should be tried; where that takes less than all folds, fewer folds are used."""
TRYING_SHARE = 0.5
"""Such a share of the seconds goes into these tries."""
MIN_FOLDS = 3
"""No fewer folds are used, unless one is enough."""
SINGLE_FOLD_ROWS, SINGLE_SLOW_FOLD_ROWS = 5_000, 2_000
"""From so many rows on one fold is enough where there is no time for more; and from so many where there is no time for
one fold of half of these tries."""
LEFT_OUT_EACH_SECOND, LEAST_LEFT_OUT = 600, 2_000
"""A single fold leaves out so many rows for each second of the budget, and no fewer: predicting 10,000 rows may take as
long as a fit on as many."""


def folds_of(dataset: Dataset, random_state: int = 0, *, no_row_twice: bool = False) -> list[Split]:
    """The folds on which configurations are compared; none where every class has fewer rows than there would be folds.

    Parameters
    ----------
    dataset : Dataset
        What is split, by the rule of `recommender.tables.splits`.
    random_state : int, default=0
        Seed of the shuffling.
    no_row_twice : bool, default=False
        Whether a row may be left out once at most, as far as the rule has such folds.
    """
    if dataset.task != "regression" and dataset.y.value_counts().max() < N_FOLDS:
        return []
    return validation_folds(dataset, n_folds=N_FOLDS if no_row_twice else ALL_FOLDS, random_state=random_state)


def asked_folds(
    dataset: Dataset, *, cv: Any = None, groups: Any = None, time: Any = None, random_state: int = 0
) -> list[Split]:
    """The folds that were asked for; none where nothing was, and it is left to the rule."""
    if cv is None and groups is None and time is None:
        return []
    return validation_folds(dataset, cv=cv, groups=groups, time=time, random_state=random_state)


def is_once_at_most(splits: Sequence[Split]) -> bool:
    """Whether no row is left out twice, by which thresholds would be chosen twice."""
    tested = [row for _, test in splits for row in test]
    return len(set(tested)) == len(tested)


def n_affordable(splits: Sequence[Split], n_samples: int, *, seconds: float, fold_seconds: float, moves: bool) -> int:
    """How many of the folds to use: as many as let enough configurations be tried.

    Parameters
    ----------
    splits : sequence of (train, test)
        All folds.
    n_samples : int
        Rows of the table: where they are many, one fold may be enough.
    seconds : float
        For all tries, of all processors together.
    fold_seconds : float
        What a fold of a usual configuration takes.
    moves : bool
        Whether thresholds of decision are chosen, for which one fold is never enough.

    Examples
    --------
    >>> [n_affordable([([0], [1])] * 10, 150, seconds=s, fold_seconds=1.0, moves=False) for s in (10, 200, 1000)]
    [3, 5, 10]
    """
    affordable = TRYING_SHARE * seconds / (AIM * fold_seconds)
    enough_rows = SINGLE_FOLD_ROWS if affordable >= 0.5 else SINGLE_SLOW_FOLD_ROWS
    least = 1 if n_samples >= enough_rows and not moves else min(MIN_FOLDS, len(splits))
    return int(np.clip(affordable, least, max(least, len(splits))))


def most_left_out(seconds: float) -> int:
    """How many rows a single fold leaves out at most, in a budget of so many seconds.

    Examples
    --------
    >>> [most_left_out(seconds) for seconds in (2, 10, 60)]
    [2000, 6000, 36000]
    """
    return max(LEAST_LEFT_OUT, round(LEFT_OUT_EACH_SECOND * seconds))
