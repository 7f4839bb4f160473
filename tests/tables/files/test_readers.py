from __future__ import annotations

import gzip
import io
import itertools
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from workbooks import xlsx

from recommender.cli import app as cli
from recommender.errors import DatasetError
from recommender.tables.files import opening
from recommender.tables.files.readers import READERS, read_table
from recommender.tables.loading import load_dataset

N = 24
ROWS = [[f"{i}.5", f"k{i % 3}", "uv"[i * 7 % 5 > 2]] for i in range(N)]
FRAME = pd.DataFrame(ROWS, columns=["a", "b", "y"]).astype({"a": float, "b": "str", "y": "str"})
PLAIN = FRAME.to_csv(index=False)
RECORDS = FRAME.to_json(orient="records")


def parquet() -> bytes:
    content = io.BytesIO()
    FRAME.to_parquet(content)
    return content.getvalue()


PIPED: dict[str, bytes] = {
    "commas": PLAIN.encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "semicolons": PLAIN.replace(",", ";").replace(".", ",").encode(),
    "spaces": PLAIN.replace(",", "  ").encode(),
    "another encoding": PLAIN.encode("utf-16"),
    "packed": gzip.compress(PLAIN.encode()),
    "records": RECORDS.encode(),
    "records with a mark": RECORDS.encode("utf-8-sig"),
    "lines": FRAME.to_json(orient="records", lines=True).encode(),
    "parquet": parquet(),
    "workbook": xlsx({"data": [list(FRAME), *FRAME.itertuples(index=False)]}),
}


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


@pytest.mark.parametrize("name", PIPED)
def test_standard_input_is_told_by_its_content(monkeypatch, name):
    pipe(monkeypatch, PIPED[name])
    pd.testing.assert_frame_equal(read_table("-").frame, FRAME)


def test_a_sheet_of_standard_input(monkeypatch):
    pipe(monkeypatch, xlsx({"one": [["c"], [1]], "two": [list(FRAME), *FRAME.itertuples(index=False)]}))
    assert load_dataset("-", target="y", sheet="two").n_samples == N


def test_standard_input_goes_through_a_pipe():
    command = [sys.executable, "-m", "recommender", "metafeatures", "-", "--target", "y", "--group", "simple"]
    done = subprocess.run(command, input=PLAIN.encode(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"meta-features" in done.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "standard input is empty"),
        (b"\n \n", "standard input is empty"),
        (b"<html>", "standard input is a web page"),
        (b"%PDF-1.4", "standard input is a PDF"),
        (bytes(range(256)) * 9, "standard input holds binary data"),
        (b"SQLite format 3\0" + bytes(99), "standard input holds a database: give its file"),
        (b"[1, 2", "standard input cannot be read: Expecting ',' delimiter"),
        (gzip.compress(b"a,y\n1,2", mtime=0)[:-9], "standard input cannot be read"),
        (PLAIN.replace("y", "z", 1).encode(), "unknown target column"),
    ],
)
def test_odd_standard_input_is_one_line_on_the_command_line(monkeypatch, capsys, content, message):
    pipe(monkeypatch, content)
    assert cli.main(["recommend", "-", "--target", "y"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert message in shown.err


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_ends_at_the_bound(monkeypatch, packed):
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.parts = itertools.repeat(gzip.compress(b"1,2\n" * 2**18, mtime=0) if packed else b"1,2\n" * 2**18)

        def read(self, size: int = -1) -> bytes:
            return next(self.parts)

    monkeypatch.setattr(opening, "MAX_UNPACKED", 2**22)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Endless()))
    with pytest.raises(DatasetError, match=r"holds more than .* GiB"):
        read_table("-")


def test_an_ending_that_is_not_known_lists_the_others(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(DatasetError, match=r"\.csv, \.tsv, .*\.xlsx, .*\.jsonl, .*\.duckdb, also packed"):
        read_table(tmp_path / "a.docx")
    assert {"csv", "tsv", "txt", "data", "dat", "xlsx", "xls", "ods", "json", "jsonl", "ndjson"} < set(READERS)
