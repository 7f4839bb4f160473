"""Where datasets come from: from whatever the user holds, a file, or an OpenML server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import DatasetError
from recommender.tables.dataset import Dataset, Task, listed, make_dataset, split_target
from recommender.tables.openml import read_dataset
from recommender.tables.readers import MAX_CELLS, read_table


def load_dataset(
    data: Any,
    y: Any = None,
    *,
    target: str | None = None,
    task: Task | None = None,
    name: str | None = None,
) -> Dataset:
    """A checked dataset from whatever holds it.

    Parameters
    ----------
    data : DataFrame, array of shape (n_samples, n_features), path, "openml:ID", Bunch or Dataset
        The features (with `y`), or a whole table (with `target`). Files are CSV, Parquet or ARFF, also packed.
        Missing values, categoricals, text and dates are welcome in the features.
    y : array-like of shape (n_samples,), optional
        The target, when `data` holds only the features.
    target : str, optional
        The target's column, when `data` is a whole table. OpenML datasets and Bunches know theirs.
    task : {"binary", "multiclass", "regression"}, optional
        Inferred from the target when not given: text and few whole numbers are classes, other numbers regression.
    name : str, optional
        A name for people.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        If the table is empty, has no usable column, or the target is missing, incomplete, constant, or has a class
        of a single row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"size": [1.0, 2.0, None, 4.0], "colour": ["red", "blue", "red", "blue"],
    ...                       "sold": ["no", "yes", "no", "yes"]})
    >>> load_dataset(table, target="sold").task
    'binary'
    """
    if isinstance(data, Dataset):
        return data
    source = ""
    if isinstance(data, str) and data.startswith("openml:"):
        return read_dataset(_openml_id(data), target=target, task=task)
    if isinstance(data, (str, Path)):
        path = Path(data)
        source, name = str(path), name or path.name.split(".")[0]
        data = read_table(path)
        if target is None and y is None:
            raise DatasetError(f"{source}: which column is the target? Give target=, one of: {listed(data.columns)}")
    elif isinstance(data, Mapping) and "data" in data and "target" in data:  # a scikit-learn Bunch
        name = name or str(data.get("filename") or "dataset").split(".")[0]
        if target is None:
            data, y = data["data"], data["target"]
        else:
            data = data.get("frame") if data.get("frame") is not None else data["data"]
    X, from_array = _as_frame(data)
    if target is not None:
        X, y = split_target(X, target)
    elif y is None:
        raise DatasetError("no target given: pass y, or target= with the name of its column in the table")
    y = _as_series(y, X)
    return make_dataset(X, y, task=task, name=name or "dataset", source=source, from_array=from_array)


def _openml_id(text: str) -> int:
    number = text.removeprefix("openml:")
    if not number.isdigit():
        raise DatasetError(f"{text!r} does not name an OpenML dataset: write openml:ID, such as openml:31")
    return int(number)


def _as_frame(data: Any) -> tuple[pd.DataFrame, bool]:
    """The table as a DataFrame, and whether it came as an array."""
    if isinstance(data, pd.DataFrame):
        return data, False
    if hasattr(data, "to_pandas"):  # polars, pyarrow
        return data.to_pandas(), False
    if hasattr(data, "toarray"):
        if np.prod([float(n) for n in data.shape]) > MAX_CELLS:
            raise DatasetError(f"a sparse matrix of shape {data.shape} is too large to be written out: take a sample")
        data = data.toarray()
    array = _as_array(data, "the features")
    if array.ndim != 2:
        raise DatasetError(
            f"the features must be a table of shape (n_samples, n_features), got {type(data).__name__} "
            f"of shape {array.shape}"
        )
    return pd.DataFrame(array), True


def _as_series(y: Any, X: pd.DataFrame) -> pd.Series:
    if isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        y = y.iloc[:, 0]
    if isinstance(y, str):
        raise DatasetError(
            f"y takes the values of the target, got the text {y[:60]!r}. Is it a column's name? Then give target="
        )
    if not isinstance(y, pd.Series):
        array = _as_array(y, "the target")
        if array.ndim == 2 and array.shape[1] == 1:
            array = array.ravel()
        if array.ndim != 1:
            raise DatasetError(f"the target must be one column, got shape {array.shape}")
        y = pd.Series(array, name="target")
    if len(y) != len(X):
        raise DatasetError(f"the features have {len(X)} rows and the target has {len(y)}; they must agree")
    return y.rename("target") if y.name is None else y


def _as_array(values: Any, what: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise DatasetError(f"{what} cannot be read as an array: {error}") from error
