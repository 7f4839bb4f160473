"""What a knowledge base must be like, so that a foreign or damaged one gives one clear error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.settings import why_not_taken
from recommender.errors import KnowledgeBaseError, listed
from recommender.evaluation.evaluate import Status
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.manifest import how_to_mend
from recommender.tables.dataset import TASKS

MAX_CELLS = 2**29
"""Rows times columns of a table at most."""
STATUSES = frozenset(get_args(Status))
TEXT, WHOLE, NUMBER, OBJECT = "text", "whole numbers", "numbers", "mappings or lists"
DATASETS = dict.fromkeys(("name", "task", "target", "fingerprint", "licence", "family"), TEXT)
DATASETS |= dict.fromkeys(("n_samples", "n_features", "n_classes"), WHOLE)
EVALUATIONS = dict.fromkeys(("dataset_id", "configuration_id", "environment_id", "status", "message"), TEXT)
EVALUATIONS |= dict.fromkeys(("fold", "seed", "size", "n_train", "n_test"), WHOLE)
NUMBERS = ("model_bytes", "fit_seconds", "predict_seconds", "peak_bytes", "rounds", "threads")
"""What an evaluation has besides the metrics, and may be missing."""


def read_checked(path: Path) -> pd.DataFrame:
    """The table in a Parquet file, which is not larger than can be read; an error where it is damaged."""
    from pyarrow.parquet import ParquetFile  # `pandas.read_parquet` imports more, for as long as reading takes

    try:
        with ParquetFile(path) as file:
            size = file.metadata
            if size.num_rows * size.num_columns > MAX_CELLS:
                raise ValueError(f"{size.num_rows:,} rows of {size.num_columns:,} columns are more than can be read")
            table: pd.DataFrame = file.read().to_pandas()
            return table
    except Exception as error:  # whoever made the folder may have written anything into it
        raise KnowledgeBaseError(f"{path} cannot be read: {str(error)[:200]}. {how_to_mend(path.parent)}") from error


def why_unsound(knowledge: KnowledgeBase) -> str | None:
    """What is wrong with a knowledge base, or None where all of it is what it is to be."""
    try:
        _check_datasets(knowledge.datasets, knowledge.metafeatures)
        _check_configurations(knowledge.configurations)
        _check_evaluations(knowledge)
    except ValueError as error:
        return str(error)
    return None


def _check_datasets(datasets: pd.DataFrame, metafeatures: pd.DataFrame) -> None:
    _check_ids("datasets", datasets.index)
    _check_columns("datasets", datasets, DATASETS)
    unknown = set(datasets["task"]) - set(TASKS)
    if unknown:
        raise ValueError(f"a dataset has the task {listed(unknown, 1)}")
    _check_ids("meta-features", metafeatures.index)
    _check_ids("meta-features", metafeatures.columns)
    _check_known("meta-features", metafeatures.index, datasets.index)
    _check_columns("meta-features", metafeatures, dict.fromkeys(metafeatures.columns, NUMBER))


def _check_configurations(configurations: pd.DataFrame) -> None:
    _check_ids("configurations", configurations.index)
    _check_columns("configurations", configurations, {"algorithm": TEXT, "hyperparameters": OBJECT})
    for algorithm, settings in zip(configurations["algorithm"], configurations["hyperparameters"], strict=True):
        reason = why_not_taken(Configuration(algorithm, settings))
        if reason:
            raise ValueError(reason)


def _check_evaluations(knowledge: KnowledgeBase) -> None:
    rows = knowledge.evaluations
    _check_columns("evaluations", rows, EVALUATIONS | dict.fromkeys((*NUMBERS, *METRICS), NUMBER))
    for name, table in (
        ("dataset_id", knowledge.datasets),
        ("configuration_id", knowledge.configurations),
        ("environment_id", knowledge.environments),
    ):
        _check_known(f"evaluations ({name})", _different(rows[name]), table.index)
    unknown = set(_different(rows["status"])) - STATUSES
    if unknown:
        raise ValueError(f"an evaluation has the status {listed(unknown, 1)}")


def _different(values: pd.Series) -> pd.Index:
    """The values that occur, a missing one among them; categories may have more."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return pd.Index(values.unique())
    counts = np.bincount(values.cat.codes.to_numpy() + 1, minlength=1)
    found = values.cat.categories[counts[1:].nonzero()[0]]
    return found.append(pd.Index([None])) if counts[0] else found


def _check_ids(what: str, ids: pd.Index) -> None:
    if not ids.is_unique or not _is_text(ids):
        raise ValueError(f"the ids of its {what} are not text, or the same twice")


def _check_known(what: str, ids: pd.Index, known: pd.Index) -> None:
    unknown = ids.difference(known, sort=False)
    if len(unknown):
        raise ValueError(f"its {what} name {listed(unknown, 1)}, which it does not hold")


def _check_columns(what: str, table: pd.DataFrame, kinds: Mapping[Any, str]) -> None:
    if not table.columns.is_unique:
        raise ValueError(f"its {what} have two columns of the same name")
    dtypes = dict(zip(table.columns, table.dtypes, strict=True))
    for name, kind in kinds.items():
        if name not in dtypes or not (_is_number(dtypes[name]) if kind == NUMBER else _is_of(kind, table[name])):
            raise ValueError(f"its {what} have no column {listed([name])} of {kind}")


def _is_number(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"


def _is_of(kind: str, values: pd.Series) -> bool:
    if kind == OBJECT:
        return all(isinstance(value, dict | list) for value in values)
    if kind == TEXT:
        return _is_text(values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else values)
    cells = values.to_numpy()
    return _is_number(cells.dtype) and cells.dtype.kind != "f" and (not cells.size or bool(cells.min() >= 0))


def _is_text(values: pd.Series | pd.Index) -> bool:
    return isinstance(values.dtype, pd.StringDtype) or all(isinstance(value, str) for value in values)
