from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.merging import beyond, extend


def row(dataset: str, configuration: str, score: float = np.nan, **more) -> dict:
    return {"dataset_id": dataset, "configuration_id": configuration, "roc_auc": score, **more}


def known(rows: list[dict], **content: str) -> KnowledgeBase:
    """A knowledge base of datasets with the content given by id, with those of the evaluations that are on them."""
    datasets = pd.DataFrame(
        [
            {"name": i, "task": "binary", "n_samples": int(c), "fingerprint": c, "signatures": [["x", c], ["y", i]]}
            for i, c in content.items()
        ],
        index=list(content),
    )
    metafeatures = pd.DataFrame({"nr_inst": 100.0}, index=list(content))
    configurations = pd.DataFrame({"algorithm": ["a"], "hyperparameters": [{}]}, index=["a"])
    filled = {**dict.fromkeys(METRICS, np.nan), "environment_id": "e", "status": "ok", "message": ""}
    filled |= {"size": 10_000, "fold": 0}
    environments = pd.DataFrame({"versions": [{}]}, index=["e"])
    return KnowledgeBase(
        datasets, metafeatures, configurations, pd.DataFrame([{**filled, **r} for r in rows]), environments
    )


def test_two_knowledge_bases_become_one():
    shipped = known([row("iris", "a", 0.5), row("wine", "a", 0.6)], iris="1", wine="2")
    own = known([row("mine", "a", 0.7), row("wine", "b", 0.8)], mine="3", wine="2")
    both = extend(shipped, own)
    assert list(both.datasets.index) == ["iris", "wine", "mine"]
    assert both.datasets["family"].nunique() == 3
    scores = both.evaluations.set_index(["dataset_id", "configuration_id"])["roc_auc"].to_dict()
    assert scores == {("iris", "a"): 0.5, ("wine", "a"): 0.6, ("mine", "a"): 0.7, ("wine", "b"): 0.8}


def test_a_dataset_that_both_hold_is_known_by_its_content_and_the_first_evaluation_stands():
    shipped = known([row("iris", "a", 0.5)], iris="1")
    own = known([row("flowers", "a", 0.1), row("flowers", "a", 0.7, fold=1)], flowers="1")
    both = extend(shipped, own)
    assert list(both.datasets.index) == list(both.metafeatures.index) == ["iris"]
    assert both.evaluations[["dataset_id", "fold", "roc_auc"]].to_numpy().tolist() == [
        ["iris", 0, 0.5],
        ["iris", 1, 0.7],
    ]


def test_a_fold_at_another_size_is_another_evaluation():
    shipped = known([row("iris", "a", 0.5)], iris="1")
    own = known([row("iris", "a", 0.6, size=200), row("iris", "a", 0.7)], iris="1")
    assert extend(shipped, own).evaluations[["size", "roc_auc"]].to_numpy().tolist() == [[10_000, 0.5], [200, 0.6]]
    assert beyond(shipped, own).evaluations["size"].tolist() == [200]


def test_what_one_adds_to_another_is_what_the_other_does_not_hold():
    shipped = known([row("iris", "a", 0.5), row("wine", "a", 0.6)], iris="1", wine="2")
    own = known(
        [row("iris", "a", 0.5), row("mine", "a", 0.7), row("grapes", "a", 0.6), row("grapes", "a", 0.8, fold=1)],
        iris="1",
        mine="3",
        grapes="2",
    )
    more = beyond(shipped, own)
    assert list(more.datasets.index) == list(more.metafeatures.index) == ["mine", "wine"]
    assert more.evaluations[["dataset_id", "fold"]].to_numpy().tolist() == [["mine", 0], ["wine", 1]]
    assert len(extend(shipped, more).evaluations) == len(extend(shipped, own).evaluations) == 4
