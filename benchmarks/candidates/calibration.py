"""On how many folds support vector machines are calibrated best: log loss and seconds by the number of folds.

    python -m benchmarks.candidates.calibration --data FOLDER
    python -m benchmarks.candidates.calibration --report

The folder and the choice of its tables are those of `benchmarks.candidates.thresholds`. A fold's training rows, at most
4,000 of them, are prepared once, and three machines are calibrated on 3 and on 5 parts of them.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.svm import SVC, LinearSVC
from threadpoolctl import threadpool_limits

from benchmarks.candidates.thresholds import tables
from recommender.algorithms.calibrated import LARGE, Calibrated
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.evaluation.measures import Predicted, log_loss
from recommender.tables.dataset import Dataset
from recommender.tables.splits import split

RESULTS = Path(__file__).parent / "results" / "calibration.csv"
MACHINES = {"linear_svm": LinearSVC(random_state=0), "rbf_svm": SVC(), "rbf_svm, C=100": SVC(C=100.0)}
FOLDS = (3, 5)
MOST_ROWS = 4_000
TIE = 0.001
"""Smaller differences of log loss are no wins."""


def measured(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """A row for each machine."""
    train, test = split(dataset)[0]
    train = train[:MOST_ROWS]
    classes, codes = np.unique(np.asarray(dataset.y), return_inverse=True)
    preparing = build_pipeline(Configuration("linear_svm", {}), dataset)[:-1]
    X, new = preparing.fit_transform(dataset.X.iloc[train]), preparing.transform(dataset.X.iloc[test])
    for name, machine in MACHINES.items():
        row = {"dataset": dataset.name, "n_train": len(train), "n_classes": len(classes), "machine": name}
        for n_folds in FOLDS:
            started = time.process_time()
            model = Calibrated(machine, n_folds=n_folds, n_folds_large=n_folds).fit(X, codes[train])
            row[f"seconds_{n_folds}"] = round(time.process_time() - started, 3)
            found = np.zeros((len(test), len(classes)))
            found[:, model.classes_] = model.predict_proba(new)
            row[f"log_loss_{n_folds}"] = log_loss(codes[test], Predicted(found.argmax(axis=1), found, True))
        yield row


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """By machine and size: tables, mean log loss of each number of folds, wins and losses of the fewer, seconds."""

    def line(group: pd.DataFrame) -> pd.Series:
        behind = group["log_loss_3"] - group["log_loss_5"]
        return pd.Series(
            {
                "tables": len(group),
                "log loss, 3": group["log_loss_3"].mean(),
                "log loss, 5": group["log_loss_5"].mean(),
                "median difference": behind.median(),
                "wins of 3": int((behind < -TIE).sum()),
                "losses": int((behind > TIE).sum()),
                "seconds, 3 of 5": group["seconds_3"].sum() / group["seconds_5"].sum(),
            }
        )

    large = rows["n_train"].ge(LARGE).rename("large")
    return rows.groupby(["machine", large]).apply(line, include_groups=False).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--report", action="store_true", help="only print what the CSV says")
    options = parser.parse_args()
    if not options.report:
        rows: list[dict[str, Any]] = []
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for dataset in tables(options.data, most_rows=6_000):
                rows.extend(measured(dataset))
                pd.DataFrame(rows).to_csv(options.output, index=False, float_format="%.5f")
    print(report(pd.read_csv(options.output)).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
