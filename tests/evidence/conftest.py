"""Where evidence is kept: a SQLite file, or an empty database of a PostgreSQL server where one is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_server import Server, binaries, server


def _need_postgresql() -> None:
    pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
    if binaries() is None:
        pytest.skip("the binaries of PostgreSQL are not installed (Debian: apt-get install postgresql)")


@pytest.fixture
def mortal_server() -> Iterator[Server]:
    """A server of its own for tests that stop it."""
    _need_postgresql()
    with server() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    _need_postgresql()
    with server() as running:
        yield running


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[str]:
    """The address of an empty database."""
    yield postgresql_server.address
    postgresql_server.empty()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, path: Path) -> str:
    return str(path) if request.param == "sqlite" else request.getfixturevalue("postgresql")
