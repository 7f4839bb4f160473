"""Reading a table: how each column is read is decided once, and later tables of its columns are read to the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from recommender.errors import DatasetError, listed, unknown_name
from recommender.tables.columns import LeftOut, Reading, part_names
from recommender.tables.deciding import decide_all
from recommender.tables.fits import READINGS, Cells
from recommender.tables.frames import as_frame, has_names, unique_names
from recommender.words import count


class TableReader(TransformerMixin, BaseEstimator):
    """Reads each column of a table the way a person does.

    What it was fitted on decides how a column is written: in which units, with which marks, in which order its levels
    are. Any later table of the same columns is read to the same types, whatever types it has: numbers become float64
    (durations in seconds), dates datetime64, categories and text become text, and missing values NaN or NaT. Infinite
    numbers are missing. Columns may come in another order, and beside others; one that is missing is named.

    Parameters
    ----------
    readings : dict of str to str, optional
        The reading of each column by its name: ``number``, ``number and unit``, ``2 numbers``, ``date``, ``ordered``,
        ``two values``, ``category``, ``list`` or ``text``. A column that is not in it is left out. Decided when fitted,
        by default.

    Attributes
    ----------
    readings_ : dict of str to Reading
        How each column is read that is not left out.
    n_features_in_ : int
        Number of columns of the table that it was fitted on.
    feature_names_in_ : array of str
        Their names, if all are text.

    Examples
    --------
    >>> cars = pd.DataFrame({"range": ["19.67 kmpl", "23 kmpl", "?"], "sold": ["7-Jan-18", "9-Feb-18", "unknown"]})
    >>> TableReader().fit_transform(cars)
       range       sold
    0  19.67 2018-01-07
    1  23.00 2018-02-09
    2    NaN        NaT
    """

    def __init__(self, readings: Mapping[str, str] | None = None) -> None:
        self.readings = readings

    def fit(self, X: Any, y: Any = None) -> TableReader:
        """Decide how the columns are read, or fit the readings that were given."""
        table = as_frame(X)
        self._learn_names(table, has_names=has_names(X))
        names = self.names_in_
        if self.readings is None:
            found = dict(zip(names, decide_all(table), strict=True))
        else:
            columns = {name: table.iloc[:, i] for i, name in enumerate(names)}
            found = {name: _fitted(columns, name, reading) for name, reading in self.readings.items()}
        self.readings_ = {name: reading for name, reading in found.items() if not isinstance(reading, LeftOut)}
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """The columns as they are read.

        Parameters
        ----------
        X : DataFrame of any library, or array, of shape (n_samples, n_features)
            With the columns that it was fitted on: under their names, or in their places where these have none.

        Returns
        -------
        DataFrame of shape (n_samples, n_read)
            With the index of `X`.

        Raises
        ------
        DatasetError
            If a column is missing.
        """
        check_is_fitted(self)
        table = self._aligned(as_frame(X), has_names=has_names(X))
        read = {name: reading.read(table[name]) for name, reading in self.readings_.items()}
        values = chain(*(made.values() for made in read.values()))
        return pd.DataFrame(dict(zip(part_names(read, self.names_in_), values, strict=True)), index=table.index)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of what `transform` gives."""
        check_is_fitted(self)
        nothing = pd.Series([], dtype=object)
        added = {name: reading.read(nothing) for name, reading in self.readings_.items()}
        return np.asarray(part_names(added, self.names_in_), dtype=object)

    def _learn_names(self, table: pd.DataFrame, *, has_names: bool) -> None:
        self.by_name_ = has_names
        self.n_features_in_ = table.shape[1]
        if self.by_name_ and all(isinstance(name, str) for name in table.columns):
            self.feature_names_in_ = np.asarray(table.columns, dtype=object)
        self.names_in_ = unique_names(table.columns)

    def _aligned(self, table: pd.DataFrame, *, has_names: bool) -> pd.DataFrame:
        """The columns that are read, under the names that they had when this was fitted."""
        if not (self.by_name_ and has_names) or not set(map(str, table.columns)) & set(self.names_in_):
            if table.shape[1] != self.n_features_in_:
                raise DatasetError(
                    f"the table has {count(table.shape[1], 'column')}, and the model was fitted on "
                    f"{self.n_features_in_}: give the same columns: {listed(self.names_in_)}"
                )
            return table.set_axis(self.names_in_, axis=1)
        table = table.set_axis(unique_names(table.columns), axis=1)
        lacking = [name for name in self.readings_ if name not in table.columns]
        if lacking:
            raise DatasetError(
                f"the table lacks {len(lacking)} of the columns that the model was fitted on: {listed(lacking)}. Add "
                "them; where a value is not known, leave it empty"
            )
        return table

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        return tags


def _fitted(columns: Mapping[str, pd.Series], name: str, reading: str) -> Reading:
    if name not in columns:
        raise unknown_name("column", name, columns)
    if reading not in READINGS:
        raise unknown_name("reading", reading, READINGS)
    return READINGS[reading](Cells(columns[name]))
