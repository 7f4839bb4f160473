from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest

from recommender.cli import app as cli
from recommender.errors import DatasetError
from recommender.tables.files import json_files, source
from recommender.tables.files.readers import read_table

N = 12
FRAME = pd.DataFrame(
    {
        "a": [None if i == 3 else i + 0.5 for i in range(N)],
        "n": range(N),
        "b": [None if i == 5 else f"k{i % 3}" for i in range(N)],
        "day": [f"2020-01-{i + 1:02}" for i in range(N)],
        "y": ["uv"[i % 2] for i in range(N)],
    }
)
RECORDS = json.loads(FRAME.to_json(orient="records"))
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)
COLUMNS = {name: [record[name] for record in RECORDS] for name in FRAME}

FORMS: dict[str, str] = {
    "records.json": json.dumps(RECORDS),
    "indented.json": json.dumps(RECORDS, indent=2),
    "columns.json": json.dumps(COLUMNS),
    "lines.jsonl": LINES,
    "lines.ndjson": LINES.replace("\n", "\r\n\r\n"),
    "lines.json": LINES,
    "records-in-jsonl.jsonl": json.dumps(RECORDS),
    "one-after-the-other.json": "".join(json.dumps(record, indent=1) for record in RECORDS),
    "inside.json": json.dumps({"count": N, "results": RECORDS, "errors": []}),
    "deep-inside.json": json.dumps({"success": True, "result": {"fields": ["a"], "records": RECORDS}}),
    "split.json": FRAME.to_json(orient="split"),
    "table.json": FRAME.to_json(orient="table"),
    "index.json": FRAME.to_json(orient="index"),
    "as-pandas-writes.json": FRAME.to_json(),
    "by-key.json": json.dumps({f"row {i}": record for i, record in enumerate(RECORDS)}),
    "rows.json": json.dumps([list(FRAME), *([record[name] for name in FRAME] for record in RECORDS)]),
    "lines-of-rows.jsonl": "\n".join(map(json.dumps, [list(FRAME), *(list(record.values()) for record in RECORDS)])),
}


def check(table: pd.DataFrame) -> None:
    expected = FRAME.reset_index() if "index" in table else FRAME
    pd.testing.assert_frame_equal(table, expected, check_column_type=False)


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_json(tmp_path, name):
    (tmp_path / name).write_text(FORMS[name])
    check(read_table(tmp_path / name).frame)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_packing(tmp_path, encoding):
    text = json.dumps([record | {"b": "größe"} for record in RECORDS], ensure_ascii=False)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(text.encode(encoding)))
    assert set(read_table(tmp_path / "a.json.gz").frame["b"]) == {"größe"}


@pytest.mark.parametrize("name", ["records.json", "columns.json", "lines.jsonl", "lines.json", "indented.json"])
def test_plain_pandas_reads_the_same(tmp_path, name):
    numbers = [record | {"z": 0.1 + 0.2, "code": "007", "id": 2**53 + i} for i, record in enumerate(RECORDS)]
    content = {"columns.json": json.dumps({key: [r[key] for r in numbers] for key in numbers[0]})}
    lines = "\n".join(map(json.dumps, numbers))
    (tmp_path / name).write_text(content.get(name) or (lines if "lines" in name else json.dumps(numbers, indent=1)))
    table = read_table(tmp_path / name)
    function, options = table.call
    pd.testing.assert_frame_equal(getattr(pd, function)(tmp_path / name, **options), table.frame)


@pytest.mark.parametrize("content", ['[{"date": 1}, {"date": 2}]', '{"a": 1}{"a": 2}'])
def test_plain_pandas_might_read_something_else(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    assert read_table(tmp_path / "a.json").call is None


def test_records_within_records_become_columns(tmp_path):
    records = [{"y": i, "home": {"city": f"c{i}", "at": {"x": i}}} for i in range(3)]
    (tmp_path / "a.json").write_text(json.dumps(records))
    table = read_table(tmp_path / "a.json")
    assert table.frame.to_dict("list") == {"y": [0, 1, 2], "home.city": ["c0", "c1", "c2"], "home.at.x": [0, 1, 2]}
    assert table.call is None


def test_keys_that_some_records_lack_are_missing(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"a": 2, "b": true}\n')
    assert read_table(tmp_path / "a.jsonl").frame.isna().to_numpy().tolist() == [[False, True], [False, False]]


def test_the_word_none_stays_a_word(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"y": "None"}, {"y": "NA"}]))
    assert read_table(tmp_path / "a.json").frame["y"].tolist() == ["None", "NA"]


def test_rows_without_names_are_numbered(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([[i + 0.5, i, "uv"[i % 2]] for i in range(N)]))
    table = read_table(tmp_path / "a.json")
    assert table.frame.columns.tolist() == ["column_1", "column_2", "column_3"]
    assert table.frame["column_1"].dtype == float
    assert "column_1 to column_3" in table.notes[0]


ODD: dict[str, tuple[str, str]] = {
    "cut-off.json": (json.dumps(RECORDS)[:-20], "cannot be read as JSON"),
    "cut-off.jsonl": (LINES[:-20], "cannot be read as JSONL"),
    "csv.json": ("a,y\n1,2\n", "cannot be read as JSON: Expecting value: line 1 column 1"),
    "number.json": ("5", "holds one int, not a table"),
    "numbers.json": ("[1, 2, 3]", "holds an array of int, not a table"),
    "nothing.json": ("[]", "holds an array of nothing, not a table"),
    "no-object.json": ("{}", "not a table"),
    "mixed.json": ('[{"a": 1}, 2]', "holds an array of dict, int, not a table"),
    "object.json": ('{"a": 1, "b": "x"}', "holds an object, not a table"),
    "uneven.json": ('{"a": [1, 2], "b": [1]}', "holds columns of 1 to 2 values"),
    "two-lists.json": ('{"a": [{"x": 1}], "b": [{"x": 1}]}', "holds 2 lists of records ('a', 'b')"),
    "deep.json": ("[" * 100_000 + "]" * 100_000, "cannot be read as JSON"),
    "deep-records.json": ('[{"a":' * 20_000 + "1" + "}]" * 20_000, "cannot be read as JSON"),
    "long-number.json": ('[{"a": ' + "1" * 10_000 + "}]", "cannot be read as JSON"),
    "page.json": ("<!DOCTYPE html><html></html>", "web page"),
    "binary.json": ('[{"a": "' + "\0\1\2" * 50 + '"}]', "binary data"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_json_is_one_line_on_the_command_line(tmp_path, capsys, name):
    (tmp_path / name).write_text(ODD[name][0])
    assert cli.main(["recommend", str(tmp_path / name), "--target", "y"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert ODD[name][1] in shown.err
    assert len(shown.err.splitlines()) == 1
    assert len(shown.err) < 800


def test_large_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_files, "MAX_BYTES", 100)
    (tmp_path / "a.json").write_text(json.dumps(RECORDS))
    with pytest.raises(DatasetError, match="MiB of JSON: write the table as Parquet or CSV"):
        read_table(tmp_path / "a.json")


@pytest.mark.parametrize("name", FORMS)
def test_tables_of_too_many_cells_are_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(source, "MAX_CELLS", 50)
    (tmp_path / name).write_text(FORMS[name])
    with pytest.raises(DatasetError, match=r"12 rows of [56] columns, more than can be read"):
        read_table(tmp_path / name)
