"""What a dataset is like, in sentences, from its meta-features."""

from __future__ import annotations

import pandas as pd

from recommender.advice.small_learners import compare_kinds, kinds_in_words
from recommender.tables.dataset import Task
from recommender.words import count, together

KINDS_OF_COLUMNS = {"nr_num": "number", "nr_cat": "category", "nr_text": "text", "nr_date": "date"}
PLURALS = {"number": "numbers", "category": "categories", "text": "texts", "date": "dates"}
SKEWED = 1.0
"""From this skewness on a target is called skewed."""
REPEATED = 0.01
"""From this share on repeated rows are told of."""


def dataset_in_words(metafeatures: pd.DataFrame, task: Task) -> list[str]:
    """Size, columns, gaps, target, and how small learners compare, a sentence each.

    Parameters
    ----------
    metafeatures : DataFrame of shape (1, n_metafeatures)
        Those of one dataset; what is missing is not told.
    task : {"binary", "multiclass", "regression"}
        What is predicted.

    Examples
    --------
    >>> found = {"nr_inst": 150, "nr_attr": 5, "nr_num": 4, "nr_cat": 1, "missing_share": 0.0}
    >>> dataset_in_words(pd.DataFrame([found]), "regression")
    ['150 rows and 5 columns: 4 numbers and 1 category.', 'No value is missing.']
    """
    values = metafeatures.iloc[0].astype(float)
    known = {str(name): value for name, value in values.dropna().items()}
    told = [_columns(known), _gaps(known), _classes(known), _target(known), _repeated(known)]
    return [*filter(None, told), *kinds_in_words(compare_kinds(metafeatures), task)]


def _columns(known: dict[str, float]) -> str:
    if not {"nr_inst", "nr_attr"} <= set(known):
        return ""
    numbers = {noun: int(known.get(name, 0)) for name, noun in KINDS_OF_COLUMNS.items()}
    kinds = [f"{n:,} {noun if n == 1 else PLURALS[noun]}" for noun, n in numbers.items() if n]
    sizes = f"{count(int(known['nr_inst']), 'row')} and {count(int(known['nr_attr']), 'column')}"
    return f"{sizes}{f': {together(kinds)}' if kinds else ''}."


def _gaps(known: dict[str, float]) -> str:
    if "missing_share" not in known:
        return ""
    if not known["missing_share"]:
        return "No value is missing."
    where = f", in {known['missing_columns_share']:.0%} of the columns" if "missing_columns_share" in known else ""
    share = _share(known["missing_share"])
    return f"{share[0].upper()}{share[1:]} of the values are missing{where}."


def _classes(known: dict[str, float]) -> str:
    if not {"nr_class", "majority_share", "minority_share"} <= set(known):
        return ""
    largest, smallest = _share(known["majority_share"]), _share(known["minority_share"])
    return f"{int(known['nr_class'])} classes: the largest holds {largest} of the rows, the smallest {smallest}."


def _target(known: dict[str, float]) -> str:
    skewness = known.get("target_skewness", 0.0)
    if abs(skewness) < SKEWED:
        return ""
    which, other = ("large", "small") if skewness > 0 else ("small", "large")
    return f"The target is skewed: a few values are very {which}, most are {other}."


def _repeated(known: dict[str, float]) -> str:
    share = known.get("duplicate_rows_share", 0.0)
    return f"{_share(share)} of the rows repeat another one." if share >= REPEATED else ""


def _share(share: float) -> str:
    return "under 1%" if 0 < share < 0.01 else f"{share:.0%}"
