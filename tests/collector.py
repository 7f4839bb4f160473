"""A collection in a process of its own, for tests that kill it: `python collector.py '{"store": ..., ...}'`."""

from __future__ import annotations

import json
import sys

import faults

import recommender.evidence.collect
import recommender.evidence.leases
import recommender.evidence.request
from recommender.evaluation.limits import Limits
from recommender.evidence.store import Store
from recommender.tables.openml import set_server


def main(given: dict) -> None:
    faults.register()
    recommender.evidence.leases.LEASE_SECONDS = 3.0
    recommender.evidence.collect.POLL_SECONDS = 0.2
    if given.get("faults"):
        pool = tuple(faults.Faulty(name, {}) for name in given["faults"])
        recommender.evidence.request.pool_for = lambda task: pool
    set_server(given["server"], given["cache"])
    summary = recommender.evidence.collect.collect(
        Store(given["store"]),
        given["tasks"],
        n_configurations=given.get("n_configurations"),
        n_workers=given.get("n_workers", 2),
        limits=Limits(seconds=6.0, memory_bytes=2**29),
        cluster=given.get("cluster"),
        on_progress=lambda progress: print(progress.dataset_name, flush=True),
    )
    print(json.dumps({"outcomes": summary.outcomes, "interrupted": summary.interrupted}), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
