"""Yes and no in the ways of writing them."""

from __future__ import annotations

from collections.abc import Iterable

from recommender.tables.cells.missing import says_missing

PAIRS: tuple[tuple[str, str], ...] = (
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("on", "off"),
    ("ja", "nein"),
    ("oui", "non"),
    ("sí", "no"),
    ("si", "no"),
    ("sim", "não"),
    ("да", "нет"),
)
"""Ways of writing yes, and no. At least one has to be there with both its words."""

_MEANINGS = {word: meaning for yes, no in PAIRS for word, meaning in ((yes, True), (no, False))} | {
    "1": True,
    "0": False,
    "1.0": True,
    "0.0": False,
}


def truth(text: str) -> bool | None:
    """What a text says in a column of yes and no; None where it says neither.

    Examples
    --------
    >>> truth("Yes"), truth(" n "), truth("perhaps")
    (True, False, None)
    """
    return _MEANINGS.get(text.strip().lower())


def fit_pair(texts: Iterable[str]) -> dict[str, bool] | None:
    """What each text of a column of yes and no says; None where it is no such column.

    Texts that say that a value is missing are left out. 0 and 1 may be among them, but not alone.

    Examples
    --------
    >>> fit_pair(["Yes", "no", "?"]), fit_pair(["yes", "perhaps", "no"]), fit_pair(["M", "F"])
    ({'Yes': True, 'no': False}, None, None)
    """
    pair: dict[str, bool] = {}
    for text in texts:
        if not isinstance(text, str) or says_missing(text):
            continue
        said = truth(text)
        if said is None:
            return None
        pair[text] = said
    words = {text.strip().lower() for text in pair}
    return pair if any(words.issuperset(both) for both in PAIRS) else None
