"""JSON: records, columns, or lines of records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from recommender.errors import DatasetError
from recommender.tables.files.headers import N_SAMPLED, find_header
from recommender.tables.files.opening import encoding_of
from recommender.tables.files.source import Source, Table, check_cells

MAX_BYTES = 2**28
"""Bytes of a JSON file at most: what it holds takes many times as much memory."""
MAX_DEPTH = 3
"""So deep may the records lie in an object."""
EXACT = {"dtype": False, "convert_axes": False, "precise_float": True}
"""What `pandas.read_json` must be told to leave values as they are."""
DATED = re.compile(r".*_(at|time)|timestamp.*|modified|date", re.IGNORECASE)
"""Names of columns that some versions of it turn into dates all the same."""


def read_json(source: Source) -> Table:
    """The table in JSON: an array of records or rows, an object of columns, one with records inside, or lines.

    Parameters
    ----------
    source : Source
        What pandas writes by `to_json` is read in every orientation but "values" without names. Records within
        records become columns such as ``address.city``.
    """
    encoding = encoding_of(source.file)
    source.file.seek(0, 2)
    if source.file.tell() > MAX_BYTES:
        raise DatasetError(f"holds more than {MAX_BYTES // 2**20} MiB of JSON: write the table as Parquet or CSV")
    source.file.seek(0)
    text = source.file.read().decode(encoding)
    values = list(_values(text))
    if len(values) != 1:
        in_lines = len(values) == sum(not line.isspace() for line in text.splitlines())
        table = _of_records(values, {"orient": "records", "lines": True} if in_lines else None)
    elif isinstance(values[0], list):
        table = _of_records(values[0], {"orient": "records"})
    elif isinstance(values[0], dict):
        table = _of_object(values[0])
    else:
        raise DatasetError(f"holds one {type(values[0]).__name__}, not a table: an array of records is needed")
    return replace(table, call=_exact(table, encoding))


def _exact(table: Table, encoding: str) -> tuple[str, dict[str, Any]] | None:
    """How pandas reads the same table, if it leaves it as it is."""
    if table.call is None or any(DATED.fullmatch(str(name)) for name in table.frame.columns):
        return None
    options = {} if encoding == "utf-8" else {"encoding": encoding}
    return "read_json", table.call[1] | EXACT | options


def _values(text: str) -> Iterator[Any]:
    """The values of a text: one, or one after the other as in JSON lines."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        yield value


def _of_records(values: list[Any], options: dict[str, Any] | None = None) -> Table:
    """A table of records, or of rows, which may begin with the names."""
    if values and all(isinstance(value, list) for value in values):
        return _of_rows(values)
    if not values or not all(isinstance(value, dict) for value in values):
        kinds = ", ".join(sorted({type(value).__name__ for value in values})) or "nothing"
        raise DatasetError(f"holds an array of {kinds}, not a table: an array of records is needed")
    names = set().union(*values)
    check_cells(len(values), len(names))
    if not any(isinstance(cell, dict) for value in values for cell in value.values()):
        return Table(pd.DataFrame(values), call=("read_json", options) if options else None)
    flat = pd.json_normalize(values)
    check_cells(*flat.shape)
    return Table(flat)


def _of_rows(rows: list[list[Any]]) -> Table:
    """A table of rows, of which the first may be the names."""
    header = find_header([["" if cell is None else str(cell) for cell in row] for row in rows[:N_SAMPLED]])
    names = list(header.names) or [str(name) for name in rows[header.above]]
    return replace(_of_split(names, rows[header.above + header.lines :]), notes=header.notes)


def _of_split(names: list[Any], rows: list[list[Any]]) -> Table:
    """A table of names and rows."""
    width = max(map(len, (names, *rows)))
    check_cells(len(rows), width)
    columns = [*map(str, names), *(f"column_{i + 1}" for i in range(len(names), width))]
    return Table(pd.DataFrame([[*row, *[None] * (width - len(row))] for row in rows], columns=columns))


def _of_object(value: dict[str, Any]) -> Table:
    """The table in an object: split into names and rows, columns by name, records by key, or records inside."""
    names, rows, cells = value.get("columns"), value.get("data"), list(value.values())
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return _of_split(names, rows)
    if cells and all(isinstance(cell, list) and not any(isinstance(v, dict) for v in cell) for cell in cells):
        return _of_columns(value)
    if cells and all(isinstance(cell, dict) and _is_flat(cell) for cell in cells):
        return _of_labelled(value)
    return _of_records(_records_inside(value))


def _is_flat(record: dict[str, Any]) -> bool:
    return not any(isinstance(cell, (dict, list)) for cell in record.values())


def _of_columns(columns: dict[str, list[Any]]) -> Table:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise DatasetError(f"holds columns of {min(lengths):,} to {max(lengths):,} values: each row needs one of each")
    check_cells(max(lengths), len(columns))
    return Table(pd.DataFrame(columns), call=("read_json", {"orient": "columns"}))


def _of_labelled(value: dict[str, dict[str, Any]]) -> Table:
    """Columns of labelled values, as pandas writes them, or records by their keys."""
    labels = dict.fromkeys(label for cell in value.values() for label in cell)
    if all(key.isdigit() for key in value) or (len(value) > len(labels) and not all(map(str.isdigit, labels))):
        check_cells(len(value), len(labels))
        return Table(pd.DataFrame(list(value.values())))
    check_cells(len(labels), len(value))
    return Table(pd.DataFrame({name: [column.get(label) for label in labels] for name, column in value.items()}))


def _records_inside(value: dict[str, Any]) -> list[Any]:
    """The one list of records in an object, as deep as `MAX_DEPTH`."""
    level: list[tuple[str, Any]] = list(value.items())
    for _ in range(MAX_DEPTH):
        found = [(name, v) for name, v in level if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)]
        if len(found) > 1:
            names = ", ".join(repr(name[:60]) for name, _ in found[:10])
            raise DatasetError(f"holds {len(found)} lists of records ({names}): write the one that is meant to a file")
        if found:
            return list(found[0][1])
        level = [(f"{name}.{key}", v) for name, cell in level if isinstance(cell, dict) for key, v in cell.items()]
    raise DatasetError("holds an object, not a table: an array of records, or an object of columns, is needed")
