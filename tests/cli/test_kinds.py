"""A help says in words what an option takes."""

from __future__ import annotations

import re

import pytest

from recommender.cli.app import main


@pytest.mark.parametrize("words", [[], ["recommend"], ["fit"], ["collect"], ["kb", "add"], ["import-evaluations"]])
def test_the_help_of_a_narrow_terminal_has_no_types_of_python_and_breaks_no_word(capsys, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert not re.search(r"<\w+(\[\w+\])?( range)?>", shown)
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_what_is_given_or_not_takes_no_value(capsys):
    assert main(["recommend", "--help"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"--explain +[A-Z]", shown)
    assert re.search(r"--target +TEXT +[A-Z]", shown)
    assert re.search(r"--format +table\|json\|python ", shown)
