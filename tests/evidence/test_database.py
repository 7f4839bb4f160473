from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert, select, text

from recommender.algorithms.configuration import Configuration
from recommender.errors import StoreError, StoreGoneError
from recommender.evidence.database import Database
from recommender.evidence.schema import CONFIGURATIONS
from recommender.evidence.store import Store


def test_what_was_written_is_read(address):
    row = {"id": "lda-default", "algorithm": "lda", "hyperparameters": {}}
    database = Database(address)
    with database.transaction() as connection:
        connection.execute(insert(CONFIGURATIONS).values(row))
    database.close()
    database = Database(address)
    assert database.is_shared
    assert database.read(select(CONFIGURATIONS)).to_dict("records") == [row]
    database.close()


def _insert_twice(database: Database) -> None:
    with database.transaction() as connection:
        for algorithm in ("lda", "qda"):
            row = {"id": "one", "algorithm": algorithm, "hyperparameters": {}}
            connection.execute(insert(CONFIGURATIONS).values(row))


def test_a_transaction_is_made_whole_or_not_at_all(address):
    database = Database(address)
    with pytest.raises(StoreError, match="refuses what is to be recorded"):
        _insert_twice(database)
    assert database.read(select(CONFIGURATIONS)).empty
    database.close()


def test_a_file_of_something_else_is_refused(path):
    path.write_text("not a database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Database(path)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("oracle+oracledb://host/x", "needs oracledb"),
        ("nonsense://host/x", "nonsense"),
        ("/no/such/folder/store.sqlite", "unable to open"),
        ("://", "parse"),
        ("", "'' names no store"),
        ("a\0b", "names no store"),
    ],
)
def test_addresses_that_do_not_work_say_so(address, message):
    with pytest.raises(StoreError, match=message):
        Database(address)


@pytest.mark.parametrize("name", ["a b#1.sqlite", "why?x=1.sqlite", "100%.sqlite", "a%20b.sqlite", "東京.sqlite"])
def test_a_file_may_have_any_name(tmp_path, name):
    database = Database(tmp_path / name)
    with database.transaction() as connection:
        connection.execute(insert(CONFIGURATIONS).values(id="a", algorithm="lda", hyperparameters={}))
    assert database.address == str(tmp_path / name)
    database.close()
    assert [found.name for found in tmp_path.iterdir()] == [name]
    again = Database(tmp_path / name)
    assert len(again.read(select(CONFIGURATIONS))) == 1
    again.close()


def test_passwords_are_not_shown(postgresql):
    url = postgresql.replace("postgres@", "nobody:secret@")
    with pytest.raises(StoreError) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
    assert "nobody" in str(caught.value)


def test_a_file_that_may_only_be_read_is_read_and_left_as_it_is(path, monkeypatch):
    Database(path).close()
    before = path.read_bytes()
    monkeypatch.setattr("recommender.evidence.database.os.access", lambda *_: False)
    database = Database(path)
    assert database.read(select(CONFIGURATIONS)).empty
    with (
        pytest.raises(StoreError, match="readonly"),
        database.transaction() as connection,
    ):
        connection.execute(insert(CONFIGURATIONS).values(id="a", algorithm="lda", hyperparameters={}))
    database.close()
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_damaged_pages_are_one_error_also_where_they_are_damaged_after_opening(path, monkeypatch):
    monkeypatch.setattr("recommender.evidence.database._check_pages", lambda *_: None)
    database = Database(path)
    rows = [{"id": f"a{i}", "algorithm": "lda", "hyperparameters": {"shrinkage": i}} for i in range(2000)]
    with database.transaction() as connection:
        connection.execute(insert(CONFIGURATIONS), rows)
    database.close()
    whole = path.read_bytes()
    table = whole.index(b"a1000lda") // 4096
    path.write_bytes(whole[: table * 4096] + b"\x7f" * 4096 + whole[(table + 1) * 4096 :])
    damaged = Database(path)
    with pytest.raises(StoreError, match="is damaged: database disk image is malformed"):
        damaged.read(select(CONFIGURATIONS))
    damaged.close()


def test_a_cell_that_holds_no_json_is_one_error(path):
    database = Database(path)
    with database.transaction() as connection:
        connection.execute(insert(CONFIGURATIONS).values(id="a", algorithm="lda", hyperparameters={}))
        connection.execute(text("UPDATE configurations SET hyperparameters = '{'"))
    with pytest.raises(StoreError, match="is damaged"):
        database.read(select(CONFIGURATIONS))
    database.close()


def test_what_is_asked_while_the_server_restarts_is_done_when_it_is_back(mortal_server):
    store = Store(mortal_server.address)
    store.add_configurations([Configuration("lda", {})])
    mortal_server.stop()
    comes_back = threading.Timer(1.0, mortal_server.start)
    comes_back.start()
    store.add_configurations([Configuration("qda", {})])
    comes_back.join()
    assert store.read_configurations()["id"].tolist() == ["lda-default", "qda-default"]
    store.close()


def test_a_server_that_stays_away_is_an_error_after_a_while_and_a_broken_transaction_is_not_half_made(
    mortal_server, monkeypatch
):
    monkeypatch.setattr("recommender.evidence.database.RECONNECT_SECONDS", 0.5)
    store = Store(mortal_server.address)
    with pytest.raises(StoreGoneError, match="does not answer"):
        _insert_and(mortal_server.stop, store)
    with pytest.raises(StoreGoneError, match="does not answer"):
        store.read_configurations()
    mortal_server.start()
    assert store.read_configurations().empty
    store.close()


def _insert_and(then, store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(insert(CONFIGURATIONS).values(id="one", algorithm="lda", hyperparameters={}))
        then()


def test_a_mistake_is_told_at_once(postgresql):
    with pytest.raises(StoreError, match="does not exist"):
        Database(postgresql.removesuffix("postgres") + "none")
    store = Store(postgresql)
    with pytest.raises(StoreError, match="no_such_table"), store.transaction() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    store.close()
