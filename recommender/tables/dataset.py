"""A dataset: a table with a target, checked once, whatever form it came in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, unknown_name

Task = Literal["binary", "multiclass", "regression"]
Kind = Literal["numeric", "categorical", "text", "date"]

TASKS: tuple[Task, ...] = get_args(Task)
TEXT_CARDINALITY = 40
"""Strings with more distinct values than this are text (the threshold that skrub uses)."""
N_TELLING = 1000
"""So many rows mostly show whether a column has more distinct values than that."""
DATE = re.compile(r"(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{2,4})([ T]\d{1,2}:\d{2}.*)?")
MAX_CLASS_LIKE_VALUES = 20
"""A numeric target with at most this many distinct whole numbers is taken for class labels."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table with a target.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_features)
        The features as they came: any dtype, missing values allowed.
    y : Series of shape (n_samples,)
        The target, without missing values.
    task : {"binary", "multiclass", "regression"}
        What is to be predicted.
    name : str
        For people; a dataset is recognised by its content, never by its name.
    source : str, default=""
        Where it came from, such as ``"openml:61"`` or a path.
    from_array : bool, default=False
        Whether the features came as an array, so that columns are known by position.
    notes : tuple of str, default=()
        What was noticed while the table was read, a sentence each.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> iris.task, iris.n_samples, iris.n_features
    ('multiclass', 150, 4)
    """

    X: pd.DataFrame
    y: pd.Series
    task: Task
    name: str = "dataset"
    source: str = ""
    from_array: bool = False
    notes: tuple[str, ...] = ()

    @property
    def n_samples(self) -> int:
        return len(self.X)

    @property
    def n_features(self) -> int:
        return self.X.shape[1]

    @cached_property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        return 0 if self.task == "regression" else int(self.y.nunique())

    @cached_property
    def kinds(self) -> list[Kind | None]:
        """The kind of each column by position; None marks a column that carries nothing (constant, all missing)."""
        return column_kinds(self.X)

    def positions(self, kind: Kind) -> list[int]:
        """Positions of the columns of one kind."""
        return [i for i, k in enumerate(self.kinds) if k == kind]

    @cached_property
    def n_categories(self) -> list[int]:
        """How many distinct values each categorical column has, a missing one among them."""
        return [int(self.X.iloc[:, position].nunique(dropna=False)) for position in self.positions("categorical")]

    @cached_property
    def signatures(self) -> list[str]:
        """One content hash per column, independent of row order, column names and how categories are spelled."""
        return [column_signature(self.X.iloc[:, i]) for i in range(self.n_features)]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content: equal for the same rows in any order, columns in any order and under any name."""
        parts = [str(self.n_samples), *sorted(self.signatures), self.described_columns[-1][1]]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def described_columns(self) -> list[list[str]]:
        """Name and content hash of each column, the target last: what families are found by."""
        names = [str(name) for name in (*self.X.columns, self.y.name)]
        return [list(pair) for pair in zip(names, (*self.signatures, column_signature(self.y)), strict=True)]

    def take(self, rows: np.ndarray) -> Dataset:
        """The dataset on some of its rows."""
        return replace(self, X=self.X.iloc[rows], y=self.y.iloc[rows])


def column_kinds(X: pd.DataFrame) -> list[Kind | None]:
    """The kind of each column by position; the numbers that numpy holds are looked at many columns at a time."""
    plain: dict[Any, list[int]] = {}
    for i, dtype in enumerate(X.dtypes):
        if holds_numbers(dtype):
            plain.setdefault(dtype, []).append(i)
    kinds: dict[int, Kind | None] = {}
    for positions in plain.values():
        kinds.update(dict.fromkeys(positions, "numeric"))
        kinds.update(dict.fromkeys(_empty(X, _empty(X.head(N_TELLING), positions))))  # the first rows mostly tell
    return [kinds[i] if i in kinds else column_kind(X.iloc[:, i]) for i in range(X.shape[1])]


