"""Results as a plain table: every evaluation as a row of a CSV file, and rows that were measured elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from recommender.algorithms.catalogue import ALGORITHMS, algorithms_for
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for
from recommender.algorithms.settings import why_not_taken
from recommender.errors import MissingExtraError, RecommenderError, one_line
from recommender.evaluation.evaluate import KEYS, Status
from recommender.evaluation.metrics import METRICS, metrics_for
from recommender.evidence.aslib import RUN_STATUS, Scenario, is_scenario, read_scenario
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.store import environment_id
from recommender.outputs import check_file, whole_file
from recommender.tables.dataset import TASKS, Task
from recommender.tables.files.readers import read_table
from recommender.tables.splits import MAX_TRAIN_SAMPLES

MOST, MOST_BYTES = 2**31 - 1, 2**53
"""What whole numbers are at most: those that every database takes, and of bytes those that are exact as numbers."""
NUMBERS = {"size": 1, "fold": 0, "seed": 0, "n_train": 1, "n_test": 1, "model_bytes": 0}
"""Columns of whole numbers, and the least of each."""
UNKNOWN = {"peak_bytes": 0, "rounds": 0, "threads": 1}
"""The same for those that stay missing where they are not given."""
SECONDS = ("fit_seconds", "predict_seconds")
COLUMNS = (
    "dataset_id",
    "configuration_id",
    "algorithm",
    "hyperparameters",
    "status",
    "message",
    *NUMBERS,
    *UNKNOWN,
    *SECONDS,
)
"""What a table of results may hold besides metrics."""
MOST_SHOWN = 8
"""How many wrong rows an error names."""


class ResultsError(RecommenderError, ValueError):
    """Results measured elsewhere that cannot be taken as they are."""


def write_results(knowledge: KnowledgeBase, path: Path) -> None:
    """Write every evaluation as a row of a CSV file, with its algorithm, and hyperparameters as JSON.

    Parameters
    ----------
    knowledge : KnowledgeBase
        Whose evaluations.
    path : Path
        The file.
    """
    rows = knowledge.evaluations.drop(columns=["environment_id"])
    ids = rows["configuration_id"].astype("str")
    rows.insert(2, "algorithm", ids.map(knowledge.configurations["algorithm"]))
    rows.insert(3, "hyperparameters", ids.map(knowledge.configurations["hyperparameters"].map(json.dumps)))
    check_file(path)
    with whole_file(path) as part:
        rows.to_csv(part, index=False)


def read_results(path: Path, known: KnowledgeBase) -> KnowledgeBase:
    """Results measured elsewhere, as a knowledge base of their own that `record_knowledge` takes.

    Parameters
    ----------
    path : Path
        A CSV or Parquet file with a row for each configuration on a fold of a dataset: ``dataset_id``; the
        configuration as ``configuration_id``, or as ``algorithm`` and ``hyperparameters`` (JSON; none are the
        defaults); ``fold``; and at least one metric. Also taken are ``status`` (``ok`` where there is none),
        ``message``, ``size`` (10,000 where there is none), ``seed``, ``n_train`` and ``n_test`` (four fifths and a
        fifth of the rows where they are not given), ``fit_seconds``, ``predict_seconds``, ``model_bytes``,
        ``peak_bytes``, ``rounds`` and ``threads``. Or the folder of an ASlib scenario whose
        instances and algorithms are datasets and configurations that are known, as one that
        `recommender.evidence.aslib.write_scenario` wrote.
    known : KnowledgeBase
        Holds the datasets.

    Returns
    -------
    KnowledgeBase
        The datasets that are named, with their meta-features, the configurations and the evaluations.

    Raises
    ------
    ResultsError
        If a row names what is not known, a number is missing or out of range, or a row is there twice. The message
        names the rows, counted from 1 below the header.
    """
    rows = _rows_of(read_scenario(path)) if is_scenario(path) else read_table(path).frame
    accepted = [*COLUMNS, *METRICS]
    unknown = [str(name) for name in rows.columns if name not in accepted]
    missing = [name for name in ("dataset_id", "fold") if name not in rows]
    if unknown or missing or not {"configuration_id", "algorithm"} & set(rows.columns):
        wrong = f"knows no column {', '.join(unknown)}" if unknown else "lacks columns"
        raise ResultsError(
            f"{path} {wrong}: dataset_id, fold, and either configuration_id or algorithm (with hyperparameters) are "
            f"needed; accepted are {', '.join(accepted)}"
        )
    rows = rows.reindex(columns=accepted).reset_index(drop=True).astype(object)
    rows["size"] = rows["size"].where(rows["size"].notna(), MAX_TRAIN_SAMPLES)
    configurations: dict[str, Configuration] = {}
    mistakes = [*_mistakes(rows, known, configurations), *_repeated(rows)]
    if mistakes or rows.empty:
        shown = "".join(
            f"\n  row {row + 1}: {mistake}" for row, mistake in sorted(mistakes, key=itemgetter(0))[:MOST_SHOWN]
        )
        more = f"\n  ... ({len(mistakes)} in all)" if len(mistakes) > MOST_SHOWN else ""
        raise ResultsError(f"{path} has mistakes, and nothing of it was recorded:{shown or ' it has no rows'}{more}")
    return _knowledge_of(rows, known, configurations, path.name)


def _rows_of(scenario: Scenario) -> pd.DataFrame:
    """The runs of a scenario as results, a mean over folds as the first of them."""
    ended = {v: k for k, v in reversed(RUN_STATUS.items())}
    runs = scenario.runs
    measures = [name for name in scenario.measures if name in (*SECONDS, *METRICS)]
    tried = runs[measures].notna().any(axis=1)
    stopped = (runs["runstatus"] == "other") & tried
    table = runs[measures].assign(
        dataset_id=runs["instance_id"],
        configuration_id=runs["algorithm"],
        fold=0,
        status=runs["runstatus"].map(ended).where(~stopped, "ok"),
    )
    marks = table.loc[stopped, ["dataset_id", "configuration_id"]].assign(fold=1, status="stopped")
    return pd.concat([table[tried | (runs["runstatus"] != "other")], marks], ignore_index=True)


def _repeated(rows: pd.DataFrame) -> Iterator[tuple[int, str]]:
    keys = list(KEYS)
    for row in np.flatnonzero(rows.duplicated(keys) & rows[keys].notna().all(axis=1)):
        yield int(row), "the same configuration on the same fold of the same dataset as a row above"


def _mistakes(
    rows: pd.DataFrame, known: KnowledgeBase, configurations: dict[str, Configuration]
) -> Iterator[tuple[int, str]]:
    """What is wrong with each row; fills in ids, and collects the configurations."""
    tasks = known.datasets["task"].to_dict()
    pool = _Known(known)
    ids: list[Any] = []
    for row, given in enumerate(rows.to_dict("records")):
        ids.append(given["configuration_id"])
        task = tasks.get(str(given["dataset_id"]))
        if task is None:
            yield (
                row,
                (
                    f"the dataset {given['dataset_id']!r} is not known. `recommender kb list` shows "
                    "those that are, and `recommender kb add FILE --target COLUMN` adds one"
                ),
            )
            continue
        try:
            configuration = pool.find(given, task)
            ids[-1] = configuration.id
            configurations[configuration.id] = configuration
        except ResultsError as error:
            yield row, str(error)
        yield from ((row, mistake) for mistake in _wrong_numbers(given, task))
    rows["configuration_id"] = ids


def _wrong_numbers(given: Mapping[Any, Any], task: Task) -> Iterator[str]:
    status = "ok" if _is_missing(given["status"]) else given["status"]
    if status not in get_args(Status):
        yield f"unknown status {status!r}. Choose from: {', '.join(get_args(Status))}"
    for name, least in (NUMBERS | UNKNOWN).items():
        least = least if status == "ok" or name == "size" else 0  # nothing was split where nothing was fitted
        most = MOST_BYTES if name.endswith("_bytes") else MOST
        value = _number(given[name])
        if _is_missing(given[name]):
            if name == "fold":
                yield "fold is missing"
        elif not (least <= value <= most and value % 1 == 0):
            yield f"{name} must be a whole number from {least} to {most}, and is {given[name]!r}"
    judged = [metric.name for metric in metrics_for(task)]
    for name in (*SECONDS, *METRICS):
        low, high = (METRICS[name].lower, METRICS[name].upper) if name in METRICS else (0.0, np.inf)
        if _is_missing(given[name]):
            continue
        if name in METRICS and name not in judged:
            yield f"{name} does not judge {task}. Choose from: {', '.join(judged)}"
        elif not low <= _number(given[name]) <= high or np.isinf(_number(given[name])):
            yield f"{name} must be a number from {low:g} to {high:g}, and is {given[name]!r}"
    scored = any(not _is_missing(given[name]) for name in judged)
    if status == "ok" and not scored:
        yield f"no score: give at least one of {', '.join(judged)}, or a status other than ok"
    if status != "ok" and status in get_args(Status) and scored:
        yield f"it has a score, and its status {status!r} says that there is none"


class _Known:
    """The configurations that can be named by their id, and those that can be built."""

    def __init__(self, known: KnowledgeBase) -> None:
        self._by_id = {i: known.configuration(i) for i in known.configurations.index}
        self._by_id |= {c.id: c for task in TASKS for c in pool_for(task)}
        self._built: dict[tuple[str, Task], str | None] = {}

    def find(self, given: Mapping[Any, Any], task: Task) -> Configuration:
        """The configuration that a row names."""
        named = None if _is_missing(given["configuration_id"]) else str(given["configuration_id"])
        if _is_missing(given["algorithm"]):
            if named not in self._by_id:
                raise ResultsError(
                    f"the configuration {named!r} is not known by its id: give algorithm and hyperparameters"
                )
            return self._by_id[named]
        configuration = Configuration(str(given["algorithm"]), _settings(given["hyperparameters"]))
        if named not in (None, configuration.id):
            raise ResultsError(f"configuration_id is {named!r}, and {configuration} has the id {configuration.id}")
        key = (configuration.id, task)
        if key not in self._built:
            self._built[key] = _why_not_built(configuration, task)
        if reason := self._built[key]:
            raise ResultsError(reason)
        return configuration


def _settings(text: Any) -> dict[str, Any]:
    if _is_missing(text):
        return {}
    try:
        settings = json.loads(str(text))
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
        settings = None
    if not isinstance(settings, dict):
        raise ResultsError(f'hyperparameters must be a JSON object such as {{"C": 1.0}}, and are {text!r}')
    return settings


def _why_not_built(configuration: Configuration, task: Task) -> str | None:
    """Why a configuration is none of this package's, or None."""
    choices = [a.name for a in algorithms_for(task)]
    if configuration.algorithm not in ALGORITHMS or task not in ALGORITHMS[configuration.algorithm].tasks:
        return f"unknown algorithm {configuration.algorithm!r} for {task}. Choose from: {', '.join(choices)}"
    try:
        ALGORITHMS[configuration.algorithm].build(configuration.hyperparameters, task, 0, 1)
    except MissingExtraError:
        return None  # its library is not here to say
    except (TypeError, ValueError) as error:
        return f"{configuration.algorithm} does not take these hyperparameters: {one_line(error)}"
    return why_not_taken(configuration)


