"""One collection on a small table, in a process of its own that may be killed, starved or cut off.

    python -m benchmarks.faults.collecting STORE WORKERS

It prints a line for each evaluation as soon as it is recorded.
"""

from __future__ import annotations

import sys

from sklearn.datasets import load_wine

import recommender.evidence.leases
import recommender.evidence.request
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.limits import Limits
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
