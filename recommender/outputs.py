"""Where results go: looked at before the work is done that fills it, and written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from recommender.errors import OutputError, one_line


def check_file(path: Path, *, others: Iterable[Path] = ()) -> None:
    """Say that a file cannot be written, or is one of others in use, before hours of work are lost by it."""
    try:
        why = _why_not(path)
    except (OSError, ValueError) as error:  # of a name that is too long, or holds a zero
        why = getattr(error, "strerror", None) or one_line(error)
    if why:
        raise OutputError(f"{path} cannot be written: {why}. Give a file in a folder that exists")
    if (path.is_file() or not path.exists()) and os.path.realpath(path) in map(os.path.realpath, others):
        raise OutputError(f"{path} is given twice, and what is there would be lost: give another file to write to")


def _why_not(path: Path) -> str:
    """Why a file cannot be written; nothing where it can."""
    if path.is_dir():
        return "it is a folder"
    if path.is_socket():
        return "it is a socket"
    if Path(os.path.realpath(path)).is_symlink():
        return "it is a link that leads back to itself"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return "you may not write there"
    return ""


def check_folder(path: Path) -> None:
    """Make a folder if there is none, or say that nothing can be kept in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise OutputError(
            f"cannot keep anything in {path}: {error.strerror}. Give a folder that can be written"
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    write_bytes(path, text.encode())


def write_html(path: Path, page: str) -> None:
    """Write HTML whole or not at all; what UTF-8 cannot hold, such as half of a pair, becomes a reference."""
    write_bytes(path, page.encode(errors="xmlcharrefreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a link stays one, and a device or a pipe is written to as it is."""
    with whole_file(path) as part:
        part.write_bytes(data)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write a file: a part beside it, which takes its place at the end of the block, or goes if that fails.

    A link stays one, and a device or a pipe is written to as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve()
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Where to write the files of a folder: they take their places at the end of the block, or all go if that fails."""
    check_folder(path)
    with TemporaryDirectory(dir=path, prefix=".part-") as part:
        yield Path(part)
        for file in Path(part).iterdir():
            file.replace(path / file.name)