def holds_numbers(dtype: Any) -> bool:
    """Whether numpy holds a column of this type as real numbers."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiu"


def _empty(X: pd.DataFrame, positions: list[int]) -> list[int]:
    """Those of some columns of numbers, all of one dtype, that are constant or all missing."""
    step, empty = max(1, 4_000_000 // max(len(X), 1)), []  # bounds the memory taken
    for start in range(0, len(positions), step):
        chunk = positions[start : start + step]
        values = X.iloc[:, chunk].to_numpy()
        is_empty = (values == values[:1]).all(axis=0) | (values != values).all(axis=0)
        empty += [position for position, none in zip(chunk, is_empty, strict=True) if none]
    return empty


def column_kind(column: pd.Series) -> Kind | None:
    """The kind of a column, or None where it carries nothing: constant, all missing, or values that cannot be hashed.

    Booleans are categorical. Strings are dates where they are written like ``2026-01-31`` or ``31/01/2026 12:00``, else
    categorical up to `TEXT_CARDINALITY` distinct values and text above it; a column that says it is categorical is
    believed.
    """
    try:
        n_distinct = column.nunique(dropna=True)
    except TypeError:  # lists, dicts, arrays
        return None
    if n_distinct == 0 or (n_distinct == 1 and not column.isna().any()):
        return None
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(dtype):
        return "categorical"
    if pd.api.types.is_complex_dtype(dtype):
        return None
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype):
        return "numeric"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred in {"integer", "floating", "mixed-integer-float", "decimal"}:
        return "numeric"
    if inferred in {"datetime", "date", "datetime64"}:
        return "date"
    if inferred == "string" and all(DATE.fullmatch(value) for value in column.dropna().head(200)):
        return "date"
    return "categorical" if n_distinct <= TEXT_CARDINALITY else "text"


def column_signature(column: pd.Series) -> str:
    """A 64-bit content hash of a column as hexadecimal text, the same for every order of its rows.

    Columns with few distinct values are described by how often each occurs, so that ``yes/no`` and ``1/0`` agree;
    others by the sum of their values' hashes at single precision, so that a round trip through text agrees too.
    """
    if _has_few_values(column):
        counts = np.sort(column.astype(object).value_counts(dropna=False).to_numpy())
        content = b"counts" + counts.astype("<i8").tobytes()
    elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        with np.errstate(over="ignore"):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)
        values[np.isnan(values)] = np.nan  # one bit pattern for every missing value
        hashes = pd.util.hash_array(np.ascontiguousarray(values + np.float32(0)))
        content = b"values" + hashes.sum(dtype=np.uint64).tobytes()
    else:
        hashes = pd.util.hash_array(column.astype(str).to_numpy(dtype=object))
        content = b"strings" + hashes.sum(dtype=np.uint64).tobytes()
    return hashlib.sha256(content).hexdigest()[:16]


def _has_few_values(column: pd.Series) -> bool:
    """Whether it has at most `TEXT_CARDINALITY` distinct values, missing ones together; the first rows mostly tell."""
    try:
        return all(part.nunique(dropna=False) <= TEXT_CARDINALITY for part in (column.head(N_TELLING), column))
    except TypeError:  # lists, dicts, arrays
        return len(column) <= TEXT_CARDINALITY


# ---------------------------------------------------------------------------------------------------------------------
# Checking


def split_target(table: pd.DataFrame, target: str) -> tuple[pd.DataFrame, pd.Series]:
    """The features and the target of a table, by the name of the target's column."""
    matches = np.flatnonzero([str(column) == str(target) for column in table.columns])
    if len(matches) == 0:
        raise unknown_name("target column", target, table.columns.astype(str))
    if len(matches) > 1:
        raise DatasetError(f"{len(matches)} columns are named {target!r}: the target's name must be unique")
    rest = np.delete(np.arange(table.shape[1]), matches)
    return table.iloc[:, rest], table.iloc[:, matches[0]]


