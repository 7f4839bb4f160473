"""Checking: a table and its target become a dataset of which something can be learnt, or one clear error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, listed, unknown_name
from recommender.tables.cells.values import holds_numbers
from recommender.tables.dataset import TASKS, Dataset, Task
from recommender.tables.frames import as_column, as_frame
from recommender.tables.targets import (
    fit_target,
    is_class_like,
    is_numeric,
    is_plain_target,
    known_values,
    notes_on_target,
)
from recommender.words import count

LARGEST_TARGET = 1e305
"""What is predicted may be a little larger than all that was seen, and double precision ends at 1.8e308."""


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
    reads_table: bool = False,
    reads_target: bool = False,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of which something can be learnt, its task inferred if it is not given.

    Rows without a target are left out, up to half of them, and a note counts them.

    Raises
    ------
    DatasetError
        If the table is empty, has no usable column, or the target is mostly missing, constant, or has a single row of
        every class but one.
    """
    if task is not None and task not in TASKS:
        raise unknown_name("task", task, TASKS)
    if X.shape[0] == 0 or X.shape[1] == 0:
        raise DatasetError(f"the table is empty: {count(X.shape[0], 'row')} and {count(X.shape[1], 'feature column')}")
    _check_values(y)
    reading = fit_target(y, numeric=None if task is None else task == "regression")
    values = reading.read(y)
    X, values, left_out = _with_target(X, values)
    task = task or infer_task(values)
    values, said = (_numeric_target(values, y), []) if task == "regression" else _checked_classes(values, task)
    found = (*notes, *left_out, *said, *notes_on_target(values, as_classes=task != "regression"))
    reads_target = reads_target or reading.format is not None or bool(left_out) or not is_plain_target(y)
    dataset = Dataset(X, values, task, name, source, from_array, found, reads_target, reads_table)
    if not any(dataset.kinds):
        raise DatasetError(f"none of the feature columns ({X.shape[1]}) is usable: each is constant or all missing")
    return dataset


def checked(dataset: Dataset) -> Dataset:
    """A dataset that someone made by hand, as one that can be recommended for.

    Raises
    ------
    DatasetError
        If its features are no table, or its target is not complete or does not fit its task.
    """
    if dataset.task not in TASKS:
        raise unknown_name("task", dataset.task, TASKS)
    X, y = as_frame(dataset.X), as_column(dataset.y)
    if len(X) != len(y):
        raise DatasetError(
            f"the dataset's features have {count(len(X), 'row')} and its target has {len(y)}; they must agree"
        )
    if y.isna().any():
        raise DatasetError(
            f"the dataset's target is missing in {count(y.isna().sum(), 'row')}. Leave out such rows, "
            "or use load_dataset"
        )
    _check_values(y)
    y = _of_task(y if y.name is not None else y.rename("target"), dataset.task)
    made = dataset
    if not isinstance(dataset.notes, tuple):
        made = replace(made, notes=(dataset.notes,) if isinstance(dataset.notes, str) else tuple(dataset.notes or ()))
    if X is not dataset.X or y is not dataset.y:
        made = replace(made, X=X, y=y, reads_table=dataset.reads_table or X is not dataset.X)
    if not any(made.kinds):
        raise DatasetError(
            f"none of the columns of the dataset ({X.shape[1]}) is usable: each is constant or all missing"
        )
    return made


def _of_task(y: pd.Series, task: Task) -> pd.Series:
    """The target itself where it fits the task, or an error."""
    if task == "regression":
        numbers = _numeric_target(y, y)
        return y if holds_numbers(y.dtype) else numbers
    n_classes = y.nunique()
    if n_classes < 2 or (task == "binary" and n_classes > 2) or not _are_labels(np.asarray(y.drop_duplicates())):
        raise DatasetError(
            f"the dataset's task is {task}, and its target has {count(n_classes, 'class', 'classes')}: "
            f"{listed(y.unique())}"
        )
    return y


