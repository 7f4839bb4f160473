"""The server that is read from: where it is, where what it sends is kept, and what it may take."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from recommender.errors import LimitError, unknown_name
from recommender.tables.patience import Patience

PANEL = "Server"
"""Where the help of a command lists what follows."""
DEFAULTS = {field.name: field.default for field in fields(Patience)}
ServerOption = Annotated[
    str | None,
    typer.Option(
        help="Address of an OpenML server; openml.org by default.", envvar="OPENML_SERVER", rich_help_panel=PANEL
    ),
]
CacheOption = Annotated[Path | None, typer.Option(help="A folder to keep what the server sent.", rich_help_panel=PANEL)]
PatienceOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=NUMBER",
        help="What the server may take, such as silence=300; may be repeated. By default, in seconds: connecting={"
        "connecting:g}, silence={silence:g}, answer={answer:g}; and in numbers: tries={tries}, answer_bytes={"
        "answer_bytes}, file_bytes={file_bytes}, columns={columns}.".format(**DEFAULTS),
        rich_help_panel=PANEL,
    ),
]


def chosen_server(address: str | None, cache: Path | None = None, patience: list[str] | None = None) -> None:
    """Read from the server that was asked for from now on; where nothing was, nothing is imported."""
    patient = chosen_patience(patience) if patience else None
    if address or cache or patient:
        from recommender.tables.openml import set_server

        set_server(address, str(cache) if cache else None, patience=patient)


def chosen_patience(given: list[str]) -> Patience:
    """What a server may take, from limits as they are typed.

    Examples
    --------
    >>> chosen_patience(["silence=300", "answer-bytes=1e9"]).answer_bytes
    1000000000
    """
    return Patience(**dict(map(_limit, given)))


def _limit(given: str) -> tuple[str, Any]:
    name, _, typed = given.partition("=")
    name = name.replace("-", "_")
    if name not in DEFAULTS:
        raise unknown_name("limit of --patience", name, DEFAULTS)
    try:
        value = float(typed) if typed.isascii() else float("nan")
    except ValueError:
        raise LimitError(
            f"--patience {name}={typed!r:.40} is no number. Give one such as {name}={DEFAULTS[name]}"
        ) from None
    return name, int(value) if value.is_integer() else value
