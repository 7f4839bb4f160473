"""Records for stores, in a module that processes of their own can import."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.store import Store

LDA, NEIGHBOURS = Configuration("lda", {}), Configuration("k_neighbors", {"n_neighbors": 1})


def dataset(number: int = 1) -> dict:
    return {
        "id": f"openml:{number}",
        "name": f"set {number}",
        "task": "binary",
        "target": "class",
        "n_samples": 100,
        "n_features": 2,
        "n_classes": 2,
        "fingerprint": "f",
        "signatures": [["a", "1"], ["class", "2"]],
        "licence": "CC0",
        "metafeatures": {"nr_inst": 100.0, "undefined": np.nan},
        "metafeatures_version": 1,
        "metafeatures_seconds": 0.1,
    }


def evaluation(fold: int = 0, configuration: Configuration = LDA, **values) -> Evaluation:
    given = {"fit_seconds": 0.5, "predict_seconds": 0.1, "model_bytes": 2**33, "scores": {"roc_auc": 0.9}} | values
    return Evaluation(configuration.id, fold, given.pop("status", "ok"), **given)


def prepared(address: str | Path) -> tuple[Store, str]:
    store = Store(address)
    store.add_dataset(dataset())
    store.add_configurations([LDA, NEIGHBOURS])
    return store, store.add_environment({"python": "3.11"})


def open_and_record(address: str, start, fold: int) -> None:
    start.wait()
    store, environment = prepared(address)
    store.add_evaluations("openml:1", [evaluation(fold), evaluation(100)], environment)
    store.close()
