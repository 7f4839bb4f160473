"""How LightGBM, XGBoost and CatBoost are told what is a category, and when to stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

PATIENCE = 50
"""So many rounds without a gain end it."""
LEAST_GAIN = 1e-5
"""A loss that falls by less within them has stopped falling: log loss, or squared standard deviations."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table with the codes of categories among its numbers.

    Parameters
    ----------
    values : array of shape (n_samples, n_features)
        Missing values, and categories that are not known, are NaN.
    categorical : list of int
        Which columns hold codes.
    y : array of shape (n_samples,), optional
        The target.
    weights : array of shape (n_samples,), optional
        The weights.
    """

    values: np.ndarray
    categorical: list[int]
    y: np.ndarray | None = None
    weights: np.ndarray | None = None

    @classmethod
    def of(cls, X: Any, y: np.ndarray | None = None, weights: np.ndarray | None = None) -> Self:
        """Rows of an array, or of a DataFrame whose columns of the category type are categories.

        Examples
        --------
        >>> table = pd.DataFrame({"size": [1.5, 2.0], "colour": pd.Categorical(["red", None])})
        >>> Rows.of(table)
        Rows(values=array([[1.5, 0. ],
               [2. , nan]]), categorical=[1], y=None, weights=None)
        """
        if not isinstance(X, pd.DataFrame):
            return cls(np.asarray(X, dtype=np.float64), [], y, weights)
        categorical = [i for i, dtype in enumerate(X.dtypes) if isinstance(dtype, pd.CategoricalDtype)]
        return cls(np.column_stack([_numbers(X.iloc[:, i]) for i in range(X.shape[1])]), categorical, y, weights)

    def take(self, rows: np.ndarray) -> Rows:
        """Some of the rows."""
        y, weights = (None if given is None else given[rows] for given in (self.y, self.weights))
        return Rows(self.values[rows], self.categorical, y, weights)


def _numbers(column: pd.Series) -> np.ndarray:
    """A column as it is, or the codes of its categories."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column.to_numpy(np.float64, na_value=np.nan)
    codes = column.cat.codes.to_numpy(np.float64)
    return np.where(codes < 0, np.nan, codes)


@dataclass(frozen=True)
class Library:
    """How one library is told.

    Parameters
    ----------
    rounds : str
        What it calls the number of its rounds.
    fit : callable(booster, train, validation, until) -> int
        Fits, and tells the rounds that are kept. Where there are validation rows, it fits until their loss falls no
        more, or until `time.monotonic` says so much.
    table : callable(rows) -> table
        What the fitted booster predicts from.
    """

    rounds: str
    fit: Callable[[Any, Rows, Rows | None, float], int]
    table: Callable[[Rows], Any]


def library_of(booster: Any) -> Library:
    """The library that an estimator is of."""
    return _LIBRARIES[type(booster).__module__.partition(".")[0]]


def _fit_lightgbm(booster: Any, train: Rows, validation: Rows | None, until: float) -> int:
    from lightgbm import early_stopping
    from lightgbm.callback import EarlyStopException

    def time_limit(round_: Any) -> None:
        if time.monotonic() > until:
            raise EarlyStopException(round_.iteration, round_.evaluation_result_list)

    given: dict[str, Any] = {"sample_weight": train.weights, "categorical_feature": train.categorical or "auto"}
    if validation is not None:
        given |= {"eval_X": (validation.values,), "eval_y": (validation.y,)}
        given["eval_sample_weight"] = None if validation.weights is None else [validation.weights]
        stopping = early_stopping(PATIENCE, first_metric_only=True, verbose=False, min_delta=LEAST_GAIN)
        given["callbacks"] = [stopping, time_limit]
    booster.fit(train.values, train.y, **given)
    return int(booster.best_iteration_ or booster.n_estimators_)


def _fit_xgboost(booster: Any, train: Rows, validation: Rows | None, until: float) -> int:
    from xgboost.callback import EarlyStopping, TrainingCallback

    class TimeLimit(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            return time.monotonic() > until

    if train.categorical:
        kinds = ["c" if i in set(train.categorical) else "q" for i in range(train.values.shape[1])]
        booster.set_params(enable_categorical=True, feature_types=kinds)
    given: dict[str, Any] = {"sample_weight": train.weights, "verbose": False}
    if validation is not None:
        booster.set_params(callbacks=[EarlyStopping(rounds=PATIENCE, min_delta=LEAST_GAIN), TimeLimit()])
        given["eval_set"] = [(validation.values, validation.y)]
        given["sample_weight_eval_set"] = None if validation.weights is None else [validation.weights]
    booster.fit(train.values, train.y, **given)
    booster.set_params(callbacks=None)  # which are no part of what was fitted
    return int(booster.get_num_boosting_rounds() if validation is None else booster.best_iteration + 1)


def _fit_catboost(booster: Any, train: Rows, validation: Rows | None, until: float) -> int:
    from catboost import Pool

    class TimeLimit:
        def after_iteration(self, info: Any) -> bool:
            return time.monotonic() <= until

    def pool(rows: Rows) -> Any:
        return Pool(_with_whole_codes(rows), rows.y, cat_features=rows.categorical, weight=rows.weights)

    stopping: dict[str, Any] = {}
    if validation is not None:
        stopping = {"eval_set": pool(validation), "early_stopping_rounds": PATIENCE}
        stopping |= {"callbacks": [TimeLimit()]} if math.isfinite(until) else {}
    booster.fit(pool(train), **stopping)
    return int(booster.tree_count_)


def _values(rows: Rows) -> np.ndarray:
    return rows.values


def _with_whole_codes(rows: Rows) -> Any:
    """As CatBoost takes categories: whole numbers, of which -1 is what is missing."""
    if not rows.categorical:
        return rows.values
    whole = set(rows.categorical)
    columns = enumerate(rows.values.T)
    return pd.DataFrame(
        {i: np.nan_to_num(column, nan=-1).astype(np.int32) if i in whole else column for i, column in columns}
    )


_LIBRARIES = {
    "lightgbm": Library("n_estimators", _fit_lightgbm, _values),
    "xgboost": Library("n_estimators", _fit_xgboost, _values),
    "catboost": Library("iterations", _fit_catboost, _with_whole_codes),
}
"""By the name of the module."""
