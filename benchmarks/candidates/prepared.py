"""Whether columns made of others, put before LightGBM and CatBoost, make them better on tables of more than 5,000 rows.

    python -m benchmarks.candidates.prepared --data FOLDER
    python -m benchmarks.candidates.prepared --data FOLDER --rows 30000 --ways explained
    python -m benchmarks.candidates.prepared --report

The folder holds `catalog.json` (its `datasets` have `id`, `target`, `family`, `task_type` and sizes) and
`data/ID.parquet`. On the first fold of each table a model with early stopping is fitted without the step and with it,
on one thread. It goes on where it stopped: a row of the CSV for each table, training size, model and way.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.candidates.combining import ColumnCombiner
from benchmarks.candidates.telling_pairs import OPERATIONS, Made, calculate, is_category
from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.encoding import Encoding
from recommender.algorithms.pipelines import build_reader
from recommender.algorithms.preprocessing import build_preprocessing
from recommender.algorithms.published import (
    CATBOOST_FOR_CLASSES,
    CATBOOST_FOR_NUMBERS,
    LIGHTGBM_FOR_CLASSES,
    LIGHTGBM_FOR_NUMBERS,
)
from recommender.tables.dataset import Dataset, Task
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

RESULTS = Path(__file__).parent / "results" / "prepared.csv"
MIN_ROWS, MAX_FEATURES, MAX_CLASSES = 5_000, 60, 5
N_MADE = 15
N_DRAWS = 300
N_AREAS = 100
"""So many draws of the test rows tell a difference from noise, and so many one of areas under curves."""
SETTINGS = {
    ("lightgbm", False): LIGHTGBM_FOR_CLASSES,
    ("lightgbm", True): LIGHTGBM_FOR_NUMBERS,
    ("catboost", False): CATBOOST_FOR_CLASSES,
    ("catboost", True): CATBOOST_FOR_NUMBERS,
}


@dataclass(frozen=True)
class Fold:
    """One fold of a table as the models take it: numbers and categories."""

    task: Task
    train: pd.DataFrame
    y: np.ndarray
    test: pd.DataFrame
    y_test: np.ndarray

    @property
    def is_regression(self) -> bool:
        return self.task == "regression"


Prepared = tuple[pd.DataFrame, pd.DataFrame]


def by_what_is_explained(fold: Fold) -> Prepared:
    """As the package does it: what explains the residuals of a short model."""
    combiner = ColumnCombiner(regression=fold.is_regression, max_made=N_MADE)
    return combiner.fit_transform(fold.train, fold.y), combiner.transform(fold.test)


def by_gain(fold: Fold) -> Prepared:
    """The arithmetic of pairs of the ten numbers that a short model gains most by, which a second one gains most by."""
    numbers = [name for name in fold.train if not is_category(fold.train[name])]
    gains = _gains(fold, fold.train)[numbers].sort_values(ascending=False, kind="stable")
    pairs = combinations([list(fold.train).index(name) for name in gains.index[:10]], 2)
    candidates = [Made(operation, pair) for pair in pairs for operation in OPERATIONS]
    wide = _with(fold.train, candidates)
    gained = _gains(fold, wide, colsample_bynode=0.3).to_numpy()[fold.train.shape[1] :]
    best = [candidates[i] for i in np.argsort(-gained, kind="stable")[:N_MADE]]
    return _with(fold.train, best), _with(fold.test, best)


def by_gain_where_it_helps(fold: Fold) -> Prepared:
    """The same, if a third model of two thirds of the rows with them has the smaller loss on the others."""
    prepared = by_gain(fold)
    n = len(fold.y)
    order = np.random.default_rng(1).permutation(n)
    train, rest = order[: 2 * n // 3], order[2 * n // 3 :]
    losses = []
    for table in (fold.train, prepared[0]):
        part = Fold(fold.task, table.iloc[train], fold.y[train], table.iloc[rest], fold.y[rest])
        model = _short(part, n_estimators=100, learning_rate=0.1).fit(part.train, part.y)
        losses.append(losses_of(part, predicted(model, part.test, part)).mean())
    return prepared if losses[1] < losses[0] else (fold.train, fold.test)


WAYS: dict[str, Callable[[Fold], Prepared]] = {
    "explained": by_what_is_explained,
    "gain": by_gain,
    "gain_checked": by_gain_where_it_helps,
}
"""How it is chosen what to make."""


def _short(fold: Fold, **settings: Any) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor

    first = {"n_estimators": 60, "learning_rate": 0.15, "importance_type": "gain", **settings}
    return (LGBMRegressor if fold.is_regression else LGBMClassifier)(**first, n_jobs=1, random_state=0, verbosity=-1)


def _gains(fold: Fold, table: pd.DataFrame, **settings: Any) -> pd.Series:
    model = _short(fold, **settings).fit(table.set_axis([str(i) for i in range(table.shape[1])], axis=1), fold.y)
    return pd.Series(model.feature_importances_, table.columns)


def _with(table: pd.DataFrame, made: list[Made]) -> pd.DataFrame:
    columns = {
        f"made {k}": calculate(m.operation, *(table.iloc[:, i].to_numpy(np.float64) for i in m.columns))
        for k, m in enumerate(made)
    }
    return pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1)


def read_folds(folder: Path, every: int, n_rows: int) -> Iterator[tuple[dict[str, Any], Callable[[], Fold]]]:
    """Each table of the catalogue that is large enough, and how to read its fold."""
    entries = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))["datasets"]
    fit = [
        e
        for e in entries
        if e["n_rows"] > max(MIN_ROWS, 1.3 * n_rows if n_rows > 10_000 else 0)
        and e["n_features"] <= MAX_FEATURES
        and (e["task_type"] == "regression" or (e["n_classes"] or 0) <= MAX_CLASSES)
    ]
    for entry in fit[::every]:
        yield entry, lambda entry=entry: read_fold(folder, entry, n_rows)


def read_fold(folder: Path, entry: dict[str, Any], n_rows: int) -> Fold:
    """The first fold of a table, its columns encoded."""
    table = pd.read_parquet(folder / "data" / f"{entry['id']}.parquet")
    y = table.pop(entry["target"])
    dataset = load_dataset(table, y, task="regression" if entry["task_type"] == "regression" else None)
    train, test = split(dataset, size=n_rows)[0]
    numbers = dataset.y.to_numpy()
    codes = numbers.astype(np.float64) if dataset.task == "regression" else np.unique(numbers, return_inverse=True)[1]
    encoded = _encoded(dataset, train, test)
    return Fold(dataset.task, encoded[0], codes[train], encoded[1], codes[test])


def _encoded(dataset: Dataset, train: np.ndarray, test: np.ndarray) -> Prepared:
    from sklearn.pipeline import make_pipeline

    columns = build_preprocessing(dataset, Encoding("native", "plain"))
    steps = columns if dataset.is_plain else make_pipeline(build_reader(dataset), columns)
    parts = [steps.fit_transform(dataset.X.iloc[train]), steps.transform(dataset.X.iloc[test])]
    frames = [part if isinstance(part, pd.DataFrame) else pd.DataFrame(np.asarray(part, float)) for part in parts]
    first, second = (frame.set_axis([str(i) for i in range(frame.shape[1])], axis=1) for frame in frames)
    return first, second


def measure(fold: Fold, model: str, n_parts: int | None, ways: list[str]) -> Iterator[dict[str, Any]]:
    """A row for each way, beside the model without the step."""
    plain = _fitted(fold, (fold.train, fold.test), model, n_parts)
    for way in ways:
        started = time.process_time()
        prepared = WAYS[way](fold)
        seconds = time.process_time() - started
        n_made = prepared[0].shape[1] - fold.train.shape[1]
        done = _fitted(fold, prepared, model, n_parts) if n_made else plain
        row = {"way": way, "made": n_made, "combine_seconds": round(seconds, 2)}
        for name, outcome in (("plain", plain), ("prepared", done)):
            row |= {f"{name}_{key}": value for key, value in outcome.items() if key != "said"}
        yield row | compared(fold, plain["said"], done["said"])


def _fitted(fold: Fold, tables: Prepared, name: str, n_parts: int | None) -> dict[str, Any]:
    """What a model says of the test rows, how good that is, and what it cost."""
    settings = {**SETTINGS[name, fold.is_regression], "early_stopping": True}
    model = find_algorithm(name).build(settings, fold.task, 0, 1).set_params(n_parts=n_parts)
    started = time.process_time()
    model.fit(tables[0], fold.y)
    seconds = time.process_time() - started
    said = predicted(model, tables[1], fold)
    return {"said": said, "seconds": round(seconds, 2), "rounds": model.n_rounds_, **_scores(fold, said)}


def predicted(model: Any, table: pd.DataFrame, fold: Fold) -> np.ndarray:
    """Numbers, or a probability for each class."""
    if fold.is_regression:
        return np.asarray(model.predict(table))
    said = np.zeros((len(table), max(fold.y.max(), fold.y_test.max()) + 1))
    said[:, model.classes_] = model.predict_proba(table)
    return said


def losses_of(fold: Fold, said: np.ndarray) -> np.ndarray:
    """The loss of each test row: squared error or log loss."""
    if fold.is_regression:
        return (said - fold.y_test) ** 2
    return -np.log(np.clip(said[np.arange(len(said)), fold.y_test], 1e-15, 1))


def _area(y: np.ndarray, said: np.ndarray) -> float:
    if said.shape[1] == 2:
        return float(roc_auc_score(y, said[:, 1])) if 0 < y.mean() < 1 else np.nan
    areas = [roc_auc_score(y == k, said[:, k]) for k in range(said.shape[1]) if 0 < (y == k).mean() < 1]
    return float(np.mean(areas))


def _scores(fold: Fold, said: np.ndarray) -> dict[str, float]:
    loss = losses_of(fold, said).mean()
    if fold.is_regression:
        return {"main": 1 - loss / fold.y_test.var(), "loss": np.sqrt(loss)}
    return {"main": _area(fold.y_test, said), "loss": loss}


def compared(fold: Fold, plain: np.ndarray, prepared: np.ndarray) -> dict[str, Any]:
    """What the step changes, and whether that can be told from noise: 95 % of the draws of test rows agree."""
    if prepared is plain:
        return {"change": 0.0, "loss_verdict": "nothing made", "main_verdict": "nothing made"}
    before, after = losses_of(fold, plain), losses_of(fold, prepared)
    draws = np.random.default_rng(0).integers(0, len(before), (N_DRAWS, len(before)))
    less = np.array([before[rows].mean() - after[rows].mean() for rows in draws])
    more = less
    if not fold.is_regression:
        more = np.array([_area(fold.y_test[r], prepared[r]) - _area(fold.y_test[r], plain[r]) for r in draws[:N_AREAS]])
    change = after.mean() / before.mean() - 1
    return {"change": change, "loss_verdict": _verdict(less), "main_verdict": _verdict(more)}


def _verdict(differences: np.ndarray) -> str:
    low, high = np.nanquantile(differences, [0.025, 0.975])
    return "win" if low > 0 else "loss" if high < 0 else "tie"


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """Wins, ties and losses of each way; ahead and behind are told without regard to noise."""
    found = []
    for key, part in rows.groupby(["rows", "model", "boosters", "way"], sort=False):
        made = part[part["made"] > 0]
        line = dict(zip(("rows", "model", "boosters", "way"), key, strict=True))
        line |= {"tables": len(part), "nothing made": len(part) - len(made)}
        for name in ("loss", "main"):
            line |= {f"{name} {v}": int((made[f"{name}_verdict"] == v).sum()) for v in ("win", "tie", "loss")}
        line |= {"ahead": int((made["change"] < 0).sum()), "behind": int((made["change"] > 0).sum())}
        line |= {"median change": made["change"].median(), "mean change": part["change"].clip(-0.5, 0.5).mean()}
        ratio = (part["combine_seconds"] + part["prepared_seconds"]) / part["plain_seconds"].clip(lower=0.05)
        found.append(line | {"median seconds": part["combine_seconds"].median(), "median ratio": ratio.median()})
    return pd.DataFrame(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--rows", type=int, default=10_000, help="training rows at most")
    parser.add_argument("--model", choices=["lightgbm", "catboost"], default="lightgbm")
    parser.add_argument("--boosters", choices=["one", "pool"], default="one", help="one, or as many as in the pool")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--every", type=int, default=1, help="each so many-th table only")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = pd.read_csv(options.output) if options.output.exists() else pd.DataFrame()
    if options.report:
        print(report(rows).T.to_string(float_format=lambda value: f"{value:.3f}"))
        return
    asked = {"rows": options.rows, "model": options.model, "boosters": options.boosters}
    names = [*("id", *asked), "way"]
    done = set(rows[names].itertuples(index=False, name=None)) if len(rows) else set()
    for entry, read in read_folds(options.data, options.every, options.rows):
        left = [way for way in options.ways if (entry["id"], *asked.values(), way) not in done]
        if not left:
            continue
        fold = read()
        about = {"id": entry["id"], "name": entry["name"], "family": entry["family"], "task": fold.task, **asked}
        about |= {"n_train": len(fold.y), "n_test": len(fold.y_test), "n_features": fold.train.shape[1]}
        about["n_categorical"] = sum(is_category(fold.train[name]) for name in fold.train)
        n_parts = 1 if options.boosters == "one" else None
        measured = pd.DataFrame([about | row for row in measure(fold, options.model, n_parts, left)])
        is_new = not options.output.exists()
        measured.to_csv(options.output, mode="a", header=is_new, index=False, float_format="%.5g")
        print(*measured[["name", "way", "made", "change", "loss_verdict"]].to_numpy().tolist(), flush=True)


if __name__ == "__main__":
    main()
