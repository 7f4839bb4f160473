"""Reading a target: numbers however they are written, labels as they are, and what is to be predicted of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.tables.cells.numbers import NumberFormat, fit_numbers
from recommender.tables.cells.sentinels import find_sentinels
from recommender.tables.cells.values import as_numbers, holds_many_numbers
from recommender.tables.fits import Cells

MAX_CLASS_LIKE_VALUES = 20
"""A numeric target with at most this many distinct whole numbers is taken for class labels."""
COUNTS = 10
"""Whole numbers with more distinct values than this, some of them in one row only, are counts."""
BLANK = ("", "?")
"""Labels that say that there is none."""


@dataclass(frozen=True)
class TargetReading:
    """How a target is written: as numbers in some format, or as labels.

    Parameters
    ----------
    format : NumberFormat, optional
        Of numbers that are written as text; None for labels, and for numbers as they are.
    """

    format: NumberFormat | None = None

    def read(self, y: pd.Series) -> pd.Series:
        """The target's values, NaN or None where there is none."""
        if self.format is not None:
            return pd.Series(as_numbers(y, lambda texts: self.format.parse(texts)[0]), y.index, name=y.name)  # type: ignore[union-attr]
        if y.dtype == object:
            y = _as_inferred(y)
        if isinstance(y.dtype, pd.CategoricalDtype) or not pd.api.types.is_string_dtype(y.dtype):
            return y
        blank = y.map(lambda value: isinstance(value, str) and value.strip() in BLANK, na_action="ignore")
        return y.mask(blank.eq(True)) if blank.eq(True).any() else y


def fit_target(y: pd.Series, *, numeric: bool | None = None) -> TargetReading:
    """How a target is written.

    Parameters
    ----------
    y : Series
        The target as it came.
    numeric : bool, optional
        Whether it must be numbers. By default texts that read as numbers are numbers where they have more distinct
        values than labels have.

    Examples
    --------
    >>> fit_target(pd.Series([f"${i},000.00" for i in range(1, 40)])).read(pd.Series(["$5,000.00"])).tolist()
    [5000.0]
    >>> fit_target(pd.Series(["yes", "no"])).format is None
    True
    """
    if numeric is False or isinstance(y.dtype, pd.CategoricalDtype) or holds_many_numbers(y.dtype):
        return TargetReading()
    if pd.api.types.is_bool_dtype(y.dtype) or pd.api.types.infer_dtype(y, skipna=True) not in {
        "string",
        "mixed-integer",
    }:
        return TargetReading()
    texts, counts = Cells(y).telling
    many = len(texts) > min(MAX_CLASS_LIKE_VALUES, max(2, sum(counts) // 2))
    if not (numeric or many):
        return TargetReading()
    found = fit_numbers(texts, counts=counts)
    return TargetReading(found if found is not None and found.n_numbers == 1 else None)


def known_values(values: pd.Series) -> pd.Series:
    """What a target holds where there is one, as its own type: booleans beside None are booleans.

    Examples
    --------
    >>> known_values(pd.Series([True, None, False], dtype=object)).dtype
    dtype('bool')
    """
    known = values[values.notna().to_numpy(dtype=bool)]
    return _as_inferred(known) if known.dtype == object else known


def is_plain_target(y: pd.Series) -> bool:
    """Whether every model learns a target as it is: numbers and booleans that numpy holds, and text."""
    if isinstance(y.dtype, np.dtype) and y.dtype != object:
        return True
    if isinstance(y.dtype, (pd.CategoricalDtype, pd.StringDtype)):
        return True
    return y.dtype == object and pd.api.types.infer_dtype(y) == "string"


def is_class_like(y: pd.Series) -> bool:
    """Whether a target of numbers has few distinct values, all whole, as labels have."""
    values = y.to_numpy(dtype=np.float64)
    whole = bool(np.all(np.isfinite(values)) and np.all(values == np.round(values)))
    counts = y.value_counts()
    if not whole or len(counts) > min(MAX_CLASS_LIKE_VALUES, max(2, len(y) // 2)):
        return False
    return len(counts) <= COUNTS or bool(counts.min() > 1)


def is_numeric(y: pd.Series) -> bool:
    """Whether a target's values are numbers and no booleans."""
    return bool(pd.api.types.is_numeric_dtype(y.dtype)) and not pd.api.types.is_bool_dtype(y.dtype)


def notes_on_target(y: pd.Series, *, as_classes: bool) -> list[str]:
    """What a person should know of how a target was read, a sentence each; often nothing."""
    notes = []
    if is_numeric(y) and as_classes and y.nunique() > 2:
        notes.append(
            f"the target {str(y.name)!r} holds {y.nunique()} different whole numbers, which are taken for classes: "
            "task='regression' predicts a number"
        )
    if not as_classes:
        values = y.to_numpy(dtype=np.float64)
        for sentinel in find_sentinels(values):
            share = float(np.mean(values == sentinel))
            notes.append(
                f"the target {str(y.name)!r} is {sentinel:g} in {share:.0%} of the rows, far from all other values. If "
                f"a value is missing there, drop those rows, table[table[{str(y.name)!r}] != {sentinel:g}]; scores say "
                "little of the others as long as they are there"
            )
    return notes


def _as_inferred(y: pd.Series) -> pd.Series:
    """Objects as the type that all of them have; whole numbers that no float holds stay what they are."""
    if pd.api.types.infer_dtype(y, skipna=True) == "decimal":
        return pd.Series(as_numbers(y), y.index, name=y.name)
    try:
        return y.infer_objects()
    except OverflowError:  # of pandas before 3.1
        return y
