"""Foreign and damaged evidence: one clear error, whether from a folder or a store."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from recommender.errors import KnowledgeBaseError, StoreError
from recommender.evidence import checking
from recommender.evidence.folder import load_knowledge, save_knowledge
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge
from recommender.manifest import write_manifest


@pytest.fixture(scope="module")
def few():
    shipped = load_knowledge()
    return shipped.without(shipped.datasets.index[3:])


@pytest.fixture
def folder(tmp_path: Path, few) -> Path:
    save_knowledge(few, tmp_path)
    return tmp_path


def refused(folder: Path) -> str:
    write_manifest(folder, kind="knowledge base", version=2)  # as whoever made the folder would
    with pytest.raises(KnowledgeBaseError) as caught:
        load_knowledge(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


INJECTED = json.dumps({"alpha=1.0))\nimport os  #": 1})
WRONG = {
    "code for a name": ("configurations", lambda t: t.assign(hyperparameters=INJECTED), "takes no hyperparameter"),
    "no JSON": ("configurations", lambda t: t.assign(hyperparameters="{"), "is damaged"),
    "endless JSON": ("datasets", lambda t: t.assign(signatures="[" * 100_000), "is damaged"),
    "no mapping": ("configurations", lambda t: t.assign(hyperparameters="3"), "hyperparameters"),
    "an unknown algorithm": ("configurations", lambda t: t.assign(algorithm="\x1b[2J"), "'\\x1b[2J'"),
    "a number for an algorithm": ("configurations", lambda t: t.assign(algorithm=1), "'algorithm' of text"),
    "ids twice": ("datasets", lambda t: pd.concat([t, t]), "the same twice"),
    "ids that are numbers": ("datasets", lambda t: t.set_axis(range(len(t))), "not text"),
    "another task": ("datasets", lambda t: t.assign(task="clustering"), "the task 'clustering'"),
    "no name": ("datasets", lambda t: t.drop(columns="name"), "'name' of text"),
    "less than no rows": ("datasets", lambda t: t.assign(n_samples=-1), "'n_samples' of whole numbers"),
    "text for numbers": ("metafeatures", lambda t: t.astype(str), "of numbers"),
    "meta-features of others": ("metafeatures", lambda t: t.rename(index=lambda _: "other").iloc[:1], "'other'"),
    "another status": ("evaluations", lambda t: t.assign(status="fine"), "the status 'fine'"),
    "no status": ("evaluations", lambda t: t.assign(status=None), "'status' of text"),
    "another dataset": ("evaluations", lambda t: t.assign(dataset_id="other"), "'other'"),
    "another configuration": ("evaluations", lambda t: t.assign(configuration_id="other"), "'other'"),
    "another environment": ("evaluations", lambda t: t.assign(environment_id="other"), "'other'"),
    "a fold that is none": ("evaluations", lambda t: t.assign(fold=-1), "'fold' of whole numbers"),
    "text for a score": ("evaluations", lambda t: t.assign(roc_auc="high"), "'roc_auc' of numbers"),
    "no seconds": ("evaluations", lambda t: t.drop(columns="fit_seconds"), "'fit_seconds' of numbers"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_tables_that_are_not_what_they_are_to_be(folder, kind):
    name, change, message = WRONG[kind]
    path = folder / f"{name}.parquet"
    change(pd.read_parquet(path)).to_parquet(path)
    assert message in refused(folder)


def test_metrics_of_different_precision_stand_side_by_side(folder, few):
    path = folder / "evaluations.parquet"
    pd.read_parquet(path).assign(mcc=float("inf")).to_parquet(path)  # the others are in single precision
    write_manifest(folder, kind="knowledge base", version=2)
    pd.testing.assert_series_equal(load_knowledge(folder).outcomes["roc_auc"], few.outcomes["roc_auc"])


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 100])
def test_a_file_that_is_no_table(folder, content):
    (folder / "evaluations.parquet").write_bytes(content)
    assert "evaluations.parquet cannot be read" in refused(folder)


def test_a_table_that_is_too_large_is_not_read(folder, monkeypatch):
    monkeypatch.setattr(checking, "MAX_CELLS", 10)
    assert "more than can be read" in refused(folder)


def test_a_pipe_is_not_waited_for(folder):
    (folder / "environments.parquet").unlink()
    write_manifest(folder, kind="knowledge base", version=2)
    os.mkfifo(folder / "environments.parquet")
    with pytest.raises(KnowledgeBaseError, match="not a regular file"):
        load_knowledge(folder)


DAMAGE = {
    "code for a name": "UPDATE configurations SET hyperparameters = '{\"a b\": 1}'",
    "no JSON": "UPDATE configurations SET hyperparameters = '{'",
    "another status": "UPDATE evaluations SET status = 'fine'",
    "text for a number": "UPDATE evaluations SET n_train = 'first'",
    "no meta-features": "UPDATE datasets SET metafeatures = '3'",
    "another task": "UPDATE datasets SET task = 'clustering'",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_store_with_wrong_rows_is_one_error(tmp_path, few, kind):
    store = Store(tmp_path / "store.sqlite")
    record_knowledge(few.without(few.datasets.index[1:]), store)
    with store.transaction() as connection:
        connection.execute(text(DAMAGE[kind]))
    with pytest.raises(StoreError, match=r"the store .*store\.sqlite"):
        knowledge_of(store)
    store.close()
