from __future__ import annotations

import builtins
import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from recommender.cli import app as cli
from recommender.errors import DatasetError, MissingExtraError, UnknownNameError
from recommender.tables.files import databases
from recommender.tables.files import source as limits
from recommender.tables.files.readers import read_table
from recommender.tables.loading import load_dataset

N = 12
ROWS = [(None if i == 3 else i + 0.5, i, f"k{i % 3}", "uv"[i % 2]) for i in range(N)]
FRAME = pd.DataFrame(ROWS, columns=["a", "n", "b", "y"])
CONNECT = {"sqlite": sqlite3.connect, "duckdb": duckdb.connect}


def made(path: Path, *names: str, more: str = "") -> Path:
    """A database with the same rows in each of some tables."""
    with closing(CONNECT["duckdb" if path.suffix == ".duckdb" else "sqlite"](str(path))) as connection:
        for name in names:
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"CREATE TABLE {quoted} (a DOUBLE, n BIGINT, b TEXT, y TEXT)")
            connection.executemany(f"INSERT INTO {quoted} VALUES (?, ?, ?, ?)", ROWS)
        for statement in more.split(";"):
            connection.execute(statement or "SELECT 1")
        connection.commit()
    return path


ENDINGS = ["sqlite", "sqlite3", "db", "duckdb"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_only_table_needs_no_name(tmp_path, ending):
    path = made(tmp_path / f"shop.{ending}", "orders", more="CREATE VIEW few AS SELECT * FROM orders LIMIT 1")
    table = read_table(path)
    pd.testing.assert_frame_equal(table.frame, FRAME, check_dtype=False)
    assert [dtype.kind for dtype in table.frame.dtypes[:2]] == ["f", "i"]
    assert load_dataset(path, target="y").name == "shop"


@pytest.mark.parametrize("ending", ENDINGS)
def test_tables_and_views_by_name(tmp_path, ending):
    view = "CREATE VIEW few AS SELECT * FROM orders LIMIT 4"
    path = made(tmp_path / f"shop.{ending}", "orders", "customers", more=view)
    assert len(read_table(f"{path}::orders").frame) == N
    assert len(read_table(f"{path}::ORDERS").frame) == N
    assert len(read_table(path, sheet="few").frame) == 4
    dataset = load_dataset(f"{path}::customers", target="y")
    assert (dataset.name, dataset.source) == ("shop customers", f"{path}::customers")


@pytest.mark.parametrize("ending", ENDINGS)
def test_several_tables_are_listed(tmp_path, ending):
    path = made(tmp_path / f"shop.{ending}", "orders", "customers")
    with pytest.raises(DatasetError, match=r"holds 2 tables \('(orders|customers)', .* as in .*::(orders|customers)"):
        read_table(path)
    with pytest.raises(UnknownNameError, match=r"unknown table 'order'\. Did you mean 'orders'"):
        read_table(f"{path}::order")


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
@pytest.mark.parametrize(
    "name", ['my "table"', "a; DROP TABLE victim; --", "x' OR '1'='1", "a::b", "größe [1]", "select", "%s", "?", "{}"]
)
def test_names_are_names_whatever_they_hold(tmp_path, ending, name):
    path = made(tmp_path / f"shop.{ending}", name, "victim")
    pd.testing.assert_frame_equal(read_table(path, sheet=name).frame, FRAME, check_dtype=False)
    assert len(read_table(f"{path}::{name}").frame) == N
    for attack in ('victim"; DROP TABLE victim; --', "victim UNION SELECT 1", "victim LIMIT 1", "(SELECT 1)"):
        with pytest.raises(UnknownNameError, match="unknown table"):
            read_table(path, sheet=attack)
    assert len(read_table(path, sheet="victim").frame) == N


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_columns_may_be_called_anything(tmp_path, ending):
    more = 'CREATE TABLE t ("a;b" DOUBLE, "select" TEXT, "x ""y""" TEXT); INSERT INTO t VALUES (1.5, NULL, \'v\')'
    path = made(tmp_path / f"odd.{ending}")
    with closing(CONNECT[ending](str(path))) as connection:
        for statement in more.split("; "):
            connection.execute(statement)
        connection.commit()
    assert read_table(path).frame.columns.tolist() == ["a;b", "select", 'x "y"']


def test_a_schema_is_part_of_a_name_of_duckdb(tmp_path):
    path = made(tmp_path / "shop.duckdb", "orders", more="CREATE SCHEMA old;CREATE TABLE old.orders AS SELECT 1 AS z")
    assert read_table(f"{path}::old.orders").frame.columns.tolist() == ["z"]
    assert read_table(f"{path}::orders").frame.columns.tolist() == ["a", "n", "b", "y"]


def test_types_of_duckdb(tmp_path):
    more = (
        "CREATE TYPE mood AS ENUM ('u', 'v');CREATE TABLE t (m mood, d DATE, e DECIMAL(5, 2), n INTEGER, b BOOLEAN);"
        "INSERT INTO t VALUES ('u', '2020-01-01', 1.5, 1, true), ('v', NULL, NULL, NULL, NULL)"
    )
    frame = read_table(made(tmp_path / "a.duckdb", more=more)).frame
    assert str(frame["m"].dtype) == "category"
    assert pd.api.types.is_datetime64_any_dtype(frame["d"])
    assert frame["e"].tolist()[0] == 1.5
    assert frame.isna().sum().tolist() == [0, 1, 1, 1, 1]


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_reading_leaves_the_file_as_it_is(tmp_path, ending):
    path = made(tmp_path / f"a.{ending}", "t", more="PRAGMA journal_mode = WAL" if ending == "sqlite" else "")
    before = path.read_bytes()
    path.chmod(0o444)
    read_table(path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_view_of_duckdb_reads_no_other_file(tmp_path):
    (tmp_path / "secret.csv").write_text("a,y\n1,2\n")
    view = f"CREATE VIEW secret AS SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')"
    with pytest.raises(DatasetError, match="cannot be read as DUCKDB: Permission Error"):
        read_table(f"{made(tmp_path / 'a.duckdb', 't', more=view)}::secret")


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_views_without_end_and_large_tables_are_refused(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(databases, "MAX_SQLITE_CELLS", 20)
    monkeypatch.setattr(limits, "MAX_CELLS", 20)
    endless = "CREATE VIEW endless AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT * FROM r"
    path = made(tmp_path / f"a.{ending}", "t", more=endless if ending == "sqlite" else "")
    with pytest.raises(DatasetError, match=r'holds more than 5 rows of 4 columns in .*"t", more than can be read'):
        read_table(f"{path}::t")
    if ending == "sqlite":
        with pytest.raises(DatasetError, match="holds more than 20 rows of 1 column in"):
            read_table(f"{path}::endless")


def test_huge_values_of_sqlite_are_refused(tmp_path):
    path = made(tmp_path / "a.sqlite", more="CREATE VIEW huge AS SELECT zeroblob(500000000) AS a, 1 AS y")
    with pytest.raises(DatasetError, match="string or blob too big"):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("text.sqlite", b"a,y\n1,2\n", "cannot be read as SQLITE: it is plain text"),
        ("noise.db", np.random.default_rng(0).bytes(5000), "cannot be read as DB: file is not a database"),
        ("noise.duckdb", np.random.default_rng(0).bytes(5000), "cannot be read as DUCKDB"),
        ("header.sqlite", b"SQLite format 3\0" + bytes(5000), "cannot be read as SQLITE"),
        ("header.duckdb", bytes(8) + b"DUCK@\0\0\0\0\0\0\0" + bytes(5000), "cannot be read as DUCKDB"),
        ("page.db", b"<html></html>", "web page"),
        ("table.parquet.db", b"PAR1" + bytes(100), "Parquet file"),
    ],
)
def test_what_is_no_database_is_one_line_on_the_command_line(tmp_path, capsys, name, content, message):
    (tmp_path / name).write_bytes(content)
    assert cli.main(["recommend", str(tmp_path / name), "--target", "y"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert message in shown.err


@pytest.mark.parametrize("ending", ["sqlite", "duckdb"])
def test_empty_packed_and_damaged_databases(tmp_path, ending):
    path = made(tmp_path / f"a.{ending}", "t")
    packed = tmp_path / f"a.{ending}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(DatasetError, match="is packed: unpack the database first"):
        read_table(packed)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DatasetError, match=f"cannot be read as {ending.upper()}"):
        read_table(path)
    empty = made(tmp_path / f"empty.{ending}", more="CREATE TABLE t (a INT);DROP TABLE t")
    with pytest.raises(DatasetError, match="holds no table"):
        read_table(empty)


def test_a_table_goes_with_databases(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    with pytest.raises(DatasetError, match="only workbooks and databases have more"):
        read_table(f"{tmp_path / 'a.csv'}::t")
    with pytest.raises(DatasetError, match="no such file"):
        read_table(f"{tmp_path / 'none.sqlite'}::t")


def test_a_database_with_the_ending_of_a_csv_is_named(tmp_path):
    made(tmp_path / "a.duckdb", "t").rename(tmp_path / "a.csv")
    with pytest.raises(DatasetError, match=r"is a DuckDB database: give it the ending \.duckdb"):
        read_table(tmp_path / "a.csv")
    (tmp_path / "birds.csv").write_text("species,duck\n" + "a,1\nb,2\n" * 3)
    assert read_table(tmp_path / "birds.csv").frame.columns.tolist() == ["species", "duck"]


def test_without_duckdb_its_extra_is_named(tmp_path, monkeypatch):
    imported = builtins.__import__

    def refusing(name, *arguments, **more):
        if name == "duckdb":
            raise ModuleNotFoundError("No module named 'duckdb'", name=name)
        return imported(name, *arguments, **more)

    path = made(tmp_path / "a.duckdb", "t")
    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[duckdb\]'"):
        load_dataset(path, target="y")
