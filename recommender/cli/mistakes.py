"""What the parser of the command line says of a mistake, in words of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORDS = {
    "int_parsing": "{input!r} is not a whole number.",
    "int_from_float": "{input!r} is not a whole number.",
    "int_parsing_size": "{input!r} has too many digits.",
    "float_parsing": "{input!r} is not a number.",
    "greater_than_equal": "{input!r} is too small, the least is {ge}.",
    "less_than_equal": "{input!r} is too large, the most is {le}.",
    "value_error": "{error}",
}
"""What is wrong with a value, by the name that the library which judges it has for that."""


def in_words(error: Any) -> str:
    """What the parser says, without the words of the library that judges values.

    Parameters
    ----------
    error : Exception
        The parser's, which has a ``format_message``.

    Examples
    --------
    >>> import typer
    >>> in_words(typer.BadParameter("'x' is no folder.", param_hint="--output"))
    "Invalid value for --output: 'x' is no folder."
    """
    judged = getattr(error.__cause__, "errors", None)
    if judged is not None:
        error.message = _told(judged()[0])
    return str(error.format_message())


def _told(found: Mapping[str, Any]) -> str:
    words = WORDS.get(found["type"], "{msg}")
    return words.format(msg=found["msg"], input=found["input"], **found.get("ctx", {}))
