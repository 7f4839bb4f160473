"""How an ensemble's members are best fitted, and whether its probabilities gain by a temperature.

    python -m benchmarks.budgets.members --server URL
    python -m benchmarks.budgets.members report

On each table's first fold of five: the first eight of the portfolio are cross-validated on the training rows, and
weights are chosen greedily on what they say of left-out rows, as trials do it. Then the members are fitted on all
training rows, or their fold models are averaged, and the test rows judge both. A temperature is the power that log loss
chooses on the left-out rows; "where it gains" is where the halves of these rows that did not choose it say so. The
meta-model is the one that comes with the package, since all that is compared has the same members.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.stats import wilcoxon
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.model_selection import KFold, StratifiedKFold

from benchmarks.rows import append_rows
from recommender import recommend
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.evaluation.evaluate import predict
from recommender.evaluation.metrics import METRICS
from recommender.fitting.ensemble import blended, mean_score, select
from recommender.fitting.folds import folds_of
from recommender.fitting.thresholds import LeftOut
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.openml import read_task, set_server

RESULTS = Path(__file__).parent / "results" / "members.csv"
COLUMNS = (
    *("table", "task", "n_samples", "fold", "chosen_by", "judged_by", "method", "score", "n_members", "temperature"),
)
TASKS = (
    *(11, 15, 23, 31, 37, 3560, 3913, 9957, 10101, 14954, 146819),
    *(8044959, 8044962, 8044967, 8044970, 8044972, 8044994),
)
"""Of OpenML-CC18 and OpenML-CTR23."""
BUNDLED = {"wine": load_wine, "breast_cancer": load_breast_cancer, "diabetes progression": load_diabetes}
N_CANDIDATES, MAX_FIT_SECONDS = 8, 2.0
"""So many of the portfolio, of what is expected to be fitted in so many seconds."""
REPEATS = 3
"""So often rows are halved to see whether a temperature gains."""
EQUAL = 1e-12
"""Scores that differ by no more are the same."""


def tables(given: argparse.Namespace) -> Iterator[Dataset]:
    """What is measured on."""
    for name, load in BUNDLED.items():
        yield load_dataset(load(as_frame=True), name=name)
    set_server(given.server, given.cache)
    for number in given.task:
        yield read_task(number).dataset


@dataclass(frozen=True, eq=False)
class Members:
    """The candidates on one split.

    Parameters
    ----------
    said : sequence of sequences of LeftOut
        Of each candidate, what its fold models say of the rows that they were not fitted on.
    on_test : dict of str to sequence of array
        What each candidate says of the test rows, refitted and as the mean of its fold models.
    truth : LeftOut
        The test rows.
    """

    said: Sequence[Sequence[LeftOut]]
    on_test: dict[str, Sequence[np.ndarray]]
    truth: LeftOut


def fitted(dataset: Dataset, train: np.ndarray, test: np.ndarray) -> Members:
    """The candidates, cross-validated on the training rows and fitted on all of them."""
    given = dataset.take(train)
    splits = folds_of(given, no_row_twice=True)
    said, refitted, means = [], [], []
    for item in recommend(given, max_fit_time=MAX_FIT_SECONDS).portfolio(N_CANDIDATES):
        models = [_fitted(item.configuration, given, rows, seed) for seed, (rows, _) in enumerate(splits)]
        whole = _fitted(item.configuration, given, np.arange(given.n_samples), 0)
        said.append([LeftOut(*predict(model, given, rows)) for model, (_, rows) in zip(models, splits, strict=True)])
        refitted.append(_values(whole, dataset, test))
        means.append(np.mean([_values(model, dataset, test) for model in models], axis=0))
    return Members(said, {"refitted": refitted, "fold models": means}, LeftOut(*predict(whole, dataset, test)))


def _fitted(configuration: Configuration, dataset: Dataset, rows: np.ndarray, seed: int) -> Any:
    pipeline = build_pipeline(configuration, dataset, random_state=seed, n_jobs=1)
    return pipeline.fit(dataset.X.iloc[rows], dataset.y.iloc[rows])


def measured(members: Members, task: str) -> Iterator[dict[str, Any]]:
    """A row for each metric that chooses, each that judges, and each way."""
    judges = ("r2", "rmse") if task == "regression" else ("roc_auc", "log_loss")
    for chosen_by in judges:
        metric = METRICS[chosen_by]
        alone = int(np.argmax([metric.sign * mean_score(one, metric) for one in members.said]))
        chosen = {"ensemble": select(members.said, metric), "best": np.eye(len(members.said))[alone]}
        for (who, weights), (how, values) in product(chosen.items(), members.on_test.items()):
            power, gains = (1.0, False) if task == "regression" else temperature(blended(members.said, weights))
            mean = np.tensordot(weights, values, axes=1)
            ways = {"": mean}
            if task != "regression":
                ways[", tempered"] = tempered(mean, power)
                ways[", tempered where it gains"] = tempered(mean, power if gains else 1.0)
            about = {"chosen_by": chosen_by, "n_members": int((weights > 0).sum()), "temperature": power}
            for (way, value), judge in product(ways.items(), judges):
                score = _saying(members.truth, value).score(METRICS[judge])
                yield about | {"judged_by": judge, "method": f"{who}, {how}{way}", "score": score}


def _values(model: Any, dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    said = predict(model, dataset, rows)[1]
    return said.labels if said.margins is None else said.margins


def _saying(truth: LeftOut, values: np.ndarray) -> LeftOut:
    if truth.predicted.margins is None:
        return replace(truth, predicted=replace(truth.predicted, labels=values))
    return replace(truth, predicted=replace(truth.predicted, labels=values.argmax(axis=1), margins=values))


def tempered(values: np.ndarray, power: float) -> np.ndarray:
    """Probabilities to a power, adding up to 1 again."""
    raised = np.clip(values, 1e-15, 1) ** power
    return raised / raised.sum(axis=1, keepdims=True)


def temperature(folds: Sequence[LeftOut]) -> tuple[float, bool]:
    """The power that log loss chooses, and whether halves of the rows that did not choose it gain by it."""
    y = np.concatenate([fold.y for fold in folds])
    values = np.concatenate([fold.predicted.margins for fold in folds])
    rng, gains = np.random.default_rng(0), []
    for _ in range(REPEATS):
        halves = np.array_split(rng.permutation(len(y)), 2)
        for choosing, judging in (halves, halves[::-1]):
            power = _power(y[choosing], values[choosing])
            gains.append(_loss(y[judging], values[judging]) - _loss(y[judging], tempered(values[judging], power)))
    return _power(y, values), float(np.mean(gains)) > 0


def _power(y: np.ndarray, values: np.ndarray) -> float:
    found = minimize_scalar(lambda log: _loss(y, tempered(values, np.exp(log))), bounds=(-1.5, 1.5), method="bounded")
    return float(np.exp(found.x))


def _loss(y: np.ndarray, values: np.ndarray) -> float:
    return float(-np.log(np.clip(values[np.arange(len(y)), y], 1e-15, 1)).mean())


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """For pairs of ways: over tables, how often the first is better, and Wilcoxon's p."""
    pairs = [(f"{way}, refitted", f"{way}, fold models") for way in ("ensemble", "best")]
    pairs += [("ensemble, refitted", "best, refitted")]
    pairs += [
        (f"{way}, {kind}{what}", f"{way}, {kind}")
        for way in ("ensemble", "best")
        for kind in ("refitted", "fold models")
        for what in (", tempered", ", tempered where it gains")
    ]
    lines = []
    for (chosen_by, judged_by), some in rows.groupby(["chosen_by", "judged_by"]):
        scores = some.pivot_table("score", "table", "method") * METRICS[judged_by].sign
        for one, other in pairs:
            if one in scores and other in scores:
                about = {"chosen_by": chosen_by, "judged_by": judged_by, "first": one, "second": other}
                lines.append(about | _compared(scores[one] - scores[other]))
    return pd.DataFrame(lines)