def _with_target(X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """The rows that have a target, and a note on the others."""
    missing = y.isna().to_numpy(dtype=bool)
    n_missing = int(missing.sum())
    if not n_missing:
        return X, y, []
    if n_missing > len(y) / 2:
        raise DatasetError(
            f"the target {y.name!r} is missing in {n_missing} of {count(len(y), 'row')}, more than half. Drop such "
            "rows, or fill them in"
        )
    note = f"rows without a target {str(y.name)!r} are left out: {n_missing} of {len(y)}"
    return X[~missing], known_values(y), [note]


def infer_task(y: pd.Series) -> Task:
    """What a target asks for: text, booleans and up to 20 distinct whole numbers are classes, the rest regression.

    More than 10 distinct whole numbers of which some are in one row only are counts, and so regression.
    """
    if is_numeric(y) and not is_class_like(y):
        return "regression"
    return "binary" if y.nunique() <= 2 else "multiclass"


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


def _numeric_target(y: pd.Series, given: pd.Series) -> pd.Series:
    """The target in double precision, or an error where a regressor cannot learn it."""
    try:
        values = (y if holds_numbers(y.dtype) else pd.to_numeric(y.astype(object))).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DatasetError(
            f"regression needs a numeric target, and {y.name!r} holds {given.dtype} values such as {y.iloc[0]!r}"
        ) from error
    if not np.isfinite(values).all():
        raise DatasetError(f"the target {y.name!r} holds {count((~np.isfinite(values)).sum(), 'infinite value')}")
    if np.abs(values).max() > LARGEST_TARGET:
        raise DatasetError(
            f"the target {y.name!r} holds {values.iloc[np.abs(values).argmax()]:g}, and numbers up to "
            f"{LARGEST_TARGET:g} can be learnt: divide the target by a large number"
        )
    if values.nunique() == 1:
        raise DatasetError(f"the target {y.name!r} is constant ({values.iloc[0]}): there is nothing to predict")
    return values


def _checked_classes(y: pd.Series, task: Task) -> tuple[pd.Series, list[str]]:
    """The labels, and a note on classes of a single row."""
    counts = y.value_counts()
    counts = counts[counts > 0]
    labels = np.asarray(y.drop_duplicates())
    if len(counts) > 1 and not _are_labels(labels):
        raise DatasetError(
            f"the target {y.name!r} holds values that scikit-learn does not take as classes, such as "
            f"{repr(labels[0])[:60]} ({type(labels[0]).__name__}). Turn them into text, as by y.astype(str), or ask "
            "for task='regression'"
        )
    if ends := [label for label in labels if isinstance(label, str) and label.endswith("\0")]:
        raise DatasetError(
            f"the target {y.name!r} holds {ends[0]!r}, and NumPy drops zeros at a text's end: strip them"
        )
    if len(counts) == 1:
        raise DatasetError(f"the target {y.name!r} has one class only ({listed(counts.index)}); two are needed")
    if task == "binary" and len(counts) > 2:
        raise DatasetError(f"task 'binary' was asked for, and {y.name!r} has {len(counts)} classes")
    y = y.cat.remove_unused_categories() if isinstance(y.dtype, pd.CategoricalDtype) else y
    return y, _on_single_rows(y, counts)


def _on_single_rows(y: pd.Series, counts: pd.Series) -> list[str]:
    single = counts.index[counts == 1]
    if not len(single):
        return []
    if len(counts) - len(single) < 2 or len(single) > len(counts) / 2:
        hint = " Is it an identifier, or a number that wants task='regression'?" if len(single) > 10 else ""
        raise DatasetError(
            f"of the {len(counts)} classes of the target {y.name!r}, {count(len(single), 'has', 'have')} a single row: "
            f"{listed(single)}. "
            f"At least two rows are needed of two classes, and of most: drop or merge the others.{hint}"
        )
    have = f"the class {listed(single)} has" if len(single) == 1 else f"the classes {listed(single)} have"
    return [
        f"of the target {str(y.name)!r} {have} a single row, from which little is learnt: drop or merge, or keep it"
    ]


def _are_labels(labels: np.ndarray) -> bool:
    """Whether scikit-learn's classifiers take these as classes."""
    from sklearn.utils.multiclass import type_of_target

    try:
        return type_of_target(labels) in {"binary", "multiclass"}
    except (TypeError, ValueError):  # tuples, bytes
        return False
