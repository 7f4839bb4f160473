"""Files that hold a table: which kind each is, by its ending, and what reads it."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, RecommenderError, UnknownNameError
from recommender.tables.files.databases import read_duckdb, read_sqlite
from recommender.tables.files.delimited import read_delimited
from recommender.tables.files.json_files import read_json
from recommender.tables.files.opening import PACKED, encoding_of, head, is_text, opened, spooled, unpacked
from recommender.tables.files.source import Source, Table, check_cells
from recommender.tables.files.spreadsheets import read_sheet

KINDS = "a CSV, Excel, JSON, Parquet, ARFF, SQLite or DuckDB file"
STANDARD_INPUT = "-"
"""The name of what is piped in."""


def read_table(path: Path | str, *, sheet: str | int | None = None, target: str | None = None) -> Table:
    """The table in a file: delimited text, a workbook, JSON, Parquet, ARFF, or a database.

    Parameters
    ----------
    path : Path or str
        The ending decides on the format. Packing by gzip, zip, xz or bzip2 is told by the content. Text may be UTF-8,
        UTF-16, UTF-32 or Windows-1252; its delimiter a comma, semicolon, tab or bar, and where it is no comma, numbers
        may have decimal commas. ``FILE::TABLE`` is a table of a database, or a sheet of a workbook, and ``-`` what
        comes by standard input.
    sheet : str or int, optional
        A sheet of a workbook by its name, or by its number from 1; the first one with a table if not given.
    target : str, optional
        The column of which it is noted what was read as missing.

    Returns
    -------
    Table
        A column of row names, which the header does not name, is left out.

    Raises
    ------
    DatasetError
        If there is no such file, it holds something else, is damaged, or is too large to be read.
    MissingExtraError
        If a library is needed that an extra of this package installs.
    UnknownNameError
        If there is no such sheet or table.
    """
    if str(path) == STANDARD_INPUT:
        return _guarded("standard input", "", lambda stack: _read_piped(stack, sheet, target))
    path, part = parted(path)
    if part is not None and sheet is not None:
        raise DatasetError(f"{path}::{part} names a sheet already: leave out sheet={sheet!r}")
    ending = _checked_ending(path)

    def read(stack: ExitStack) -> Table:
        return _read(Source(opened(path, stack), path, part if sheet is None else sheet, target), ending)

    return _guarded(str(path), f" as {ending.upper()}", read)


def _guarded(name: str, as_what: str, read: Callable[[ExitStack], Table]) -> Table:
    """What comes of reading, or an error that says of which file."""
    try:
        with ExitStack() as stack:
            return read(stack)
    except UnknownNameError as error:
        raise UnknownNameError(f"{name}: {error}") from error
    except RecommenderError as error:
        raise type(error)(f"{name} {error}") from error
    except Exception as error:  # each reader has its own errors for a damaged file
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DatasetError(f"{name} cannot be read{as_what}: {reason}") from error


def parted(path: Path | str) -> tuple[Path, str | None]:
    """A file, and the table or sheet in it that is named after two colons."""
    text = str(path)
    if not _exists(Path(path)):
        for colons in re.finditer("::(?=.)", text):
            if _exists(Path(text[: colons.start()])):
                return Path(text[: colons.start()]), text[colons.end() :]
    return Path(path), None


def _checked_ending(path: Path) -> str:
    """The ending that decides on the format of a file that can be read."""
    if not _exists(path):
        raise DatasetError(f"no such file: {str(path)[:300]!r}. Give the path of {KINDS}")
    if path.is_dir():
        raise DatasetError(f"{path} is a folder. Give the path of {KINDS}")
    ending = next((e for e in reversed(path.suffixes) if e.lower() not in PACKED), path.suffix).lower().lstrip(".")
    if ending not in READERS:
        raise DatasetError(
            f"{path}: cannot tell the format from the ending {path.suffix!r}. "
            f"Accepted are: {', '.join('.' + e for e in READERS)}, also packed ({', '.join(PACKED)})"
        )
    if not path.is_file():
        raise DatasetError(f"{path} is not a regular file. Give the path of {KINDS}, or - for standard input")
    if path.stat().st_size == 0:
        raise DatasetError(f"{path} is empty: a table with a header and rows is needed")
    return ending


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # names that are too long, or hold a zero
        return False


def _read(source: Source, ending: str) -> Table:
    """What the reader of an ending makes of a file whose content fits to it."""
    reader = READERS[ending]
    found = _form_of(source.file)
    if found is not None and found not in reader.forms:
        what, advice = FORMS[found]
        raise DatasetError(f"is {what}: {advice}")
    if found is None and reader.has_parts and is_text(head(source.file)):
        raise DatasetError(f"cannot be read as {ending.upper()}: it is plain text. Give it the ending .csv or .json")
    if source.part is not None and not reader.has_parts:
        raise DatasetError(
            f"holds one table, and {source.part!r} of it was asked for: only workbooks and databases have more"
        )
    return (BY_CONTENT.get(str(found)) or reader.read)(source)


def _read_piped(stack: ExitStack, sheet: str | int | None, target: str | None) -> Table:
    """The table that comes by standard input, its format told by the content."""
    raw = spooled(sys.stdin.buffer, stack)
    source = Source(unpacked(raw, stack), Path(STANDARD_INPUT), sheet, target)
    form = _form_of(source.file) or "text"
    if form in BY_CONTENT:
        raise DatasetError("holds a database: give its file")
    return _read(source, next((ending for ending, reader in READERS.items() if form in reader.forms), "txt"))


def _form_of(file: IO[bytes]) -> str | None:
    """What a file plainly is by its beginning, if that can be told."""
    start = head(file, 1024).removeprefix(codecs.BOM_UTF8)
    if not start.strip():
        raise DatasetError("is empty: a table with a header and rows is needed")
    return next((form for pattern, form in BEGINNINGS.items() if re.match(pattern, start, re.IGNORECASE)), None)


# ---------------------------------------------------------------------------------------------------------------------
# Parquet and ARFF


def _read_parquet(source: Source) -> Table:
    from pyarrow.parquet import read_metadata

    size = read_metadata(source.file)
    check_cells(size.num_rows, size.num_columns)
    source.file.seek(0)
    return Table(pd.read_parquet(source.file), call=("read_parquet", {}))


def _read_arff(source: Source) -> Table:
    import arff  # liac-arff, which the openml client brings

    encoding = encoding_of(source.file)
    source.file.seek(0)
    content = arff.load(codecs.getreader(encoding)(source.file))
    columns = [
        _arff_column([row[i] for row in content["data"]], kind) for i, (_, kind) in enumerate(content["attributes"])
    ]
    table = pd.concat(columns, axis=1)
    return Table(table.set_axis([name for name, _ in content["attributes"]], axis=1))


def _arff_column(values: list[Any], kind: str | list[str]) -> pd.Series:
    if isinstance(kind, list):
        return pd.Series(pd.Categorical(values, categories=kind))
    return pd.Series(values, dtype=np.float64 if kind.upper() in {"REAL", "NUMERIC", "INTEGER"} else object)


class Reader(NamedTuple):
    """What reads the files of an ending, in what forms, and whether one of several tables in them can be asked for."""

    read: Callable[[Source], Table]
    forms: tuple[str, ...] = ()
    has_parts: bool = False


DELIMITED, SPACED = Reader(read_delimited), Reader(partial(read_delimited, spaced=True))
WORKBOOK, JSON = Reader(read_sheet, ("workbook", "old workbook"), has_parts=True), Reader(read_json, ("json",))
SQLITE, DUCKDB = (Reader(read, ("sqlite", "duckdb"), has_parts=True) for read in (read_sqlite, read_duckdb))
READERS: dict[str, Reader] = {
    "csv": DELIMITED,
    "tsv": DELIMITED,
    "txt": SPACED,
    "data": SPACED,
    "dat": SPACED,
    "xlsx": WORKBOOK,
    "xls": WORKBOOK,
    "ods": WORKBOOK,
    "json": JSON,
    "jsonl": JSON,
    "ndjson": JSON,
    "parquet": Reader(_read_parquet, ("parquet",)),
    "arff": Reader(_read_arff, ("arff",)),
    "sqlite": SQLITE,
    "sqlite3": SQLITE,
    "db": SQLITE,
    "duckdb": DUCKDB,
}
BY_CONTENT = {"sqlite": read_sqlite, "duckdb": read_duckdb}
"""Databases share endings, and are told by their content."""
FORMS = {
    "page": ("a web page (HTML or XML)", "download the table itself"),
    "json": ("JSON", "give it the ending .json"),
    "parquet": ("a Parquet file", "give it the ending .parquet"),
    "arff": ("an ARFF file", "give it the ending .arff"),
    "workbook": ("a workbook of Excel or LibreOffice", "give it the ending .xlsx or .ods"),
    "old workbook": ("an old workbook of Excel", "give it the ending .xls"),
    "pdf": ("a PDF", "a table is needed"),
    "sqlite": ("a SQLite database", "give it the ending .sqlite"),
    "duckdb": ("a DuckDB database", "give it the ending .duckdb"),
    "feather": ("a Feather file", "write the table as CSV or Parquet"),
}
"""What is found where something else was asked for, and what to do."""
BEGINNINGS = {
    rb"\s*<(!doctype|\?xml|html|head|body|table|div)": "page",
    rb'\s*(\{\s*"|\[\s*[\[{"\d])': "json",
    rb"PAR1": "parquet",
    rb"\s*(%[^\n]*\n\s*)*@relation": "arff",
    rb"PK\x03\x04": "workbook",
    rb"\xd0\xcf\x11\xe0|\x09[\0\x02\x04\x08]..": "old workbook",
    rb"%PDF": "pdf",
    rb"SQLite format 3\0": "sqlite",
    rb"(?s).{8}DUCK.{2}\0{6}": "duckdb",
    rb"(ARROW1|FEA1)": "feather",
}
"""How files of each form begin."""
