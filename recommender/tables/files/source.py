"""What is to be read, and what was found there: the records that all readers of files share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd

from recommender.errors import DatasetError
from recommender.words import count

MAX_CELLS = 2**29
"""Rows times columns of a table at most: 4 GiB as numbers."""


@dataclass(frozen=True)
class Source:
    """What a reader is given.

    Parameters
    ----------
    file : binary file
        The content, unpacked.
    path : Path
        Where it lies, for readers that open it themselves.
    part : str or int, optional
        Which sheet of a workbook, or which table of a database.
    target : str, optional
        The column of which it is told what was read as missing.
    """

    file: IO[bytes]
    path: Path
    part: str | int | None = None
    target: str | None = None


@dataclass(frozen=True)
class Table:
    """What a file held.

    Parameters
    ----------
    frame : DataFrame
        The table.
    notes : tuple of str
        What was noticed while it was read, a sentence each.
    call : (str, dict), optional
        The function of pandas that reads the same table from the file, and its options; None where there is none.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    call: tuple[str, dict[str, Any]] | None = None


def check_cells(n_rows: int, n_columns: int) -> None:
    """An error where a table has more cells than can be read."""
    if n_rows * max(n_columns, 1) > MAX_CELLS:
        raise DatasetError(
            f"holds {count(n_rows, 'row')} of {count(n_columns, 'column')}, more than can be read: take a sample"
        )
