"""Datasets, tasks and suites of an OpenML server, read through the `openml` client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, ServerError, UnknownNameError
from recommender.outputs import check_folder
from recommender.tables import patience as waiting
from recommender.tables.checks import make_dataset, split_target
from recommender.tables.dataset import Dataset, Task
from recommender.tables.ids import is_of_digits
from recommender.tables.openml_client import ask, client, describe_task, first_repeat, names_of, read_table
from recommender.tables.patience import Patience
from recommender.tables.splits import Split


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


def set_server(address: str | None, cache: str | None = None, *, patience: Patience | None = None) -> None:
    """Read from another server than openml.org, and keep what was read in a folder of one's own.

    Parameters
    ----------
    address : str, optional
        The address of its XML interface, such as ``https://www.openml.org/api/v1/xml``.
    cache : str, optional
        The folder; each server has its own part of it.
    patience : Patience, optional
        How long it is waited for, how often it is asked, and how much it may send; as it was if not given.

    Raises
    ------
    ServerError
        If the address is none.
    OutputError
        If nothing can be kept in the folder, which would look like a server that fails.
    """
    if address and not address.startswith(("http://", "https://")):
        raise ServerError(
            f"{address!r} is not the address of a server. Give one such as https://www.openml.org/api/v1/xml"
        )
    if cache:
        check_folder(Path(cache))
    if patience:
        waiting.current = patience
    with client() as openml:
        if address:
            openml.config.server = address if "/api/" in address else f"{address.rstrip('/')}/api/v1/xml"
        if cache:
            openml.config.set_root_cache_directory(cache)


def server_address() -> str:
    """The address of the server that is read from."""
    with client() as openml:
        return str(openml.config.server)


def read_dataset(dataset_id: int, *, target: str | None = None, task: Task | None = None) -> Dataset:
    """The dataset of that number, with its default target unless another is named."""
    with client():
        found, table = read_table(dataset_id)
        target = target or found.default_target_attribute
        if not target:
            raise UnknownNameError(f"openml:{dataset_id} has no default target: give target=, the name of its column")
        ignored = [name for name in names_of(found.ignore_attribute) if name != target]
    X, y = split_target(table.drop(columns=ignored, errors="ignore"), target)
    return make_dataset(X, y, task=task, name=found.name, source=f"openml:{dataset_id}")


def read_task(task_id: int) -> OpenMLTask:
    """The task of that number with its dataset.

    Raises
    ------
    ServerError
        If the server has no such task, or it is neither supervised classification nor regression.
    DatasetError
        If nothing can be learnt from its dataset, or it cannot be read.
    """
    with client():
        found = describe_task(task_id)
        target = getattr(found, "target_name", None)
        if found.task_type_id.value not in (1, 2) or not isinstance(target, str):
            kind = found.task_type_id.name.lower().replace("_", " ")
            raise ServerError(f"task {task_id} is {kind}: only supervised classification and regression are read")
        about, table = read_table(found.dataset_id)
    if target not in table:
        raise DatasetError(f"openml:{found.dataset_id} has no column {target!r:.60}, the target of task {task_id}")
    regression = found.task_type_id.value == 2
    if not regression:
        table = table.assign(**{target: table[target].astype("category")})
    X, y = split_target(table, target)
    asked: Task | None = "regression" if regression else None
    dataset = make_dataset(X, y, task=asked, name=about.name, source=f"openml:{found.dataset_id}")

    def splits() -> list[Split]:
        with client():
            return ask(lambda: first_repeat(found, dataset.n_samples), f"the splits of task {task_id}")

    return OpenMLTask(task_id, dataset, about.licence or "unknown", splits)


def source_of(task_id: int) -> str:
    """Where a task's dataset comes from, such as ``openml:61``; the dataset itself is not read.

    Raises
    ------
    ServerError
        If the server has no such task.
    """
    with client():
        return f"openml:{describe_task(task_id).dataset_id}"


def read_suite(suite: str | int) -> list[int]:
    """The task ids of a suite, by its number or alias."""
    with client() as openml:
        key = int(suite) if is_of_digits(str(suite)) else suite
        found = ask(lambda: openml.study.get_suite(key), f"suite {suite!r}")
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
    with client(n_retries=1) as openml:

        def question() -> pd.DataFrame:
            found = openml.evaluations.list_evaluations(
                metric,
                flows=[flow_id],
                tasks=None if task_ids is None else list(task_ids),
                offset=offset,
                size=size,
                output_format="dataframe",
            )
            return found.reindex(columns=columns).astype({"value": np.float64})

        return ask(question, f"evaluations of flow {flow_id}")


def list_setups(setup_ids: Sequence[int]) -> dict[int, dict[str, str | None]]:
    """The settings of at most a hundred setups: values by the parameters' full names. Those that are gone are left out.

    Raises
    ------
    ServerBusyError
        If the server fails or limits, or cannot be reached.
    """
    with client(n_retries=1) as openml:
        found = ask(lambda: openml.setups.list_setups(setup=setup_ids, output_format="object"), "these setups")
    return {
        int(setup_id): {p.full_name: p.value for p in (setup.parameters or {}).values()}
        for setup_id, setup in found.items()
    }


def read_qualities(dataset_id: int) -> dict[str, float]:
    """What the server itself has measured of a dataset, by the names that OpenML gives them."""
    with client() as openml:

        def question() -> dict[str, float]:
            answer = openml._api_calls._perform_api_call(f"data/qualities/{dataset_id}", "get")
            return openml.datasets.dataset._parse_qualities_xml(answer)

        found = ask(question, f"the qualities of dataset {dataset_id}")
    return {str(name): float(value) for name, value in found.items() if value is not None}


def read_protocol(task_id: int) -> str:
    """How the results on a task are estimated, in words, such as ``crossvalidation, 10 folds, 1 repeats``."""
    with client():
        found = describe_task(task_id)
    about = found.estimation_procedure
    numbers = about.get("parameters") or {}
    said = [f"{numbers[f'number_{what}']} {what}" for what in ("folds", "repeats") if numbers.get(f"number_{what}")]
    return ", ".join([str(about.get("type")), *said])
