from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.atlas.lessons import exponent, held_out, interval


def test_a_choice_is_judged_on_other_folds_than_it_was_made_on():
    values = np.array([[0.9, 0.5], [0.1, 0.5], [0.9, 0.5], [0.1, 0.5]])  # the first is lucky on every second fold
    tuned, default = held_out(values, np.arange(4), at=1)
    assert tuned == pytest.approx(0.3)
    assert default == pytest.approx(0.5)


def test_the_exponent_is_told_where_rows_differ_enough():
    rows = pd.Series([100.0, 1_000.0, 10_000.0])
    assert exponent(rows, 0.001 * rows) == pytest.approx(1.0)
    assert np.isnan(exponent(rows.clip(upper=150.0), rows))


def test_an_interval_of_nothing_is_unknown():
    values = pd.Series([np.nan, np.nan])  # of a single fold, which cannot both choose and judge
    assert np.isnan(interval(values, pd.Series(["one", "two"]))).all()
