from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

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
    assert set(knowledge_of(store).datasets["name"]) == {"iris", "diabetes"}
    assert Leases(store).take("openml:1", "lightgbm-default")
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


def test_a_database_of_something_else_is_refused(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        Store(path)
