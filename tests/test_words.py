"""Numbers as people read them, however large or small."""

from __future__ import annotations

import math

import pytest

from recommender.words import number_in_words, score_in_words


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (3.21e-9, "3.21e-09"),
        (-0.00042, "-0.00042"),
        (0.0012, "0.001"),
        (0.0, "0.000"),
        (-1e-17, "0.000"),  # what computing leaves of a zero
        (1.5e150, "1.5e+150"),
        (1e9, "1,000,000,000"),
        (math.nan, "nan"),
    ],
)
def test_a_score_has_digits_that_say_something(score, said):
    assert score_in_words(score) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(9284.6, "9,285"), (1e300, "1e+300"), (math.inf, "inf"), (-math.inf, "-inf"), (999.4, "999"), (0.5, "0.5")],
)
def test_a_number_is_never_longer_than_it_is_told(value, said):
    assert number_in_words(value) == said
