"""A table with some of its columns written in a kind's way, beside the table that is meant.

The columns *as they are meant* are the clean ones where the cells hold all that was there, up to their last digit.
Where they do not (`low`, `?`, `<1`), a perfect reader loses something too, and dirt is compared with the meant columns.
Everything is drawn from a seed, and what is drawn for a column does not depend on the kind: many kinds mean the same
table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

MIN_NUMBERS = 10
"""A column of numbers with fewer distinct values is not written as numbers are."""


class Written(NamedTuple):
    """A column's cells as they are written, and the columns that they mean."""

    cells: pd.Series
    meant: pd.DataFrame


Write = Callable[[pd.DataFrame, np.random.Generator], Written]


def is_number(column: pd.Series) -> bool:
    is_numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    return bool(is_numeric and column.nunique() >= MIN_NUMBERS)


@dataclass(frozen=True)
class Kind:
    """A kind of dirt.

    Parameters
    ----------
    name : str
        What results call it.
    write : callable(columns, rng) -> Written
        Writes `takes` clean columns as one; the target, or the table for an id.
    suits : callable(column) -> bool
        Which columns it can write.
    takes : int, default=1
        How many columns share their cells.
    dirties : {"columns", "id", "target"}
        What becomes dirty; an id is a column more.
    """

    name: str
    write: Write
    suits: Callable[[pd.Series], bool] = is_number
    takes: int = 1
    dirties: Literal["columns", "id", "target"] = "columns"


@dataclass(frozen=True, eq=False)
class Dirty:
    """A table as it is written and as it is meant.

    Parameters
    ----------
    X, y : DataFrame, Series
        As written.
    meant : DataFrame
        The features as a person would read them.
    meant_y : Series
        The target likewise, in the unit of `y`.
    columns : tuple of str
        Which were written.
    """

    X: pd.DataFrame
    y: pd.Series
    meant: pd.DataFrame
    meant_y: pd.Series
    columns: tuple[str, ...]


def dirtied(X: pd.DataFrame, y: pd.Series, kind: Kind, rate: float, *, seed: int = 0) -> Dirty | None:
    """The table with a share of its suitable columns written in a kind's way, at least one; None where none suits.

    An id and a target have no share: they are written at a rate of 1 alone.

    Examples
    --------
    >>> def write(columns, rng):
    ...     return Written(columns.iloc[:, 0].astype(str) + " kg", columns)
    >>> X = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) ** 2})
    >>> dirty = dirtied(X, X["a"], Kind("unit", write), 1.0)
    >>> dirty.X.iloc[2].tolist(), dirty.meant.iloc[2].tolist()
    (['2.0 kg', '4.0 kg'], [2.0, 4.0])
    """
    if kind.dirties != "columns" and rate < 1:
        return None
    if kind.dirties == "id":
        return _with_id(X, y, kind, seed)
    if kind.dirties == "target":
        return _with_target(X, y, kind, seed) if is_number(y) else None
    return _with_columns(X, y, kind, rate, seed)


def _with_columns(X: pd.DataFrame, y: pd.Series, kind: Kind, rate: float, seed: int) -> Dirty | None:
    order = np.random.default_rng(seed).permutation(X.shape[1])
    suitable = [int(i) for i in order if kind.suits(X.iloc[:, i])]
    most = len(suitable) // kind.takes
    if most == 0:
        return None
    cells, meant, chosen = dict(X.items()), dict(X.items()), []
    for place in range(max(1, round(rate * most))):
        names = [X.columns[i] for i in sorted(suitable[place * kind.takes : (place + 1) * kind.takes])]
        written = kind.write(X[names], np.random.default_rng([seed, X.columns.get_loc(names[0])]))
        cells[names[0]] = written.cells
        for name in names[1:]:
            del cells[name]
        meant |= dict(written.meant.items())
        chosen += names
    return Dirty(pd.DataFrame(cells), y, pd.DataFrame(meant), y, tuple(map(str, chosen)))


def _with_id(X: pd.DataFrame, y: pd.Series, kind: Kind, seed: int) -> Dirty:
    cells = kind.write(X, np.random.default_rng(seed)).cells
    written = X.copy()
    written.insert(0, cells.name, cells)
    return Dirty(written, y, X, y, (str(cells.name),))


def _with_target(X: pd.DataFrame, y: pd.Series, kind: Kind, seed: int) -> Dirty:
    written = kind.write(y.to_frame(), np.random.default_rng(seed))
    return Dirty(X, written.cells, X, written.meant.iloc[:, 0], (str(y.name),))
