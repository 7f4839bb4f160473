"""A database of evidence, opened: what every table in it is read and written through."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from json import JSONDecodeError
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

import pandas as pd
from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, make_url, text
from sqlalchemy.exc import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from recommender.errors import StoreError, StoreGoneError, one_line
from recommender.evidence.schema import prepare

RECONNECT_SECONDS = 300.0
"""A database server that went away is asked again for so long, which is enough for a restart."""
FIRST_WAIT, LONGEST_WAIT = 0.1, 10.0
"""Seconds until it is asked again, twice as many every time, up to the second."""
GONE = ("08", "57P", "53300")
"""How the states begin that a server has when it goes, comes, or has no connection left."""

Method = TypeVar("Method", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


def patiently(method: Method) -> Method:
    """A method that is done anew for some minutes, from its start, where the database server goes away."""

    @wraps(method)
    def patient(*given: Any, **named: Any) -> Any:
        ends, pause = time.monotonic() + RECONNECT_SECONDS, FIRST_WAIT
        while True:
            try:
                return method(*given, **named)
            except StoreGoneError as error:
                if time.monotonic() + pause > ends:
                    raise
                _log.warning("%s; asked again after %.1f seconds", error, pause)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_WAIT)

    return cast(Method, patient)


class Database:
    """A database of evidence in SQLite or PostgreSQL, open and of today's format.

    Parameters
    ----------
    address : str or Path
        A file for SQLite, whatever characters are in its name, or a database address as SQLAlchemy writes it, such as
        ``postgresql://user@host/evidence``. The tables are made when they do not exist, and those of an older
        format are brought up to date.

    Raises
    ------
    StoreError
        If it cannot be opened, is damaged, is a database of something else, or was written by a newer format.

    Examples
    --------
    >>> Database("sqlite://").is_shared
    False
    """

    def __init__(self, address: str | Path) -> None:
        given = str(address)
        if not given or "\0" in given:
            raise StoreError(f"{given!r} names no store. Give the path of a SQLite file or a database address")
        self.address = given  # as it is shown
        try:
            url = url_of(given)
            self.address = sqlite_file(url) or url.render_as_string(hide_password=True)
            self._engine = _open(url)
            self._end = weakref.finalize(self, self._engine.dispose)  # else SQLite's newest pages stay beside its file
            _prepare_beside_others(self._engine, self.address)
        except SQLAlchemyError as error:
            reason = one_line(getattr(error, "orig", None) or error)
            raise StoreError(
                f"cannot open the store {self.address}: {reason}. Give the path of a SQLite file or a database address"
            ) from error

    @property
    def is_shared(self) -> bool:
        """Whether other processes can open it too: all but those in memory."""
        return self._engine.dialect.name != "sqlite" or sqlite_file(self._engine.url) is not None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose changes are all made at the end of the block, or none of them."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:  # such as an evaluation of a dataset that was dropped meanwhile
            raise StoreError(
                f"the store {self.address} refuses what is to be recorded: {one_line(error.orig)}. "
                "Has another command changed it meanwhile? Then run the same command again"
            ) from error
        except (OperationalError, InterfaceError) as error:  # a full disk, a server that is gone, ...
            if "decode to UTF-8" in str(error.orig):
                raise StoreError(_damaged(self.address, error.orig)) from error
            kind = StoreGoneError if self._engine.dialect.name != "sqlite" and _is_gone(error) else StoreError
            raise kind(f"the store {self.address} does not answer: {one_line(error.orig or error)}") from error
        except (DatabaseError, JSONDecodeError, UnicodeDecodeError) as error:  # damaged pages, or cells
            raise StoreError(_damaged(self.address, getattr(error, "orig", None) or error)) from error

    @patiently
    def read(self, query: Select[Any]) -> pd.DataFrame:
        """What a query finds, a row each."""
        with self.transaction() as connection:
            result = connection.execute(query)
            return pd.DataFrame(result.all(), columns=list(result.keys()))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _damaged(address: str, reason: object) -> str:
    return f"the store {address} is damaged: {one_line(reason)}. Save what can be read with `sqlite3 FILE .recover`"


def _is_gone(error: OperationalError | InterfaceError) -> bool:
    """Whether a server went away, or cannot be reached: then there is no state that it could have told."""
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state.startswith(GONE)


def url_of(address: str) -> URL:
    """The address of a database, or of a SQLite file that is given by its path.

    Examples
    --------
    >>> url_of("100%.sqlite").database, url_of("postgresql://user@host/evidence").database
    ('100%.sqlite', 'evidence')
    """
    return make_url(address) if "://" in address else URL.create("sqlite", database=address)


def sqlite_file(url: URL) -> str | None:
    """The file of a SQLite database; None where it is in memory, or on a server."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return url.database if is_file else None


def insert_for(connection: Connection) -> Any:
    """The database's own kind of INSERT, which says what to do with a key that is there already."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


def _check_pages(engine: Engine, address: str) -> None:
    """Look at every page of a SQLite file, for damage that is met late otherwise, or never, or leads in circles.

    That takes about a thirtieth of the time that reading all evaluations takes.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            found = str(connection.scalar(text("PRAGMA quick_check(1)")))
        if found != "ok":
            raise StoreError(_damaged(address, found))


def _prepare_beside_others(engine: Engine, address: str) -> None:
    """Check and prepare the tables, also while another process prepares them; a lock is waited for once."""
    started = time.monotonic()
    for attempt in range(4):
        try:
            _check_pages(engine, address)
            return prepare(engine, address)
        except (IntegrityError, OperationalError, ProgrammingError):  # such as: the table exists already
            if attempt == 3 or time.monotonic() > started + 5:
                raise
            time.sleep(0.1 * (attempt + 1))
    return None


def _may_only_be_read(url: URL) -> bool:
    """Whether a SQLite file is there that nobody here can write, nor what SQLite writes beside it."""
    path = Path(sqlite_file(url) or "")
    return path.is_file() and not (os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK))


def _read_only(path: str) -> sqlite3.Connection:
    """A connection that writes nothing, beside the file neither, but where another process has begun to."""
    beside = "" if Path(f"{path}-wal").exists() else "&immutable=1"
    address = f"file:{quote(os.fsencode(Path(path).absolute()))}?mode=ro{beside}"
    return sqlite3.connect(address, uri=True, check_same_thread=False)


def _open(url: URL) -> Engine:
    try:
        given: dict[str, Any] = {"creator": partial(_read_only, str(url.database))} if _may_only_be_read(url) else {}
        url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
        engine = create_engine(url, **given)
    except NoSuchModuleError as error:
        raise StoreError(f"cannot open the store: {error}. SQLite and PostgreSQL are what it is tested on") from error
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the database behind this address needs {error.name}, which is not installed. For PostgreSQL: "
            "pip install 'recommender[postgresql]', and an address such as postgresql://user@host/evidence"
        ) from error
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _settings(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA busy_timeout=30000")
            if not given:  # a file that may only be read stays as it is
                connection.execute("PRAGMA journal_mode=WAL")  # readers do not wait for the collector
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")

    return engine
