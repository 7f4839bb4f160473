"""Datasets in files: how they come to the processes that evaluate on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.tables.dataset import Dataset, Task
from recommender.tables.frames import SPARSE, written_out
from recommender.tables.splits import Split, split

FOLD, WEIGHT = "fold ", "weight"
"""Columns of a spooled table beside its own, which are numbered, and the target."""


@dataclass(frozen=True)
class Spooled:
    """A dataset that lies in a file where workers can read it."""

    dataset_id: str
    path: Path
    task: Task
    is_sparse: bool = False


def spool(
    dataset: Dataset, path: Path, *, splits: Sequence[Split] = (), sample_weight: np.ndarray | None = None
) -> Spooled:
    """Write a dataset where workers can read it; its columns are known by position there.

    Parameters
    ----------
    dataset : Dataset
        What to write.
    path : Path
        The file.
    splits : sequence of (train, test), optional
        The folds; by the rule of `recommender.tables.splits` if not given.
    sample_weight : array of shape (n_samples,), optional
        What models are fitted with.
    """
    table = written_out(dataset.X).set_axis([str(i) for i in range(dataset.n_features)], axis=1).reset_index(drop=True)
    more: dict[str, Any] = {"target": dataset.y.to_numpy()}
    more |= {} if sample_weight is None else {WEIGHT: sample_weight}
    for number, (train, test) in enumerate(splits):
        more[f"{FOLD}{number}"] = np.zeros(dataset.n_samples, dtype=np.int8)
        more[f"{FOLD}{number}"][train], more[f"{FOLD}{number}"][test] = 1, 2
    pd.concat([table, pd.DataFrame(more)], axis=1).to_parquet(path)
    return Spooled(dataset.source, path, dataset.task, dataset.is_sparse)


@dataclass(frozen=True, eq=False)
class Unspooled:
    """What a worker reads of a dataset."""

    dataset: Dataset
    splits: list[Split]
    sample_weight: np.ndarray | None


@lru_cache(maxsize=2)
def read_spooled(spooled: Spooled) -> Unspooled:
    """A dataset out of its file; the last two are kept, since one job of a dataset follows another."""
    import pyarrow

    table = pd.read_parquet(spooled.path)
    pyarrow.default_memory_pool().release_unused()  # now: in the middle of a fit it would hide what that takes
    folds = [table[name].to_numpy() for name in table.columns if name.startswith(FOLD)]
    features = [name for name in table.columns if name.isdigit()]
    X = table[features].astype(SPARSE) if spooled.is_sparse else table[features]
    return Unspooled(
        Dataset(X, table["target"], spooled.task),
        [(np.flatnonzero(fold == 1), np.flatnonzero(fold == 2)) for fold in folds],
        table[WEIGHT].to_numpy() if WEIGHT in table.columns else None,
    )


@lru_cache(maxsize=4)
def splits_of(spooled: Spooled, size: int) -> list[Split]:
    """The folds of a dataset at a size: its own where it came with some."""
    read = read_spooled(spooled)
    return read.splits or split(read.dataset, size=size)
