"""Meta-features of datasets that cannot be had, from the qualities that OpenML has measured of them itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.tables.dataset import Task


def task_of(qualities: Mapping[str, float]) -> Task | None:
    """What a dataset asks for by its number of classes, or None where that is not known.

    Examples
    --------
    >>> task_of({"NumberOfClasses": 2.0}), task_of({"NumberOfClasses": 0.0}), task_of({})
    ('binary', 'regression', None)
    """
    n_classes = qualities.get("NumberOfClasses", np.nan)
    if np.isnan(n_classes):
        return None
    return "regression" if n_classes < 2 else "binary" if n_classes == 2 else "multiclass"


def metafeatures_of(qualities: Mapping[str, float]) -> dict[str, float]:
    """The simple meta-features whose values OpenML's qualities give; all others are missing.

    OpenML counts the target among the columns: it is taken out. Constant columns are counted with their kind, which
    ours leave out. Qualities that resemble a meta-feature of ours and measure something else (binary columns,
    entropies, landmarkers by other learners and on other splits) are not used.

    Parameters
    ----------
    qualities : Mapping of str to float
        By OpenML's names; missing ones give missing meta-features.

    Examples
    --------
    >>> iris = {"NumberOfInstances": 150, "NumberOfFeatures": 5, "NumberOfClasses": 3, "NumberOfSymbolicFeatures": 1}
    >>> found = metafeatures_of(iris | {"NumberOfNumericFeatures": 4, "NumberOfMissingValues": 0})
    >>> found["nr_attr"], found["nr_cat"], found["inst_per_class"], found["missing_share"]
    (4.0, 0.0, 50.0, 0.0)
    """

    def quality(name: str) -> float:
        return float(qualities.get(name, np.nan))

    is_regression = task_of(qualities) == "regression"
    n, p = quality("NumberOfInstances"), quality("NumberOfFeatures") - 1
    n_classes = np.nan if is_regression else quality("NumberOfClasses")
    n_numeric = quality("NumberOfNumericFeatures") - is_regression
    n_categorical = quality("NumberOfSymbolicFeatures") - (not is_regression)
    majority, minority = (
        np.nan if is_regression else quality(f"{which}ClassSize") for which in ("Majority", "Minority")
    )
    values = {
        "nr_inst": n,
        "nr_attr": p,
        "nr_num": n_numeric,
        "nr_cat": n_categorical,
        "attr_to_inst": p / n,
        "inst_to_attr": n / p,
        "cat_to_num": n_categorical / n_numeric if n_numeric else np.nan,
        "num_to_cat": n_numeric / n_categorical if n_categorical else np.nan,
        "nr_class": n_classes,
        "log_nr_inst": np.log10(n),
        "log_nr_attr": np.log10(p),
        "log_inst_to_attr": np.log10(n / p),
        "numeric_share": n_numeric / p,
        "missing_share": quality("NumberOfMissingValues") / (n * p),
        "missing_rows_share": quality("NumberOfInstancesWithMissingValues") / n,
        "majority_share": majority / n,
        "minority_share": minority / n,
        "log_smallest_class": np.log10(minority),
        "inst_per_class": n / n_classes,
        "is_regression": np.nan if task_of(qualities) is None else float(is_regression),
    }
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}
