"""What a knowledge base holds: counts, seconds and failures by dataset, task, size and algorithm."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from recommender.evaluation.evaluate import FAILURES
from recommender.evidence.knowledge import KnowledgeBase
from recommender.tables.dataset import TASKS

SIZES = (0, 500, 2_000, 10_000)
"""Where the classes of `by_size` begin, in rows."""


def by_dataset(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What is held of each dataset.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to count.

    Returns
    -------
    DataFrame indexed by dataset id
        Name, task, sizes, family and licence; and how many configurations and evaluations there are, how many of the
        configurations failed, and the processor seconds of fitting and predicting.

    Examples
    --------
    >>> from recommender.evidence.folder import load_knowledge
    >>> bool((by_dataset(load_knowledge())["evaluations"] > 0).any())
    True
    """
    rows = _counted(knowledge)
    found = rows.groupby("dataset_id").agg(
        configurations=("configuration_id", "nunique"),
        evaluations=("configuration_id", "size"),
        seconds=("seconds", "sum"),
    )
    found.insert(2, "failed", rows[rows["failed"]].groupby("dataset_id")["configuration_id"].nunique())
    about = knowledge.datasets[["name", "task", "n_samples", "n_features", "n_classes", "family", "licence"]]
    counts = found.reindex(about.index).fillna(0).astype({n: int for n in found if n != "seconds"})
    return about.join(counts).sort_values(["task", "name"])


def by_task(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What is held of each task: datasets, families, their rows, evaluations, failures and processor hours."""
    return _summarised(by_dataset(knowledge), "task").reindex(
        [t for t in TASKS if t in set(knowledge.datasets["task"])]
    )


def by_training_size(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What is held at each size: how many rows a configuration was fitted to at most.

    Returns
    -------
    DataFrame indexed by size
        Datasets, configurations and evaluations, and the hours of all fits and predictions.
    """
    grouped = _counted(knowledge).groupby("size")
    found = grouped.agg(
        datasets=("dataset_id", "nunique"),
        configurations=("configuration_id", "nunique"),
        evaluations=("configuration_id", "size"),
        hours=("seconds", "sum"),
    )
    found["hours"] /= 3600
    return found.rename_axis("training rows at most")


def by_size(knowledge: KnowledgeBase) -> pd.DataFrame:
    """The same by how many rows the datasets have."""
    table = by_dataset(knowledge)
    ends = [f"{low:,} to {high - 1:,} rows" for low, high in pairwise(SIZES)]
    names = [f"under {SIZES[1]:,} rows", *ends[1:], f"{SIZES[-1]:,} rows and more"]
    table["size"] = pd.cut(table["n_samples"], [*SIZES, np.inf], right=False, labels=names).astype(str)
    return _summarised(table, "size").reindex([n for n in names if n in set(table["size"])])


def _summarised(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Rows of `by_dataset`, put together by one of its columns."""
    found = table.groupby(key).agg(
        datasets=("name", "size"),
        families=("family", "nunique"),
        smallest=("n_samples", "min"),
        median=("n_samples", "median"),
        largest=("n_samples", "max"),
        configurations=("configurations", "median"),
        evaluations=("evaluations", "sum"),
        hours=("seconds", "sum"),
    )
    found["hours"] /= 3600
    return found.astype({name: int for name in ("median", "configurations")}).rename(
        columns={name: f"{name} rows" for name in ("smallest", "median", "largest")}
    )


def by_algorithm(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What is held of each algorithm.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to count.

    Returns
    -------
    DataFrame indexed by algorithm
        Its configurations and evaluations, on how many configurations-on-a-dataset it failed, was stopped as hopeless
        or did not apply, the processor seconds of the median fit, and the hours of all fits and predictions.
    """
    rows = _counted(knowledge)
    rows["algorithm"] = rows["configuration_id"].map(knowledge.configurations["algorithm"])
    grouped = rows.groupby("algorithm")
    found = grouped.agg(configurations=("configuration_id", "nunique"), evaluations=("configuration_id", "size"))
    for name in ("failed", "stopped", "not_applicable"):
        pairs = rows[rows["failed"] if name == "failed" else rows["status"] == name]
        pairs = pairs.drop_duplicates(["dataset_id", "configuration_id"])
        found[name] = pairs.groupby("algorithm").size()
    found = found.fillna(0).astype(int)
    found["median_fit_seconds"] = grouped["fit_seconds"].median()
    found["hours"] = grouped["seconds"].sum() / 3600
    return found.sort_values("evaluations", ascending=False)


def _counted(knowledge: KnowledgeBase) -> pd.DataFrame:
    """The evaluations with their seconds and whether they failed, ids as text."""
    rows = knowledge.evaluations[["dataset_id", "configuration_id", "size", "status", "fit_seconds", "predict_seconds"]]
    rows = rows.astype({"dataset_id": "str", "configuration_id": "str", "status": "str"})
    seconds = rows["fit_seconds"].fillna(0.0) + rows["predict_seconds"].fillna(0.0)
    return rows.assign(seconds=seconds.astype(np.float64), failed=rows["status"].isin(FAILURES))
