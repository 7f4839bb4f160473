from __future__ import annotations

import pandas as pd
import pytest

from recommender.errors import DatasetError
from recommender.tables.files import delimited
from recommender.tables.files.readers import read_table
from recommender.tables.loading import load_dataset

N = 12
ROWS = [[f"{i}.5", f"k{i % 3}", "uv"[i % 2]] for i in range(N)]


def joined(delimiter: str, *above: str, rows: list[list[str]] = ROWS, end: str = "\n") -> str:
    return "".join(line + end for line in (*above, *map(delimiter.join, rows)))


FORMS: dict[str, tuple[str, str]] = {
    "commas.txt": (joined(",", "a,b,y"), ""),
    "semicolons.data": (joined(";", "a;b;y").replace(".", ","), ""),
    "tabs.dat": (joined("\t", "a\tb\ty"), ""),
    "bars.txt": (joined("|", "a|b|y"), ""),
    "bars-around.txt": (joined("|", "|a|b|y|", rows=[["", *row, ""] for row in ROWS]), ""),
    "spaces.data": (joined("   ", "a b  y"), ""),
    "spaces-around.data": (joined("  ", "   a  b  y  ", rows=[["", *row, ""] for row in ROWS]), ""),
    "a-tab-among-spaces.data": ("a   b \ty\n" + "".join(f'{a}  "{b}"\t{y}\n' for a, b, y in ROWS), ""),
    "a-space-after-each.csv": (joined(", ", "a, b, y"), ""),
    "comma-too-many.csv": (joined(",", "a,b,y,", rows=[[*row, ""] for row in ROWS]), ""),
    "comma-in-front.csv": (joined(",", ",a,b,y", rows=[["", *row] for row in ROWS]), ""),
    "empty-columns.csv": (joined(",", "a,b,y,,", rows=[[*row, "", ""] for row in ROWS]), ""),
    "empty-rows.csv": (joined(",", "a,b,y", rows=[*ROWS, ["", "", ""], ["", "", ""]]), ""),
    "empty-both.csv": (joined(",", "a,b,y,", rows=[*([*row, ""] for row in ROWS), [""] * 4]), ""),
    "title.csv": (joined(",", "Sales of 2024", "", "a,b,y"), "line above the table was skipped: 'Sales of 2024'"),
    "title-with-a-comma.csv": (joined(",", '"Sales, of 2024"', "a,b,y"), "'Sales, of 2024'"),
    "title-above-semicolons.csv": (joined(";", "Sales, shops, and so on", "a;b;y"), "'Sales, shops, and so on'"),
    "title-and-quotes.csv": (joined(",", '"Sales\nof 2024",,', "a,b,y"), "'Sales of 2024'"),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_text(tmp_path, name):
    content, note = FORMS[name]
    (tmp_path / name).write_text(content)
    table = read_table(tmp_path / name)
    expected = pd.DataFrame(ROWS, columns=["a", "b", "y"]).astype({"a": float, "b": "str", "y": "str"})
    pd.testing.assert_frame_equal(table.frame, expected)
    assert note in " ".join(table.notes)
    assert bool(note) == bool(table.notes)


@pytest.mark.parametrize("name", FORMS)
def test_plain_pandas_reads_the_same(tmp_path, name):
    (tmp_path / name).write_text(FORMS[name][0])
    table = read_table(tmp_path / name)
    function, options = table.call
    pd.testing.assert_frame_equal(getattr(pd, function)(tmp_path / name, **options), table.frame)


@pytest.mark.parametrize("comment", ["", "# measured by hand\n\n"])
def test_columns_without_names_are_numbered(tmp_path, comment):
    (tmp_path / "flowers.data").write_text(comment + joined(",") + "\n")
    table = read_table(tmp_path / "flowers.data")
    assert table.frame.columns.tolist() == ["column_1", "column_2", "column_3"]
    assert table.frame["column_1"].tolist() == [i + 0.5 for i in range(N)]
    assert "--target column_3" in table.notes[-1]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "flowers.data", **table.call[1]), table.frame)
    assert load_dataset(tmp_path / "flowers.data", target="column_3").notes == table.notes


