from __future__ import annotations

import pytest

from recommender.tables.cells.distinct import cells_of, is_enough


def test_cells_are_counted_without_missing_values():
    assert cells_of(["a", "b", "a", "?", None]) == {"a": 2, "b": 1}
    assert cells_of(["a", "?"], counts=[5, 7]) == {"a": 5}


@pytest.mark.parametrize(
    ("n", "odd", "share", "enough"),
    [
        (50, [], 1.0, True),
        (50, ["other"], 0.96, True),
        (50, ["other"], 0.6, True),
        (50, ["other"], 0.4, False),
        (10, ["other"], 0.6, False),
        (50, ["A1"], 0.96, True),
        (5, ["A1"], 0.96, False),
        (50, ["A1"], 0.9, False),
        (0, [], 1.0, False),
    ],
)
def test_words_may_be_odd_more_often_than_codes(n, odd, share, enough):
    assert is_enough(n, odd, share) is enough
