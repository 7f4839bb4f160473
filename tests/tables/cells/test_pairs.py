from __future__ import annotations

import pytest

from recommender.tables.cells.pairs import fit_pair, truth


@pytest.mark.parametrize(
    ("texts", "pair"),
    [
        (["Yes", "No"], {"Yes": True, "No": False}),
        (["Y", "N", ""], {"Y": True, "N": False}),
        (["TRUE", "False", "true"], {"TRUE": True, "False": False, "true": True}),
        (["t", "f", "?"], {"t": True, "f": False}),
        (["on", "OFF"], {"on": True, "OFF": False}),
        (["yes", "no", "1", "0"], {"yes": True, "no": False, "1": True, "0": False}),
        (["ja", "nein", None], {"ja": True, "nein": False}),
    ],
)
def test_yes_and_no_are_two_values(texts, pair):
    assert fit_pair(texts) == pair


@pytest.mark.parametrize("texts", [["1", "0"], ["M", "F"], ["yes"], ["yes", "maybe", "no"], ["T", "N"], ["a", "b"], []])
def test_other_pairs_are_none(texts):
    assert fit_pair(texts) is None


def test_other_ways_of_writing_are_read_later():
    assert [truth(text) for text in ("YES", "n", "0", "?")] == [True, False, False, None]
