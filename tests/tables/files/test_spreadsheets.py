from __future__ import annotations

import builtins
import datetime
import io
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workbooks import Sheets, ods, ods_cell, xls, xlsx, xlsx_rows, zipped

from recommender.cli import app as cli
from recommender.errors import DatasetError, MissingExtraError, UnknownNameError
from recommender.tables.files import opening
from recommender.tables.files import workbooks as bounds
from recommender.tables.files.readers import read_table
from recommender.tables.loading import load_dataset

MAKE = {"xlsx": xlsx, "ods": ods, "xls": xls}
ROWS = [[i + 0.5, i, f"k{i % 3}", "uv"[i % 2]] for i in range(12)]
TABLE = [["a", "n", "b", "y"], *ROWS]
FRAME = pd.DataFrame(ROWS, columns=TABLE[0]).astype({"b": "str", "y": "str"})


def written(folder: Path, sheets: Sheets, ending: str) -> Path:
    path = folder / f"book.{ending}"
    path.write_bytes(MAKE[ending](sheets))
    return path


FORMS: dict[str, tuple[Sheets, str]] = {
    "a table": ({"data": TABLE}, ""),
    "empty sheets around": ({"first": [], "data": TABLE, "last": [[None]]}, ""),
    "a page of words in front": ({"about": [["Sales"], ["of 2024"]], "data": TABLE}, "'data' was read"),
    "a title": ({"data": [["Sales of 2024"], [], *TABLE]}, "line above the table was skipped: 'Sales of 2024'"),
    "further in": ({"data": [[], [], *([None, None, *row] for row in TABLE)]}, ""),
    "empty rows and columns": ({"data": [*([*row, None, " "] for row in TABLE), [None] * 6, [""] * 6]}, ""),
}


@pytest.mark.parametrize("ending", MAKE)
@pytest.mark.parametrize("name", FORMS)
def test_where_the_table_is(tmp_path, name, ending):
    sheets, note = FORMS[name]
    table = read_table(written(tmp_path, sheets, ending))
    pd.testing.assert_frame_equal(table.frame, FRAME)
    assert note in " ".join(table.notes)
    assert bool(note) == bool(table.notes)


@pytest.mark.parametrize("name", FORMS)
def test_plain_pandas_reads_the_same(tmp_path, name):
    path = written(tmp_path, FORMS[name][0], "xlsx")
    table = read_table(path)
    function, options = table.call
    pd.testing.assert_frame_equal(getattr(pd, function)(path, **options), table.frame)


SEVERAL: Sheets = {"north": TABLE, "South": [["c", "z"], [1, "u"], [2, "v"]], "3": [["d", "z"], [1, "u"], [2, "v"]]}


@pytest.mark.parametrize("ending", MAKE)
@pytest.mark.parametrize(
    ("sheet", "column"),
    [("north", "a"), ("South", "c"), ("south", "c"), (1, "a"), (2, "c"), ("2", "c"), ("3", "d"), (3, "d")],
)
def test_sheets_by_name_and_number(tmp_path, ending, sheet, column):
    path = written(tmp_path, SEVERAL, ending)
    table = read_table(path, sheet=sheet)
    assert table.frame.columns[0] == column
    assert table.notes == ()
    pd.testing.assert_frame_equal(read_table(f"{path}::{sheet}").frame, table.frame)


def test_several_sheets_are_said(tmp_path):
    path = written(tmp_path, SEVERAL, "xlsx")
    (note,) = load_dataset(path, target="y").notes
    assert note == "3 sheets hold something ('north', 'South', '3'), and 'north' was read: sheet= names another"


@pytest.mark.parametrize("sheet", ["west", 0, 4, "-1"])
def test_an_unknown_sheet_lists_the_sheets(tmp_path, sheet):
    with pytest.raises(UnknownNameError, match=r"unknown sheet .* Choose from: north, South, 3"):
        load_dataset(written(tmp_path, SEVERAL, "xlsx"), target="y", sheet=sheet)


def test_names_of_datasets_tell_the_sheet(tmp_path):
    path = written(tmp_path, {"one": TABLE, "two": TABLE}, "xlsx")
    assert (
        load_dataset(path, target="y", sheet="two").name == load_dataset(f"{path}::two", target="y").name == "book two"
    )