def _compared(gains: pd.Series) -> dict[str, float]:
    wins, losses = int((gains > EQUAL).sum()), int((gains < -EQUAL).sum())
    p = float(wilcoxon(gains).pvalue) if wins + losses else 1.0
    return {"n_tables": len(gains), "wins": wins, "losses": losses, "median_gain": gains.median(), "p": p}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["run", "report"], default="run")
    parser.add_argument("--server", help="the address of an OpenML server; openml.org if not given")
    parser.add_argument("--cache", help="where the openml client keeps what it read")
    parser.add_argument("--task", nargs="+", type=int, default=list(TASKS))
    parser.add_argument("--folds", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.part == "run":
        known = set(pd.read_csv(given.output)["table"]) if given.output.exists() else set()
        warnings.simplefilter("ignore")
        for dataset in tables(given):
            if dataset.name in known:
                continue
            kind = KFold if dataset.task == "regression" else StratifiedKFold
            folds = list(kind(5, shuffle=True, random_state=0).split(dataset.X, dataset.y))[: given.folds]
            for number, (train, test) in enumerate(folds):
                started = time.monotonic()
                about = {"table": dataset.name, "task": dataset.task, "n_samples": dataset.n_samples, "fold": number}
                rows = [about | row for row in measured(fitted(dataset, train, test), dataset.task)]
                append_rows(given.output, COLUMNS, rows)
                print(dataset.name, dataset.n_samples, number, f"{time.monotonic() - started:.0f} s", flush=True)
    print(report(pd.read_csv(given.output)).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
