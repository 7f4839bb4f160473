"""Families: datasets that share their origin, found by content and names, so that none helps to judge another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable
from itertools import combinations

import pandas as pd

SHARED_CONTENT = 0.5
"""Datasets of which at least this share of the columns (of the one that has fewer) agree in content are a family."""
SHARED_NAMES = 0.8
"""Likewise for the columns' names, among the names that tell something."""
MEANINGLESS = re.compile(
    r"^(x|v|f|a|c|att|attr|attribute|feature|feat|var|col|column|input|in|unnamed:?)?[ _.-]*\d*$", re.I
)
TOLD_APART = re.compile(r"(\d.*|[_-](small|large|full|train|test|reduced|binary|bin))$", re.I)
"""What tells members of a family apart at the end of their names: everything from the first digit, or a size."""


def find_families(datasets: pd.DataFrame) -> pd.Series:
    """The family of each dataset.

    Two datasets are of one family when at least half of their columns have the same content (as a regression set and
    its binarised copy), when they have the same columns by name (as samples of one process), when they bear the same
    name but for a version, or when their names share a prefix before a hyphen (as ``mfeat-``). Families are the
    connected groups.

    Parameters
    ----------
    datasets : DataFrame indexed by dataset id
        With columns ``name``, ``n_samples``, ``target``, and ``signatures``: pairs of column name and content hash, the
        target's last.

    Returns
    -------
    Series indexed by dataset id
        The id of the family's first dataset.
    """
    leader: dict[Hashable, Hashable] = {i: i for i in datasets.index}

    def find(i: Hashable) -> Hashable:
        while leader[i] != i:
            i = leader[i]
        return i

    described = [_describe(i, row) for i, row in zip(datasets.index, datasets.to_dict("records"), strict=True)]
    for first, second in combinations(described, 2):
        if _related(first, second):
            a, b = sorted((str(find(first["id"])), str(find(second["id"]))))
            leader[b] = a
    return pd.Series({i: str(find(i)) for i in datasets.index}, name="family").reindex(datasets.index)


def _describe(identifier: Hashable, row: dict[Hashable, object]) -> dict[str, object]:
    signatures: list[tuple[str, str]] = [(str(n), str(s)) for n, s in row["signatures"][:-1]]  # type: ignore[index]
    name = str(row["name"]).lower()
    return {
        "id": identifier,
        "contents": Counter(s for _, s in signatures),
        "names": {n.lower() for n, _ in signatures if not MEANINGLESS.match(n)},
        "stem": _stem(name),
        "prefix": name.rpartition("-")[0],
    }


def _related(a: dict, b: dict) -> bool:
    return (
        _overlap(a["contents"], b["contents"]) >= SHARED_CONTENT
        or (min(len(a["names"]), len(b["names"])) >= 3 and _jaccard(a["names"], b["names"]) >= SHARED_NAMES)
        or a["stem"] == b["stem"]
        or _begins(a["stem"], b["stem"])
        or (len(a["prefix"]) >= 4 and a["prefix"] == b["prefix"])
    )


def _stem(name: str) -> str:
    """The name without what tells members of a family apart, if at least two letters are left."""
    shorter = TOLD_APART.sub("", name).rstrip("_-. ")
    return _stem(shorter) if len(shorter) >= 2 and shorter != name else name


def _begins(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= 4 and longer.startswith(shorter)


def _overlap(a: Counter, b: Counter) -> float:
    return (a & b).total() / max(1, min(a.total(), b.total()))


def _jaccard(a: set, b: set) -> float:
    return len(a & b) / max(1, len(a | b))