def test_a_sheet_goes_with_workbooks(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    with pytest.raises(DatasetError, match="holds one table, and 'x' of it was asked for"):
        read_table(tmp_path / "a.csv", sheet="x")
    with pytest.raises(DatasetError, match="goes with the file of a workbook, got DataFrame"):
        load_dataset(FRAME, target="y", sheet="x")
    with pytest.raises(DatasetError, match="names a sheet already"):
        read_table(f"{written(tmp_path, SEVERAL, 'xlsx')}::north", sheet="South")


@pytest.mark.parametrize("ending", MAKE)
def test_values_without_names(tmp_path, ending):
    table = read_table(written(tmp_path, {"data": [["measured"], *ROWS]}, ending))
    assert table.frame.columns.tolist() == ["column_1", "column_2", "column_3", "column_4"]
    assert table.frame["column_2"].tolist() == list(range(12))
    assert len(table.notes) == 2


@pytest.mark.parametrize("ending", MAKE)
def test_two_lines_of_names(tmp_path, ending):
    table = read_table(written(tmp_path, {"data": [TABLE[0], ["cm", "kg", None, None], *ROWS]}, ending))
    assert table.frame.columns.tolist() == ["a cm", "n kg", "b", "y"]
    pd.testing.assert_frame_equal(table.frame.set_axis(TABLE[0], axis=1), FRAME)


@pytest.mark.parametrize("ending", MAKE)
def test_classes_that_pandas_takes_for_missing_are_named(tmp_path, ending):
    rows = [["a", "y"], *([i, ["None", "gold"][i % 2]] for i in range(8))]
    with pytest.raises(DatasetError, match=r"4 cells 'None', read as missing.*pandas.read_excel\("):
        load_dataset(written(tmp_path, {"data": rows}, ending), target="y")


def test_days_and_truth_values_and_errors(tmp_path):
    rows = [f'<row><c><v>{i}</v></c><c t="b"><v>{i % 2}</v></c><c s="1"><v>{43831 + i}</v></c></row>' for i in range(4)]
    names = '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c><c t="str"><v>day</v></c></row>'
    error = '<row><c t="e"><v>#DIV/0!</v></c><c t="b"><v>1</v></c><c s="1"><v>43835</v></c></row>'
    styles = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    with zipfile.ZipFile(io.BytesIO(xlsx({}, {"data": names + "".join(rows) + error}))) as book:
        members = {name: book.read(name) for name in book.namelist()}
    related = members["xl/_rels/workbook.xml.rels"].decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    more = f'<Relationship Id="rId9" Type="{kind}" Target="styles.xml"/></Relationships>'
    members["xl/_rels/workbook.xml.rels"] = related.replace("</Relationships>", more).encode()
    (tmp_path / "book.xlsx").write_bytes(zipped(members | {"xl/styles.xml": styles}))
    frame = read_table(tmp_path / "book.xlsx").frame
    assert frame["a"].tolist()[:4] == [0, 1, 2, 3]
    assert np.isnan(frame["a"][4])
    assert frame["b"].tolist() == [False, True, False, True, True]
    assert frame["day"].tolist() == [pd.Timestamp("2020-01-01") + datetime.timedelta(i) for i in range(5)]


def test_the_command_line_takes_a_sheet(tmp_path, capsys):
    path = written(tmp_path, {"about": [["a", "b"], ["c", "d"]], "data": TABLE}, "xlsx")
    arguments = ["metafeatures", str(path), "--target", "y", "--group", "simple", "--format", "csv"]
    assert cli.main([*arguments, "--sheet", "data"]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main([*arguments, "--sheet", "nothing"]) == 2
    assert "unknown sheet 'nothing'" in capsys.readouterr().err
    assert cli.main(arguments) == 2
    assert "'about' was read: --sheet names another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ending", "library"), [("xlsx", "python_calamine"), ("ods", "python_calamine"), ("xls", "xlrd")]
)
def test_a_missing_library_is_named_with_its_extra(tmp_path, monkeypatch, ending, library):
    imported = builtins.__import__

    def refusing(name, *arguments, **more):
        if name.partition(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return imported(name, *arguments, **more)

    path = written(tmp_path, {"data": TABLE}, ending)
    monkeypatch.setattr(builtins, "__import__", refusing)
    with pytest.raises(MissingExtraError, match=rf"{library} is not installed: pip install 'recommender\[excel\]'"):
        load_dataset(path, target="y")


# ---------------------------------------------------------------------------------------------------------------------
# What is no workbook, or too large a one

BOOK = xlsx({"data": TABLE})
FAR = xlsx_rows(TABLE) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WIDE_THEN_LOW = '<row r="1">' + "<c><v>1</v></c>" * 16_000 + '</row><row r="1048576"><c><v>1</v></c></row>'
ROWS_REPEATED, MANY = "table:number-rows-repeated", ' table:number-columns-repeated="16000"'
ENTITIES = "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in pairwise("abcdefghij"))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "text.xlsx": (b"a,y\n1,2\n", "plain text. Give it the ending .csv"),
    "text.xls": (b"a\ty\n1\t2\n", "plain text"),
    "page.xls": (b"<html><table><tr><td>a</td></tr></table>", "web page"),
    "noise.xlsx": (np.random.default_rng(0).bytes(5000), "cannot be read as XLSX"),
    "noise.xls": (b"\xd0\xcf\x11\xe0" + np.random.default_rng(0).bytes(5000), "cannot be read as XLS"),
    "cut-off.xlsx": (BOOK[:-60], "cannot be read as XLSX"),
    "cut-off.xls": (xls({"data": TABLE})[:2000], "cannot be read as XLS"),
    "damaged.xlsx": (BOOK[:700] + b"\0" * 80 + BOOK[780:], "cannot be read as XLSX"),
    "letter.xlsx": (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}), "cannot be read as XLSX"),
    "open.xlsx": (xlsx({}, {"data": "<row><c>"}), "mismatched tag"),
    "secret.xlsx": (xls({"data": TABLE}).replace(b"W\0o\0r\0k\0", bounds.ENCRYPTED[:8]), "cannot be read as XLSX"),
    "empty.xlsx": (xlsx({"one": [], "two": []}), "no sheet that holds anything"),
    "empty.xls": (xls({"one": []}), "no sheet that holds anything"),
    "names.ods": (ods({"one": [["a", "y"]]}), "the table is empty"),
    "far.xlsx": (xlsx({}, {"data": FAR}), "spans more than 33,554,432 cells"),
    "small-letters.xlsx": (xlsx({}, {"data": FAR.replace("XFD", "xfd")}), "spans more than"),
    "beyond.xlsx": (
        xlsx({}, {"data": FAR.replace("XFD1048576", "B18446744073709551615")}),
        "is not a place on a sheet",
    ),
    "wide-then-low.xlsx": (xlsx({}, {"data": WIDE_THEN_LOW}), "spans more than"),
    "other-quotes.xlsx": (xlsx({}, {"data": FAR.replace('"', "'")}), "spans more than"),
    "repeated.ods": (
        ods({}, {"data": f'<table:table-row {ROWS_REPEATED}="900000">{ods_cell(1, MANY)}</table:table-row>'}),
        "spans more than",
    ),
    "several.ods": (
        ods(
            {}, dict.fromkeys("123", f'<table:table-row {ROWS_REPEATED}="999">{ods_cell("x", MANY)}</table:table-row>')
        ),
        "spans more than",
    ),
    "endless-names.xlsx": (
        zipped({"[Content_Types].xml": f"<!DOCTYPE t [<!ENTITY a 'aaaaaaaaaa'>{ENTITIES}]><Types>&j;</Types>"}),
        "cannot be read as XLSX",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_workbook_is_one_line_on_the_command_line(tmp_path, capsys, name):
    content, message = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    assert cli.main(["recommend", str(tmp_path / name), "--target", "y"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert len(shown.err.splitlines()) == 1
    assert len(shown.err) < 800


def test_a_password_is_mentioned(tmp_path):
    (tmp_path / "secret.xlsx").write_bytes(xls({"data": TABLE}) + bounds.ENCRYPTED)
    with pytest.raises(DatasetError, match="protected by a password"):
        read_table(tmp_path / "secret.xlsx")


def test_unpacking_a_workbook_ends_at_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MAX_UNPACKED", 2**20)
    (tmp_path / "bomb.xlsx").write_bytes(xlsx({}, {"data": "<row/>" * 2**18}))
    with pytest.raises(DatasetError, match=r"unpacks to more than .* GiB"):
        read_table(tmp_path / "bomb.xlsx")


def test_a_workbook_may_be_packed_again(tmp_path):
    (tmp_path / "book.xlsx.zip").write_bytes(zipped({"book.xlsx": BOOK}))
    pd.testing.assert_frame_equal(read_table(tmp_path / "book.xlsx.zip").frame, FRAME)


def test_a_workbook_with_another_ending_is_named(tmp_path):
    (tmp_path / "book.csv").write_bytes(BOOK)
    with pytest.raises(DatasetError, match=r"workbook of Excel or LibreOffice: give it the ending \.xlsx"):
        read_table(tmp_path / "book.csv")


def test_damaged_old_workbooks_end_no_process(tmp_path):
    code = (
        "import sys; from recommender.tables.files.readers import read_table\n"
        "from recommender.errors import DatasetError\n"
        "import pathlib, random\n"
        "path = pathlib.Path(sys.argv[1]); whole = path.read_bytes()\n"
        "for seed in range(150):\n"
        "    draw = random.Random(seed); damaged = bytearray(whole)\n"
        "    for _ in range(20): damaged[draw.randrange(len(damaged))] = draw.randrange(256)\n"
        "    path.write_bytes(damaged)\n"
        "    try: read_table(path)\n"
        "    except DatasetError: pass\n"
    )
    path = written(tmp_path, {"data": TABLE}, "xls")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
