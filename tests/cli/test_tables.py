from __future__ import annotations

import pandas as pd
import pytest

from recommender.cli.tables import show_shares, show_table

TABLE = pd.DataFrame(
    {
        "dataset": ["visualizing_environmental", "wind"],
        "n_samples": [111, 6574],
        "algorithm": ["gaussian_process", "hist_of_a_name"],
        "hyperparameters": [{"learning_rate": 0.0191, "num_leaves": 27}, {}],
        "roc_auc": [0.1234567, float("nan")],
    }
)


def shown(table: pd.DataFrame, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, columns: int) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    show_table(table, title="Who won")
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", [20, 30, 40, 60, 80, 100, 160])
def test_nothing_breaks_inside_a_word_or_a_number_at_any_width(capsys, monkeypatch, columns):
    text = shown(TABLE, capsys, monkeypatch, columns)
    words = set(text.replace(",", " ").split())
    assert {"visualizing_environmental", "wind", "111", "6574"} <= words
    assert all(len(line) <= max(columns, 27) for line in text.splitlines())
    cut = [w for w in words if any(whole.startswith(w) and w != whole for whole in ("gaussian_process", "roc_auc"))]
    assert not cut


def test_where_not_all_columns_fit_the_rest_are_named(capsys, monkeypatch):
    text = shown(TABLE, capsys, monkeypatch, 90)
    assert "0.123" in text
    assert "A wider terminal" not in text
    narrow = shown(TABLE, capsys, monkeypatch, 60)
    assert "learning_rate" not in narrow
    assert "A wider terminal also has: hyperparameters" in narrow


def test_where_few_columns_fit_rows_are_listed(capsys, monkeypatch):
    text = shown(TABLE, capsys, monkeypatch, 30)
    assert text.splitlines()[1:4] == [
        "visualizing_environmental",
        "  n samples: 111",
        "  algorithm: gaussian_process",
    ]
    assert "roc_auc: 0.123" in text


def test_a_pipe_gets_a_line_for_each_row(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    show_table(TABLE, title="Who won")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "learning_rate=0.0191, num_leaves=27" in lines[2]
    assert lines[0] == "Who won"


def test_a_short_text_is_in_one_piece_and_a_long_one_breaks_between_words(capsys, monkeypatch):
    table = pd.DataFrame({"size": ["10,000 rows and more"], "about": ["words " * 12], "n": [1]})
    lines = shown(table, capsys, monkeypatch, 60).splitlines()
    assert lines[2].startswith("10,000 rows and more  words")
    assert len(lines) == 4


def test_shares(capsys):
    show_shares(pd.Series(["lda", "lda", "mlp", "lda"]), title="Most often")
    assert [line.split() for line in capsys.readouterr().out.splitlines()][2:] == [
        ["lda", "3", "75%"],
        ["mlp", "1", "25%"],
    ]


def test_what_is_far_from_one_keeps_its_first_digits(capsys, monkeypatch):
    errors = pd.DataFrame({"mae": [2.31e-7, 0.0, 1.5e150], "rmse": [-4e-4, 1e-17, 12_345.6]})
    text = shown(errors, capsys, monkeypatch, 80)
    assert [line.split() for line in text.splitlines()[2:]] == [
        ["2.31e-07", "-0.0004"],
        ["0.000", "0.000"],
        ["1.5e+150", "12,345.600"],
    ]
