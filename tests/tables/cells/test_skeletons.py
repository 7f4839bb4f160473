from __future__ import annotations

import pytest

from recommender.tables.cells.skeletons import compass_letter, read_skeleton


@pytest.mark.parametrize(
    ("skeleton", "kind", "weights"),
    [
        ("0", "number", [[1]]),
        ("(0)", "number", [[-1]]),
        ("<0", "number", [[0.5]]),
        ("<=0", "number", [[1]]),
        ("0-0", "range", [[0.5, 0.5]]),
        ("-0 - -0", "range", [[-0.5, -0.5]]),
        ("[0, 0)", "range", [[0.5, 0.5]]),
        ("0h 0m", "sum", [[1, 1]]),
        ("0:0:0", "clock", [[1, 1, 1]]),
        ("0:0 0 Mar", "clock on a day", [[1, 1]]),
        ("0x0", "product", [[1], [1]]),
        ("(0, -0)", "pair", [[1], [-1]]),
        ("0 of 0", "over", [[1], [1]]),
        ("free", "zero", [[]]),
    ],
)
def test_skeletons_say_what_their_numbers_weigh(skeleton, kind, weights):
    reading = read_skeleton(skeleton)
    assert reading.kind == kind
    assert [[term.weight for term in part.terms] for part in reading.parts] == weights


@pytest.mark.parametrize(
    "skeleton", ["", "word", "A0", "X-0", "0rd", "0.0.0", "0-0-0", "0 Jan 0", "Room 0", "0, 0", "0" * 7]
)
def test_other_texts_are_no_ways_of_writing_a_number(skeleton):
    assert read_skeleton(skeleton) is None


@pytest.mark.parametrize(
    ("skeleton", "money", "unit", "label"),
    [
        ("$0K (est.)", "$", "K", ""),
        ("Rs. 0 Lakh", "₹", "Lakh", ""),
        ("0 USD", "$", "", ""),
        ("0 GB SSD", "", "GB", "SSD"),
        ("0 kmpl", "", "", "kmpl"),
        ("Week 0", "", "", "Week"),
        ("Votes: 0", "", "", "Votes"),
        ("0+ years", "", "years", ""),
    ],
)
def test_what_stands_around_a_number_is_told_apart(skeleton, money, unit, label):
    (part,) = read_skeleton(skeleton).parts
    assert (part.money, part.terms[0].unit, part.label) == (money, unit, label)


def test_directions_are_letters_of_the_compass():
    assert [compass_letter(read_skeleton(text).parts[0]) for text in ("0S", "0° E", "0 m")] == ["S", "E", ""]
