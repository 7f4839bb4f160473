"""Opening workbooks within bounds: the cells of each sheet."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from recommender.errors import DatasetError, MissingExtraError
from recommender.tables.files import opening

Rows = list[list[Any]]
"""The cells of a sheet, as many in each row; empty ones are empty text."""

MAX_SPANNED = 2**25
"""Cells that the sheets of a workbook may span, from the first of each to the last one filled: 32 columns of Excel's
1,048,576 rows. What lies between takes memory, filled or not."""
PLACE = re.compile(r"([A-Za-z]{1,3})?([1-9][0-9]{0,6})")
"""How a cell or row of Excel says where it is."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_workbook(file: IO[bytes]) -> tuple[list[str], Callable[[str], Rows]]:
    """The names of a workbook's sheets, and what gives the cells of one.

    Raises
    ------
    MissingExtraError
        If what reads workbooks is not installed.
    """
    try:
        start = opening.head(file)
        return _open_packed(file) if start.startswith(b"PK") else _open_old(file, start)
    except ImportError as error:
        raise MissingExtraError(
            f"is a workbook, and {error.name} is not installed: pip install 'recommender[excel]'"
        ) from error


def _open_packed(file: IO[bytes]) -> tuple[list[str], Callable[[str], Rows]]:
    """A workbook of XML: of Excel since 2007, or of LibreOffice."""
    from python_calamine import SheetTypeEnum, load_workbook

    book = load_workbook(_within_bounds(file))
    sheets = [about.name for about in book.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]

    def rows(name: str) -> Rows:
        found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return [[_plain(cell) for cell in row] for row in found]

    return sheets, rows


def _open_old(file: IO[bytes], start: bytes) -> tuple[list[str], Callable[[str], Rows]]:
    """A workbook of Excel before 2007.

    The library for the others takes memory for whatever a damaged one says that it holds, and ends the process.
    """
    import xlrd

    if ENCRYPTED in start:
        raise DatasetError("is protected by a password: save it without one")
    file.seek(0)
    book = xlrd.open_workbook(file_contents=file.read(), logfile=io.StringIO())

    def value(cell: xlrd.sheet.Cell) -> Any:
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        return "" if cell.ctype == xlrd.XL_CELL_ERROR else _plain(cell.value)

    def rows(name: str) -> Rows:
        return [[value(cell) for cell in row] for row in book.sheet_by_name(name).get_rows()]

    return book.sheet_names(), rows


def _plain(cell: Any) -> Any:
    """A cell as pandas has it: whole numbers as such, days as moments."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        return datetime.datetime(cell.year, cell.month, cell.day)
    return cell


# ---------------------------------------------------------------------------------------------------------------------
# Bounds


def _within_bounds(file: IO[bytes]) -> IO[bytes]:
    """A workbook anew, with nothing but its texts, none of which is larger than it may be.

    The library that reads it takes memory for all cells up to the last one, and ends the process where there is not
    enough.
    """
    plain = io.BytesIO()
    with zipfile.ZipFile(file) as packed, zipfile.ZipFile(plain, "w") as unpacked:
        members = [m for m in packed.infolist() if PurePosixPath(m.filename).suffix in {".xml", ".rels", ""}]
        if sum(member.file_size for member in members) > opening.MAX_UNPACKED:
            raise DatasetError(
                f"unpacks to more than {opening.MAX_UNPACKED / 2**30:.2g} GiB: save the sheet as CSV, or take a sample "
                "of its rows"
            )
        span = _Span()
        for member in members:
            content = packed.read(member)
            if member.filename.endswith(".xml"):
                span.add(content)
            unpacked.writestr(member.filename, content)
    plain.seek(0)
    return plain


class _Span:
    """Counts the cells that sheets span, by the elements of their XML."""

    def __init__(self) -> None:
        self.others = self.row = self.column = self.n_rows = self.n_columns = 0

    def add(self, xml: bytes) -> None:
        self._next_sheet()
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._look
        parser.Parse(xml, True)

    def _next_sheet(self) -> None:
        self.others += self.n_rows * self.n_columns
        self.row = self.column = self.n_rows = self.n_columns = 0

    def _look(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":  # a cell of Excel
            self.column += 1
            if "r" in attributes:
                self.row, self.column = _placed(attributes["r"])
            self._fill()
        elif name == "row":
            self.row, self.column = _placed(attributes["r"])[0] if "r" in attributes else self.row + 1, 0
        elif name in {"table-cell", "covered-table-cell"}:  # of LibreOffice, which writes equal ones once
            self.column += int(attributes.get("table:number-columns-repeated", 1))
            if "office:value-type" in attributes:
                self._fill()
        elif name == "p" and self.column:
            self._fill()
        elif name == "table-row":
            self.row, self.column = self.row + int(attributes.get("table:number-rows-repeated", 1)), 0
        elif name == "table":
            self._next_sheet()

    def _fill(self) -> None:
        self.n_rows, self.n_columns = max(self.n_rows, self.row), max(self.n_columns, self.column)
        if self.others + self.n_rows * self.n_columns > MAX_SPANNED:
            raise DatasetError(
                f"spans more than {MAX_SPANNED:,} cells, filled or not: delete what lies far below or beside the "
                "table, or save it as CSV"
            )


def _placed(text: str) -> tuple[int, int]:
    """Row and column of a cell, or of a row, whose column is 0."""
    place = PLACE.fullmatch(text)
    if not place:
        raise DatasetError(f"is damaged: {text[:60]!r} is not a place on a sheet")
    return int(place[2]), _column_number(place[1] or "")


@cache
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
