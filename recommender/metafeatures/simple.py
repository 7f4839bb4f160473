"""Simple meta-features: sizes, kinds of columns, balance of the target, missing values. All rows are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recommender.metafeatures.summary import described, summarized
from recommender.metafeatures.table import Table

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTIONS = {
    "nr_inst": "Number of rows.",
    "nr_attr": "Number of feature columns.",
    "nr_num": "Number of numeric columns.",
    "nr_cat": "Number of categorical columns.",
    "nr_bin": "Number of columns with exactly two values.",
    "attr_to_inst": "Columns per row.",
    "inst_to_attr": "Rows per column.",
    "cat_to_num": "Categorical columns per numeric column; NaN without numeric columns.",
    "num_to_cat": "Numeric columns per categorical column; NaN without categorical columns.",
    "nr_class": "Number of classes; NaN for regression.",
    **described({"freq_class": "Share of the rows in a class; NaN for regression"}, over="classes"),
    "log_nr_inst": "Logarithm to base 10 of the number of rows.",
    "log_nr_attr": "Logarithm to base 10 of the number of columns.",
    "log_inst_to_attr": "Logarithm to base 10 of the rows per column.",
    "nr_text": "Number of text columns (strings with many distinct values).",
    "nr_date": "Number of date columns.",
    "nr_constant": "Number of columns that carry nothing (constant or all missing).",
    "numeric_share": "Share of the columns that are numeric.",
    "missing_share": "Share of the cells that are missing.",
    "missing_rows_share": "Share of the rows with a missing value.",
    "missing_columns_share": "Share of the columns with a missing value.",
    "duplicate_rows_share": "Share of the rows that repeat another row, target included.",
    "integer_share": "Share of the numeric columns that hold whole numbers only; NaN without numeric columns.",
    "max_levels": "Most values of a categorical column; 0 without categorical columns.",
    "mean_levels": "Mean number of values of the categorical columns; 0 without categorical columns.",
    "majority_share": "Share of the rows in the largest class; NaN for regression.",
    "minority_share": "Share of the rows in the smallest class; NaN for regression.",
    "class_imbalance": "Entropy that the classes lack, as a share of its most: 0 if balanced, towards 1 if one class "
    "holds nearly all rows; NaN for regression.",
    "log_smallest_class": "Logarithm to base 10 of the rows in the smallest class; NaN for regression.",
    "inst_per_class": "Rows per class; NaN for regression.",
    "target_skewness": "Skewness of the target; NaN for classes.",
    "target_kurtosis": "Excess kurtosis of the target; NaN for classes.",
    "target_outlier_share": "Share of targets over 1.5 interquartile ranges off the quartiles; NaN for classes.",
    "target_distinct_share": "Distinct target values per row; NaN for classes.",
    "target_mode_share": "Share of the rows with the most frequent target value; NaN for classes.",
    "is_regression": "1 for regression, 0 for classes.",
}

COUNTS = ("nr_inst", "inst_to_attr", "inst_per_class")
SHARES = ("attr_to_inst",)
LOGARITHMS = ("log_nr_inst", "log_inst_to_attr", "log_smallest_class")
"""Those that grow in proportion to the rows, shrink so, or are the logarithm of what grows so."""


def simple(table: Table) -> dict[str, float]:
    """Simple meta-features; the first twelve are pymfe's (its group "general").

    Infinite values count as missing. Text and date columns are counted apart from categorical ones. Which columns
    hold two values or whole numbers, and the target's shape, is read from the rows of the view.
    """
    n, p = table.n_samples, table.n_features
    n_numeric, n_categorical = table.numeric.shape[1], table.codes.shape[1]
    values = {
        "nr_inst": n,
        "nr_attr": p,
        "nr_num": n_numeric,
        "nr_cat": n_categorical,
        "nr_bin": _n_binary(table),
        "attr_to_inst": p / n,
        "inst_to_attr": n / p,
        "cat_to_num": n_categorical / n_numeric if n_numeric else np.nan,
        "num_to_cat": n_numeric / n_categorical if n_categorical else np.nan,
        "log_nr_inst": np.log10(n),
        "log_nr_attr": np.log10(p),
        "log_inst_to_attr": np.log10(n / p),
        "nr_text": table.text_codes.shape[1],
        "nr_date": table.dates.shape[1],
        "nr_constant": table.n_constant,
        "numeric_share": n_numeric / p,
        "missing_share": table.n_missing.sum() / (n * p),
        "missing_rows_share": table.n_rows_missing / n,
        "missing_columns_share": np.count_nonzero(table.n_missing) / p,
        "duplicate_rows_share": 1 - table.n_distinct_rows / n,
        "integer_share": _integer_share(table.numeric),
        "max_levels": table.levels.max(initial=0),
        "mean_levels": table.levels.mean() if len(table.levels) else 0.0,
        "is_regression": float(table.task == "regression"),
        **_class_shares(table),
        **_target_shape(table),
    }
    return {name: float(values[name]) for name in DESCRIPTIONS}


def with_rows(metafeatures: pd.DataFrame, times: pd.Series) -> pd.DataFrame:
    """Meta-features of datasets as they would be with more or fewer rows of the same kind.

    Parameters
    ----------
    metafeatures : DataFrame of shape (n_datasets, n_metafeatures)
        Those that count rows change; the others stay, since they are shares or come from samples of the rows.
    times : Series of shape (n_datasets,)
        How many times as many rows.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"nr_inst": [1000.0], "attr_to_inst": [0.25], "log_nr_inst": [3.0], "nr_class": [2.0]})
    >>> with_rows(one, pd.Series([0.1])).round(3).iloc[0].to_dict()
    {'nr_inst': 100.0, 'attr_to_inst': 2.5, 'log_nr_inst': 2.0, 'nr_class': 2.0}
    """
    counted = {name: metafeatures[name] * times for name in COUNTS if name in metafeatures}
    shared = {name: metafeatures[name] / times for name in SHARES if name in metafeatures}
    logged = {name: metafeatures[name] + np.log10(times) for name in LOGARITHMS if name in metafeatures}
    return metafeatures.assign(**counted, **shared, **logged)


def _n_binary(table: Table) -> int:
    """Columns with two distinct values, missing ones aside."""
    numeric = table.numeric
    low, high = np.fmin.reduce(numeric, axis=0), np.fmax.reduce(numeric, axis=0)
    binary = (low < high) & ((numeric == low) | (numeric == high) | np.isnan(numeric)).all(axis=0)
    return int(binary.sum()) + int((table.levels == 2).sum())


def _integer_share(numeric: np.ndarray) -> float:
    if numeric.shape[1] == 0:
        return np.nan
    return float(((numeric == np.rint(numeric)) | np.isnan(numeric)).all(axis=0).mean())


def _class_shares(table: Table) -> dict[str, float]:
    """What the balance of the classes says."""
    counts = table.class_counts
    if len(counts) == 0:
        names = ("nr_class", "freq_class.mean", "freq_class.sd", "majority_share", "minority_share")
        return dict.fromkeys((*names, "class_imbalance", "log_smallest_class", "inst_per_class"), np.nan)
    shares = counts / counts.sum()
    return {
        "nr_class": len(counts),
        **summarized("freq_class", shares),
        "majority_share": shares.max(),
        "minority_share": shares.min(),
        "class_imbalance": 1 + np.sum(shares * np.log(shares)) / np.log(len(shares)),
        "log_smallest_class": np.log10(counts.min()),
        "inst_per_class": table.n_samples / len(counts),
    }


def _target_shape(table: Table) -> dict[str, float]:
    """What the distribution of a numeric target says."""
    if table.task != "regression":
        names = ("skewness", "kurtosis", "outlier_share", "distinct_share", "mode_share")
        return {f"target_{name}": np.nan for name in names}
    y = table.y / max(np.abs(table.y).max(), 1e-300)
    centred = y - y.mean()
    sd = max(float(np.sqrt(np.mean(centred**2))), 1e-300)
    quarter, three = np.quantile(y, [0.25, 0.75])
    reach = 1.5 * (three - quarter)
    _, counts = np.unique(y, return_counts=True)
    return {
        "target_skewness": np.mean((centred / sd) ** 3),
        "target_kurtosis": np.mean((centred / sd) ** 4) - 3,
        "target_outlier_share": np.mean((y < quarter - reach) | (y > three + reach)),
        "target_distinct_share": len(counts) / len(y),
        "target_mode_share": counts.max() / len(y),
    }
