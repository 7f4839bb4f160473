"""From the columns of a table, as they are read, to what a model takes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.algorithms.category_encoder import CategoryEncoder
from recommender.algorithms.encoding import Encoding
from recommender.tables.columns import Kind
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

MAX_CATEGORIES = 30
"""Indicators per column at most; rarer categories share the last one."""
N_CURVES = 6
"""Of a column of many values, by `SplineEncoder`."""


def build_preprocessing(dataset: Dataset, encoding: Encoding) -> ColumnTransformer:
    """A `ColumnTransformer` from a dataset's columns, as they are read, to what a model wants."""
    from sklearn.compose import ColumnTransformer

    steps: list[tuple[str, Any, Any]] = []
    if numeric := dataset.positions("numeric"):
        steps.append(("numeric", _numeric_step(dataset, encoding), _columns(dataset, numeric)))
        if encoding.missing == "indicated":
            steps.append(("missing", _missing_step(dataset), _columns(dataset, numeric)))
    many = many_valued(dataset) if encoding.categories == "target" else []
    if few := [position for position in dataset.positions("categorical") if position not in many]:
        steps.append(("categorical", _categorical_step(dataset, encoding), _columns(dataset, few)))
    if many:
        steps.append(("many_valued", _target_step(dataset, encoding), _columns(dataset, many)))
    for position, kind in enumerate(dataset.kinds):
        if kind in _ONE_BY_ONE:
            column = _columns(dataset, [position])[0]
            steps.append((f"{kind}_{position}", _ONE_BY_ONE[kind](encoding), column))
    verbose = _could_collide(dataset, encoding)
    made = ColumnTransformer(steps, remainder="drop", sparse_threshold=0, verbose_feature_names_out=verbose)
    if few and encoding.categories == "native":
        return made.set_output(transform="pandas")  # which alone says what is a category
    return made


def keeping_zeros() -> Pipeline:
    """For sparse numbers: what is missing becomes the median, and each column is divided by its largest magnitude."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler

    return make_pipeline(_imputer(), MaxAbsScaler())


def many_valued(dataset: Dataset) -> list[int]:
    """Positions of the categorical columns that have more categories than have indicators.

    None where the target is read first: what comes before the model is given it as it came.
    """
    if dataset.reads_target:
        return []
    counted = zip(dataset.positions("categorical"), dataset.n_categories, strict=True)
    return [position for position, n in counted if n > MAX_CATEGORIES]


def encoded_width(dataset: Dataset, encoding: Encoding) -> int:
    """About how many columns the preprocessing makes of a dataset."""
    n_numeric = len(dataset.positions("numeric")) * {"splines": N_CURVES}.get(encoding.numbers, 1)
    if encoding.missing == "indicated":
        n_numeric += len(with_missing(dataset))
    n_text = len(dataset.positions("text")) + len(dataset.positions("list"))
    return (
        n_numeric + _categorical_width(dataset, encoding) + MAX_CATEGORIES * n_text + 5 * len(dataset.positions("date"))
    )


def with_missing(dataset: Dataset) -> list[int]:
    """Positions of the numeric columns that lack values."""
    numeric = dataset.positions("numeric")
    return [position for position in numeric if dataset.features.iloc[:, position].isna().any()]


def _categorical_width(dataset: Dataset, encoding: Encoding) -> int:
    n_many = len(many_valued(dataset)) if encoding.categories == "target" else 0
    each = dataset.n_classes if dataset.task == "multiclass" else 1
    if not _has_indicators(encoding):
        return len(dataset.n_categories) + n_many * (each - 1)
    return sum(min(n, MAX_CATEGORIES) for n in dataset.n_categories) + n_many * (each - MAX_CATEGORIES)


def _has_indicators(encoding: Encoding) -> bool:
    """Whether categories become indicators, those of few beside those of many in what the target is like, too."""
    return encoding.categories == "indicators" or (encoding.categories == "target" and encoding.numbers != "plain")


def _could_collide(dataset: Dataset, encoding: Encoding) -> bool:
    """Whether a column may have the name that is made of another one, as ``sold_year`` of a date ``sold``."""
    names = [str(name) for name in dataset.features.columns]
    kinds = dict(zip(names, dataset.kinds, strict=True))
    parted = [(name[:i], name[i + 1 :]) for name in names for i, letter in enumerate(name) if letter == "_"]
    if encoding.missing == "indicated" and any(a == "missingindicator" and b in kinds for a, b in parted):
        return True
    return any(a in kinds and _may_make(dataset, encoding, a, kinds[a], b) for a, b in parted)


def _may_make(dataset: Dataset, encoding: Encoding, name: str, kind: Kind | None, ending: str) -> bool:
    """Whether something that is made of a column may be named by it and such an ending."""
    if kind == "numeric":
        return encoding.numbers == "splines" and ending.startswith("sp_")
    if kind != "categorical":
        return kind in _ONE_BY_ONE
    if encoding.categories == "target" and dataset.task == "multiclass" and ending in {*map(str, dataset.y.unique())}:
        return True
    return _has_indicators(encoding) and ending in {*map(str, dataset.features[name])}


def _columns(dataset: Dataset, positions: list[int]) -> list[Any]:
    """The columns by name where they have any, else by position."""
    names = list(dataset.features.columns)
    if dataset.is_plain and dataset.from_array:
        return positions
    return [names[position] for position in positions]


def _numeric_step(dataset: Dataset, encoding: Encoding) -> Any:
    """Numbers as they are, or imputed and scaled, or curves of them."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    clean = _cleaning(dataset)
    if encoding.numbers == "plain":
        return make_pipeline(*clean) if clean else "passthrough"
    return make_pipeline(*clean, _imputer(), *_scaling(encoding), StandardScaler())


