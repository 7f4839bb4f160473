"""Columns made of others, beside them: arithmetic of pairs of numbers, and the mean target of each category."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from benchmarks.candidates.telling_pairs import MEAN, Look, Made, calculate, codes_of, find_telling, look
from recommender.tables.frames import unique_names
from recommender.tables.targets import fit_target, known_values

MAX_ROWS = 10_000
"""So many rows tell what to make."""
LEAST_ROWS = 500
"""Fewer tell nothing of pairs."""
MAX_CLASSES = 10
"""With more classes nothing is made: each would have mean targets of its own."""


class ColumnCombiner(TransformerMixin, BaseEstimator):
    """Appends sums, differences, products, ratios and mean targets, where they tell what the columns do not.

    A short LightGBM is fitted on halves of at most 10,000 rows. What explains most of what it leaves open on the other
    half is made (`find_telling`), and kept if a second short LightGBM with it has a smaller loss; otherwise nothing is
    appended, as with fewer than 500 rows or more than 10 classes. Mean targets are those of scikit-learn's
    `TargetEncoder`: `fit_transform` takes them from other rows than those that they are given to.

    Parameters
    ----------
    regression : bool, default=False
        Whether the target is a number.
    max_made : int, default=15
        So many columns are made at most.
    random_state : int, default=0
        Seed of the rows that are looked at, and of the parts that mean targets are taken from.

    Attributes
    ----------
    made_ : list of Made
        What is made, the most telling first within arithmetic and then within mean targets.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : array of str
        Their names, where they have any.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame(rng.uniform(1, 9, (1000, 3)), columns=["height", "weight", "age"])
    >>> combiner = ColumnCombiner(max_made=1).fit(table, table["weight"] > table["height"])
    >>> combiner.get_feature_names_out().tolist()
    ['height', 'weight', 'age', 'height - weight']
    """

    def __init__(self, *, regression: bool = False, max_made: int = 15, random_state: int = 0) -> None:
        self.regression = regression
        self.max_made = max_made
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Choose what to make.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            Numbers, NaN where they are missing; columns of pandas' category type are categories.
        y : array-like of shape (n_samples,)
            Numbers or classes; rows without one are left out.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any, **fit_params: Any) -> Any:
        """The same rows with what is made of them, mean targets out of fold."""
        table, rows, target = self._fit(X, y)
        means = self._means(table)
        if self._encoded:
            means[rows] = self._out_of_fold(table.iloc[rows], target)
        return self._beside(X, table, means)

    def transform(self, X: Any) -> Any:
        """A table of the same type with what is made beside its columns."""
        check_is_fitted(self, "made_")
        table = self._table(X)
        return self._beside(X, table, self._means(table))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns, which an array's columns must be given, and of what is made of them, each once."""
        check_is_fitted(self, "made_")
        is_array = input_features is not None and not hasattr(self, "feature_names_in_")
        names = unique_names(input_features) if is_array else self._names
        made = [made.named(names) for made in self._calculated]
        for encoded in self._encoded:
            made += [encoded.named(names)] * (self._n_means // len(self._encoded))
        return np.asarray(unique_names([*names, *made]), dtype=object)

    def _fit(self, X: Any, y: Any) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """Choose what to make; the table, and the rows that have a target, with it."""
        has_names = isinstance(X, pd.DataFrame)
        given = X if has_names else pd.DataFrame(np.asarray(X, dtype=np.float64))
        self.n_features_in_, self._dtypes = given.shape[1], list(given.dtypes)
        self._names = unique_names(given.columns) if has_names else [f"x{i}" for i in range(given.shape[1])]
        if has_names:
            self.feature_names_in_ = np.asarray(given.columns, dtype=object)
        table = self._table(X)
        rows, target = self._known(y)
        self._choose(table.iloc[rows], target)
        return table, rows, target

    def _choose(self, table: pd.DataFrame, target: np.ndarray) -> None:
        """What to make, by a first look; nothing if a second look with it is no better."""
        self._make([], table, target)
        rows = self._rows_to_look_at(target)
        if not len(rows):
            return
        looked, y = table.iloc[rows], target[rows]
        first = self._look(looked, y)
        self._make(find_telling(looked, first)[: self.max_made], looked, y)
        if not self.made_:
            return
        means = self._out_of_fold(looked, y) if self._encoded else self._means(looked)
        second = self._look(self._beside(looked, looked, means), y)
        self._make(self.made_ if second.losses.mean() < first.losses.mean() else [], table, target)

    def _look(self, table: pd.DataFrame, target: np.ndarray) -> Look:
        return look(table, target, regression=self.regression, random_state=self.random_state)

    def _rows_to_look_at(self, target: np.ndarray) -> np.ndarray:
        """Rows drawn at random, those of a class after each other; none where they tell nothing."""
        rows = np.random.default_rng(self.random_state).permutation(len(target))[:MAX_ROWS]
        if not self.regression:
            rows = rows[np.argsort(target[rows], kind="stable")]
            counts = np.sort(np.unique(target[rows], return_counts=True)[1])[::-1]
            if not 2 <= len(counts) <= MAX_CLASSES or counts[1] < 2:
                return rows[:0]
        return rows if len(rows) >= LEAST_ROWS else rows[:0]

    def _make(self, chosen: list[Made], table: pd.DataFrame, target: np.ndarray) -> None:
        """Remember what to make, and what is to be expected of each category."""
        self._calculated = [made for made in chosen if made.operation != MEAN]
        self._encoded = [made for made in chosen if made.operation == MEAN]
        self.made_ = self._calculated + self._encoded
        self._n_means = 0
        if self._encoded:
            self._encoder = _target_encoder(self.regression, target, self.random_state)
            self._encoder.fit(self._codes(table), target)
            self._n_means = len(self._encoder.get_feature_names_out())

    def _known(self, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """The rows that have a target, and the target there as a person reads it."""
        given = y.reset_index(drop=True) if isinstance(y, pd.Series) else pd.Series(np.asarray(y).ravel())
        values = fit_target(given, numeric=self.regression).read(given)
        known = known_values(values).to_numpy(dtype=np.float64 if self.regression else None)
        return np.flatnonzero(values.notna().to_numpy(dtype=bool)), known

    def _table(self, X: Any) -> pd.DataFrame:
        """A DataFrame of numbers and of the categories that it was fitted with."""
        table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X, dtype=np.float64))
        columns = {str(i): _of_type(table.iloc[:, i], dtype) for i, dtype in enumerate(self._dtypes)}
        return pd.DataFrame(columns, index=table.index)

    def _codes(self, table: pd.DataFrame) -> np.ndarray:
        return np.column_stack([codes_of(table.iloc[:, made.columns[0]]) for made in self._encoded])

    def _means(self, table: pd.DataFrame) -> np.ndarray:
        """The mean targets of rows, of shape (n_samples, n_means)."""
        if not self._encoded or not len(table):
            return np.empty((len(table), self._n_means))
        return np.asarray(self._encoder.transform(self._codes(table)))

    def _out_of_fold(self, table: pd.DataFrame, target: np.ndarray) -> np.ndarray:
        """The same, of rows that it was fitted on, each from other rows."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The least populated class")
            return np.asarray(clone(self._encoder).fit_transform(self._codes(table), target))

    def _beside(self, X: Any, table: pd.DataFrame, means: np.ndarray) -> Any:
        """What is made, beside the columns; in an array where an array was given."""
        made = [calculate(m.operation, *(table.iloc[:, i].to_numpy() for i in m.columns)) for m in self._calculated]
        values = np.column_stack([*made, means]) if made else means
        if not isinstance(X, pd.DataFrame):
            return np.column_stack([table.to_numpy(np.float64), values])
        names = self.get_feature_names_out()
        appended = pd.DataFrame(values, columns=names[self.n_features_in_ :], index=X.index)
        return pd.concat([X.set_axis(names[: self.n_features_in_], axis=1), appended], axis=1)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.target_tags.required = True
        return tags


def _of_type(column: pd.Series, dtype: Any) -> Any:
    """Numbers, or the categories of a type; what is none of them is missing."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return column.to_numpy(np.float64, na_value=np.nan)
    if column.dtype == dtype:
        return column
    return pd.Categorical.from_codes(dtype.categories.get_indexer(pd.Index(column)), dtype=dtype)


def _target_encoder(regression: bool, target: np.ndarray, random_state: int) -> Any:
    from sklearn.model_selection import KFold, StratifiedKFold
    from sklearn.preprocessing import TargetEncoder

    kind = "continuous" if regression else "binary" if len(np.unique(target)) == 2 else "multiclass"
    parts = (KFold if regression else StratifiedKFold)(5, shuffle=True, random_state=random_state)
    return TargetEncoder(target_type=kind, cv=parts)
