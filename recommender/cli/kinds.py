"""What a help calls the kinds of arguments and options: TEXT, INTEGER, NUMBER, PATH, or the choices themselves."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

KINDS = {"str": "TEXT", "int": "INTEGER", "float": "NUMBER", "path": "PATH", "bool": ""}
"""By the names that Python has for them; what is there or not has no value, and so no kind."""


def with_kinds(command: Any) -> Any:
    """A command, and all below it, whose help is in these words; in the library's own where it has no such place."""
    for inner in getattr(command, "commands", {}).values():
        with_kinds(inner)
    asks_help = command.get_help_option(SimpleNamespace(help_option_names=["--help"]))
    for parameter in (*command.params, asks_help):
        if not hasattr(parameter, "display_type"):
            continue
        shown = parameter.metavar or kind(parameter.display_type(None) or "")
        if parameter.param_type_name == "argument":
            parameter.metavar = parameter.name.upper()
        parameter.display_type_rich = partial(_given, shown)
    return command


def _given(shown: str, ctx: Any) -> str:
    return shown


def kind(shown: str) -> str:
    """Our word for a kind as the parser's library shows it.

    Examples
    --------
    >>> kind("<list[str]>"), kind("<int range>"), kind("<table|json>"), kind("<bool>")
    ('TEXT', 'INTEGER', 'table|json', '')
    """
    bare = shown.strip("<>").removeprefix("list[").removesuffix("]").removesuffix(" range")
    return KINDS.get(bare, bare)
