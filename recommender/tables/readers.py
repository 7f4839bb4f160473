"""Files that hold a table: CSV, Parquet and ARFF, as they come: packed, in any encoding, with any delimiter."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import lzma
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from recommender.errors import DatasetError, one_line

MAX_UNPACKED = 2**30
"""Bytes that a packed file may unpack to."""
MAX_CELLS = 2**29
"""Rows times columns of a table at most: 4 GiB as numbers."""
MAX_COLUMNS = 100_000
"""Columns of a CSV file at most."""
HEAD = 2**22
"""Bytes at the beginning of a file that tell its form; the names of all columns must lie in them."""
DELIMITERS = ",;\t|"


def read_table(path: Path) -> pd.DataFrame:
    """The table in a CSV, Parquet or ARFF file.

    Parameters
    ----------
    path : Path
        The ending decides on the format. Packing by gzip, zip, xz or bzip2 is told by the content. Text may be UTF-8,
        UTF-16, UTF-32 or Windows-1252; the delimiter of a CSV file a comma, semicolon, tab or bar, and where it is no
        comma, numbers may have decimal commas.

    Returns
    -------
    DataFrame
        A column of row names, which the header does not name, is left out.

    Raises
    ------
    DatasetError
        If there is no such file, it holds something else, is damaged, or is too large to be read.
    """
    if not _exists(path):
        raise DatasetError(f"no such file: {str(path)[:300]!r}. Give the path of a CSV, Parquet or ARFF file")
    if path.is_dir():
        raise DatasetError(f"{path} is a folder. Give the path of a CSV, Parquet or ARFF file")
    ending = next((e for e in reversed(path.suffixes) if e.lower() not in PACKED), path.suffix).lower().lstrip(".")
    if ending not in READERS:
        raise DatasetError(
            f"{path}: cannot tell the format from the ending {path.suffix!r}. "
            f"Accepted are: {', '.join('.' + e for e in READERS)}, also packed ({', '.join(PACKED)})"
        )
    if not path.is_file() or path.stat().st_size == 0:
        raise DatasetError(f"{path} is empty: a table with a header and rows is needed")
    try:
        with ExitStack() as stack:
            file = _opened(path, stack)
            _refuse_foreign(file, ending)
            return READERS[ending](file)
    except DatasetError as error:
        raise DatasetError(f"{path} {error}") from error
    except Exception as error:  # each reader has its own errors for a damaged file
        reason = one_line(error, 300)
        raise DatasetError(f"{path} cannot be read as {ending.upper()}: {reason}") from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # names that are too long, or hold a zero
        return False


def csv_options(file: IO[bytes]) -> dict[str, Any]:
    """What `pandas.read_csv` must be told to read a file; nothing if it is UTF-8, with commas.

    Examples
    --------
    >>> import io
    >>> csv_options(io.BytesIO("größe;preis\\n1;2,5\\n".encode("cp1252")))
    {'encoding': 'cp1252', 'sep': ';', 'decimal': ','}
    """
    encoding = _encoding(file)
    options: dict[str, Any] = {} if encoding in {"utf-8", "utf-8-sig"} else {"encoding": encoding}
    text = _head(file).decode(encoding, errors="ignore")
    header = re.sub(r'"[^"]*"', "", text).lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    if header.count(delimiter) >= MAX_COLUMNS:
        raise DatasetError(f"has more than {MAX_COLUMNS:,} columns: leave out those that are not needed")
    names, *rows = _sampled_rows(text, delimiter) or [[]]
    if delimiter != ",":
        options["sep"] = delimiter
        fields = [field.strip() for row in rows for field in row]
        if any(map(DECIMAL_COMMA.fullmatch, fields)) and not any(map(DECIMAL_POINT.fullmatch, fields)):
            options["decimal"] = ","
    if rows and all(len(row) == len(names) + 1 and row[-1] == "" for row in rows):
        options["index_col"] = False  # a delimiter too many at the end of each row
    return options


def path_options(path: Path) -> dict[str, Any]:
    """The `csv_options` of a CSV file, packed or not."""
    with ExitStack() as stack:
        return csv_options(_opened(path, stack))


DECIMAL_COMMA, DECIMAL_POINT = re.compile(r"[-+]?\d+,\d+"), re.compile(r"[-+]?\d+\.\d+")
"""Numbers by how they mark decimals."""


def _sampled_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of a CSV text; the last of them may be cut off, and is left out."""
    rows: list[list[str]] = []
    with suppress(csv.Error):  # pandas will say what is wrong
        rows.extend(row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 200) if row)
    return rows[:-1] if len(text) >= HEAD // 4 else rows


def _encoding(file: IO[bytes]) -> str:
    """The encoding of a text: what its first bytes say, else UTF-8 where it is valid throughout, else Windows-1252."""
    head = _head(file)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    if even + odd > len(head) / 4 and min(even, odd) < max(even, odd) / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    if len(head.translate(None, CONTROLS)) < 0.99 * len(head):
        raise DatasetError("holds binary data and no text: write the table as CSV or Parquet")
    return next((encoding for encoding in ("utf-8", "cp1252") if _decodes(file, encoding)), "latin-1")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(HEAD):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(HEAD)


