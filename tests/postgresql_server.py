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


def binaries() -> Path | None:
    """The folder that holds `initdb` and `pg_ctl`, or None."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _as_ordinary_user() -> dict:
    """PostgreSQL refuses to run as root: there, as the user that its package made."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


@contextmanager
def running_server() -> Iterator[str]:
    """The address of a database on a server that lives as long as the block."""
    home, user = binaries(), _as_ordinary_user()
    assert home is not None
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, socket.socket() as probe:
        if user:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **user}
        subprocess.run([home / "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--no-sync"], **quiet)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        subprocess.run([home / "pg_ctl", "-D", "data", "-o", options, "-l", "log", "-w", "start"], **quiet)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([home / "pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop"], **quiet)
