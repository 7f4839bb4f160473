"""Sparse tables: numbers of which most are zeros, and these are not written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from recommender.tables.cells.values import as_numbers, holds_sparse_numbers
from recommender.tables.columns import Numbers
from recommender.tables.frames import as_frame, has_names
from recommender.tables.reading import TableReader

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class SparseReader(TableReader):
    """Reads a table of numbers, sparse or not, as a matrix that does not hold its zeros.

    Any later table of the same columns is read to the same. Infinite numbers are missing.

    Attributes
    ----------
    readings_ : dict of str to Reading
        Each column is read as numbers.
    n_features_in_ : int
        Number of columns of the table that it was fitted on.

    Examples
    --------
    >>> from scipy.sparse import coo_array
    >>> SparseReader().fit_transform(coo_array([[0.0, 2.0], [0.0, 0.0]])).nnz
    1
    """

    def __init__(self) -> None:
        super().__init__()

    def fit(self, X: Any, y: Any = None) -> SparseReader:
        """Learn what the columns are called."""
        self._learn_names(as_frame(X), has_names=has_names(X))
        self.readings_ = dict.fromkeys(self.names_in_, Numbers())
        return self

    def transform(self, X: Any) -> csr_matrix:
        """The numbers by row, in double precision."""
        check_is_fitted(self)
        return as_matrix(self._aligned(as_frame(X), has_names=has_names(X))[list(self.readings_)])


def as_matrix(table: pd.DataFrame) -> csr_matrix:
    """The numbers of a table without its zeros, by row.

    Examples
    --------
    >>> as_matrix(pd.DataFrame({"a": [0.0, float("inf")], "b": [0, 3]})).toarray().tolist()
    [[0.0, 0.0], [nan, 3.0]]
    """
    from scipy.sparse import csr_matrix

    if all(map(holds_sparse_numbers, table.dtypes)):
        matrix = csr_matrix(table.sparse.to_coo(), dtype=np.float64)  # type: ignore[attr-defined]
    else:
        matrix = csr_matrix(np.column_stack([as_numbers(table.iloc[:, i]) for i in range(table.shape[1])]))
    matrix.data = as_numbers(pd.Series(matrix.data))
    return matrix
