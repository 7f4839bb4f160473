"""Categories in pandas' category type, the same ones for every later table."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from recommender.tables.frames import as_frame


class CategoryEncoder(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Columns of categories, as models take them that split by sets of categories.

    Parameters
    ----------
    max_categories : int, default=254
        So many of a column are told apart, the most frequent ones. What is rarer, as what was never seen, is missing.

    Attributes
    ----------
    categories_ : list of list
        The categories of each column, the most frequent one first.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : array of str
        Their names.

    Examples
    --------
    >>> table = pd.DataFrame({"colour": ["red", "blue", "red", None]})
    >>> encoder = CategoryEncoder().fit(table)
    >>> encoder.transform(pd.DataFrame({"colour": ["blue", "green"]}))["colour"].tolist()
    ['blue', nan]
    """

    def __init__(self, max_categories: int = 254) -> None:
        self.max_categories = max_categories

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the categories of a table of shape (n_samples, n_features); missing values are none of them."""
        X = as_frame(X)
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        counted = (_plain(X.iloc[:, i]).value_counts(sort=False) for i in range(X.shape[1]))
        self.categories_ = [
            list(counts.sort_values(ascending=False, kind="stable").index[: self.max_categories]) for counts in counted
        ]
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """A DataFrame of category columns of shape (n_samples, n_features)."""
        check_is_fitted(self)
        X = as_frame(X)
        columns = {
            name: _among(categories, _plain(X.iloc[:, i]))
            for i, (name, categories) in enumerate(zip(self.feature_names_in_, self.categories_, strict=True))
        }
        return pd.DataFrame(columns, index=X.index)

    def set_output(self, *, transform: str | None = None) -> Self:
        """What is given is a DataFrame, whatever is asked for: no other container has categories."""
        return self


def _plain(column: pd.Series) -> pd.Series:
    """A column's values as Python has them: a later table may hold the same ones in another type."""
    return column.astype(object).where(column.notna(), None)


def _among(categories: list[Any], values: pd.Series) -> pd.Categorical:
    """Values as categories, missing where they are none of these."""
    known = pd.Index(categories, dtype=object)
    return pd.Categorical.from_codes(known.get_indexer(values), categories=known)
