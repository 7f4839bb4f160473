"""What is asked of the `openml` client, and what is read without it, since it keeps tables and splits as pickles."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers.expat import ExpatError

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, OutputError, RecommenderError, ServerBusyError, ServerError, one_line
from recommender.tables import patience
from recommender.tables.files.source import check_cells
from recommender.tables.splits import Split

Answer = TypeVar("Answer")

DATABASE_IS_BUSY = 107
"""OpenML's own number for an error that passes."""
UNREADABLE = (ExpatError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What the client raises where an answer is cut short, or is a page for people instead of OpenML's XML."""


def describe_task(task_id: int) -> Any:
    """What the server says of a task; forgotten where that cannot be read, so that it is asked again next time."""
    from openml.tasks.functions import _get_task_description

    with _forgotten(_folder("tasks", task_id)):
        return ask(lambda: _get_task_description(task_id), f"task {task_id}")


def read_table(dataset_id: int) -> tuple[Any, pd.DataFrame]:
    """What the server says of a dataset, and its table without what identifies rows or is to be ignored."""
    import openml

    what, folder = f"dataset {dataset_id}", _folder("datasets", dataset_id)
    with _forgotten(folder):
        found = ask(lambda: _checked(openml.datasets.get_dataset(dataset_id, **_WITHOUT_DATA)), what)
        path = ask(lambda: _download_table(found, folder), what)
        try:
            table = _parsed(found, path)
        except Exception as error:  # whatever a broken file leads to
            reason = one_line(error, 300)
            raise DatasetError(f"the table of openml:{dataset_id}, {path}, cannot be read: {reason}") from error
    return found, _without_order(table.drop(columns=names_of(found.row_id_attribute), errors="ignore"))


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

    from recommender.tables.downloads import download

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
    most = patience.current.columns
    if n_columns > most:
        raise DatasetError(f"it has {n_columns:,} columns, and at most {most:,} are read")


def names_of(given: Any) -> list[str]:
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
def client(n_retries: int | None = None) -> Iterator[Any]:
    """The openml client, quiet about its own deprecations and progress; how often it asks where there is no answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("openml").setLevel(logging.ERROR)
        import openml

        from recommender.tables.downloads import bound_client

        bound_client(openml)
        openml.config.set_retry_policy("human", n_retries=n_retries or patience.current.tries)
        yield openml


def ask(question: Callable[[], Answer], what: str) -> Answer:
    """The server's answer, or one error that says what was asked of whom."""
    import openml
    from requests.exceptions import ConnectionError, RequestException

    from recommender.tables.downloads import is_gone, kept

    server = openml.config.server
    try:
        with kept(Path(openml.config.get_cache_directory()) / "any"):
            return question()
    except RecommenderError:
        raise
    except openml.exceptions.OpenMLCacheException as error:
        raise OutputError(
            f"{one_line(error)} Give a folder that can be written, with --cache or by the variable OPENML_CACHE_DIR"
        ) from error
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


def first_repeat(task: Any, n_samples: int) -> list[Split]:
    """The rows of each fold of a task's first repeat, as the server's file has them."""
    import arff

    from recommender.tables.downloads import download

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
