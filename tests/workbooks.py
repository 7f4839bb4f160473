"""Small workbooks, made without a library: what a test asks for is what is in the file."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

Sheets = dict[str, Sequence[Sequence[Any]]]


def zipped(members: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


# ---------------------------------------------------------------------------------------------------------------------
# xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(sheets: Sheets, raw: dict[str, str] | None = None) -> bytes:
    """A workbook of Excel; `raw` has whole sheets as the XML of their rows."""
    rows = {name: xlsx_rows(cells) for name, cells in sheets.items()} | (raw or {})
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(rows, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(rows) + 1)
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
    }
    for i, content in enumerate(rows.values(), start=1):
        members[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{content}</sheetData></worksheet>'
        )
    return zipped(members)


def xlsx_rows(cells: Sequence[Sequence[Any]]) -> str:
    rows = []
    for r, row in enumerate(cells, start=1):
        inner = "".join(_xlsx_cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row) if value is not None)
        rows.append(f'<row r="{r}">{inner}</row>')
    return "".join(rows)


def _xlsx_cell(place: str, value: Any) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


# ---------------------------------------------------------------------------------------------------------------------
# ods

ODS = "urn:oasis:names:tc:opendocument:xmlns"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(sheets: Sheets, raw: dict[str, str] | None = None) -> bytes:
    """A workbook of LibreOffice; `raw` has whole sheets as the XML of their rows."""
    rows = {name: "".join(map(_ods_row, cells)) for name, cells in sheets.items()} | (raw or {})
    tables = "".join(f'<table:table table:name="{escape(name)}">{row}</table:table>' for name, row in rows.items())
    names = " ".join(f'xmlns:{name}="{ODS}:{name}:1.0"' for name in ("office", "table", "text"))
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="{ODS}:manifest:1.0">{entry}</manifest:manifest>'
    return zipped(
        {
            "mimetype": ODS_TYPE,
            "META-INF/manifest.xml": manifest,
            "content.xml": f"<office:document-content {names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def _ods_row(row: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>"


def ods_cell(value: Any, more: str = "") -> str:
    if value is None:
        return f"<table:table-cell{more}/>"
    kind = "string" if isinstance(value, str) else "float"
    number = "" if isinstance(value, str) else f' office:value="{value}"'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{number}{more}>{text}</table:table-cell>'


# ---------------------------------------------------------------------------------------------------------------------
# xls

SECTOR, FREE, END, FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(sheets: Sheets) -> bytes:
    """A workbook of Excel before 2007, of at most 60 KiB."""
    names = {name: _record(0x85, bytes(6) + _short_text(name)) for name in sheets}
    start = _begin(5) + _record(0x42, struct.pack("<H", 1200))
    at = len(start) + sum(map(len, names.values())) + len(_record(0x0A, b""))
    bodies, listed = [], []
    for name, cells in sheets.items():
        listed.append(_record(0x85, struct.pack("<IBB", at, 0, 0) + _short_text(name)))
        bodies.append(_begin(16) + b"".join(_xls_cells(cells)) + _record(0x0A, b""))
        at += len(bodies[-1])
    return _compound(start + b"".join(listed) + _record(0x0A, b"") + b"".join(bodies))


def _xls_cells(cells: Sequence[Sequence[Any]]) -> list[bytes]:
    found = []
    for r, row in enumerate(cells):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str):
                found.append(_record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")))
            elif value is not None:
                found.append(_record(0x203, place + struct.pack("<d", value)))
    return found


def _begin(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 0x600))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _short_text(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, of the name that workbooks have."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    n = len(stream) // SECTOR
    chain = [FAT, END, *range(3, n + 2), END]
    table = struct.pack(f"<{SECTOR // 4}I", *chain, *[FREE] * (SECTOR // 4 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<IIIIIIIII", 1, 1, 0, 4096, END, 0, END, 0, 0) + b"\xff" * 4 * 108
    folder = _entry("Root Entry", 5, child=1, start=END, size=0) + _entry("Workbook", 2, FREE, 2, len(stream))
    return header + table + folder.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    place = struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
    return text.ljust(64, b"\0") + place + bytes(36) + struct.pack("<IQ", start, size)
