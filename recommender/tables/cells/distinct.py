"""The distinct texts of a column, and whether enough of them are understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from recommender.tables.cells.missing import is_missing

UNDERSTOOD = 0.95
"""Share of the cells with a value that have to be understood."""

FEW = 3
"""So many words may stand in more cells, as `Varies with device` among sizes."""


def cells_of(texts: Iterable[str], counts: Iterable[int] | None = None) -> Counter[str]:
    """In how many cells each distinct text is, without the texts that say that a value is missing.

    Examples
    --------
    >>> cells_of(["a", "b", "a", "?"]), cells_of(["a", "b"], counts=[5, 2])
    (Counter({'a': 2, 'b': 1}), Counter({'a': 5, 'b': 2}))
    """
    given = np.asarray(texts, dtype=object)
    weights = np.ones(len(given), dtype=np.int64) if counts is None else np.asarray(counts, dtype=np.int64)
    present = ~is_missing(given)
    found: Counter[str] = Counter()
    for text, weight in zip(given[present], weights[present], strict=True):
        found[str(text)] += int(weight)
    return found


def is_enough(n_understood: int, odd: Sequence[str], share: float) -> bool:
    """Whether a column is what most of its texts are, however few others are odd.

    Odd texts with digits may be codes, such as `A1` among 10, 20 and 30: they count more than words do.

    Parameters
    ----------
    n_understood
        How many distinct texts are understood.
    odd
        The distinct texts that are not.
    share
        In what share of the cells a text is understood.

    Examples
    --------
    >>> is_enough(50, ["Varies with device"], 0.9), is_enough(3, ["A1"], 0.95)
    (True, False)
    """
    codes = sum(any(map(str.isdigit, text)) for text in odd)
    if n_understood < max(10 * codes, 3 * len(odd), 1):
        return False
    return share >= UNDERSTOOD or (len(odd) <= FEW and not codes and n_understood >= 20 and share >= 0.5)
