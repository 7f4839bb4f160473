"""Folds of trials: by the rule for splits, as many as there is time for, or as they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recommender.fitting.validation import N_FOLDS, validation_folds
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

ALL_FOLDS = 1_000
"""More than any rule has."""


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
