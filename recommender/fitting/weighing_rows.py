"""Weighing rows: what weighs nothing leaves the table, its weights and its folds before anything is tried."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.errors import DatasetError
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.validation import that_teach
from recommender.tables.checks import checked
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split
from recommender.words import count


def weighing_rows(
    dataset: Dataset, weights: RowWeights, splits: Sequence[Split]
) -> tuple[Dataset, RowWeights, list[Split]]:
    """The table, its weights and its folds as if rows that weigh nothing were not there.

    By rows that weigh nothing, no fold can be judged: a mean of them is no number.

    Parameters
    ----------
    dataset : Dataset
        All rows.
    weights : RowWeights
        Theirs.
    splits : sequence of (train, test)
        Folds of all rows, or none.

    Returns
    -------
    dataset, weights, splits
        The folds, as positions among the rows that are left, in which there is something to learn and to predict;
        where these are fewer, a warning says so.

    Raises
    ------
    DatasetError
        If nothing can be learnt from the rows that are left.
    RecommendationError
        If there are folds, and none is left.

    Examples
    --------
    >>> import pandas as pd
    >>> from recommender.tables.loading import load_dataset
    >>> table = pd.DataFrame({"size": range(6), "sold": ["no", "yes"] * 3})
    >>> weights = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    >>> folds = [(np.array([0, 1, 2]), np.array([3, 4, 5]))]
    >>> found = weighing_rows(load_dataset(table, target="sold"), RowWeights(weights, weights), folds)
    >>> found[0].n_samples, [(train.tolist(), test.tolist()) for train, test in found[2]]
    (5, [([0, 1], [2, 3, 4])])
    """
    if weights.judging is None or (weights.judging > 0).all():
        return dataset, weights, list(splits)
    weighs = weights.judging > 0
    left, position = _learnable(dataset.take(np.flatnonzero(weighs))), np.cumsum(weighs) - 1
    folds = [(position[train[weighs[train]]], position[test[weighs[test]]]) for train, test in splits]
    return left, weights.take(np.flatnonzero(weighs)), that_teach(folds, left, asked=len(folds)) if folds else []


def _learnable(dataset: Dataset) -> Dataset:
    """The same, or an error where nothing can be learnt from it."""
    try:
        if dataset.y.nunique() < 2:
            raise DatasetError("the target is constant")
        return checked(dataset)
    except DatasetError as error:
        n_rows = dataset.n_samples
        raise DatasetError(
            f"nothing can be learnt from the {count(n_rows, 'row')} with a sample_weight above 0: {error}"
        ) from error
