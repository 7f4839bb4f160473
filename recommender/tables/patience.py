"""How long a server is waited for, how often it is asked, and how much it may send."""

from __future__ import annotations

from dataclasses import dataclass, fields
from numbers import Integral, Real

from recommender.errors import LimitError

MOST = 2**40
"""No limit is larger, whatever it counts."""
LONGEST = 7 * 24 * 3600
"""No limit in seconds is longer than a week; a system does not wait for a month at once."""


@dataclass(frozen=True)
class Patience:
    """What a server may take of time and room.

    Parameters
    ----------
    connecting, silence : float
        Seconds until a connection stands, and between any two parts of an answer.
    answer : float
        Seconds that one answer may take in all.
    tries : int
        How often the same is asked where there is no answer: again after one second, after two, and so on.
    answer_bytes, file_bytes : int
        Bytes that an answer of XML, or a file, may have, unpacked; a packed one cannot be larger on the way.
    columns : int
        Columns that a table of a server may have.

    Raises
    ------
    LimitError
        If a limit is not above 0, is infinite or absurd, or is no whole number where it counts.

    Examples
    --------
    >>> Patience(silence=300).silence
    300
    """

    connecting: float = 10.0
    silence: float = 60.0
    answer: float = 1800.0
    tries: int = 3
    answer_bytes: int = 2**26
    file_bytes: int = 2**30
    columns: int = 100_000

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), whole=isinstance(field.default, int))


def _check(name: str, value: object, *, whole: bool) -> None:
    number, least, most = ("whole number", 1, MOST) if whole else ("number", 0.001, LONGEST)
    right = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    if not right or not least <= value <= most:  # type: ignore[operator]  # not of NaN either
        shown = f"{value:g}" if isinstance(value, float) else f"{value!r:.40}"
        raise LimitError(f"{name}={shown} is no limit: give a {number} from {least:g} to {most:,}")


current = Patience()
"""What holds for whatever is asked in this process, as the address of the server does; set by `set_server`."""
