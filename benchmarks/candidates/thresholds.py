"""Whether moving the thresholds of decision raises the metrics that judge classes alone, on real tables.

    python -m benchmarks.candidates.thresholds --data FOLDER
    python -m benchmarks.candidates.thresholds --report

The folder holds `catalog.json` (its `datasets` have `id`, `target`, `family`, `task_type` and sizes) and
`data/ID.parquet`. Of each family one table is taken. On two folds of it LightGBM's default and logistic regression's
are fitted; thresholds are chosen on parts of the training rows, and judged on the test rows beside what scikit-learn's
`TunedThresholdClassifierCV` chooses on the same parts and fits. One thread; a row of the CSV for each table, model,
fold and metric.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import make_scorer
from sklearn.model_selection import TunedThresholdClassifierCV
from threadpoolctl import threadpool_limits

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric
from recommender.fitting.thresholds import LeftOut, decide
from recommender.fitting.validation import N_FOLDS as VALIDATION_FOLDS
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import Split, split

RESULTS = Path(__file__).parent / "results" / "thresholds.csv"
MODELS = ("lightgbm", "logistic_regression")
NAMES = ("accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc")
N_FOLDS = 2
BALANCE = (0, 0.2, 0.5, 0.8, 1)
TIE = 0.002
"""Smaller differences are no wins."""


class Fits:
    """The pipelines of one configuration, each fitted once on its rows."""

    def __init__(self, configuration: Configuration, dataset: Dataset, codes: np.ndarray) -> None:
        self.configuration, self.dataset, self.codes = configuration, dataset, codes
        self.fitted: dict[bytes, Any] = {}
        self.seconds: dict[bytes, float] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Fits:
        return self  # scikit-learn copies what is given to an estimator

    def on(self, rows: np.ndarray) -> Any:
        key = np.sort(rows).tobytes()
        if key not in self.fitted:
            started = time.process_time()
            pipeline = build_pipeline(self.configuration, self.dataset, n_jobs=1)
            self.fitted[key] = pipeline.fit(self.dataset.X.iloc[rows], self.codes[rows])
            self.seconds[key] = time.process_time() - started
        return self.fitted[key]

    def probabilities(self, fitted_on: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Of every class; one that is absent from the training rows has none."""
        pipeline = self.on(fitted_on)
        found = np.zeros((len(rows), self.codes.max() + 1))
        found[:, pipeline.classes_] = pipeline.predict_proba(self.dataset.X.iloc[rows])
        return found


class Remembered(ClassifierMixin, BaseEstimator):
    """A classifier whose table is the numbers of rows, and whose fits are remembered."""

    def __init__(self, fits: Fits) -> None:
        self.fits = fits

    def fit(self, X: np.ndarray, y: np.ndarray) -> Remembered:
        self.rows_, self.classes_ = X[:, 0], np.unique(y)
        self.fits.on(self.rows_)
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return self.fits.probabilities(self.rows_, X[:, 0])[:, self.classes_]


def measured(dataset: Dataset, model: str, fold: int, rows: Split) -> Iterator[dict[str, Any]]:
    """A row for each metric."""
    codes = np.unique(np.asarray(dataset.y), return_inverse=True)[1]
    fits, (train, test) = Fits(Configuration(model, {}), dataset, codes), rows
    parts = split(dataset.take(train))[:VALIDATION_FOLDS]
    left_out = [_left_out(fits, train[inner], train[outer]) for inner, outer in parts]
    new = _left_out(fits, train, test)
    shares = np.bincount(codes[train]) / len(train)
    anywhere = [replace(METRICS[name], moved_up_to=math.inf) for name in NAMES if dataset.task in METRICS[name].tasks]
    for metric in anywhere:
        started = time.process_time()
        thresholds = decide(left_out, metric).thresholds
        yield {
            "dataset": dataset.name,
            "task": dataset.task,
            "n_train": len(train),
            "n_classes": dataset.n_classes,
            "smallest_share": round(float(shares.min()), 4),
            "model": model,
            "fold": fold,
            "metric": metric.name,
            "moved": thresholds is not None,
            "plain": new.score(metric),
            "tuned": new.score(metric) if thresholds is None else new.under(thresholds).score(metric),
            "scikit_learn": _by_scikit_learn(fits, metric, train, test, parts) if dataset.task == "binary" else np.nan,
            "fit_seconds": round(fits.seconds[np.sort(train).tobytes()], 3),
            "further_fit_seconds": round(sum(fits.seconds.values()) - fits.seconds[np.sort(train).tobytes()], 3),
            "choose_seconds": round(time.process_time() - started, 3),
        }


