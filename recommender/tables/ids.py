"""Ids of an OpenML server, as they are typed."""

from __future__ import annotations

MOST_DIGITS = 18
"""No id has more digits, which is what databases hold."""


def is_of_digits(text: str) -> bool:
    """Whether a text has the digits 0 to 9 and nothing else, none of another script either.

    Examples
    --------
    >>> is_of_digits("31"), is_of_digits("-1"), is_of_digits("٣١")
    (True, False, False)
    """
    return text.isascii() and text.isdigit()
