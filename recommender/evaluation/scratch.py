"""Temporary folders that are cleared by the next run where a run was killed before it could."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

PREFIX = "recommender-"
LEASE = "lease"
"""The file that its process keeps locked as long as it lives, and nobody after it."""


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder, beside which those that were left by killed processes of this user are removed.

    Parameters
    ----------
    parent : str, optional
        Where to make it; in the system's folder for it if not given.

    Examples
    --------
    >>> with Scratch() as folder:
    ...     Path(folder).name.startswith(PREFIX)
    True
    """

    def __init__(self, parent: str | None = None) -> None:
        clear_left(Path(parent or tempfile.gettempdir()))
        super().__init__(prefix=PREFIX, dir=parent)
        self._lease = _leased(Path(self.name))

    def cleanup(self) -> None:
        """Remove the folder with all that is in it."""
        super().cleanup()
        if self._lease is not None:
            self._lease.close()


def _leased(folder: Path) -> IO[bytes] | None:
    """The lease of a folder, locked before anybody can find it; None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return None
    new = folder / f"new-{LEASE}"
    lease = new.open("wb")
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # a file system without locks: the folder is nobody's to clear
        return lease
    new.rename(folder / LEASE)
    return lease


def clear_left(parent: Path) -> int:
    """Remove the folders that killed processes have left somewhere; returns how many there were."""
    return sum(_remove_if_left(folder) for folder in parent.glob(f"{PREFIX}*"))


def _remove_if_left(folder: Path) -> bool:
    try:
        import fcntl

        if folder.is_symlink() or folder.lstat().st_uid != os.getuid():
            return False
        with (folder / LEASE).open("rb") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except (ImportError, OSError):  # it is at work, is no folder of ours, or is gone
        return False
    return not folder.exists()
