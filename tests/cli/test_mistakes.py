"""A mistake of the command line is told in our words, by the names that were typed."""

from __future__ import annotations

import pytest

from recommender.cli.app import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["recommend", "f.csv", "--top", "0"], "Invalid value for '--top': '0' is too small, the least is 1."),
        (["recommend", "f.csv", "--top", "many"], "Invalid value for '--top': 'many' is not a whole number."),
        (["recommend", "f.csv", "--format", "xml"], "'xml' is not one of 'table', 'json', 'python'."),
        (["benchmark", "--seeds", "1.5"], "Invalid value for '--seeds': '1.5' is not a whole number."),
        (["winners", "--format", "xml"], "'xml' is not one of 'table', 'json', 'csv'."),
        (["recommend", "f.csv", "--nope"], "No such option: --nope"),
        (["recommend", "f.csv", "--top"], "Option '--top' requires an argument."),
        (["nope"], "No such command 'nope'."),
    ],
)
def test_a_wrong_option_is_one_line_without_leftovers_of_a_library(capsys, words, told):
    assert main(words) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith("recommender: ")
    assert told in said
    assert "Input should" not in said
    assert "Value error" not in said
