from __future__ import annotations

import pytest

from recommender.fitting.pace import Pace


def test_a_kind_of_model_has_the_pace_of_lately():
    pace = Pace()
    assert (pace.ratio, pace.of("ridge"), pace.is_known) == (1.0, 1.0, False)
    for _ in range(30):
        pace.saw("ridge", 8.0, expected=1.0)
    assert pace.is_known
    assert pace.of("ridge") == pytest.approx(8.0, rel=0.01)
    for _ in range(30):
        pace.saw("ridge", 0.5, expected=1.0)
    assert pace.of("ridge") == pytest.approx(0.5, rel=0.05)


def test_the_machine_has_the_pace_of_all_kinds_and_of_no_single_model():
    pace = Pace()
    pace.saw("lightgbm", 8.0, expected=1.0)
    assert 2 < pace.ratio < 8  # it may be this machine, or this model on this table
    for kind in ("ridge", "lasso", "lda", "qda"):
        pace.saw(kind, 8.0, expected=1.0)
    assert pace.of("never seen") == pace.ratio == pytest.approx(8.0, rel=0.3)
    pace.saw("catboost", 1000.0, expected=1.0)
    assert pace.of("never seen") < 16


def test_a_model_that_takes_long_here_does_not_make_others_slow():
    pace = Pace()
    for _ in range(10):
        for kind in ("ridge", "lasso", "random_forest"):
            pace.saw(kind, 1.0, expected=1.0)
        pace.saw("xgboost, early stopping", 13.0, expected=1.0)
    assert pace.of("ridge") == pytest.approx(1.0, rel=0.01)
    assert pace.of("xgboost, early stopping") == pytest.approx(13.0, rel=0.01)
    assert pace.of("extra_trees") < 2