def _cleaning(dataset: Dataset) -> list[Any]:
    """A reader makes infinities missing, and numbers of all types float64; without one, two steps do."""
    return [_as_array("float64"), _without_infinity()] if dataset.is_plain else []


def _imputer() -> Any:
    from sklearn.impute import SimpleImputer

    return SimpleImputer(strategy="median", keep_empty_features=True)


def _scaling(encoding: Encoding) -> list[Any]:
    """What comes before numbers are standardised."""
    if encoding.numbers == "clipped":
        from skrub import SquashingScaler

        return [SquashingScaler()]
    if encoding.numbers == "quantile":
        from recommender.algorithms.number_encoders import QuantileScaler

        return [QuantileScaler(output_distribution="normal", random_state=0)]
    if encoding.numbers == "splines":
        from recommender.algorithms.number_encoders import SplineEncoder

        return [SplineEncoder()]
    return []


def _missing_step(dataset: Dataset) -> Any:
    """Where numbers are missing, in a column for each that lacks any in the rows it is fitted on."""
    from sklearn.impute import MissingIndicator
    from sklearn.pipeline import make_pipeline

    return make_pipeline(*_cleaning(dataset), MissingIndicator(error_on_new=False))


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
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    if encoding.categories == "native":
        return CategoryEncoder()
    if not _has_indicators(encoding):
        unknown = {"handle_unknown": "use_encoded_value", "unknown_value": np.nan}
        codes = OrdinalEncoder(**unknown, encoded_missing_value=np.nan)
        return make_pipeline(_as_array("object"), codes) if dataset.is_plain else codes
    indicators = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False)
    return make_pipeline(_missing_as_category(), indicators)


def _missing_as_category() -> Any:
    from sklearn.impute import SimpleImputer

    called = {"missing_values": pd.NA, "strategy": "constant", "fill_value": "missing", "keep_empty_features": True}
    return SimpleImputer(**called)


def _target_step(dataset: Dataset, encoding: Encoding) -> Any:
    """What the target is like in each category, drawn towards what it is like in all rows.

    The rows that a model learns from are judged by other rows than themselves; what was never seen is as all rows are.
    """
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler, TargetEncoder

    kind = "continuous" if dataset.task == "regression" else dataset.task
    means = TargetEncoder(target_type=kind, cv=KFold(5, shuffle=True, random_state=0))
    scaling = [] if encoding.numbers == "plain" else [StandardScaler()]
    return make_pipeline(_missing_as_category(), means, *scaling)


def _date_step(encoding: Encoding) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from skrub import DatetimeEncoder

    if encoding.numbers == "plain":
        return DatetimeEncoder()
    return make_pipeline(DatetimeEncoder(), _imputer(), StandardScaler())


def _text_step(encoding: Encoding) -> Any:
    from recommender.algorithms.text_encoder import TextEncoder

    import_module("skrub")  # which it fits by: no fit's seconds are those of loading it
    return TextEncoder()


def _list_step(encoding: Encoding) -> Any:
    from recommender.algorithms.item_encoder import ItemEncoder

    return ItemEncoder(max_items=MAX_CATEGORIES)


_ONE_BY_ONE: dict[Kind | None, Callable[[Encoding], Any]] = {"date": _date_step, "text": _text_step, "list": _list_step}
"""The kinds whose columns are encoded one by one, and how."""
