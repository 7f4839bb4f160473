from __future__ import annotations

import re

import pytest
from sklearn.datasets import load_wine

from recommender import recommend
from recommender.cli.console import as_json, as_typed, show_text
from recommender.cli.screen import show_recommendation


@pytest.fixture(scope="module")
def found():
    return recommend(load_wine(), include=["lightgbm", "logistic_regression", "lda"])


def screen(found, capsys, monkeypatch, columns: int | None, **environment: str) -> str:
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, value in (environment | ({"COLUMNS": str(columns)} if columns else {})).items():
        monkeypatch.setenv(name, value)
    show_recommendation(found, 5)
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", [50, 80, 160])
def test_nothing_is_wider_than_the_terminal_or_broken_inside_a_word(found, capsys, monkeypatch, columns):
    text = screen(found, capsys, monkeypatch, columns)
    assert max(map(len, text.splitlines())) <= columns
    words = re.findall(r"\w+=[\w.]+", text)
    for item in found.items[:5]:
        assert all(f"{name}={value}" in words for name, value in item.hyperparameters.items())
        assert item.algorithm in text


def test_the_screen_says_what_regret_means_and_what_a_bar_is(found, capsys, monkeypatch):
    text = " ".join(screen(found, capsys, monkeypatch, 80).split())
    assert "was tried on similar tables. In 8 of 10 cases the score lies on the bar." in text
    assert "of all that was tried" in text
    assert "regret" not in text
    assert "Most similar known datasets" in text


def test_where_there_is_no_bar_none_is_spoken_of(found, capsys, monkeypatch):
    text = " ".join(screen(found, capsys, monkeypatch, 60).split())
    assert "●" not in text
    assert "In 8 of 10 cases the score lies between the numbers in brackets." in text


def test_a_single_column_is_one(capsys, monkeypatch):
    single = recommend(load_wine(as_frame=True).data[["alcohol"]], load_wine().target, include=["lda"])
    assert "178 rows, 1 column\n" in screen(single, capsys, monkeypatch, 80)


def test_a_higher_score_further_down_is_explained(found, capsys, monkeypatch):
    first, *others = found.items[:5]
    higher = [item for item in others if round(item.expected_score, 3) > round(first.expected_score, 3)]
    said = "Number 1 is the safer choice" in " ".join(screen(found, capsys, monkeypatch, 80).split())
    assert said == bool(higher)


def test_a_bar_reaches_from_the_lower_to_the_upper_end(found, capsys, monkeypatch):
    text = screen(found, capsys, monkeypatch, 80)
    bars = re.findall(r"─*●─*", text)
    assert len(bars) == 5
    lows = [item.interval[0] for item in found.items[:5]]
    lines = [line for line in text.splitlines() if "●" in line]
    starts = [min(i for i, c in enumerate(line) if c in "─●") for line in lines]
    assert starts[lows.index(min(lows))] == min(starts)


def test_colours_mean_how_good_and_are_for_terminals(found, capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" not in screen(found, capsys, monkeypatch, 80)
    coloured = screen(found, capsys, monkeypatch, 80, FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b[1;32m●" in coloured or "\x1b[32m●" in coloured or "\x1b[33m●" in coloured


def test_a_short_ranking_does_not_shrink_the_portfolio(found):
    assert as_json(found, 1)["portfolio"] == as_json(found, 5)["portfolio"]
    assert len(as_json(found, 1)["recommendations"]) == 1


def test_lines_break_between_words_under_their_beginning(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    show_text("Why\n  one two three four five six seven\n\nend")
    assert capsys.readouterr().out == "Why\n  one two three four five six\n    seven\n\nend\n"


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Give target=, one of: 'a'", "Give --target, one of: 'a'"),
        ("max_fit_time=6 leaves out the slow", "--max-fit-time 6 leaves out the slow"),
        ("left by exclude=['lda'] and interpretable=True", "left by --exclude lda and --interpretable"),
        ("the column 'target=1' and a_target=2 stay", "the column 'target=1' and a_target=2 stay"),
    ],
)
def test_options_are_named_as_they_are_typed(said, typed):
    assert as_typed(said) == typed
