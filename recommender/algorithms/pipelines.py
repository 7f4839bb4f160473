"""From a configuration to an unfitted scikit-learn pipeline that takes the raw table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.algorithms.catalogue import Encoding, find_algorithm
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    from recommender.algorithms.configuration import Configuration

MAX_CATEGORIES = 30
"""Indicators per column at most; rarer categories share the last one."""


def build_pipeline(
    configuration: Configuration, dataset: Dataset, *, random_state: int = 0, n_jobs: int | None = None
) -> Pipeline:
    """The pipeline of a configuration for the columns of a dataset.

    Parameters
    ----------
    configuration : Configuration
        What to build.
    dataset : Dataset
        Whose columns the preprocessing is for. Only their kinds are used, no value of the table.
    random_state : int, default=0
        Seed of the model.
    n_jobs : int, optional
        Threads, where the model has a choice; None leaves it to the library's own default.

    Returns
    -------
    Pipeline
        Two steps, ``preprocess`` and ``model``, unfitted; before them a step ``columns`` where names are not unique,
        which scikit-learn does not take. Constant and all-missing columns are left out. Missing
        values reach trees as they are and are otherwise imputed by the median; a missing category is a category
        of its own. Text and dates are encoded by skrub.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> from recommender.algorithms.configuration import Configuration
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> pipeline = build_pipeline(Configuration("lda", {}), iris)
    >>> float(pipeline.fit(iris.X, iris.y).score(iris.X, iris.y)) > 0.9
    True
    """
    from sklearn.pipeline import Pipeline

    algorithm = find_algorithm(configuration.algorithm)
    model = algorithm.build(configuration.hyperparameters, dataset.task, random_state, n_jobs)
    steps = [("preprocess", build_preprocessing(dataset, algorithm.encoding)), ("model", model)]
    if _has_unclear_names(dataset):
        from recommender.algorithms.cleaning import ByPosition

        steps.insert(0, ("columns", ByPosition()))
    return Pipeline(steps)


def build_preprocessing(dataset: Dataset, encoding: Encoding) -> ColumnTransformer:
    """A `ColumnTransformer` from a dataset's columns to the numbers that a model wants."""
    from sklearn.compose import ColumnTransformer

    steps: list[tuple[str, Any, Any]] = []
    numeric, categorical = dataset.positions("numeric"), dataset.positions("categorical")
    if numeric:
        steps.append(("numeric", _numeric_step(dataset, numeric, encoding), _columns(dataset, numeric)))
    if categorical:
        step = _categorical_step(dataset, categorical, encoding)
        steps.append(("categorical", step, _columns(dataset, categorical)))
    for position in dataset.positions("date"):
        step = _date_step(dataset.X.iloc[:, position], encoding)
        steps.append((f"date_{position}", step, _columns(dataset, [position])[0]))
    for position in dataset.positions("text"):
        steps.append((f"text_{position}", _text_step(encoding), _columns(dataset, [position])[0]))
    return ColumnTransformer(steps, remainder="drop", verbose_feature_names_out=False)


def encoded_width(dataset: Dataset, encoding: Encoding) -> int:
    """About how many columns the preprocessing makes of a dataset."""
    categories = [min(n, MAX_CATEGORIES) for n in dataset.n_categories]
    n_categorical = len(categories) if encoding == "ordinal" else sum(categories)
    n_text, n_date = len(dataset.positions("text")), len(dataset.positions("date"))
    return len(dataset.positions("numeric")) + n_categorical + 30 * n_text + 5 * n_date


def _has_unclear_names(dataset: Dataset) -> bool:
    """Whether names are not unique, or of more than one type."""
    names = list(dataset.X.columns)
    return len(set(names)) < len(names) or (len({isinstance(name, str) for name in names}) > 1)


def _columns(dataset: Dataset, positions: list[int]) -> list[Any]:
    """The columns by name where these are strings, else by position."""
    names = list(dataset.X.columns)
    if dataset.from_array or not isinstance(names[0], str) or _has_unclear_names(dataset):
        return positions
    return [names[position] for position in positions]


def _numeric_step(dataset: Dataset, positions: list[int], encoding: Encoding) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    from recommender.algorithms.cleaning import to_finite

    clean: list[Any] = []
    if any(_needs_cleaning(dataset.X.iloc[:, position]) for position in positions):
        clean = [FunctionTransformer(to_finite, feature_names_out="one-to-one")]
    if encoding == "ordinal":
        return clean[0] if clean else "passthrough"
    return make_pipeline(*clean, SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())


def _categorical_step(dataset: Dataset, positions: list[int], encoding: Encoding) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder

    from recommender.algorithms.cleaning import to_text

    if encoding == "ordinal":
        encoder: Any = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan
        )
    else:
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False
        )
    if any(_is_mixed(dataset.X.iloc[:, position]) for position in positions):
        return make_pipeline(FunctionTransformer(to_text, feature_names_out="one-to-one"), encoder)
    return encoder


def _date_step(column: pd.Series, encoding: Encoding) -> Any:
    from sklearn.preprocessing import FunctionTransformer
    from skrub import DatetimeEncoder

    from recommender.algorithms.cleaning import to_dates

    dayfirst = {"dayfirst": True} if _is_day_first(column) else None
    return _encoded([FunctionTransformer(to_dates, kw_args=dayfirst), DatetimeEncoder()], encoding)


def _text_step(encoding: Encoding) -> Any:
    from sklearn.preprocessing import FunctionTransformer
    from skrub import StringEncoder

    from recommender.algorithms.cleaning import to_text

    return _encoded([FunctionTransformer(to_text), StringEncoder(random_state=0)], encoding)


def _encoded(steps: list[Any], encoding: Encoding) -> Any:
    """The steps, followed by imputing and scaling for models that want it."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if encoding == "onehot":
        steps = [*steps, SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()]
    return make_pipeline(*steps)


def _is_day_first(column: pd.Series) -> bool:
    """Whether dates written as text have a first number that can only be a day."""
    return not pd.api.types.is_datetime64_any_dtype(column.dtype) and bool(
        column.dropna().astype(str).str.match(r"(1[3-9]|[23]\d)\D\d{1,2}\D").any()
    )


def _needs_cleaning(column: pd.Series) -> bool:
    """Whether a numeric column holds infinities, numbers near them, or a type that scikit-learn does not take."""
    from recommender.algorithms.cleaning import LARGEST

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        return False
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        return bool((np.abs(column.to_numpy()) > LARGEST).any())
    return True


def _is_mixed(column: pd.Series) -> bool:
    """Whether a column holds values that an encoder cannot sort, or marks missing ones in more than one way."""
    values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.na_value is pd.NA:
        return True
    return pd.api.types.infer_dtype(values, skipna=True) not in {"string", "categorical", "empty"}
