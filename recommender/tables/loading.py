"""Where datasets come from: from whatever the user holds, a file, or an OpenML server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import DatasetError, RecommenderError, listed
from recommender.tables.checks import checked, make_dataset, split_target
from recommender.tables.dataset import Dataset, Task
from recommender.tables.files.readers import STANDARD_INPUT, read_table
from recommender.tables.frames import as_column, as_frame, has_names, is_taken_as_is, is_target_taken_as_is
from recommender.tables.ids import MOST_DIGITS, is_of_digits
from recommender.tables.openml import read_dataset
from recommender.words import count


def load_dataset(
    data: Any,
    y: Any = None,
    *,
    target: str | None = None,
    task: Task | None = None,
    name: str | None = None,
    sheet: str | int | None = None,
) -> Dataset:
    """A checked dataset from whatever holds it.

    Parameters
    ----------
    data : DataFrame, array of shape (n_samples, n_features), path, "openml:ID", Bunch or Dataset
        The features (with `y`), or a whole table (with `target`). A DataFrame is one of pandas or any other library
        that narwhals knows, such as polars or pyarrow. Files are CSV and other delimited text, Excel (xlsx, xls, ods),
        JSON, Parquet, ARFF, SQLite or DuckDB; ``FILE::TABLE`` is a table of a database, and ``-`` standard input.
        Missing values (also masked ones), categoricals, text and dates are welcome in the features.
    y : array-like of shape (n_samples,), optional
        The target, when `data` holds only the features.
    target : str, optional
        The target's column, when `data` is a whole table. OpenML datasets and Bunches know theirs.
    task : {"binary", "multiclass", "regression"}, optional
        Inferred from the target when not given: text and few whole numbers are classes, other numbers regression.
    name : str, optional
        A name for people.
    sheet : str or int, optional
        A sheet of a workbook by its name, or by its number from 1; the first one with a table if not given.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        If the table is empty, has no usable column, or the target is missing, incomplete, constant, or has a class
        of a single row; or if a file cannot be read.
    MissingExtraError
        If reading the file takes a library that an extra of this package installs.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": [1.0, 2.0, None, 4.0], "colour": ["red", "blue", "red", "blue"],
    ...                       "sold": ["no", "yes", "no", "yes"]})
    >>> load_dataset(table, target="sold").task
    'binary'
    """
    if isinstance(data, Dataset):
        return checked(data)
    source = ""
    notes: tuple[str, ...] = ()
    if isinstance(data, str) and data.startswith("openml:"):
        return read_dataset(_openml_id(data), target=target, task=task)
    if isinstance(data, (str, Path)):
        source, name = str(data), name or _name_of(data, sheet)
        table = read_table(data, sheet=sheet, target=target)
        data, notes = table.frame, table.notes
    elif sheet is not None:
        raise DatasetError(f"sheet={sheet!r} goes with the file of a workbook, got {type(data).__name__}")
    elif isinstance(data, Mapping) and "data" in data and "target" in data:  # a scikit-learn Bunch
        name = name or str(data.get("filename") or "dataset").split(".")[0]
        if target is None:
            data, y = data["data"], data["target"]
        else:
            data = data.get("frame") if data.get("frame") is not None else data["data"]
    X = as_frame(data)
    form = {"from_array": not has_names(data), "reads_table": not is_taken_as_is(data, X)}
    with _noting(notes):
        if target is not None:
            X, y = split_target(X, target)
        elif y is None and source:
            raise DatasetError(f"{source}: which column is the target? Give target=, one of: {listed(X.columns)}")
        elif y is None:
            raise DatasetError("no target given: pass y, or target= with the name of its column in the table")
        column = _as_series(y, X)
        form["reads_target"] = not is_target_taken_as_is(y, column)
        return make_dataset(X, column, task=task, name=name or "dataset", source=source, notes=notes, **form)


@contextmanager
def _noting(notes: tuple[str, ...]) -> Iterator[None]:
    """Errors that say what was noticed while the table was read, too: it may be why."""
    try:
        yield
    except RecommenderError as error:
        raise type(error)(". Note: ".join([str(error).removesuffix("."), *notes])) from error


def _name_of(path: str | Path, sheet: str | int | None) -> str:
    """A name for what a file holds, or a part of it."""
    file, _, part = str(path).partition("::")
    stem = "standard input" if file == STANDARD_INPUT else Path(file).name.split(".")[0]
    return " ".join([stem, *(str(p) for p in (part, sheet) if p not in ("", None))])


def _openml_id(text: str) -> int:
    number = text.removeprefix("openml:")
    if not (is_of_digits(number) and len(number) <= MOST_DIGITS):
        raise DatasetError(f"{text[:60]!r} does not name an OpenML dataset: write openml:ID, such as openml:31")
    return int(number)


def _as_series(y: Any, X: pd.DataFrame) -> pd.Series:
    if isinstance(y, str):
        raise DatasetError(
            f"y takes the values of the target, got the text {y[:60]!r}. Is it a column's name? Then give target="
        )
    y = as_column(y)
    if len(y) != len(X):
        raise DatasetError(f"the features have {count(len(X), 'row')} and the target has {len(y)}; they must agree")
    return y.rename("target") if y.name is None else y
