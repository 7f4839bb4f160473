"""From the columns of a table, as they are read, to what a model takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.algorithms.category_encoder import CategoryEncoder
from recommender.algorithms.encoding import Encoding
from recommender.tables.columns import Kind
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

MAX_CATEGORIES = 30
"""Indicators per column at most; rarer categories share the last one."""


def build_preprocessing(dataset: Dataset, encoding: Encoding) -> ColumnTransformer:
    """A `ColumnTransformer` from a dataset's columns, as they are read, to what a model wants."""
    from sklearn.compose import ColumnTransformer

    steps: list[tuple[str, Any, Any]] = []
    if numeric := dataset.positions("numeric"):
        steps.append(("numeric", _numeric_step(dataset, encoding), _columns(dataset, numeric)))
    if categorical := dataset.positions("categorical"):
        steps.append(("categorical", _categorical_step(dataset, encoding), _columns(dataset, categorical)))
    for position, kind in enumerate(dataset.kinds):
        if kind in _ONE_BY_ONE:
            column = _columns(dataset, [position])[0]
            steps.append((f"{kind}_{position}", _ONE_BY_ONE[kind](encoding), column))
    verbose = _could_collide(dataset, encoding)
    made = ColumnTransformer(steps, remainder="drop", sparse_threshold=0, verbose_feature_names_out=verbose)
    if categorical and encoding.categories == "native":
        return made.set_output(transform="pandas")  # which alone says what is a category
    return made


def encoded_width(dataset: Dataset, encoding: Encoding) -> int:
    """About how many columns the preprocessing makes of a dataset."""
    categories = [min(n, MAX_CATEGORIES) for n in dataset.n_categories]
    n_categorical = sum(categories) if encoding.categories == "indicators" else len(categories)
    n_text = len(dataset.positions("text")) + len(dataset.positions("list"))
    return (
        len(dataset.positions("numeric")) + n_categorical + MAX_CATEGORIES * n_text + 5 * len(dataset.positions("date"))
    )


def _could_collide(dataset: Dataset, encoding: Encoding) -> bool:
    """Whether a column may have the name that is made of another one, as ``sold_year`` of a date ``sold``."""
    kinds = dict(zip(dataset.features.columns, dataset.kinds, strict=True))
    for name in map(str, kinds):
        for i in (i for i, letter in enumerate(name) if letter == "_"):
            kind, rest = kinds.get(name[:i]), name[i + 1 :]
            if kind in _ONE_BY_ONE or (
                kind == "categorical"
                and encoding.categories == "indicators"
                and rest in {*map(str, dataset.features[name[:i]])}
            ):
                return True
    return False


def _columns(dataset: Dataset, positions: list[int]) -> list[Any]:
    """The columns by name where they have any, else by position."""
    names = list(dataset.features.columns)
    if dataset.is_plain and dataset.from_array:
        return positions
    return [names[position] for position in positions]


def _numeric_step(dataset: Dataset, encoding: Encoding) -> Any:
    """Numbers as they are, or imputed and scaled.

    A reader makes infinities missing, and numbers of all types float64; without one, two steps of scikit-learn do.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    clean = [_as_array("float64"), _without_infinity()] if dataset.is_plain else []
    if encoding.numbers == "plain":
        return make_pipeline(*clean) if clean else "passthrough"
    return make_pipeline(*clean, SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())


def _as_array(dtype: str) -> Any:
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.utils import check_array

    kw_args = {"dtype": dtype, "ensure_all_finite": False}
    return FunctionTransformer(check_array, kw_args=kw_args, feature_names_out="one-to-one")


def _without_infinity() -> Any:
    from sklearn.preprocessing import FunctionTransformer

    kw_args = {"nan": np.nan, "posinf": np.nan, "neginf": np.nan}
    return FunctionTransformer(np.nan_to_num, kw_args=kw_args, feature_names_out="one-to-one")


def _categorical_step(dataset: Dataset, encoding: Encoding) -> Any:
    """Codes, pandas' category type, or indicators, one of them for what is missing.

    None, NaN and NA are the same, also in columns of nothing else. For codes a reader sees to it, or else a step.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    if encoding.categories == "native":
        return CategoryEncoder()
    if encoding.categories == "codes":
        unknown = {"handle_unknown": "use_encoded_value", "unknown_value": np.nan}
        codes = OrdinalEncoder(**unknown, encoded_missing_value=np.nan)
        return make_pipeline(_as_array("object"), codes) if dataset.is_plain else codes
    indicators = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False)
    called = {"missing_values": pd.NA, "strategy": "constant", "fill_value": "missing", "keep_empty_features": True}
    return make_pipeline(SimpleImputer(**called), indicators)


def _date_step(encoding: Encoding) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from skrub import DatetimeEncoder

    if encoding.numbers == "plain":
        return DatetimeEncoder()
    scaled = [SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()]
    return make_pipeline(DatetimeEncoder(), *scaled)


def _text_step(encoding: Encoding) -> Any:
    from recommender.algorithms.text_encoder import TextEncoder

    return TextEncoder()


def _list_step(encoding: Encoding) -> Any:
    from recommender.algorithms.item_encoder import ItemEncoder

    return ItemEncoder(max_items=MAX_CATEGORIES)


_ONE_BY_ONE: dict[Kind | None, Callable[[Encoding], Any]] = {"date": _date_step, "text": _text_step, "list": _list_step}
"""The kinds whose columns are encoded one by one, and how."""