# ---------------------------------------------------------------------------------------------------------------------
# Opening


def _opened(path: Path, stack: ExitStack) -> IO[bytes]:
    """The content of a file, unpacked where it is packed."""
    raw = stack.enter_context(path.open("rb"))
    head = raw.read(8)
    raw.seek(0)
    opener = next((opener for magic, opener in UNPACKERS.items() if head.startswith(magic)), None)
    if opener is None:
        return raw
    packed = stack.enter_context(opener(raw))
    file = tempfile.SpooledTemporaryFile(max_size=2**26)  # noqa: SIM115
    stack.enter_context(file)
    while chunk := packed.read(2**20):
        file.write(chunk)
        if file.tell() > MAX_UNPACKED:
            raise DatasetError(
                f"unpacks to more than {MAX_UNPACKED / 2**30:.2g} GiB. If it is meant to, unpack it yourself, "
                "or take a sample of its rows"
            )
    return file


def _zip_member(raw: IO[bytes]) -> IO[bytes]:
    """The only file of a zip archive."""
    archive = zipfile.ZipFile(raw)
    names = [member.filename for member in archive.infolist() if not member.is_dir()]
    if "[Content_Types].xml" in names:
        raise DatasetError("is a workbook of Excel: save the sheet as CSV")
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if len(names) != 1:
        raise DatasetError(f"holds {len(names)} files, and one table is needed: unpack it and give one of them")
    return archive.open(names[0])


def _refuse_foreign(file: IO[bytes], ending: str) -> None:
    """An error where the content is plainly something else than the ending says."""
    head = _head(file)[:1024]
    if not head.strip():
        raise DatasetError("is empty: a table with a header and rows is needed")
    for pattern, (what, advice) in FOREIGN.items():
        if ending not in what.lower() and re.match(pattern, head, flags=re.IGNORECASE):
            raise DatasetError(f"is {what}: {advice}")


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def _read_csv(file: IO[bytes]) -> pd.DataFrame:
    options = csv_options(file)
    file.seek(0)
    table = pd.read_csv(file, low_memory=False, **options)
    if table.index.nlevels > 1:
        raise DatasetError(
            f"has {table.index.nlevels} more values in its rows than names in its header: each column needs a name"
        )
    return table.reset_index(drop=True)


def _read_parquet(file: IO[bytes]) -> pd.DataFrame:
    from pyarrow.parquet import read_metadata

    size = read_metadata(file)
    if size.num_rows * max(size.num_columns, 1) > MAX_CELLS:
        raise DatasetError(
            f"holds {size.num_rows:,} rows of {size.num_columns:,} columns, more than can be read: take a sample"
        )
    file.seek(0)
    return pd.read_parquet(file)


def _read_arff(file: IO[bytes]) -> pd.DataFrame:
    import arff  # liac-arff, which the openml client brings

    encoding = _encoding(file)
    file.seek(0)
    content = arff.load(codecs.getreader(encoding)(file))
    columns = [
        _arff_column([row[i] for row in content["data"]], kind) for i, (_, kind) in enumerate(content["attributes"])
    ]
    table = pd.concat(columns, axis=1)
    return table.set_axis([name for name, _ in content["attributes"]], axis=1)


def _arff_column(values: list[Any], kind: str | list[str]) -> pd.Series:
    if isinstance(kind, list):
        return pd.Series(pd.Categorical(values, categories=kind))
    return pd.Series(values, dtype=np.float64 if kind.upper() in {"REAL", "NUMERIC", "INTEGER"} else object)


READERS: dict[str, Callable[[IO[bytes]], pd.DataFrame]] = {
    "csv": _read_csv,
    "tsv": _read_csv,
    "parquet": _read_parquet,
    "arff": _read_arff,
}
PACKED = (".gz", ".zip", ".xz", ".bz2")
UNPACKERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"PK\x03\x04": _zip_member,
    b"\xfd7zXZ\0": lzma.open,
    b"BZh": bz2.open,
}
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""UTF-32 before UTF-16, whose mark its own begins with."""
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
FOREIGN = {
    rb"\s*<(!doctype|\?xml|html|head|body|table|div)": ("a web page (HTML or XML)", "download the table itself"),
    rb'\s*(\{\s*"|\[\s*[\[{"\d])': ("JSON", "pandas.read_json can turn it into a table"),
    rb"PAR1": ("a Parquet file", "give it the ending .parquet"),
    rb"\s*(%[^\n]*\n\s*)*@relation": ("an ARFF file", "give it the ending .arff"),
    rb"\xd0\xcf\x11\xe0": ("an old workbook of Excel", "save the sheet as CSV"),
    rb"%PDF": ("a PDF", "a table is needed"),
    rb"SQLite format 3": ("a SQLite database", "write the table as CSV or Parquet"),
    rb"(ARROW1|FEA1)": ("a Feather file", "write the table as CSV or Parquet"),
}
"""What is found where a table was asked for: how it begins, what it is, and what to do."""
