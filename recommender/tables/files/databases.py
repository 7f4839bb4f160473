"""Tables in a database that is a file: SQLite and DuckDB."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

import pandas as pd

from recommender.errors import DatasetError, MissingExtraError, unknown_name
from recommender.tables.files import source as limits
from recommender.tables.files.opening import head
from recommender.tables.files.source import Source, Table
from recommender.words import count

MAX_SQLITE_CELLS = 2**26
"""Rows times columns of a table of SQLite at most: each cell is a Python object on its way."""
MAX_VALUE = 2**24
"""Bytes that one value of SQLite may have."""
SQLITE_TABLES = (
    "SELECT name, type = 'table' FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'"
)
DUCKDB_TABLES = (
    "SELECT CASE table_schema WHEN 'main' THEN table_name ELSE table_schema || '.' || table_name END, "
    "table_type = 'BASE TABLE', table_schema, table_name FROM information_schema.tables"
)
CLOSED: dict[str, Any] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}
"""What keeps a view in a file of DuckDB from reading other files."""


def read_sqlite(source: Source) -> Table:
    """A table or view of a SQLite database, which is opened for reading only.

    Parameters
    ----------
    source : Source
        Its part is the name of the table; the only one if not given.
    """
    _check_unpacked(source)
    with closing(sqlite3.connect(f"file:{quote(str(source.path.resolve()))}?mode=ro", uri=True)) as connection:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        connection.execute("PRAGMA trusted_schema = OFF")
        name = _chosen(source, dict(connection.execute(SQLITE_TABLES).fetchall()))
        names, rows = _selected(connection, _quoted(name), MAX_SQLITE_CELLS)
        return Table(pd.DataFrame.from_records(rows.fetchall(), columns=names, coerce_float=True))


def read_duckdb(source: Source) -> Table:
    """A table or view of a DuckDB database, which is opened for reading only.

    Parameters
    ----------
    source : Source
        Its part is the name of the table, with its schema where that is not "main"; the only one if not given.

    Raises
    ------
    MissingExtraError
        If duckdb is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError(
            "is a DuckDB database, and duckdb is not installed: pip install 'recommender[duckdb]'"
        ) from error
    _check_unpacked(source)
    with closing(duckdb.connect(str(source.path), read_only=True, config=CLOSED)) as connection:
        found = connection.execute(DUCKDB_TABLES).fetchall()
        name = _chosen(source, {label: is_table for label, is_table, *_ in found})
        schema, table = next((schema, table) for label, _, schema, table in found if label == name)
        _, rows = _selected(connection, f"{_quoted(schema)}.{_quoted(table)}", limits.MAX_CELLS)
        return Table(rows.df())


def _check_unpacked(source: Source) -> None:
    """An error where the file itself is not the database: it is opened by its path."""
    with source.path.open("rb") as file:
        if head(file, 512) != head(source.file, 512):
            raise DatasetError("is packed: unpack the database first")


def _chosen(source: Source, tables: dict[str, bool]) -> str:
    """The table that was asked for, else the only one; the names of tables, and of views, which are not true."""
    if source.part is not None:
        wanted = str(source.part)
        same = [name for name in tables if name == wanted] or [n for n in tables if n.lower() == wanted.lower()]
        if not same:
            raise unknown_name("table", wanted, tables)
        return same[0]
    proper = [name for name, is_table in tables.items() if is_table] or list(tables)
    if not proper:
        raise DatasetError("holds no table")
    if len(proper) > 1:
        names = ", ".join(repr(name[:60]) for name in list(tables)[:40])
        raise DatasetError(f"holds {len(tables)} tables ({names}): add one, as in {source.path}::{proper[0][:60]}")
    return proper[0]


def _selected(connection: Any, table: str, most: int) -> tuple[list[str], Any]:
    """The names of a table's columns and a cursor on all its rows, of which there are no more than can be read."""
    names = [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
    limit = most // max(len(names), 1)
    beyond = connection.execute(f"SELECT 1 FROM {table} LIMIT 1 OFFSET ?", [limit]).fetchone()
    if beyond:
        raise DatasetError(
            f"holds more than {limit:,} rows of {count(len(names), 'column')} in {table}, more than can be read: "
            "take a sample"
        )
    return names, connection.execute(f"SELECT * FROM {table} LIMIT ?", [limit])


def _quoted(name: str) -> str:
    """A name as an identifier of SQL: whatever it holds, it is no more than a name."""
    return '"' + name.replace('"', '""') + '"'
