from __future__ import annotations

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from recommender.errors import StoreError
from recommender.evidence.database import Database
from recommender.evidence.schema import CONFIGURATIONS


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
    with pytest.raises(IntegrityError):
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
    ],
)
def test_addresses_that_do_not_work_say_so(address, message):
    with pytest.raises(StoreError, match=message):
        Database(address)


def test_passwords_are_not_shown(postgresql):
    url = postgresql.replace("postgres@", "nobody:secret@")
    with pytest.raises(StoreError) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
    assert "nobody" in str(caught.value)
