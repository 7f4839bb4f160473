"""How a dataset is split for evaluation: a rule that depends on its size and task alone."""

from __future__ import annotations

import warnings

import numpy as np

from recommender.datasets import Dataset

SPLITS_VERSION = 1
"""Raised whenever the rule changes; recorded with every evaluation."""

MAX_TRAIN_SAMPLES = 10_000
MAX_TEST_SAMPLES = 10_000

Split = tuple[np.ndarray, np.ndarray]


def split(dataset: Dataset, *, random_state: int = 0) -> list[Split]:
    """The train and test rows of each fold.

    ==================  =====================================================================================
    rows                folds
    ==================  =====================================================================================
    under 500           5 folds, 4 times: with few rows, the noise of a single repeat exceeds most differences
    500 to 1,999        5 folds, twice
    2,000 to 4,999      5 folds
    5,000 to 15,000     3 folds
    above 15,000        3 random draws of 10,000 training rows and at most 10,000 other rows to test on
    ==================  =====================================================================================

    Classes keep their shares in every fold. Training never sees more than 10,000 rows: what a fit costs grows
    faster than what it tells about the order of configurations.

    Parameters
    ----------
    dataset : Dataset
        What to split.
    random_state : int, default=0
        Seed of the shuffling; the same rows in the same order give the same folds.

    Returns
    -------
    list of (train, test)
        Row positions of each fold.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.sources import load_dataset
    >>> len(split(load_dataset(load_iris())))
    20
    """
    from sklearn.model_selection import (
        KFold,
        RepeatedKFold,
        RepeatedStratifiedKFold,
        ShuffleSplit,
        StratifiedKFold,
        StratifiedShuffleSplit,
    )

    n, stratified = dataset.n_samples, dataset.task != "regression"
    if n < 2_000:
        repeated = RepeatedStratifiedKFold if stratified else RepeatedKFold
        splitter = repeated(n_splits=min(5, n), n_repeats=4 if n < 500 else 2, random_state=random_state)
    elif n <= 15_000:
        folds = StratifiedKFold if stratified else KFold
        splitter = folds(5 if n < 5_000 else 3, shuffle=True, random_state=random_state)
    else:
        draws = StratifiedShuffleSplit if stratified else ShuffleSplit
        splitter = draws(
            n_splits=3,
            train_size=MAX_TRAIN_SAMPLES,
            test_size=min(MAX_TEST_SAMPLES, n - MAX_TRAIN_SAMPLES),
            random_state=random_state,
        )
    labels = dataset.y.astype(str) if stratified else None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        return list(splitter.split(np.zeros(n), labels))
