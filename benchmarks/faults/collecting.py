"""One collection on a small table, in a process of its own that may be killed, starved or cut off.

    python -m benchmarks.faults.collecting STORE WORKERS

It prints a line for each evaluation as soon as it is recorded.
"""

from __future__ import annotations

import sys

import pandas as pd
from sklearn.datasets import load_wine

import recommender.evidence.leases
import recommender.evidence.request
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.workers import Limits
from recommender.evidence.collect import collect
from recommender.evidence.recording import Progress
from recommender.evidence.store import Store
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset

POOL = tuple(Configuration("naive_bayes", {"var_smoothing": 10.0**-k}) for k in (6, 9))
"""Quick ones."""
N_FOLDS = 20
"""Of a table with so few rows."""
N_EVALUATIONS = N_FOLDS * len(POOL)


def table() -> Dataset:
    """What is evaluated on."""
    return load_dataset(load_wine(as_frame=True), name="wine")


def whole(store: str) -> tuple[int, int]:
    """How many evaluations of a store are doubled or half written, and how many there are."""
    opened = Store(store)
    rows = opened.read_evaluations()
    opened.close()
    twice = rows.duplicated(["dataset_id", "configuration_id", "size", "fold"])
    half = (rows["status"] == "ok") & rows[["accuracy", "fit_seconds", "model_bytes"]].isna().any(axis=1)
    return int((twice | half).sum()), len(rows)


def recorded(store: str) -> set[tuple[str, int]]:
    """Configuration and fold of what a store has."""
    opened = Store(store)
    rows: pd.DataFrame = opened.read_evaluations()
    opened.close()
    return set(zip(rows["configuration_id"].astype(str), rows["fold"].astype(int), strict=True))


def main(store: str, n_workers: int) -> None:
    """Collect all there is, and say what is recorded."""
    recommender.evidence.leases.LEASE_SECONDS = 3.0
    recommender.evidence.request.pool_for = lambda task: POOL

    def tell(progress: Progress) -> None:
        if progress.evaluation is not None:
            print(progress.evaluation.configuration_id, progress.evaluation.fold, flush=True)

    collect(Store(store), [table()], n_workers=n_workers, limits=Limits(seconds=60), on_progress=tell)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
