"""Datasets, tasks and suites of an OpenML server, read through the `openml` client."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from recommender.datasets import Dataset, Task, make_dataset, split_target
from recommender.errors import ServerError, UnknownNameError
from recommender.splits import Split

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class OpenMLTask:
    """A task of OpenML: a dataset with the splits that results on it are compared on.

    Parameters
    ----------
    task_id : int
        Its number on the server.
    dataset : Dataset
        The dataset, whose source is ``openml:ID``.
    licence : str
        What the server says of it.
    splits : callable() -> list of (train, test)
        Reads the task's own splits from the server, first repeat.
    """

    task_id: int
    dataset: Dataset
    licence: str
    splits: Callable[[], list[Split]]


def set_server(address: str | None, cache: str | None = None) -> None:
    """Read from another server than openml.org, and keep what was read in a folder of one's own.

    Parameters
    ----------
    address : str, optional
        The address of its XML interface, such as ``https://www.openml.org/api/v1/xml``.
    cache : str, optional
        The folder; each server has its own part of it.
    """
    with _client() as openml:
        if address:
            openml.config.server = address if "/api/" in address else f"{address.rstrip('/')}/api/v1/xml"
        if cache:
            openml.config.set_root_cache_directory(cache)


def read_dataset(dataset_id: int, *, target: str | None = None, task: Task | None = None) -> Dataset:
    """The dataset of that number, with its default target unless another is named."""
    with _client() as openml:
        found = _ask(lambda: openml.datasets.get_dataset(dataset_id, **_WITH_DATA), f"dataset {dataset_id}")
        target = target or found.default_target_attribute
        if not target:
            raise UnknownNameError(f"openml:{dataset_id} has no default target: give target=, the name of its column")
        table, *_ = found.get_data(dataset_format="dataframe")
        ignored = [name for name in (found.ignore_attribute or []) if name != target]
    X, y = split_target(_tidy(table.drop(columns=ignored, errors="ignore")), target)
    return make_dataset(X, y, task=task, name=found.name, source=f"openml:{dataset_id}")


def read_task(task_id: int) -> OpenMLTask:
    """The task of that number with its dataset.

    Raises
    ------
    ServerError
        If the server has no such task, or it is neither supervised classification nor regression.
    DatasetError
        If nothing can be learnt from its dataset.
    """
    with _client() as openml:
        what = f"task {task_id}"
        found = _ask(lambda: openml.tasks.get_task(task_id, download_splits=False, **_WITH_DATA), what)
        target = getattr(found, "target_name", None)
        if found.task_type_id.value not in (1, 2) or target is None:
            kind = found.task_type_id.name.lower().replace("_", " ")
            raise ServerError(f"task {task_id} is {kind}: only supervised classification and regression are read")
        about = _ask(lambda: openml.datasets.get_dataset(found.dataset_id, **_WITH_DATA), f"dataset {found.dataset_id}")
        table, *_ = about.get_data(dataset_format="dataframe")
    regression = found.task_type_id.value == 2
    table = _tidy(table)
    if not regression:
        table = table.assign(**{target: table[target].astype("category")})
    X, y = split_target(table, target)
    asked: Task | None = "regression" if regression else None
    dataset = make_dataset(X, y, task=asked, name=about.name, source=f"openml:{found.dataset_id}")

    def splits() -> list[Split]:
        with _client():
            return _ask(lambda: _first_repeat(found), f"the splits of task {task_id}")

    return OpenMLTask(task_id, dataset, about.licence or "unknown", splits)


def read_suite(suite: str | int) -> list[int]:
    """The task ids of a suite, by its number or alias."""
    with _client() as openml:
        key = int(suite) if str(suite).isdigit() else suite
        found = _ask(lambda: openml.study.get_suite(key), f"suite {suite!r}")
        return [int(task_id) for task_id in found.tasks or []]


_WITH_DATA: dict[str, Any] = {
    "download_data": True,
    "download_qualities": False,
    "download_features_meta_data": True,
    "cache_format": "feather",
}


@contextmanager
def _client() -> Iterator[Any]:
    """The openml client, quiet about its own deprecations and progress."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openml

        openml.config.set_retry_policy("human", n_retries=2)
        logging.getLogger("openml").setLevel(logging.ERROR)
        yield openml


def _ask(question: Callable[[], Answer], what: str) -> Answer:
    """The server's answer, or one error that says what was asked of whom."""
    import openml
    from requests.exceptions import ConnectionError, RequestException

    server = openml.config.server
    try:
        return question()
    except openml.exceptions.OpenMLServerException as error:
        raise ServerError(f"{server} does not have {what}: {error.message or error}") from error
    except openml.exceptions.OpenMLServerNoResult as error:
        raise ServerError(f"{server} does not have {what}") from error
    except (RequestException, openml.exceptions.PyOpenMLError, OSError) as error:
        reason = "no connection" if isinstance(error, ConnectionError) else " ".join(str(error).split())[:200]
        raise ServerError(
            f"cannot read {what} from {server}: {reason}. Is the address right, and the server running?"
        ) from error


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    """The table with plain column types: the client's sparse columns become dense."""
    if not any(isinstance(dtype, pd.SparseDtype) for dtype in table.dtypes):
        return table
    return table.apply(lambda c: c.sparse.to_dense() if isinstance(c.dtype, pd.SparseDtype) else c)


def _first_repeat(task: Any) -> list[Split]:
    _, n_folds, _ = task.get_split_dimensions()
    folds = (task.get_train_test_split_indices(repeat=0, fold=k) for k in range(n_folds))
    return [(np.asarray(train), np.asarray(test)) for train, test in folds]
