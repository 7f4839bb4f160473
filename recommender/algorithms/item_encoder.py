"""Indicators for cells that hold lists of items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from recommender.tables.columns import ITEMS_JOINED


class ItemEncoder(TransformerMixin, BaseEstimator):
    """An indicator for each of the most frequent items of a column of lists.

    Parameters
    ----------
    max_items : int, default=30
        How many items have an indicator; rarer ones have none.

    Attributes
    ----------
    items_ : list of str
        The items that have one, the most frequent first.

    Examples
    --------
    >>> ItemEncoder().fit_transform(pd.Series(["wifi|pool", "wifi", ""])).tolist()
    [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    """

    def __init__(self, max_items: int = 30) -> None:
        self.max_items = max_items

    def fit(self, X: pd.Series, y: Any = None) -> ItemEncoder:
        """Learn the most frequent items of a column, as `TableReader` reads lists."""
        counts = _items(X).value_counts().drop("", errors="ignore")
        self.items_ = counts.sort_index().sort_values(ascending=False, kind="stable").index[: self.max_items].tolist()
        self.name_ = str(X.name)
        return self

    def transform(self, X: pd.Series) -> np.ndarray:
        """The indicators, of shape (n_samples, n_items), as float64."""
        check_is_fitted(self)
        lists = [set(str(cell).split(ITEMS_JOINED)) for cell in X]
        return np.array([[item in items for item in self.items_] for items in lists], dtype=np.float64)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The column's name with each item."""
        check_is_fitted(self)
        return np.asarray([f"{self.name_}_{item}" for item in self.items_], dtype=object)


def _items(cells: pd.Series) -> pd.Series:
    return cells.str.split(ITEMS_JOINED, regex=False).explode()
