"""Numbers in options as they are typed: ids in the digits 0 to 9, and limits that are finite and make sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from recommender.tables.ids import MOST_DIGITS, is_of_digits

LONGEST = 30 * 24 * 3600.0
"""No limit is longer than a month, in seconds."""
LARGEST = 2.0**20
"""No limit is larger than this, in GiB."""


def identifier(given: Any) -> int:
    """An id, of the digits 0 to 9.

    Examples
    --------
    >>> identifier("31")
    31
    """
    text = str(given)
    if not is_of_digits(text):
        raise typer.BadParameter(f"{text!r} is not an id, which is of the digits 0 to 9.")
    if len(text) > MOST_DIGITS:
        raise typer.BadParameter(f"{text[:MOST_DIGITS]}... is not an id, which has at most {MOST_DIGITS} digits.")
    return int(text)


def limit(least: float, most: float) -> Callable[[Any], float]:
    """What reads a number in such a range.

    Examples
    --------
    >>> limit(0.1, LONGEST)("2.5")
    2.5
    """

    def number(given: Any) -> float:
        text = str(given)
        try:
            value = float(text) if text.isascii() else float("nan")
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise typer.BadParameter(f"{text!r} is not a number from {least:g} to {most:,.0f}.")
        return value

    return number


def id_option(help: str) -> Any:
    """An option that takes ids, and says so in its help."""
    return typer.Option(parser=identifier, metavar="INTEGER", help=help)


def limit_option(least: float, most: float, help: str) -> Any:
    """An option that takes a number in such a range, and says so in its help."""
    return typer.Option(parser=limit(least, most), metavar="NUMBER", help=help)
