from __future__ import annotations

import pandas as pd
import pytest

from recommender.tables.cells.missing import is_missing, says_missing

WORDS = ["?", "-", "--", "N/A", "na", "NULL", "None", "nan", "Unknown", "#N/A", ".", "TBD", "<NA>"]


@pytest.mark.parametrize("word", [*WORDS, "", " ", "Not  available", "unknown / not applicable"])
def test_words_for_a_missing_value_are_known(word):
    assert is_missing([word, "12", "no"]).tolist() == [True, False, False]


@pytest.mark.parametrize("text", ["-5", "0", "no", "never", "available", "nano", "a / b", "unknown model"])
def test_values_are_not_missing(text):
    assert not says_missing(text)


def test_nothing_at_all_is_missing_and_other_objects_are_values():
    assert (
        is_missing(pd.Series([None, float("nan"), pd.NA, 1.5, "a"], dtype=object)).tolist() == [True] * 3 + [False] * 2
    )
