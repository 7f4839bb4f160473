"""Words that people write where a value is missing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

_WORDS = """
? ?? ??? . .. ... - -- --- – — _ * / \\ na n/a n.a. n.a n/d n.d. nd n/k nk #n/a #na #n/d #null! #value! #ref! #div/0!
#name? <na> <null> (null) (none) (blank) (empty) [null] nan nat none null nil missing unknown unkn unk undefined
undisclosed unspecified unavailable void blank empty tbd tba tbc
"""
_PHRASES = """
n / a, not available, not applicable, non-applicable, not known, not specified, not stated, not given, not provided,
not reported, not recorded, not disclosed, not defined, no data, no value, no info, no information, data not available,
to be determined, to be announced, to be confirmed
"""
MISSING_WORDS = frozenset(["", *_WORDS.split(), *(phrase.strip() for phrase in _PHRASES.split(","))])
"""Lower-case texts without blanks around them that say that a value is missing.

Among numbers and dates each of them is one. Among categories some are values of their own: the reader decides.
"""


def is_missing(texts: Iterable[str]) -> np.ndarray:
    """Which of the texts say that a value is missing.

    Examples
    --------
    >>> is_missing(["12", " ", "N/A", "-", "unknown", "-5"]).tolist()
    [False, True, True, True, True, False]
    """
    codes, distinct = pd.factorize(np.asarray(list(texts), dtype=object))
    said = np.array(
        [says_missing(str(text)) for text in distinct] + [True]
    )  # the last one: None and NaN, whose code is -1
    return said[codes]


def says_missing(text: str) -> bool:
    """Whether one text says that a value is missing.

    Examples
    --------
    >>> says_missing("Not available"), says_missing("available")
    (True, False)
    """
    if len(text) >= 40:
        return False
    words = " ".join(text.split()).lower()
    return words in MISSING_WORDS or (" / " in words and MISSING_WORDS.issuperset(words.split(" / ")))
