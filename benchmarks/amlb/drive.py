"""Runs exec.py as the AutoML Benchmark's documentation says it is run, where the benchmark itself cannot be had.

    python -m benchmarks.amlb.tasks && python -m benchmarks.amlb.drive

It reads the user directory's definitions, calls ``run(dataset, config)`` for each fold in this process, holds what
comes back against what the documentation asks of predictions, and scores it by the metrics that the benchmark uses.
Nothing of the benchmark's code is used: how it starts processes, and how it enforces limits, is not tried.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import yaml
from sklearn.metrics import log_loss, roc_auc_score, root_mean_squared_error

from benchmarks.rows import append_rows

USER = Path(__file__).parent
RESULTS = USER / "results" / "results.csv"
JUDGED_BY = {"binary": "auc", "multiclass": "logloss", "regression": "rmse"}
"""The benchmark's metric for each kind of task."""
COLUMNS = ("task", "framework", "fold", "metric", "result", "training_duration", "predict_duration", "models_count")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--benchmark", default="local", help="a file of benchmarks/amlb/benchmarks, without its ending")
    parser.add_argument("--constraint", default="smoke", help="a name in benchmarks/amlb/constraints.yaml")
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    limits = _read("constraints.yaml")[chosen.constraint]
    for task in _read(f"benchmarks/{chosen.benchmark}.yaml"):
        for framework in ("recommender", "recommender_fit"):
            for fold in range(limits["folds"]):
                row = drive(framework, task, fold, limits)
                append_rows(chosen.output, COLUMNS, [row])
                print(time.strftime("%H:%M:%S"), *row.values(), flush=True)


def drive(
    framework: str, task: dict[str, Any], fold: int, limits: dict[str, Any], *, user: Path = USER, **params: Any
) -> dict[str, Any]:
    """A row of results for one fold, where larger is better, as in the benchmark; `params` are added to its own."""
    dataset, kind = read_fold(task, fold, user), task["dataset"]["type"]
    metric = JUDGED_BY[kind]
    config = SimpleNamespace(
        framework=framework,
        framework_params=definition(framework).get("params", {}) | params,
        type="regression" if kind == "regression" else "classification",
        name=task["name"],
        fold=fold,
        metric=metric,
        seed=fold,
        cores=limits["cores"],
        max_runtime_seconds=limits["max_runtime_seconds"],
        output_predictions_file=f"{framework}.{task['name']}.{fold}.csv",
    )
    with stand_ins():
        found = load_exec(framework).run(dataset, config)
    table = as_table(found, dataset.test.y.iloc[:, 0])
    about = {"task": task["name"], "framework": framework, "fold": fold, "metric": metric}
    about |= {"result": round(score(table, metric), 6)}
    return about | {name: round(found[name], 3) for name in COLUMNS[5:]}


def definition(framework: str) -> dict[str, Any]:
    """A framework's definition, with what it extends."""
    every = _read("frameworks.yaml")
    own = every[framework]
    return definition(own["extends"]) | own if "extends" in own else own


def read_fold(task: dict[str, Any], fold: int, user: Path = USER) -> SimpleNamespace:
    """The parts of a task as exec.py gets them: tables, of which classes and text are categories."""
    source = task["dataset"]
    parts = {}
    for part in ("train", "test"):
        table = pd.read_csv(source[part][fold].format(user=user))
        text = {name: "category" for name in table if not pd.api.types.is_numeric_dtype(table[name])}
        table = table.astype(text)
        parts[part] = SimpleNamespace(X=table.drop(columns=source["target"]), y=table[[source["target"]]])
    return SimpleNamespace(**parts, problem_type=source["type"])


def load_exec(framework: str) -> ModuleType:
    """The module exec.py of a framework, loaded from its file."""
    folder = USER.joinpath(*definition(framework)["module"].split("."))
    spec = importlib.util.spec_from_file_location("amlb_exec", folder / "exec.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def stand_ins() -> Iterator[None]:
    """A module ``frameworks.shared.callee`` whose ``result`` takes what the documented one takes."""
    callee = ModuleType("frameworks.shared.callee")
    callee.result = _result  # type: ignore[attr-defined]
    modules = {name: ModuleType(name) for name in ("frameworks", "frameworks.shared")} | {callee.__name__: callee}
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def _result(
    *,
    output_file: str,
    predictions: Any,
    probabilities: Any = None,
    probabilities_labels: Any = None,
    target_is_encoded: bool = False,
    models_count: int | None = None,
    training_duration: float | None = None,
    predict_duration: float | None = None,
) -> dict[str, Any]:
    return dict(locals())


def as_table(found: dict[str, Any], truth: pd.Series) -> pd.DataFrame:
    """Predictions as the benchmark keeps them: a column for each class in order of names, ``predictions``, ``truth``.

    Raises
    ------
    ValueError
        If they are not what the benchmark's documentation asks for.
    """
    labels = found["probabilities_labels"] or []
    columns = pd.DataFrame(found["probabilities"], columns=labels)[sorted(labels)]
    table = columns.assign(predictions=found["predictions"], truth=truth.to_numpy())
    if table.isna().any(axis=None) or len(table) != len(truth):
        raise ValueError("a prediction is missing")
    if labels:
        table["truth"] = table["truth"].astype(str)
        if not np.allclose(columns.sum(axis=1), 1, atol=1e-6):
            raise ValueError("the probabilities of a row do not add up to 1")
        if not set(table["predictions"]) <= set(labels):
            raise ValueError("a class was predicted that has no probability")
    return table


def score(table: pd.DataFrame, metric: str) -> float:
    """The benchmark's metric of a table of predictions, with the sign that makes larger better."""
    labels = list(table.columns[:-2])
    if metric == "auc":
        return float(roc_auc_score(table["truth"] == labels[-1], table[labels[-1]]))
    if metric == "logloss":
        return -float(log_loss(table["truth"], table[labels], labels=labels))
    return -float(root_mean_squared_error(table["truth"], table["predictions"].astype(float)))


def _read(name: str) -> Any:
    return yaml.safe_load((USER / name).read_text())


if __name__ == "__main__":
    main()
