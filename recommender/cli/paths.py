"""Paths as they are typed: an empty one, as of a variable that is not set, would be the current folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer


def place(given: Any) -> str:
    """A path, or the address of a store, that is not empty.

    Examples
    --------
    >>> place("evidence.sqlite")
    'evidence.sqlite'
    """
    text = str(given)
    if not text.strip():
        raise typer.BadParameter(f"{text!r} is not a path. Give the name of a file or folder, or . for this folder.")
    return text


def _path(given: Any) -> Path:
    return Path(place(given))


def path_option(help: str, *names: str) -> Any:
    """An option that takes a path, and says so in its help."""
    return typer.Option(*names, parser=_path, metavar="PATH", help=help)


def path_argument(help: str) -> Any:
    """An argument that takes a path."""
    return typer.Argument(parser=_path, help=help)


def store_option(help: str, *names: str, show_default: bool = True) -> Any:
    """An option that takes a file or the address of a database, and says so in its help."""
    return typer.Option(*names, parser=place, metavar="TEXT", show_default=show_default, help=help)
