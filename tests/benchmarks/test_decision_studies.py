"""The studies of thresholds and calibration: what they measure of a table, and what their reports say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_iris

from benchmarks.candidates import calibration, thresholds
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(("loader", "n_metrics"), [(load_breast_cancer, 5), (load_iris, 4)])
def test_thresholds_are_measured_by_each_metric_and_each_fit_is_made_once(loader, n_metrics, monkeypatch):
    built = []
    real = thresholds.build_pipeline
    monkeypatch.setattr(thresholds, "build_pipeline", lambda *args, **kwargs: built.append(1) or real(*args, **kwargs))
    dataset = load_dataset(loader(as_frame=True))
    rows = pd.DataFrame(thresholds.measured(dataset, "logistic_regression", 0, split(dataset)[0]))
    assert len(rows) == n_metrics
    assert len(built) == 6
    assert rows[["plain", "tuned"]].min().min() > 0.8
    assert rows["scikit_learn"].notna().all() == (dataset.task == "binary")


def test_the_report_counts_tables_by_their_mean_over_folds():
    gains = {"a": [0.10, -0.02], "b": [-0.05, 0.0], "c": [0.001, 0.0]}
    rows = pd.DataFrame(
        [
            {"task": "binary", "metric": "f1", "model": "lightgbm", "dataset": name, "fold": fold, "moved": True}
            | {"plain": 0.5, "tuned": 0.5 + gain, "scikit_learn": 0.5, "smallest_share": 0.3, "n_classes": 2}
            for name, found in gains.items()
            for fold, gain in enumerate(found)
        ]
    )
    line = thresholds.report(rows).iloc[0]
    assert (line["tables"], line["wins"], line["losses"], line["p"]) == (3, 1, 1, 1.0)


def test_calibration_is_measured_for_each_machine():
    rows = pd.DataFrame(calibration.measured(load_dataset(load_iris(as_frame=True))))
    assert rows["machine"].tolist() == list(calibration.MACHINES)
    assert rows[["log_loss_3", "log_loss_5"]].max().max() < 0.5
    report = calibration.report(rows)
    assert report["tables"].tolist() == [1, 1, 1]
    assert np.isfinite(report["seconds, 3 of 5"]).all()
