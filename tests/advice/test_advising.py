"""What is expected of the costs of configurations."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from recommender.advice.advising import _fit_seconds
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.costs import SecondsModel

SIZES = pd.DataFrame({"n_samples": [1_000, 5_000, 15_000], "n_features": 10, "n_categorical": 0, "n_classes": 2})
KNOWN = {"stops": Configuration("catboost", {"early_stopping": True}), "mlp": Configuration("mlp", {})}


@pytest.mark.parametrize(("n_rows", "stops"), [(10_000, 20.0), (19_999, 40.0), (20_000, 8.0), (100_000, 40.0)])
def test_what_stops_early_is_expected_to_take_less_from_where_it_has_one_booster(n_rows, stops):
    seconds = pd.DataFrame({"stops": [2.0, 10.0, 30.0], "mlp": [1.0, 5.0, 15.0]})
    trained = SimpleNamespace(fit_seconds=SecondsModel.fit(SIZES, seconds), configurations=KNOWN)
    found = _fit_seconds(trained, SIZES.iloc[[0]].assign(n_samples=n_rows))
    assert found["stops"] == pytest.approx(stops, rel=0.05)
    assert found["mlp"] == pytest.approx(n_rows / 1_000, rel=0.05)
