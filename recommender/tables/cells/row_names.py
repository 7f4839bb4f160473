"""Columns that number or name the rows: they tell rows apart, and nothing of rows that were never seen."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

MIN_ROWS = 20
"""With fewer rows nothing is said to number or name them."""
DISTINCT = 0.98
"""Share of the rows that have a number of their own."""
SAID = re.compile(r"(?:^|[\W_])(?:id|ids|uid|guid|uuid|key|index|serial|nr)$|^#$|^unnamed: 0$|^rownames?$")
"""How a column is called that numbers the rows, in lower case."""
MAX_WORDS = 4
"""Texts of so many words, on average, are names; longer ones are sentences."""
TELLING_WORDS = 0.3
"""Names say something of others where so large a share of their words, but those in every row, is in several rows."""


def numbers_rows(values: NDArray[np.float64], name: str) -> bool:
    """Whether whole numbers number the rows: nearly all distinct, and next to each other or called an id.

    Parameters
    ----------
    values : array of shape (n_samples,)
        NaN where missing.
    name : str
        What the column is called.

    Examples
    --------
    >>> numbers_rows(np.arange(100.0), "x"), numbers_rows(np.arange(100.0) ** 2, "x")
    (True, False)
    >>> numbers_rows(np.arange(100.0) ** 2, "customer_id")
    True
    """
    known = values[~np.isnan(values)]
    if len(values) < MIN_ROWS or len(known) < 0.9 * len(values) or not (known == np.floor(known)).all():
        return False
    if len(np.unique(known)) < DISTINCT * len(values):
        return False
    return is_said_to_number(name) or bool(known.max() <= known.min() + 1.05 * len(known))


def is_said_to_number(name: str) -> bool:
    """Whether a column is called an id.

    Examples
    --------
    >>> [is_said_to_number(name) for name in ("ID", "customer_id", "enrolleeId", "humid", "Unnamed: 0", "paid")]
    [True, True, True, False, True, False]
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name))
    return bool(SAID.search(text.lower()))


def names_rows(texts: list[str], counts: list[int], name: str) -> bool:
    """Whether texts name the rows: nearly all distinct and short, called an id or of words that say nothing of others.

    Parameters
    ----------
    texts, counts : list
        The distinct texts of a column, and in how many rows each is.
    name : str
        What the column is called.

    Examples
    --------
    >>> names_rows([f"C-{i:06d}" for i in range(50)], [1] * 50, "code")
    True
    >>> names_rows([f"{'Ford' if i % 2 else 'Opel'} {i}" for i in range(50)], [1] * 50, "car")
    False
    """
    n = sum(counts)
    if n < MIN_ROWS or len(texts) < 0.9 * n:
        return False
    words = [text.casefold().split() for text in texts]
    if sum(map(len, words)) > MAX_WORDS * len(texts):
        return False
    rows = Counter(word for found in words for word in set(found))
    own = sum(n_rows == 1 for n_rows in rows.values())
    telling = sum(n_rows for n_rows in rows.values() if 1 < n_rows < 0.9 * len(texts))
    return is_said_to_number(name) or telling <= TELLING_WORDS * (own + telling)
