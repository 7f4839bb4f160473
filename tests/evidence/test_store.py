from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from records import LDA, NEIGHBOURS, dataset, evaluation, open_and_record, prepared

from recommender.errors import StoreError
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.workers import _context
from recommender.evidence.store import Store, store_exists


def test_everything_comes_back(address):
    store, environment = prepared(address)
    assert (
        store.add_evaluations("openml:1", [evaluation(0), evaluation(1, status="failed", message="no")], environment)
        == 2
    )
    store.close()
    store = Store(address)
    rows = store.read_evaluations()
    assert rows["fold"].tolist() == [0, 1]
    assert rows["seed"].tolist() == [0, 1]
    assert rows["status"].tolist() == ["ok", "failed"]
    assert rows["message"].tolist() == ["", "no"]
    assert rows["model_bytes"].tolist() == [2**33, 2**33]
    assert rows["roc_auc"].tolist() == [0.9, 0.9]
    assert rows["r2"].isna().all()
    assert store.read_datasets().loc[0, "metafeatures"] == {"nr_inst": 100.0, "undefined": None}
    assert store.read_configurations()["hyperparameters"].tolist() == [{"n_neighbors": 1}, {}]
    assert store.read_environments()["versions"].tolist() == [{"python": "3.11"}]
    assert rows["size"].tolist() == [10_000, 10_000]
    assert rows[["peak_bytes", "rounds", "threads"]].isna().all(axis=None)
    assert store.all_outcomes("openml:1") == {LDA.id: {10_000: {0: "ok", 1: "failed"}}}
    assert store.outcomes("openml:1", NEIGHBOURS.id) == {}
    store.close()


def test_what_is_there_is_not_recorded_again(address):
    store, environment = prepared(address)
    store.add_evaluations("openml:1", [evaluation(0)], environment)
    assert store.add_evaluations("openml:1", [evaluation(0, fit_seconds=9.0), evaluation(1)], environment) == 1
    assert store.read_evaluations()["fit_seconds"].tolist() == [0.5, 0.5]
    store.add_dataset(dataset() | {"name": "another"})
    store.add_configurations([LDA])
    assert store.read_datasets()["name"].tolist() == ["set 1"]
    store.close()


def test_a_fold_is_recorded_at_every_size_with_what_its_fit_took(address):
    store, environment = prepared(address)
    taken = {"peak_bytes": 2**34, "rounds": 57, "threads": 1}
    both = [evaluation(0), evaluation(0, size=200, **taken), evaluation(0, size=200, rounds=1)]
    assert store.add_evaluations("openml:1", both, environment) == 2
    rows = store.read_evaluations().set_index("size")
    assert rows.index.tolist() == [200, 10_000]
    assert rows.loc[200, list(taken)].to_dict() == taken
    assert store.outcomes("openml:1", LDA.id) == {200: {0: "ok"}, 10_000: {0: "ok"}}
    store.close()


def test_metafeatures_are_replaced(address):
    store, _ = prepared(address)
    store.describe_dataset("openml:1", {"nr_inst": 7.0, "nr_attr": np.nan}, 3, 0.5)
    known = store.dataset("openml:1")
    assert known["metafeatures"] == {"nr_inst": 7.0, "nr_attr": None}
    assert (known["metafeatures_version"], known["metafeatures_seconds"]) == (3, 0.5)
    store.close()


def test_a_block_of_evaluations_is_recorded_whole_or_not_at_all(address):
    store, environment = prepared(address)
    rows = [evaluation(0), Evaluation("unheard-of", 0, "ok")]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        store.add_evaluations("openml:1", rows, environment)
    assert store.read_evaluations().empty
    store.close()


def test_many_may_make_one_store_at_once(address):
    context = _context()  # whose processes have the libraries when they start
    start = context.Barrier(3)
    processes = [context.Process(target=open_and_record, args=(address, start, fold)) for fold in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = Store(address)
    assert store.read_evaluations()["fold"].tolist() == [0, 1, 2, 100]
    store.close()


def test_reading_in_parts_is_reading_whole(path, monkeypatch):
    store, environment = prepared(path)
    rows = [evaluation(fold, c, message=str(fold)) for fold in range(10) for c in (NEIGHBOURS, LDA)]
    store.add_evaluations("openml:1", rows, environment)
    whole = store.read_evaluations()
    monkeypatch.setattr("recommender.evidence.store.READ_ROWS", 3)
    assert store.read_evaluations().equals(whole)
    assert whole["configuration_id"].tolist() == [NEIGHBOURS.id] * 10 + [LDA.id] * 10
    assert whole["message"].tolist() == [str(fold) for fold in range(10)] * 2
    store.close()


def test_a_store_that_is_gone_is_one_error(path):
    store, environment = prepared(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE evaluations")
    connection.close()
    with pytest.raises(StoreError, match="does not answer: no such table"):
        store.add_evaluations("openml:1", [evaluation()], environment)
    store.close()


def test_only_a_file_is_looked_for(path):
    assert not store_exists(str(path))
    assert not store_exists(f"sqlite:///{path}")
    Store(path).close()
    assert store_exists(str(path))
    assert store_exists("postgresql://nobody@nowhere/none")


def test_an_address_of_a_file_is_read_as_it_is_opened(tmp_path):
    address = f"sqlite:///{tmp_path}/a%20b.sqlite"
    assert not store_exists(address)
    Store(address).close()
    assert (tmp_path / "a b.sqlite").exists()
    assert store_exists(address)
