"""Lists in cells: several items with a separator between them."""

from __future__ import annotations

from collections import Counter

SEPARATORS = (",", ";", "|", "/")
MIN_SHARE = 0.2
"""Share of the cells that hold more than one item."""
MAX_ITEMS = 200
"""More different items than this are words."""
RECURS = 4.0
"""In so many cells each item is, on average."""
MIXED = 1.5
"""In so many different cells each item is, on average."""
LONGEST = 30
"""Characters of an item, on average at most."""


def fit_items(texts: list[str], counts: list[int]) -> str | None:
    """What stands between the items of lists; None where the cells hold no lists.

    Examples
    --------
    >>> fit_items(["wifi, parking", "wifi", "parking, pool", "pool, wifi"], [3, 3, 3, 3])
    ','
    >>> fit_items(["Braund, Owen", "Cumings, John", "Heikkinen, Laina"], [1, 1, 1]) is None
    True
    """
    n = sum(counts)
    for separator in SEPARATORS:
        lists = [[item.strip() for item in text.split(separator) if item.strip()] for text in texts]
        several = sum(count for items, count in zip(lists, counts, strict=True) if len(items) > 1)
        if not n or several < MIN_SHARE * n:
            continue
        found: Counter[str] = Counter()
        for items, count in zip(lists, counts, strict=True):
            found.update(dict.fromkeys(items, count))
        short = sum(map(len, found)) <= LONGEST * len(found)
        if sum(len(set(items)) for items in lists) < MIXED * len(found):
            continue
        if len(found) <= min(MAX_ITEMS, 0.5 * len(texts) + 5) and sum(found.values()) >= RECURS * len(found) and short:
            return separator
    return None
