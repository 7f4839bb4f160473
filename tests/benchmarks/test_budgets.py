"""The study of budgets: what its report says, and that every method that is installed fits and predicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from benchmarks.budgets import methods
from benchmarks.budgets.run import report
from recommender.evaluation.evaluate import predict
from recommender.evaluation.metrics import METRICS
from recommender.tables.loading import load_dataset


def rows_of(scores: dict[str, list[float]], seconds: float) -> list[dict[str, object]]:
    return [
        {"table": f"t{i}", "fold": fold, "method": name, "asked_seconds": seconds, "taken_seconds": seconds + 0.5}
        | {"metric": "roc_auc", "score": score}
        for name, values in scores.items()
        for i, score in enumerate(values)
        for fold in (0, 1)
    ]


def test_the_report_ranks_by_table_and_compares_ours_with_each():
    rows = pd.DataFrame(
        rows_of({"ours": [0.9, 0.8, 0.7], "flaml": [0.8, 0.7, 0.75]}, 10.0) + rows_of({"catboost": [0.85] * 3}, 2.0)
    )
    found = report(rows).set_index("method")
    assert found["seconds"].tolist() == [10.0] * 3
    assert found["mean_rank"].to_dict() == pytest.approx(
        {"ours": 2.0 - 1 / 3, "catboost": 5 / 3, "flaml": 8 / 3}, abs=0.4
    )
    assert found.loc["flaml", ["n_tables", "wins", "losses"]].tolist() == [3, 2, 1]
    assert found.loc["ours", "taken_seconds"] == 10.5
    assert 0 < found.loc["flaml", "p"] <= 1


@pytest.mark.parametrize("name", ["random pool", "catboost", "tpe lightgbm"])
@pytest.mark.parametrize("loader", [load_breast_cancer, load_diabetes])
def test_methods_fit_the_raw_table_and_predict(name, loader):
    pytest.importorskip("catboost")
    pytest.importorskip("optuna")
    dataset = load_dataset(loader(as_frame=True))
    part = dataset.take(np.arange(0, 240, 2))
    metric = METRICS["r2" if dataset.task == "regression" else "roc_auc"]
    model = methods.fit(name, methods.Given(part, metric, 0.05, 0, None, 1))
    assert np.isfinite(metric.measure(*predict(model, dataset, np.arange(1, 240, 2))))
