"""Datasets, tasks and suites of an OpenML server, read through the `openml` client."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers.expat import ExpatError

import numpy as np
import pandas as pd

from recommender.errors import (
    DatasetError,
    OutputError,
    RecommenderError,
    ServerBusyError,
    ServerError,
    UnknownNameError,
    one_line,
)
from recommender.outputs import check_folder
from recommender.tables.checks import make_dataset, split_target
from recommender.tables.dataset import Dataset, Task
from recommender.tables.files.source import check_cells
from recommender.tables.splits import Split

Answer = TypeVar("Answer")

DATABASE_IS_BUSY = 107
"""OpenML's own number for an error that passes."""
MOST_COLUMNS = 100_000
"""Columns that a table of a server may have."""
UNREADABLE = (ExpatError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
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
    with _client():
        found, table = _read_table(dataset_id)
        target = target or found.default_target_attribute
        if not target:
            raise UnknownNameError(f"openml:{dataset_id} has no default target: give target=, the name of its column")
        ignored = [name for name in _names(found.ignore_attribute) if name != target]
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
    with _client():
        found = _describe_task(task_id)
        target = getattr(found, "target_name", None)
        if found.task_type_id.value not in (1, 2) or not isinstance(target, str):
            kind = found.task_type_id.name.lower().replace("_", " ")
            raise ServerError(f"task {task_id} is {kind}: only supervised classification and regression are read")
        about, table = _read_table(found.dataset_id)
    if target not in table:
        raise DatasetError(f"openml:{found.dataset_id} has no column {target!r:.60}, the target of task {task_id}")
    regression = found.task_type_id.value == 2
    if not regression:
        table = table.assign(**{target: table[target].astype("category")})
    X, y = split_target(table, target)
    asked: Task | None = "regression" if regression else None
    dataset = make_dataset(X, y, task=asked, name=about.name, source=f"openml:{found.dataset_id}")

    def splits() -> list[Split]:
        with _client():
            return _ask(lambda: _first_repeat(found, dataset.n_samples), f"the splits of task {task_id}")

    return OpenMLTask(task_id, dataset, about.licence or "unknown", splits)


def source_of(task_id: int) -> str:
    """Where a task's dataset comes from, such as ``openml:61``; the dataset itself is not read.

    Raises
    ------
    ServerError
        If the server has no such task.
    """
    with _client():
        return f"openml:{_describe_task(task_id).dataset_id}"


def read_suite(suite: str | int) -> list[int]:
    """The task ids of a suite, by its number or alias."""
    with _client() as openml:
        key = int(suite) if str(suite).isascii() and str(suite).isdigit() else suite
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

        def ask() -> dict[str, float]:
            answer = openml._api_calls._perform_api_call(f"data/qualities/{dataset_id}", "get")
            return openml.datasets.dataset._parse_qualities_xml(answer)

        found = _ask(ask, f"the qualities of dataset {dataset_id}")
    return {str(name): float(value) for name, value in found.items() if value is not None}


def read_protocol(task_id: int) -> str:
    """How the results on a task are estimated, in words, such as ``crossvalidation, 10 folds, 1 repeats``."""
    with _client():
        found = _describe_task(task_id)
    about = found.estimation_procedure
    numbers = about.get("parameters") or {}
    said = [f"{numbers[f'number_{what}']} {what}" for what in ("folds", "repeats") if numbers.get(f"number_{what}")]
    return ", ".join([str(about.get("type")), *said])


# ---------------------------------------------------------------------------------------------------------------------
# What is asked of the client, and what is read without it: it would load and write pickles for features, tables, splits


def _describe_task(task_id: int) -> Any:
    """What the server says of a task; forgotten where that cannot be read, so that it is asked again next time."""
    from openml.tasks.functions import _get_task_description

    with _forgotten(_folder("tasks", task_id)):
        return _ask(lambda: _get_task_description(task_id), f"task {task_id}")


def _read_table(dataset_id: int) -> tuple[Any, pd.DataFrame]:
    """What the server says of a dataset, and its table without what identifies rows or is to be ignored."""
    import openml

    what, folder = f"dataset {dataset_id}", _folder("datasets", dataset_id)
    with _forgotten(folder):
        found = _ask(lambda: _checked(openml.datasets.get_dataset(dataset_id, **_WITHOUT_DATA)), what)
        path = _ask(lambda: _download_table(found, folder), what)
        try:
            table = _parsed(found, path)
        except Exception as error:  # whatever a broken file leads to
            reason = one_line(error, 300)
            raise DatasetError(f"the table of openml:{dataset_id}, {path}, cannot be read: {reason}") from error
    return found, _without_order(table.drop(columns=_names(found.row_id_attribute), errors="ignore"))


def _without_order(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose categories have no order: the client gives nominal values one, that in which they were declared."""
    ordered = [name for name, dtype in table.dtypes.items() if getattr(dtype, "ordered", False)]
    return table.assign(**{str(name): table[name].cat.as_unordered() for name in ordered})


def _checked(found: Any) -> Any:
    """A dataset's description, if what is used of it is text."""
    optional = (found.licence, found.md5_checksum, found.default_target_attribute, found._parquet_url)
    if not all(isinstance(value, str) for value in (found.name, found.url, found.format)):
        raise ValueError("it has no name, address or format")
    if not all(value is None or isinstance(value, str) for value in optional):
        raise ValueError("its licence, checksum, target or address is no text")
    return found


_WITHOUT_DATA = {"download_data": False, "download_qualities": False, "download_features_meta_data": False}


def _download_table(found: Any, folder: Path) -> Path:
    """The file of a dataset's table: Parquet where the server has it, else ARFF."""
    from requests.exceptions import RequestException

    from recommender.tables.polite import download

    number = folder.name
    if found._parquet_url:
        with suppress(RequestException):
            return download(str(found._parquet_url), folder / f"dataset_{number}.pq")
    return download(str(found.url), folder / "dataset.arff", md5=found.md5_checksum)


def _parsed(found: Any, path: Path) -> pd.DataFrame:
    """The table in a file, its columns of plain types; an error where it has more cells or columns than are read."""
    if path.suffix == ".pq":
        from pyarrow.parquet import read_metadata

        size = read_metadata(path)
        _check_size(size.num_rows, size.num_columns)
        return pd.read_parquet(path)
    found.data_file = str(path)
    table, _, names = found._parse_data_from_arff(path)
    _check_size(*table.shape)
    return table if isinstance(table, pd.DataFrame) else pd.DataFrame(table.toarray(), columns=names)


def _check_size(n_rows: int, n_columns: int) -> None:
    check_cells(n_rows, n_columns)
    if n_columns > MOST_COLUMNS:
        raise DatasetError(f"it has {n_columns:,} columns, and at most {MOST_COLUMNS:,} are read")


def _names(given: Any) -> list[str]:
    """Names of columns as the client has them: one, a list, or none."""
    return [given] if isinstance(given, str) else [str(name) for name in given or ()]


def _folder(kind: str, number: int) -> Path:
    import openml

    return Path(openml.config.get_cache_directory()) / kind / str(int(number))


@contextmanager
def _forgotten(folder: Path) -> Iterator[None]:
    """Remove what is kept in a folder where an error says that it cannot be used."""
    try:
        yield
    except OutputError:
        raise
    except RecommenderError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _client(n_retries: int | None = None) -> Iterator[Any]:
    """The openml client, quiet about its own deprecations and progress; how often it asks where there is no answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openml

        from recommender.tables.polite import TRIES, teach_manners

        teach_manners(openml)
        openml.config.set_retry_policy("human", n_retries=n_retries or TRIES)
        logging.getLogger("openml").setLevel(logging.ERROR)
        yield openml


def _ask(question: Callable[[], Answer], what: str) -> Answer:
    """The server's answer, or one error that says what was asked of whom."""
    import openml
    from requests.exceptions import ConnectionError, RequestException

    from recommender.tables.polite import is_gone, kept

    server = openml.config.server
    try:
        with kept(Path(openml.config.get_cache_directory()) / "any"):
            return question()
    except RecommenderError:
        raise
    except openml.exceptions.OpenMLCacheException as error:
        raise OutputError(f"{one_line(error)} Give a folder that can be written, such as by --cache") from error
    except openml.exceptions.OpenMLServerException as error:
        if error.code == DATABASE_IS_BUSY:
            raise ServerBusyError(f"cannot read {what} from {server}: {error.message}. Ask again later") from error
        raise ServerError(f"{server} does not have {what}: {error.message or error}") from error
    except (RequestException, openml.exceptions.PyOpenMLError, OSError) as error:
        if isinstance(error, RequestException) and is_gone(error):
            raise ServerError(f"{server} does not have {what}: {one_line(error)}") from error
        reason = "no connection" if isinstance(error, ConnectionError) else one_line(error)
        raise ServerBusyError(
            f"cannot read {what} from {server}: {reason}. Is the address right, and the server running?"
        ) from error
    except UNREADABLE as error:
        raise ServerBusyError(f"cannot read {what} from {server}: it answers with something else") from error


def _first_repeat(task: Any, n_samples: int) -> list[Split]:
    """The rows of each fold of a task's first repeat, as the server's file has them."""
    import arff

    from recommender.tables.polite import download

    address = str(task.estimation_procedure["data_splits_url"])
    path = download(address, _folder("tasks", task.task_id) / "datasplits.arff")
    folds: dict[int, dict[str, list[int]]] = {}
    try:
        with path.open(encoding="utf-8") as file:
            content = arff.load(file, return_type=arff.DENSE_GEN)
            place = {name: at for at, (name, _) in enumerate(content["attributes"])}
            for row in content["data"]:
                if int(row[place["repeat"]]) == 0 and int(row[place["sample"]] if "sample" in place else 0) == 0:
                    fold = folds.setdefault(int(row[place["fold"]]), {"TRAIN": [], "TEST": []})
                    fold[row[place["type"]]].append(int(row[place["rowid"]]))
        return [_checked_split(folds[number], n_samples) for number in range(len(folds))]
    except Exception as error:  # whatever a broken file leads to
        path.unlink(missing_ok=True)
        raise ServerError(f"the splits of task {task.task_id} cannot be read: {one_line(error)}") from error


def _checked_split(fold: dict[str, list[int]], n_samples: int) -> Split:
    """The rows of a fold, if the table has them."""
    rows = [row for part in fold.values() for row in part]
    if not (fold["TRAIN"] and fold["TEST"] and min(rows) >= 0 and max(rows) < n_samples):
        raise ValueError("a fold has no rows, or some that the table has not")
    return np.array(fold["TRAIN"], dtype=np.int32), np.array(fold["TEST"], dtype=np.int32)
