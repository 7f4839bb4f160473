"""Opening files: packed or not, and text in any encoding."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from recommender.errors import DatasetError

MAX_UNPACKED = 2**30
"""Bytes that a packed file may unpack to, and that standard input may hold."""
HEAD = 2**22
"""Bytes at the beginning of a file that tell its form; the names of all columns must lie in them."""


def opened(path: Path, stack: ExitStack) -> IO[bytes]:
    """The content of a file, unpacked where it is packed."""
    return unpacked(stack.enter_context(path.open("rb")), stack)


def unpacked(raw: IO[bytes], stack: ExitStack) -> IO[bytes]:
    """The content of an open file, unpacked where it is packed; a workbook, which is packed by itself, stays so."""
    start = head(raw, 8)
    raw.seek(0)
    opener = next((opener for magic, opener in UNPACKERS.items() if start.startswith(magic)), None)
    if opener is None or (opener is _zip_member and is_workbook(raw)):
        return raw
    return spooled(stack.enter_context(opener(raw)), stack, does="unpacks to")


def spooled(stream: IO[bytes], stack: ExitStack, *, does: str = "holds") -> IO[bytes]:
    """All that a stream gives, as a file."""
    file = tempfile.SpooledTemporaryFile(max_size=2**26)  # noqa: SIM115
    stack.enter_context(file)
    while chunk := stream.read(2**20):
        file.write(chunk)
        if file.tell() > MAX_UNPACKED:
            raise DatasetError(
                f"{does} more than {MAX_UNPACKED / 2**30:.2g} GiB. If it is meant to, give it as a file that is not "
                "packed, or take a sample of its rows"
            )
    return file


def is_workbook(raw: IO[bytes]) -> bool:
    """Whether a zip archive is a workbook, or another document of an office."""
    try:
        names = zipfile.ZipFile(raw).namelist()
    except zipfile.BadZipFile:
        return False
    finally:
        raw.seek(0)
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= set(names)


def _zip_member(raw: IO[bytes]) -> IO[bytes]:
    """The only file of a zip archive."""
    archive = zipfile.ZipFile(raw)
    names = [member.filename for member in archive.infolist() if not member.is_dir()]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if len(names) != 1:
        raise DatasetError(f"holds {len(names)} files, and one table is needed: unpack it and give one of them")
    return archive.open(names[0])


def head(file: IO[bytes], size: int = HEAD) -> bytes:
    """The first bytes of a file."""
    file.seek(0)
    return file.read(size)


def encoding_of(file: IO[bytes]) -> str:
    """The encoding of a text: what its first bytes say, else UTF-8 where it is valid throughout, else Windows-1252."""
    start = head(file)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd > len(start) / 4 and min(even, odd) < max(even, odd) / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    if not is_text(start):
        raise DatasetError("holds binary data, not text: write the table as CSV or Parquet")
    return next((encoding for encoding in ("utf-8", "cp1252") if _decodes(file, encoding)), "latin-1")


def is_text(start: bytes) -> bool:
    """Whether hardly any of these bytes are control characters."""
    return len(start.translate(None, CONTROLS)) >= 0.99 * len(start)


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