def make_dataset(
    X: pd.DataFrame,
    y: pd.Series,
    *,
    task: Task | None = None,
    name: str = "dataset",
    source: str = "",
    from_array: bool = False,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of which something can be learnt, its task inferred if it is not given.

    Raises
    ------
    DatasetError
        If the table is empty, has no usable column, or the target is missing, incomplete, constant, or has a class
        of a single row.
    """
    if task is not None and task not in TASKS:
        raise unknown_name("task", task, TASKS)
    if X.shape[0] == 0 or X.shape[1] == 0:
        raise DatasetError(f"the table is empty: {X.shape[0]} rows and {X.shape[1]} feature columns")
    n_missing = int(y.isna().sum())
    if n_missing:
        raise DatasetError(
            f"the target {y.name!r} is missing in {n_missing} of {len(y)} rows. Drop those rows, or fill them in"
        )
    _check_values(y)
    task = task or infer_task(y)
    if task == "regression":
        y = _numeric_target(y)
    else:
        _check_classes(y, task)
        y = y.cat.remove_unused_categories() if isinstance(y.dtype, pd.CategoricalDtype) else y
    dataset = Dataset(X, y, task, name, source, from_array, notes)
    if not any(dataset.kinds):
        raise DatasetError(f"none of the {X.shape[1]} feature columns is usable: each is constant or all missing")
    return dataset


def infer_task(y: pd.Series) -> Task:
    """What a target asks for: text, booleans and up to 20 distinct whole numbers are classes, the rest regression."""
    n_distinct = y.nunique()
    if pd.api.types.is_numeric_dtype(y.dtype) and not pd.api.types.is_bool_dtype(y.dtype):
        values = y.to_numpy(dtype=np.float64)
        whole = bool(np.all(np.isfinite(values)) and np.all(values == np.round(values)))
        if not whole or n_distinct > min(MAX_CLASS_LIKE_VALUES, max(2, len(y) // 2)):
            return "regression"
    return "binary" if n_distinct <= 2 else "multiclass"


def _check_values(y: pd.Series) -> None:
    """An error where a target holds neither numbers nor labels."""
    try:
        y.nunique()
    except TypeError as error:
        raise DatasetError(
            f"the target {y.name!r} holds {type(y.iloc[0]).__name__} values; numbers, text or booleans are needed"
        ) from error
    if pd.api.types.is_complex_dtype(y.dtype):
        raise DatasetError(f"the target {y.name!r} holds complex numbers: choose the real part, or another number")


def _numeric_target(y: pd.Series) -> pd.Series:
    try:
        values = (y if holds_numbers(y.dtype) else pd.to_numeric(y.astype(object))).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"regression needs a numeric target, and {y.name!r} holds {y.dtype} values such as {y.iloc[0]!r}"
        ) from error
    if not np.isfinite(values).all():
        raise DatasetError(f"the target {y.name!r} holds {int((~np.isfinite(values)).sum())} infinite values")
    if values.nunique() == 1:
        raise DatasetError(f"the target {y.name!r} is constant ({values.iloc[0]}): there is nothing to predict")
    return values


def _check_classes(y: pd.Series, task: Task) -> None:
    counts = y.value_counts()
    counts = counts[counts > 0]
    labels = np.asarray(y.drop_duplicates())
    if len(counts) > 1 and not _are_labels(labels):
        raise DatasetError(
            f"the target {y.name!r} holds values that scikit-learn does not take as classes, such as "
            f"{repr(labels[0])[:60]} ({type(labels[0]).__name__}). Turn them into text, as by y.astype(str), or ask "
            "for task='regression'"
        )
    if len(counts) == 1:
        raise DatasetError(f"the target {y.name!r} has one class only ({listed(counts.index)}); two are needed")
    if task == "binary" and len(counts) > 2:
        raise DatasetError(f"task 'binary' was asked for, and {y.name!r} has {len(counts)} classes")
    single = counts.index[counts == 1]
    if len(single):
        hint = " Is it an identifier, or a number that wants task='regression'?" if len(single) > 10 else ""
        raise DatasetError(
            f"{len(single)} class(es) of the target {y.name!r} have a single row: {listed(single)}. "
            f"At least two rows of each class are needed: drop or merge them.{hint}"
        )


def _are_labels(labels: np.ndarray) -> bool:
    """Whether scikit-learn's classifiers take these as classes."""
    from sklearn.utils.multiclass import type_of_target

    try:
        return type_of_target(labels) in {"binary", "multiclass"}
    except (TypeError, ValueError):  # tuples, bytes
        return False


def listed(names: Any, most: int = 10) -> str:
    """The first of some names, none longer than 60 characters, and how many there are, for a message."""
    shown = ", ".join(repr(str(n)[:60]) for n in list(names)[:most])
    return shown + (f", ... ({len(names)} in all)" if len(names) > most else "")