def test_a_wrong_target_says_that_columns_are_numbered(tmp_path):
    (tmp_path / "flowers.data").write_text(joined(","))
    with pytest.raises(ValueError, match=r"unknown target column 'kind'.*Note: the first line holds values"):
        load_dataset(tmp_path / "flowers.data", target="kind")


def test_two_lines_of_names(tmp_path):
    rows = [[f"{i}.5", str(i), "uv"[i % 2]] for i in range(N)]
    (tmp_path / "people.csv").write_text(joined(",", "size,mass,y", "cm,kg,", rows=rows))
    table = read_table(tmp_path / "people.csv")
    assert table.frame.columns.tolist() == ["size cm", "mass kg", "y"]
    assert table.frame["mass kg"].tolist() == list(range(N))
    assert table.notes == ("the names take two lines, which were joined, as in 'size cm'",)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "people.csv", **table.call[1]), table.frame)


def test_empty_rows_at_the_end_leave_whole_numbers_whole(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n" + "1,0\n2,1\n" * 3 + ",\n,\n")
    assert read_table(tmp_path / "a.csv").frame.dtypes.tolist() == ["int64", "int64"]


def test_columns_without_a_name_that_hold_something_stay(tmp_path):
    (tmp_path / "a.csv").write_text("a,y,,\n" + "1,0,,\n" * 300 + "2,1,,late\n")
    assert read_table(tmp_path / "a.csv").frame.columns.tolist() == ["a", "y", "Unnamed: 3"]


def test_named_columns_that_are_empty_stay(tmp_path):
    (tmp_path / "a.csv").write_text("a,empty,y\n" + "1,,0\n2,,1\n" * 3)
    assert read_table(tmp_path / "a.csv").frame.columns.tolist() == ["a", "empty", "y"]


def test_rows_of_words_are_no_columns_of_a_csv(tmp_path):
    (tmp_path / "words.csv").write_text("text\nhello world\ngood day\n")
    assert read_table(tmp_path / "words.csv").frame["text"].tolist() == ["hello world", "good day"]


def test_commas_within_fields_between_tabs(tmp_path):
    rows = [[f"Street {i}, Town", "uv"[i % 2]] for i in range(N)]
    (tmp_path / "towns.tsv").write_text(joined("\t", "place\ty", rows=rows))
    assert read_table(tmp_path / "towns.tsv").frame["place"].tolist() == [row[0] for row in rows]


def test_decimal_commas_without_names(tmp_path):
    (tmp_path / "a.csv").write_text("".join(f"{i},5;{i + 1},25;{'uv'[i % 2]}\n" for i in range(N)))
    assert read_table(tmp_path / "a.csv").frame["column_2"].tolist() == [i + 1.25 for i in range(N)]


CLASSES = "a,y\n" + "1.5,None\n2.5,gold\n3.5,silver\n" * 4


def test_classes_that_pandas_takes_for_missing_are_named(tmp_path):
    (tmp_path / "a.csv").write_text(CLASSES + "4.5,n/a\n5.5,\n")
    message = " ".join(load_dataset(tmp_path / "a.csv", target="y").notes)
    assert "rows without a target 'y' are left out: 6 of 14" in message
    assert "the target has 4 cells 'None', 1 cell 'n/a', read as missing" in message
    assert "pandas.read_csv(..., keep_default_na=False)" in message


def test_what_such_a_note_advises_keeps_them(tmp_path):
    (tmp_path / "a.csv").write_text(CLASSES)
    table = pd.read_csv(tmp_path / "a.csv", keep_default_na=False)
    assert load_dataset(table, target="y").n_classes == 3


def test_words_for_missing_values_in_features_are_not_mentioned(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n" + "None,u\n2.5,v\n3.5,u\n" * 4)
    assert load_dataset(tmp_path / "a.csv", target="y").notes == ()


def test_too_many_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_COLUMNS", 2)
    (tmp_path / "a.txt").write_text(joined("\t", "a\tb\ty"))
    with pytest.raises(DatasetError, match="more than 2 columns"):
        read_table(tmp_path / "a.txt")
