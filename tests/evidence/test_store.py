from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from postgresql_server import binaries, running_server
from records import LDA, NEIGHBOURS, dataset, evaluation, open_and_record, prepared
from sqlalchemy import create_engine, text

from recommender.errors import StoreError
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.knowledge import knowledge_of
from recommender.evidence.store import FORMAT, Store

FORMATS = sorted((Path(__file__).parent.parent / "formats").glob("store-*.sqlite"))


@pytest.fixture(scope="module")
def postgresql_server():
    pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
    if binaries() is None:
        pytest.skip("the binaries of PostgreSQL are not installed (Debian: apt-get install postgresql)")
    with running_server() as address:
        yield address


@pytest.fixture
def postgresql(postgresql_server):
    """The address of an empty database."""
    yield postgresql_server
    engine = create_engine(postgresql_server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, path) -> str:
    return str(path) if request.param == "sqlite" else request.getfixturevalue("postgresql")


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
    assert store.all_outcomes("openml:1") == {LDA.id: {0: "ok", 1: "failed"}}
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


def test_a_claim_is_one_collectors(address):
    store, _ = prepared(address)
    assert store.claim("openml:1", LDA.id, "me", 60)
    assert store.claim("openml:1", LDA.id, "me", 60)
    assert not store.claim("openml:1", LDA.id, "you", 60)
    assert store.claim("openml:1", NEIGHBOURS.id, "you", 60)
    assert store.claimed_by_others("me") == {("openml:1", NEIGHBOURS.id)}
    store.release_claims("me", "openml:1", LDA.id)
    assert store.claim("openml:1", LDA.id, "you", 60)
    store.release_claims("you")
    assert store.claimed_by_others("me") == set()
    store.close()


def test_a_claim_that_is_not_renewed_lapses(address):
    store, _ = prepared(address)
    store.claim("openml:1", LDA.id, "me", -1)
    assert store.claimed_by_others("you") == set()
    store.renew_claims("me", 60)
    assert not store.claim("openml:1", LDA.id, "you", 60)
    store.renew_claims("me", -1)
    assert store.claim("openml:1", LDA.id, "you", 60)
    store.close()


def test_many_may_make_one_store_at_once(address):
    context = multiprocessing.get_context("spawn")
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


@pytest.mark.parametrize("old", FORMATS, ids=lambda path: path.stem)
def test_every_past_format_opens_and_goes_on(old, path):
    shutil.copy(old, path)
    store = Store(path)
    rows = store.read_evaluations()
    assert len(rows) == 12
    assert rows["seed"].tolist() == rows["fold"].tolist()
    assert set(knowledge_of(store).datasets["name"]) == {"iris", "diabetes"}
    assert store.claim("openml:1", "lightgbm-default", "me", 60)
    new = Evaluation("lightgbm-default", 7, "ok")
    assert store.add_evaluations("openml:1", [new], str(rows["environment_id"][0])) == 1
    store.close()
    reopened = Store(path)
    assert len(reopened.read_evaluations()) == 13
    reopened.close()


def test_there_is_a_store_of_every_past_format():
    assert [path.stem for path in FORMATS] == [f"store-{version}" for version in range(1, FORMAT)]


def test_a_migrated_store_has_the_tables_of_a_new_one(path, tmp_path):
    shutil.copy(FORMATS[0], path)
    Store(path).close()
    Store(tmp_path / "new.sqlite").close()

    def columns(file: Path) -> dict:
        with sqlite3.connect(file) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
        connection.close()
        return found

    assert columns(path) == columns(tmp_path / "new.sqlite")


def test_a_newer_format_is_refused(path):
    store = Store(path)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE format SET version = 99"))
    store.close()
    with pytest.raises(StoreError, match="written in format 99"):
        Store(path)


def test_a_file_of_something_else_is_refused(path):
    path.write_text("not a database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(path)


def test_a_database_of_something_else_is_refused(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        Store(path)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("oracle+oracledb://host/x", "needs oracledb"),
        ("nonsense://host/x", "nonsense"),
        ("/no/such/folder/store.sqlite", "unable to open"),
        ("://", "parse"),
    ],
)
def test_addresses_that_do_not_work_say_so(address, message):
    with pytest.raises(StoreError, match=message):
        Store(address)


def test_passwords_are_not_shown(postgresql):
    url = postgresql.replace("postgres@", "nobody:secret@")
    with pytest.raises(StoreError) as caught:
        Store(url)
    assert "secret" not in str(caught.value)
    assert "nobody" in str(caught.value)


def test_a_store_that_is_gone_is_one_error(path):
    store, environment = prepared(path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE evaluations")
    connection.close()
    with pytest.raises(StoreError, match="does not answer: no such table"):
        store.add_evaluations("openml:1", [evaluation()], environment)
    store.close()
