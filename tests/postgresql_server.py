"""A PostgreSQL server of its own, where its binaries are installed: Debian keeps them out of the PATH."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def binaries() -> Path | None:
    """The folder that holds `initdb` and `pg_ctl`, or None."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _as_ordinary_user() -> dict:
    """PostgreSQL refuses to run as root: there, as the user that its package made."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


class Server:
    """A server that can be stopped and started again, with what it has kept."""

    def __init__(self, folder: str, port: int) -> None:
        self.address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._folder, self._port = folder, port
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        home = binaries()
        assert home is not None
        quiet = {"stdout": subprocess.DEVNULL, "cwd": self._folder, **_as_ordinary_user()}
        subprocess.run([home / program, *arguments], check=True, **quiet)

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start")

    def stop(self) -> None:
        """As a crash does: connections break, and what was not committed is gone."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def empty(self) -> None:
        """Drop all tables."""
        engine = create_engine(self.address.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()


@contextmanager
def server() -> Iterator[Server]:
    """A server that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, socket.socket() as probe:
        if _as_ordinary_user():
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        running = Server(folder, port)
        try:
            yield running
        finally:
            running.stop()
