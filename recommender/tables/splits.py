"""How a dataset is split for evaluation: a rule that depends on its size and task alone."""

from __future__ import annotations

import warnings

import numpy as np

from recommender.tables.dataset import Dataset

SPLITS_VERSION = 2
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
    500 to 999          5 folds, twice
    1,000 to 1,999      5 folds
    2,000 to 4,999      3 folds
    from 5,000          2 random draws of two thirds of the rows, at most 10,000, with at most 10,000 others to test on
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
    >>> from recommender.tables.loading import load_dataset
    >>> len(split(load_dataset(load_iris())))
    20
    """
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, ShuffleSplit, StratifiedShuffleSplit

    n, labels = dataset.n_samples, dataset.y.astype(str)
    stratified = dataset.task != "regression" and (n < 5_000 or labels.value_counts().min() > 1)
    if n < 5_000:
        folds = RepeatedStratifiedKFold if stratified else RepeatedKFold
        n_splits, n_repeats = 5 if n < 2_000 else 3, 4 if n < 500 else 2 if n < 1_000 else 1
        splitter = folds(n_splits=min(n_splits, n), n_repeats=n_repeats, random_state=random_state)
    else:
        draws = StratifiedShuffleSplit if stratified else ShuffleSplit
        n_train = min(2 * n // 3, MAX_TRAIN_SAMPLES)
        n_test = min(n - n_train, MAX_TEST_SAMPLES)
        splitter = draws(n_splits=2, train_size=n_train, test_size=n_test, random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        return list(splitter.split(np.zeros(n), labels if stratified else None))