def _left_out(fits: Fits, train: np.ndarray, test: np.ndarray) -> LeftOut:
    found = fits.probabilities(train, test)
    return LeftOut(fits.codes[test], Predicted(found.argmax(axis=1), found, are_probabilities=True))


def _by_scikit_learn(fits: Fits, metric: Metric, train: np.ndarray, test: np.ndarray, parts: list[Split]) -> float:
    def score(y: np.ndarray, labels: np.ndarray) -> float:
        return metric.measure(y, Predicted(labels))

    tuned = TunedThresholdClassifierCV(Remembered(fits), scoring=make_scorer(score), cv=parts)
    return score(fits.codes[test], tuned.fit(train[:, None], fits.codes[train]).predict(test[:, None]))


def tables(folder: Path, most_rows: int) -> Iterator[Dataset]:
    """One classification table of each family, the smallest first."""
    catalog = pd.DataFrame(json.loads((folder / "catalog.json").read_text())["datasets"])
    fitting = (
        catalog["n_rows"].between(300, most_rows) & (catalog["n_features"] <= 60) & catalog["n_classes"].between(2, 26)
    )
    chosen = catalog[fitting & (catalog["task_type"] == "classification")]
    chosen = chosen.sort_values("id").groupby("family", as_index=False).sample(1, random_state=0)
    size = chosen["n_rows"] * chosen["n_features"] * chosen["n_classes"]
    for row in chosen.loc[size.sort_values().index].itertuples():
        yield replace(load_dataset(folder / "data" / f"{row.id}.parquet", target=row.target), name=row.name)


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """By task, metric and balance: tables, mean score plain, tuned and by scikit-learn, wins and losses.

    Balance is the share of the smallest class in parts of an equal share. A table's score is its mean over folds and
    models.
    """
    keys = ["task", "metric", "balance"]
    rows = rows.assign(
        balance=pd.cut((rows["smallest_share"] * rows["n_classes"]).clip(upper=1), BALANCE, include_lowest=True)
    )
    rows = rows.assign(balance=rows.groupby("dataset")["balance"].transform("first"))
    columns = ["plain", "tuned", "scikit_learn", "moved"]
    means = rows.groupby([*keys, "dataset"], observed=True)[columns].mean().reset_index()

    def line(group: pd.DataFrame) -> pd.Series:
        gain = group["tuned"] - group["plain"]
        wins, losses = int((gain > TIE).sum()), int((gain < -TIE).sum())
        return pd.Series(
            {
                "tables": len(group),
                "plain": group["plain"].mean(),
                "tuned": group["tuned"].mean(),
                "scikit-learn": group["scikit_learn"].mean(),
                "moved": group["moved"].mean(),
                "wins": wins,
                "losses": losses,
                "p": binomtest(wins, wins + losses).pvalue if wins + losses else 1.0,
            }
        )

    return means.groupby(keys, observed=True).apply(line, include_groups=False).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--max-samples", type=int, default=6_000)
    parser.add_argument("--report", action="store_true", help="only print what the CSV says")
    options = parser.parse_args()
    if not options.report:
        rows: list[dict[str, Any]] = []
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for dataset in tables(options.data, options.max_samples):
                for fold, parts in enumerate(split(dataset)[:N_FOLDS]):
                    for model in MODELS:
                        rows.extend(measured(dataset, model, fold, parts))
                print(time.strftime("%H:%M:%S"), dataset.name, dataset.n_samples, flush=True)
                pd.DataFrame(rows).to_csv(options.output, index=False, float_format="%.5f")
    print(report(pd.read_csv(options.output)).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
