from __future__ import annotations

import re

import pytest

from recommender.tables.cells.marks import marks_of, number_pattern

COLUMNS = [
    (["1,234", "12"], ".", ","),
    (["1,234", "12,5"], ",", "."),
    ([*["1,234", "5,678"] * 100, "12,5"], ".", ","),
    (["1.234", "12.345"], ".", ","),
    (["1.234.567", "12"], ",", "."),
    (["1.234,5"], ",", "."),
    (["1,234.5"], ".", ","),
    (["1 234,5"], ",", " "),
    (["1'234.50"], ".", "'"),
    (["1\u00a0234", "1 234"], ".", " \u00a0"),
    (["4,25,000", "30,000"], ".", ","),
    (["4,25000", "30000"], ".", ","),
    (["3,14159", "2,5"], ",", "."),
    (["0,125", "0,250"], ",", "."),
    (["Rs.1,29,900"], ".", ","),
    (["12", "13"], ".", ","),
]


@pytest.mark.parametrize(("texts", "decimal", "thousands"), COLUMNS)
def test_the_column_decides_what_its_marks_mean(texts, decimal, thousands):
    assert marks_of(texts) == (decimal, thousands)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("$1,234.50 to 4,25,000", ["1,234.50", "4,25,000"]),
        ("Rs.450", ["450"]),
        ("$.50", [".50"]),
        ("1e-5 kg/m2", ["1e-5"]),
        ("1.2.3", ["1.2", "3"]),
        ("1,2345", ["1", "2345"]),
        ("5.", ["5."]),
    ],
)
def test_numbers_are_found_in_text(text, numbers):
    assert re.findall(number_pattern(".", ","), text) == numbers
