"""Text has numbers, whatever rows come."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.text_encoder import TextEncoder

TEXTS = pd.Series([f"the {('big', 'small')[i % 2]} house number {i}" for i in range(60)], name="said")


def test_texts_differ_where_they_say_different_things():
    encoder = TextEncoder().fit(TEXTS)
    numbers = encoder.transform(pd.Series(["the big house", "the big house", "a small car"]))
    assert numbers.shape == (3, 30) == (3, len(encoder.get_feature_names_out()))
    assert (numbers[0] == numbers[1]).all()
    assert np.abs(numbers[0] - numbers[2]).max() > 0.05


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, ""])
def test_missing_is_the_same_however_it_is_told(nothing):
    encoder = TextEncoder().fit(TEXTS)
    rows = pd.Series([nothing] * 2, dtype=object)
    np.testing.assert_array_equal(encoder.transform(rows), np.zeros((2, 30)))


@pytest.mark.parametrize("texts", [[None, np.nan], ["", " "]])
def test_where_there_is_no_text_there_are_no_numbers(texts):
    encoder = TextEncoder().fit(pd.Series(texts, dtype=object))
    assert encoder.transform(TEXTS).shape == (60, 0)
    assert encoder.get_feature_names_out().tolist() == []


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_texts_give_few_numbers_and_no_warning(n):
    encoder = TextEncoder().fit(TEXTS.head(n))
    assert np.isfinite(encoder.transform(TEXTS)).all()
    assert encoder.transform(TEXTS).shape[1] <= 30