def _knowledge_of(
    rows: pd.DataFrame, known: KnowledgeBase, configurations: dict[str, Configuration], name: str
) -> KnowledgeBase:
    measured = {"measured": "elsewhere", "results": name}
    environment = environment_id(measured)
    datasets = known.datasets.loc[list(dict.fromkeys(rows["dataset_id"]))]
    n_samples = rows["dataset_id"].map(datasets["n_samples"])
    rows = rows.drop(columns=["algorithm", "hyperparameters"]).assign(
        environment_id=environment,
        status=rows["status"].fillna("ok"),
        message=rows["message"].fillna("").astype("str"),
        seed=rows["seed"].fillna(rows["fold"]),
        n_train=rows["n_train"].fillna((0.8 * n_samples).astype(int)),
        n_test=rows["n_test"].fillna(n_samples - (0.8 * n_samples).astype(int)),
        model_bytes=rows["model_bytes"].fillna(0),
    )
    rows = rows.astype(dict.fromkeys(NUMBERS, np.int64) | dict.fromkeys([*UNKNOWN, *SECONDS, *METRICS], np.float64))
    about = [{"algorithm": c.algorithm, "hyperparameters": dict(c.hyperparameters)} for c in configurations.values()]
    return KnowledgeBase(
        datasets,
        known.metafeatures.loc[datasets.index],
        pd.DataFrame(about, index=list(configurations)),
        rows,
        pd.DataFrame({"versions": [measured]}, index=[environment]),
    )


def _is_missing(value: Any) -> bool:
    return value is None or value != value or value == ""


def _number(value: Any) -> float:
    """A value as a number; NaN where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan
