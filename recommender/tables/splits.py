"""How a dataset is split for evaluation: a rule that depends on its size and task alone."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from recommender.tables.dataset import Dataset

SPLITS_VERSION = 2
"""Raised whenever the rule changes; recorded with every evaluation."""

MAX_TRAIN_SAMPLES = 10_000
"""The standard size: training never sees more rows of a fold, unless another size is asked for."""
MAX_TEST_SAMPLES = 10_000
SIZES = (200, 500, 2_000, MAX_TRAIN_SAMPLES, 30_000, 100_000)
"""At which sizes, caps on the training rows of a fold, configurations are evaluated."""
MORE_ROWS = 1.3
"""A size says something new where there are at least so many times as many rows as at the next smaller one."""
MAX_FOLDS_BELOW = 5
"""Sizes below the standard one have no more folds; those above it have one."""
LEAST_OF_A_CLASS = 2
"""So many rows of each class come before all others into a smaller size, as far as there are any."""

Split = tuple[np.ndarray, np.ndarray]


def split(dataset: Dataset, *, size: int = MAX_TRAIN_SAMPLES, random_state: int = 0) -> list[Split]:
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

    At another size a fold has the same test rows, and its training rows are nested: those of a smaller size are among
    those of a larger one. Smaller sizes have the first 5 folds at most, and at least two rows of every class where
    they can. Larger ones have the first fold, and take rows that are in neither part of it besides.

    Parameters
    ----------
    dataset : Dataset
        What to split.
    size : int, default=10,000
        How many training rows a fold has at most.
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
    >>> iris = load_dataset(load_iris())
    >>> len(split(iris)), len(split(iris, size=50))
    (20, 5)
    """
    folds = _standard(dataset, random_state)
    if size == MAX_TRAIN_SAMPLES:
        return folds
    labels = _labels(dataset)
    resized = _shrunk if size < MAX_TRAIN_SAMPLES else _grown
    return [
        (resized(fold, size, labels, np.random.default_rng([random_state, number])), fold[1])
        for number, fold in enumerate(folds[: n_folds(dataset.n_samples, size)])
    ]


def with_fewer_test_rows(folds: Sequence[Split], dataset: Dataset, most: int, *, random_state: int = 0) -> list[Split]:
    """The same folds with so many test rows at most, drawn at random, in which classes keep their shares.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> iris = load_dataset(load_iris())
    >>> [len(test) for train, test in with_fewer_test_rows(split(iris)[:2], iris, 9)]
    [9, 9]
    """
    labels = _labels(dataset)
    return [
        (train, test[_in_order(test, labels, np.random.default_rng([random_state, number]))[:most]])
        for number, (train, test) in enumerate(folds)
    ]


def n_folds(n_samples: int, size: int = MAX_TRAIN_SAMPLES) -> int:
    """How many folds a dataset of so many rows has at a size.

    Examples
    --------
    >>> n_folds(150), n_folds(150, 200), n_folds(50_000, 200), n_folds(50_000, 30_000)
    (20, 5, 2, 1)
    """
    if size > MAX_TRAIN_SAMPLES:
        return 1
    n_splits, n_repeats = _scheme(n_samples)
    return n_splits * n_repeats if size == MAX_TRAIN_SAMPLES else min(n_splits * n_repeats, MAX_FOLDS_BELOW)


def n_train(n_samples: int, size: int = MAX_TRAIN_SAMPLES) -> int:
    """How many training rows the first fold of a dataset has at a size.

    Examples
    --------
    >>> n_train(150), n_train(50_000), n_train(50_000, 200), n_train(50_000, 100_000)
    (120, 10000, 200, 40000)
    """
    if size > MAX_TRAIN_SAMPLES:
        return min(n_samples - _n_test(n_samples), size)
    return min(n_samples - _n_test(n_samples), MAX_TRAIN_SAMPLES, size)


def applies(size: int, n_samples: int) -> bool:
    """Whether evaluations at a size say something that those at the sizes beside it do not.

    Examples
    --------
    >>> [[size for size in SIZES if applies(size, n)] for n in (150, 2_000, 23_000, 200_000)]
    [[10000], [200, 500, 10000], [200, 500, 2000, 10000, 30000], [200, 500, 2000, 10000, 30000, 100000]]
    """
    if size == MAX_TRAIN_SAMPLES:
        return True
    if size < MAX_TRAIN_SAMPLES:
        return n_train(n_samples) >= MORE_ROWS * size
    below = max(smaller for smaller in SIZES if smaller < size)
    return n_samples - _n_test(n_samples) >= MORE_ROWS * below


def _scheme(n: int) -> tuple[int, int]:
    """How many folds one repeat has, and how many repeats there are."""
    if n >= 5_000:
        return 2, 1
    return min(5 if n < 2_000 else 3, n), 4 if n < 500 else 2 if n < 1_000 else 1


def _n_test(n: int) -> int:
    """How many test rows the first fold has."""
    if n >= 5_000:
        return min(n - min(2 * n // 3, MAX_TRAIN_SAMPLES), MAX_TEST_SAMPLES)
    return -(-n // _scheme(n)[0])


def _labels(dataset: Dataset) -> np.ndarray:
    """The class of each row; numbers are all of one."""
    return np.zeros(dataset.n_samples) if dataset.task == "regression" else dataset.y.astype(str).to_numpy()


def _standard(dataset: Dataset, random_state: int) -> list[Split]:
    """The folds at the standard size."""
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, ShuffleSplit, StratifiedShuffleSplit

    n, labels = dataset.n_samples, dataset.y.astype(str)
    stratified = dataset.task != "regression" and (n < 5_000 or labels.value_counts().min() > 1)
    if n < 5_000:
        folds = RepeatedStratifiedKFold if stratified else RepeatedKFold
        n_splits, n_repeats = _scheme(n)
        splitter = folds(n_splits=n_splits, n_repeats=n_repeats, random_state=random_state)
    else:
        draws = StratifiedShuffleSplit if stratified else ShuffleSplit
        train_size = min(2 * n // 3, MAX_TRAIN_SAMPLES)
        splitter = draws(n_splits=2, train_size=train_size, test_size=_n_test(n), random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        return list(splitter.split(np.zeros(n), labels if stratified else None))


def _shrunk(fold: Split, size: int, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The training rows of a smaller size, in the order that they have in the fold."""
    train = fold[0]
    return train[np.sort(_in_order(train, labels, rng)[:size])]


def _grown(fold: Split, size: int, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The training rows of a fold, and after them others that it does not test."""
    others = np.setdiff1d(np.arange(len(labels)), np.concatenate(fold))
    return np.concatenate([fold[0], others[_in_order(others, labels, rng)[: size - len(fold[0])]]])


def _in_order(rows: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions of rows in a random order of which any beginning has the classes in their shares, the rarest too."""
    shuffled = rng.permutation(len(rows))
    codes = np.unique(labels[rows[shuffled]], return_inverse=True)[1]
    place = np.empty(len(rows))
    for code in range(codes.max(initial=-1) + 1):
        mine = np.flatnonzero(codes == code)
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
        place[mine[:LEAST_OF_A_CLASS]] -= np.arange(LEAST_OF_A_CLASS, 0, -1)[: len(mine)]
    return shuffled[np.argsort(place, kind="stable")]
