"""Tables on the sheets of workbooks: on which sheet one is, and where on it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from recommender.errors import DatasetError, unknown_name
from recommender.tables.files.headers import N_SAMPLED, find_header
from recommender.tables.files.plain import header_options, read_plainly
from recommender.tables.files.source import Source, Table
from recommender.tables.files.workbooks import Rows, open_workbook


def read_sheet(source: Source) -> Table:
    """The table on a sheet of a workbook: of Excel (xlsx, xls) or LibreOffice (ods).

    Parameters
    ----------
    source : Source
        Its part is a sheet's name, or its number from 1; the first sheet with a table if not given.

    Raises
    ------
    MissingExtraError
        If what reads workbooks is not installed.
    UnknownNameError
        If there is no such sheet.
    """
    names, rows_of = open_workbook(source.file)
    notes: tuple[str, ...] = ()
    if source.part is not None:
        sheet = _named(source.part, names)
        rows = rows_of(sheet)
    else:
        filled = {name: rows for name in names if (rows := rows_of(name))}
        sheet, notes = _first_table(filled)
        rows = filled[sheet]
    header = find_header([[str(cell) for cell in row] for row in rows[:N_SAMPLED]])
    options = ({"sheet_name": sheet} if sheet != names[0] else {}) | {"engine": "calamine"} | header_options(header)

    def read(*, sheet_name: str = "", engine: str = "", **given: Any) -> pd.DataFrame:
        return _as_read_excel(rows, **given)

    return read_plainly("read_excel", read, options, notes=(*notes, *header.notes), target=source.target)


def _as_read_excel(rows: Rows, **options: Any) -> pd.DataFrame:
    """What `pandas.read_excel` makes of a sheet's cells."""
    n_rows = options.pop("nrows", None)
    from pandas.io.parsers import TextParser  # type: ignore[attr-defined]

    return TextParser(rows, skip_blank_lines=False, **({"header": 0} | options)).read(n_rows)


def _first_table(filled: dict[str, Rows]) -> tuple[str, tuple[str, ...]]:
    """The first sheet with two rows of two cells, else the first with anything, and what to say of the others."""
    if not filled:
        raise DatasetError("has no sheet that holds anything: a table with a header and rows is needed")
    chosen = next((name for name, rows in filled.items() if _is_table(rows)), next(iter(filled)))
    if len(filled) == 1:
        return chosen, ()
    names = ", ".join(repr(name[:60]) for name in list(filled)[:10])
    hold = f"{len(filled)} sheets hold something ({names})"
    return chosen, (f"{hold}, and {chosen!r} was read: sheet= names another",)


def _is_table(rows: Rows) -> bool:
    return sum(sum(str(cell).strip() != "" for cell in row) > 1 for row in rows[:N_SAMPLED]) > 1


def _named(part: str | int, sheets: list[str]) -> str:
    """The sheet of a name, or of a number from 1."""
    wanted = str(part).strip()
    same = [name for name in sheets if name == part] or [n for n in sheets if n.strip().lower() == wanted.lower()]
    if same:
        return same[0]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    raise unknown_name("sheet", part, sheets)
