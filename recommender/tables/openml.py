"""Datasets, tasks and suites of an OpenML server, read through the `openml` client."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers.expat import ExpatError

import numpy as np
import pandas as pd

from recommender.errors import ServerBusyError, ServerError, UnknownNameError, one_line
from recommender.outputs import check_folder
from recommender.tables.checks import make_dataset, split_target
from recommender.tables.dataset import Dataset, Task
from recommender.tables.splits import Split

Answer = TypeVar("Answer")

DATABASE_IS_BUSY = 107
"""OpenML's own number for an error that passes."""
UNREADABLE = (ExpatError, KeyError, ValueError, TypeError)
"""What the client raises where an answer is cut short, or is a page for people instead of OpenML's XML."""


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

    Raises
    ------
    ServerError
        If the address is none.
    OutputError
        If nothing can be kept in the folder, which would look like a server that fails.
    """
    if address and not address.startswith(("http://", "https://")):
        raise ServerError(f"{address!r} is no address of a server. Give one such as https://www.openml.org/api/v1/xml")
    if cache:
        check_folder(Path(cache))
    with _client() as openml:
        if address:
            openml.config.server = address if "/api/" in address else f"{address.rstrip('/')}/api/v1/xml"
        if cache:
            openml.config.set_root_cache_directory(cache)


def server_address() -> str:
    """The address of the server that is read from."""
    with _client() as openml:
        return str(openml.config.server)


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


def source_of(task_id: int) -> str:
    """Where a task's dataset comes from, such as ``openml:61``; the dataset itself is not read.

    Raises
    ------
    ServerError
        If the server has no such task.
    """
    with _client() as openml:
        found = _ask(lambda: openml.tasks.get_task(task_id, download_splits=False, **_WITHOUT_DATA), f"task {task_id}")
    return f"openml:{found.dataset_id}"


def read_suite(suite: str | int) -> list[int]:
    """The task ids of a suite, by its number or alias."""
    with _client() as openml:
        key = int(suite) if str(suite).isdigit() else suite
        found = _ask(lambda: openml.study.get_suite(key), f"suite {suite!r}")
        return [int(task_id) for task_id in found.tasks or []]


def list_evaluations(
    flow_id: int, metric: str, *, task_ids: Sequence[int] | None = None, offset: int = 0, size: int = 1000
) -> pd.DataFrame:
    """A page of what a server has recorded of a flow.

    Parameters
    ----------
    flow_id : int
        The flow.
    metric : str
        The evaluation measure, as OpenML calls it, such as ``predictive_accuracy``.
    task_ids : sequence of int, optional
        Only these tasks.
    offset, size : int
        Where the page begins in the server's list, and how long it is at most.

    Returns
    -------
    DataFrame
        A row for each run: run_id, task_id, data_id, data_name, setup_id, flow_name, value (NaN where there is none).
        Without rows past the list's end.

    Raises
    ------
    ServerBusyError
        If the server fails or limits, or cannot be reached.
    """
    columns = ["run_id", "task_id", "data_id", "data_name", "setup_id", "flow_name", "value"]
    with _client(n_retries=1) as openml:

        def ask() -> pd.DataFrame:
            found = openml.evaluations.list_evaluations(
                metric,
                flows=[flow_id],
                tasks=None if task_ids is None else list(task_ids),
                offset=offset,
                size=size,
                output_format="dataframe",
            )
            return found.reindex(columns=columns).astype({"value": np.float64})

        return _ask(ask, f"evaluations of flow {flow_id}")


def list_setups(setup_ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """The settings of at most a hundred setups: values by the parameters' full names. Those that are gone are left out.

    Raises
    ------
    ServerBusyError
        If the server fails or limits, or cannot be reached.
    """
    with _client(n_retries=1) as openml:
        found = _ask(lambda: openml.setups.list_setups(setup=setup_ids, output_format="object"), "these setups")
    return {
        int(setup_id): {p.full_name: p.value for p in (setup.parameters or {}).values()}
        for setup_id, setup in found.items()
    }


def read_qualities(dataset_id: int) -> dict[str, float]:
    """What the server itself has measured of a dataset, by the names that OpenML gives them."""
    with _client() as openml:
        options = {"download_data": False, "download_features_meta_data": False, "download_qualities": True}
        found = _ask(lambda: openml.datasets.get_dataset(dataset_id, **options).qualities, f"dataset {dataset_id}")
    return {str(name): float(value) for name, value in (found or {}).items() if value is not None}


def read_protocol(task_id: int) -> str:
    """How the results on a task are estimated, in words, such as ``crossvalidation, 10 folds, 1 repeats``."""
    with _client() as openml:
        found = _ask(lambda: openml.tasks.get_task(task_id, download_splits=False, **_WITHOUT_DATA), f"task {task_id}")
    about = found.estimation_procedure
    numbers = about.get("parameters") or {}
    said = [f"{numbers[f'number_{what}']} {what}" for what in ("folds", "repeats") if numbers.get(f"number_{what}")]
    return ", ".join([str(about.get("type")), *said])


_WITHOUT_DATA: dict[str, Any] = {"download_data": False, "download_qualities": False}
_WITH_DATA: dict[str, Any] = {
    "download_data": True,
    "download_qualities": False,
    "download_features_meta_data": True,
    "cache_format": "feather",
}


@contextmanager
def _client(n_retries: int = 2) -> Iterator[Any]:
    """The openml client, quiet about its own deprecations and progress; how often it asks where there is no answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openml

        openml.config.set_retry_policy("human", n_retries=n_retries)
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
        if error.code == DATABASE_IS_BUSY:
            raise ServerBusyError(f"cannot read {what} from {server}: {error.message}. Ask again later") from error
        raise ServerError(f"{server} does not have {what}: {error.message or error}") from error
    except (RequestException, openml.exceptions.PyOpenMLError, OSError) as error:
        reason = "no connection" if isinstance(error, ConnectionError) else one_line(error)
        raise ServerBusyError(
            f"cannot read {what} from {server}: {reason}. Is the address right, and the server running?"
        ) from error
    except UNREADABLE as error:
        raise ServerBusyError(f"cannot read {what} from {server}: it answers with something else") from error


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    """The table with plain column types: the client's sparse columns become dense."""
    if not any(isinstance(dtype, pd.SparseDtype) for dtype in table.dtypes):
        return table
    return table.apply(lambda c: c.sparse.to_dense() if isinstance(c.dtype, pd.SparseDtype) else c)


def _first_repeat(task: Any) -> list[Split]:
    _, n_folds, _ = task.get_split_dimensions()
    folds = (task.get_train_test_split_indices(repeat=0, fold=k) for k in range(n_folds))
    return [(np.asarray(train), np.asarray(test)) for train, test in folds]
