"""Delimited text: CSV and its relatives, in any encoding, with any delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from statistics import mean, mode
from typing import IO, Any

import pandas as pd

from recommender.errors import DatasetError
from recommender.tables.files.headers import N_SAMPLED, Header, find_header
from recommender.tables.files.opening import HEAD, encoding_of, head
from recommender.tables.files.plain import header_options, read_plainly
from recommender.tables.files.source import Source, Table

MAX_COLUMNS = 100_000
"""Columns of a file at most."""
DELIMITERS = "\t;|,"
"""Where two are as likely, the first: commas mark decimals, too."""
SPACES = r"\s+"
"""Runs of spaces, as pandas writes them."""
DECIMAL_COMMA, DECIMAL_POINT = re.compile(r"[-+]?\d+,\d+"), re.compile(r"[-+]?\d+\.\d+")
"""Numbers by how they mark decimals."""


def read_delimited(source: Source, *, spaced: bool = False) -> Table:
    """The table in a delimited text; with `spaced`, runs of spaces may delimit it.

    Parameters
    ----------
    source : Source
        Text in UTF-8, UTF-16, UTF-32 or Windows-1252, with commas, semicolons, tabs or bars.
    spaced : bool, default=False
        Whether columns may be separated by spaces.

    Returns
    -------
    Table
        A column of row names, which the header does not name, is left out.
    """
    options, header = csv_options(source.file, spaced=spaced)

    def read(**given: Any) -> pd.DataFrame:
        source.file.seek(0)
        frame = pd.read_csv(source.file, low_memory=False, **given)
        if frame.index.nlevels > 1:
            raise DatasetError(
                f"has {frame.index.nlevels} more values in its rows than names in its header: each column needs a name"
            )
        return frame

    return read_plainly("read_csv", read, options, notes=header.notes, target=source.target)


def csv_options(file: IO[bytes], *, spaced: bool = False) -> tuple[dict[str, Any], Header]:
    """What `pandas.read_csv` must be told to read a file, and where its header is; nothing if it is UTF-8, with commas.

    Examples
    --------
    >>> import io
    >>> csv_options(io.BytesIO("größe;preis\\n1;2,5\\n".encode("cp1252")))[0]
    {'encoding': 'cp1252', 'sep': ';', 'decimal': ','}
    """
    encoding = encoding_of(file)
    options: dict[str, Any] = {} if encoding in {"utf-8", "utf-8-sig"} else {"encoding": encoding}
    text = head(file).decode(encoding, errors="ignore")
    delimiter = _delimiter(text, spaced)
    lines, rows = _sampled_rows(text, delimiter)
    header = find_header(rows)
    if delimiter != ",":
        options["sep"] = delimiter
        fields = [field.strip() for row in rows for field in row]
        if any(map(DECIMAL_COMMA.fullmatch, fields)) and not any(map(DECIMAL_POINT.fullmatch, fields)):
            options["decimal"] = ","
    if _is_padded(rows):
        options["skipinitialspace"] = True
    return options | _header_options(header, lines, rows), header


def _header_options(header: Header, lines: list[int], rows: list[list[str]]) -> dict[str, Any]:
    """The options of a header; `lines` says where in the file each row ends."""
    if header.lines == 0 and header.above:
        header = replace(header, above=lines[header.above - 1])  # skipped by lines, of which some are blank
    names, *below = rows[header.above + header.lines - 1 :] if header.lines and rows else [[]]
    if header.lines == 1 and below and all(len(row) == len(names) + 1 and row[-1] == "" for row in below):
        return header_options(header) | {"index_col": False}  # a delimiter too many at the end of each row
    return header_options(header)


def _delimiter(text: str, spaced: bool) -> str:
    """What most evenly cuts the first rows into columns."""
    agreement = {delimiter: _agreement(text, delimiter) for delimiter in (*DELIMITERS, *([SPACES] if spaced else []))}
    best = max(agreement, key=agreement.__getitem__)
    if best == "\t" and agreement.get(SPACES, 0.0) >= agreement[best] and re.search(r"(?m)^.*\S {2,}\S.*$", text):
        return SPACES  # columns aligned by spaces, with a tab among them
    return best if agreement[best] else ","


def _agreement(text: str, delimiter: str) -> float:
    """The share of rows that have as many fields as most; 0 if most have one."""
    widths = [len(row) for row in _sampled_rows(text, delimiter)[1]]
    if max(widths, default=0) > MAX_COLUMNS:
        raise DatasetError(f"has more than {MAX_COLUMNS:,} columns: leave out those that are not needed")
    typical = mode(reversed(widths)) if widths else 1
    return mean(width == typical for width in widths) if typical > 1 else 0.0


def _sampled_rows(text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """The first rows that are not blank, and in which line each ends; a last one that may be cut off is left out."""
    if delimiter == SPACES:
        text = "\n".join(line.strip() for line in text.replace("\t", " ").splitlines()[: 2 * N_SAMPLED])
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=" ", skipinitialspace=True)
    else:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # pandas will say what is wrong
        sampled = islice(reader, N_SAMPLED)
        rows.extend((reader.line_num, row) for row in sampled if len(row) > 1 or any(map(str.strip, row)))
    if len(text) >= HEAD // 4 and len(rows) > 1:
        rows = rows[:-1]
    return [line for line, _ in rows], [row for _, row in rows]


def _is_padded(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a space follows each delimiter."""
    later = [field for row in rows for field in row[1:] if field]
    return bool(later) and all(field[0] == " " for field in later)
