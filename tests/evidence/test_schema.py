from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, Integer, MetaData, create_engine, insert, select, text

from recommender.errors import StoreError
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.leases import Leases
from recommender.evidence.schema import FORMAT
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of

FORMATS = sorted((Path(__file__).parent.parent / "formats").glob("store-*.sqlite"))


@pytest.mark.parametrize("old", FORMATS, ids=lambda path: path.stem)
def test_every_past_format_opens_and_goes_on(old, path):
    shutil.copy(old, path)
    store = Store(path)
    rows = store.read_evaluations()
    assert len(rows) == 12
    assert rows["seed"].tolist() == rows["fold"].tolist()
    assert set(rows["size"]) == {10_000}
    assert rows[["peak_bytes", "rounds", "threads"]].isna().all(axis=None)
    assert set(knowledge_of(store).datasets["name"]) == {"iris", "diabetes"}
    assert Leases(store).take("openml:1", "lightgbm-default")
    new = [Evaluation("lightgbm-default", fold, "ok", size=size) for fold, size in ((7, 10_000), (0, 10_000), (0, 200))]
    assert store.add_evaluations("openml:1", new, str(rows["environment_id"][0])) == 2
    store.close()
    reopened = Store(path)
    assert len(reopened.read_evaluations()) == 14
    reopened.close()


def test_a_server_of_the_format_before_is_brought_up_to_date(postgresql, path):
    shutil.copy(FORMATS[-1], path)
    _copy(create_engine(f"sqlite:///{path}"), create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:")))
    store = Store(postgresql)
    rows = store.read_evaluations()
    assert (len(rows), set(rows["size"])) == (12, {10_000})
    assert Leases(store).take("openml:1", "lightgbm-default", 200)
    new = [Evaluation("lightgbm-default", 0, "ok", size=size) for size in (10_000, 200)]
    assert store.add_evaluations("openml:1", new, str(rows["environment_id"][0])) == 1
    store.close()


def _copy(old: Engine, new: Engine) -> None:
    """The tables of a database in another one."""
    schema = MetaData()
    schema.reflect(old)
    schema.create_all(new)
    with old.connect() as source, new.begin() as target:
        for table in schema.sorted_tables:
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            if rows:
                target.execute(insert(table), rows)
            if "id" in table.c and isinstance(table.c["id"].type, Integer):
                target.execute(text(f"SELECT setval('{table.name}_id_seq', 1000)"))
    old.dispose()
    new.dispose()


def test_there_is_a_store_of_every_past_format():
    assert [path.stem for path in FORMATS] == [f"store-{version}" for version in range(1, FORMAT)]


@pytest.mark.parametrize("old", FORMATS, ids=lambda path: path.stem)
def test_a_migrated_store_has_the_tables_of_a_new_one(old, path, tmp_path):
    shutil.copy(old, path)
    Store(path).close()
    Store(tmp_path / "new.sqlite").close()

    def columns(file: Path) -> dict:
        with sqlite3.connect(file) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {name: {row[1:4] for row in connection.execute(f"PRAGMA table_info({name})")} for name in names}
            indexes = connection.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'")
            for table, index in indexes.fetchall():
                parts = tuple(row[2] for row in connection.execute(f"PRAGMA index_info({index})"))
                found[table].add(("index", index, parts))
        connection.close()
        return found

    assert columns(path) == columns(tmp_path / "new.sqlite")


def test_a_migration_is_made_whole_or_not_at_all(path, monkeypatch):
    shutil.copy(FORMATS[-1], path)
    with monkeypatch.context() as context:
        context.setattr("recommender.evidence.schema.ONLY_SIZE", "no_such_column")
        with pytest.raises(StoreError, match="cannot open the store"):
            Store(path)
    with sqlite3.connect(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert connection.execute("SELECT max(version) FROM format").fetchone() == (FORMAT - 1,)
        assert connection.execute("SELECT count(*) FROM evaluations").fetchone() == (12,)
    connection.close()
    assert "evaluations_2" not in tables
    assert len(Store(path).read_evaluations()) == 12


def test_a_newer_format_is_refused(path):
    store = Store(path)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE format SET version = 99"))
    store.close()
    with pytest.raises(StoreError, match="written in format 99"):
        Store(path)


def test_a_database_of_something_else_is_refused(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        Store(path)
