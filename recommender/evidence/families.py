"""Families: datasets that share their origin, found by content and names, so that none helps to judge another.

To find another sign of a common origin, write a predicate and add a row to `SIGNS` at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

SHARED_CONTENT = 0.2
"""At least this share of the columns (of the one that has fewer) agrees in content, and no less than two do."""
SHARED_NAMES = 2 / 3
"""Likewise of the telling names of columns, and no less than four are the same."""
SUPPORT = 0.1
"""Datasets whose names begin alike are a family where at least this share of the telling names is the same."""
TOLD_APART = re.compile(r"(\d.*|[_-](small|large|full|train|test|reduced|binary|bin))$", re.I)
"""What tells members of a family apart at the end of their names: everything from the first digit, or a size."""
NAMELESS = frozenset({"data", "dataset", "table", "train", "test"})
"""What tables are called that nobody gave a name."""


def find_families(datasets: pd.DataFrame) -> pd.Series:
    """The family of each dataset: the groups that are connected by signs of a common origin.

    Parameters
    ----------
    datasets : DataFrame indexed by dataset id
        With columns ``name``, ``n_samples``, and ``signatures``: pairs of column name and content hash, the target's
        last.

    Returns
    -------
    Series indexed by dataset id
        The id of the family's first dataset, in the order of ids.

    Examples
    --------
    >>> columns = {"jm1": ["loc", "branches", "effort"], "kc": ["LOC", "effort", "branches"], "iris": ["x1", "x2"]}
    >>> rows = [
    ...     {"name": name, "n_samples": 90, "signatures": [[column, f"{name}.{column}"] for column in (*names, "y")]}
    ...     for name, names in columns.items()
    ... ]
    >>> find_families(pd.DataFrame(rows, index=["one", "two", "three"])).tolist()
    ['one', 'one', 'three']
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links, size = find_links(datasets), len(datasets)
    pairs = [datasets.index.get_indexer(pd.Index(links[end])) for end in ("first", "second")]
    graph = coo_array((np.ones(len(links)), pairs), shape=(size, size))
    groups = connected_components(graph, directed=False)[1]
    ids = pd.Series(datasets.index.astype(str), index=datasets.index, name="family", dtype=object)
    return ids.groupby(groups).transform("min").astype(str)


def find_links(datasets: pd.DataFrame) -> pd.DataFrame:
    """The pairs of datasets that show a sign of a common origin.

    =========  ===============================================================================================
    sign       what is seen
    =========  ===============================================================================================
    content    columns agree in content: a regression set and its binarised copy, versions, choices of columns
    columns    most names of columns are the same: samples of one process
    design     as many rows, and every column of the same name, even if the names say nothing
    name       the datasets' names are the same but for a number or a size; or they begin alike, and the columns'
               names support it; or, where these say nothing, as many rows or columns do, or one letter is more
    =========  ===============================================================================================

    Parameters
    ----------
    datasets : DataFrame indexed by dataset id
        As for `find_families`.

    Returns
    -------
    DataFrame
        Columns ``first`` and ``second``, ids of datasets, and ``sign``, the first of these that holds.
    """
    described = [_describe(row) for row in datasets.to_dict("records")]
    links = [
        (first, second, sign)
        for (first, a), (second, b) in combinations(zip(datasets.index, described, strict=True), 2)
        if (sign := next((sign for sign, holds in SIGNS.items() if holds(a, b)), None))
    ]
    return pd.DataFrame(links, columns=["first", "second", "sign"])


@dataclass(frozen=True)
class _Described:
    """What is looked at in a dataset."""

    name: str
    n_samples: int
    columns: list[str]
    contents: Counter[str]

    @cached_property
    def words(self) -> frozenset[str]:
        """The names of columns that tell something: by their letters alone, so that ``x1`` to ``x9`` are all ``x``."""
        letters = (re.sub(r"[\W\d_]+", "", column) for column in self.columns)
        return frozenset(word for word in letters if len(word) >= 2)

    @cached_property
    def tells(self) -> bool:
        return len(self.words) >= 3

    @cached_property
    def stem(self) -> str:
        return _stem(self.name)

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The stem, and what comes before each of its separators, from four letters on."""
        cuts = [match.start() for match in re.finditer(r"[-_. ]", self.stem)] + [len(self.stem)]
        return frozenset(self.stem[:cut] for cut in cuts if cut >= 4) - NAMELESS


def _describe(row: Mapping[Hashable, Any]) -> _Described:
    columns = [(str(name).lower(), str(content)) for name, content in row["signatures"][:-1]]
    names, contents = [name for name, _ in columns], Counter(content for _, content in columns)
    return _Described(str(row["name"]).lower(), int(row["n_samples"]), names, contents)


def _stem(name: str) -> str:
    """The name without what tells members of a family apart, if at least two letters are left."""
    shorter = TOLD_APART.sub("", name).rstrip("_-. ")
    return _stem(shorter) if len(shorter) >= 2 and shorter != name else name


def _same_content(a: _Described, b: _Described) -> bool:
    if a.contents.keys().isdisjoint(b.contents):
        return False
    shared, fewer = (a.contents & b.contents).total(), min(a.contents.total(), b.contents.total())
    return shared >= min(2, fewer) and shared >= SHARED_CONTENT * fewer


def _same_columns(a: _Described, b: _Described) -> bool:
    if a.tells and a.words == b.words:
        return True
    shared = len(a.words & b.words)
    return shared >= 4 and shared >= SHARED_NAMES * min(len(a.words), len(b.words))


def _same_design(a: _Described, b: _Described) -> bool:
    return a.n_samples == b.n_samples and a.columns == b.columns


def _same_name(a: _Described, b: _Described) -> bool:
    if a.stem == b.stem:
        return a.stem not in NAMELESS
    begin_alike = not a.beginnings.isdisjoint(b.beginnings)
    if a.tells and b.tells:
        return begin_alike and len(a.words & b.words) >= SUPPORT * min(len(a.words), len(b.words))
    shorter, longer = sorted((a.stem, b.stem), key=len)
    one_letter_more = len(shorter) >= 5 and longer[:-1] == shorter
    same_size = a.n_samples == b.n_samples or len(a.columns) == len(b.columns)
    return one_letter_more or (begin_alike and same_size)


SIGNS: dict[str, Callable[[_Described, _Described], bool]] = {
    "content": _same_content,
    "columns": _same_columns,
    "design": _same_design,
    "name": _same_name,
}
"""What shows that two datasets share their origin, the strongest first."""
