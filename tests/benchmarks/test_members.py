"""The study of an ensemble's members: temperatures, and what its report says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.budgets.members import report, temperature, tempered
from recommender.evaluation.measures import Predicted
from recommender.fitting.thresholds import LeftOut


def test_a_temperature_undoes_what_is_too_sure():
    rng = np.random.default_rng(0)
    right = rng.uniform(0.05, 0.95, 4_000)
    y = (rng.random(4_000) < right).astype(int)
    probabilities = np.column_stack([1 - right, right])
    too_sure = tempered(probabilities, 3.0)
    power, gains = temperature([LeftOut(y, Predicted(too_sure.argmax(axis=1), too_sure))])
    assert gains
    assert power == pytest.approx(1 / 3, rel=0.1)
    np.testing.assert_allclose(tempered(too_sure, 1 / 3), probabilities)


def test_the_report_counts_tables():
    scores = {"ensemble, refitted": [0.3, 0.2, 0.4], "ensemble, fold models": [0.35, 0.25, 0.4]}
    rows = pd.DataFrame(
        {"table": f"t{i}", "chosen_by": "roc_auc", "judged_by": "log_loss", "method": name, "score": score}
        for name, values in scores.items()
        for i, score in enumerate(values)
    )
    found = report(rows)
    assert found[["n_tables", "wins", "losses"]].to_numpy().tolist() == [[3, 2, 0]]  # a lower loss is better
    assert found["median_gain"].item() == pytest.approx(0.05)
