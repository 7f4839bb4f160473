"""The best model within a budget: ours and others by the same clock, on folds of OpenML tasks or of tables.

    python -m benchmarks.budgets.run --server URL --suite OpenML-CC18 --suite OpenML-CTR23 --seconds 2 10 30 60 300
    python -m benchmarks.budgets.run --tables FOLDER --seconds 10
    python -m benchmarks.budgets.run report

A folder of tables holds `NAME.csv` or `NAME.parquet`, whose last column is the target. Each method runs in a process of
its own, on all processors, one after the other; what takes three times the seconds asked and a minute is ended. A
search runs once, for its longest budget, and is asked at each of the others what it would fit. Our meta-model is
trained without the table's family. It goes on where it stopped: a row is appended for each table, fold, budget and
method. It needs ``pip install 'recommender[peers]'``, and ``autogluon.tabular`` with ``pyarrow`` in the environment of
the Python that ``--autogluon`` names.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

from benchmarks.budgets.methods import METHODS, SEARCHES, UNTIMED, Given, fit
from benchmarks.budgets.report import draw, summarise
from benchmarks.rows import append_rows
from recommender.evaluation.evaluate import message_of, predict
from recommender.evaluation.metrics import Metric, find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.openml_tasks import relatives
from recommender.metamodel.trained import Trained
from recommender.metamodel.training import train
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.openml import read_suite, read_task, set_server
from recommender.tables.splits import Split

RESULTS = Path(__file__).parent / "results" / "results.csv"
COLUMNS = (
    *("table", "task", "n_samples", "n_features", "fold", "method", "asked_seconds", "taken_seconds", "metric"),
    *("score", "status", "message", "left_out"),
)
SLACK_TIMES, SLACK_SECONDS = 3.0, 60.0
"""A method is ended after so many times its budget, and so many seconds more."""
N_JOBS = os.cpu_count() or 1
"""Every method has all processors."""


def tables(given: argparse.Namespace) -> Iterator[tuple[Dataset, list[Split]]]:
    """What is measured on, with its first folds."""
    if given.tables:
        for path in sorted(p for p in given.tables.iterdir() if p.suffix in (".csv", ".parquet")):
            frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
            dataset = load_dataset(frame, target=str(frame.columns[-1]), name=path.stem)
            yield dataset, _tenths(dataset)[: given.folds]
        return
    set_server(given.server, given.cache)
    for task_id in dict.fromkeys([*(i for name in given.suite for i in read_suite(name)), *given.task]):
        task = read_task(task_id)
        yield task.dataset, task.splits()[: given.folds]


def _tenths(dataset: Dataset) -> list[Split]:
    """Ten folds."""
    kind = KFold if dataset.task == "regression" else StratifiedKFold
    return list(kind(10, shuffle=True, random_state=0).split(dataset.X, dataset.y))


def measured(name: str, given: Given, dataset: Dataset, test_rows: np.ndarray) -> dict[float, dict[str, Any]]:
    """What a method makes of each budget: its score, and the seconds that it took, in a process of its own."""
    here, there = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_measure, args=(there, name, given, dataset, test_rows)
    )
    process.start()
    there.close()
    budgets, longest = given.budgets, SLACK_TIMES * given.seconds + SLACK_SECONDS
    ends, found = time.monotonic() + longest, {}
    try:
        while len(found) < len(budgets):
            if not here.poll(max(ends - time.monotonic(), 0)):
                return _for_the_rest(budgets, found, "timeout", f"not done after {longest:g} s")
            budget, row = here.recv()
            if budget is None:
                return _for_the_rest(budgets, found, row["status"], row["message"])
            found[budget] = row
    except EOFError:
        return _for_the_rest(budgets, found, "crashed", "the process died")
    finally:
        process.kill()
        process.join()
    return found


def _for_the_rest(
    budgets: tuple[float, ...], found: dict[float, dict[str, Any]], status: str, message: str
) -> dict[float, dict[str, Any]]:
    """What became of each budget, where a method ended before all of them."""
    return {budget: found.get(budget, {"status": status, "message": message}) for budget in budgets}


def _measure(pipe: Any, name: str, given: Given, dataset: Dataset, test_rows: np.ndarray) -> None:
    _warm_up(name)
    try:
        for budget, taken, model in fit(name, given):
            score = given.metric.measure(*predict(model, dataset, test_rows))
            getattr(model, "close", lambda: None)()
            pipe.send((budget, {"status": "ok", "score": score, "taken_seconds": round(taken, 3)}))
    except ImportError as error:
        pipe.send((None, {"status": "not installed", "message": message_of(error)}))
    except Exception as error:  # whatever a method raises is its outcome
        pipe.send((None, {"status": "failed", "message": message_of(error)}))


def _warm_up(name: str) -> None:
    """Load the libraries before the clock runs: of a budget of two seconds they would take most."""
    from recommender.algorithms.catalogue import modules
    from recommender.evaluation.worker_process import ALWAYS_LOADED

    for module in {"ours": (*ALWAYS_LOADED, *modules()), "flaml": ("flaml",)}.get(name, ("catboost", "lightgbm")):
        try:
            __import__(module)
        except ImportError:
            continue


def run(given: argparse.Namespace, knowledge: KnowledgeBase | None) -> None:
    """Measure what is not yet there."""
    known = read_results(given.output)
    done = set(zip(known["table"], known["fold"], known["method"], known["asked_seconds"], strict=True))

    @cache
    def trained_without(family: tuple[str, ...], metric: Metric) -> Trained | None:
        return None if knowledge is None else train(knowledge.without(family), metric)

    for dataset, splits in tables(given):
        metric = find_metric(None, dataset.task)
        family = tuple(relatives(knowledge, dataset)) if knowledge is not None else ()
        for number, name in product(range(len(splits)), given.methods):
            asked = given.seconds[:1] if name in UNTIMED else given.seconds
            missing = [seconds for seconds in asked if (dataset.name, number, name, seconds) not in done]
            trained = trained_without(family, metric) if name == "ours" and missing else None
            train_rows, test_rows = splits[number]
            for budgets in [tuple(missing)] if name in SEARCHES and missing else [(seconds,) for seconds in missing]:
                task = Given(dataset.take(train_rows), metric, budgets, 0, trained, N_JOBS, given.autogluon)
                for seconds, row in measured(name, task, dataset, test_rows).items():
                    print(dataset.name, number, name, seconds, row, flush=True)
                    about = {"fold": number, "method": name, "asked_seconds": seconds, "left_out": len(family)}
                    append_rows(given.output, COLUMNS, [_about_table(dataset) | about | {"metric": metric.name} | row])


def _about_table(dataset: Dataset) -> dict[str, Any]:
    size = {"n_samples": dataset.n_samples, "n_features": dataset.n_features}
    return {"table": dataset.name, "task": dataset.task} | size


def read_results(path: Path) -> pd.DataFrame:
    """The rows that there are."""
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns=list(COLUMNS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["run", "report"], default="run")
    parser.add_argument("--server", help="the address of an OpenML server; openml.org if not given")
    parser.add_argument("--cache", help="where the openml client keeps what it read")
    parser.add_argument("--suite", action="append", default=[], help="may be repeated")
    parser.add_argument("--task", action="append", type=int, default=[], help="may be repeated")
    parser.add_argument("--tables", type=Path, help="a folder of tables instead")
    parser.add_argument("--seconds", nargs="+", type=float, default=[2.0, 10.0, 30.0, 60.0, 300.0])
    parser.add_argument("--folds", type=int, default=2, help="of each table, the first ones")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    parser.add_argument("--autogluon", help="the path of a Python that has AutoGluon; this one if not given")
    parser.add_argument("--knowledge", type=Path, help="folder of a knowledge base; what is shipped if not given")
    parser.add_argument("--shipped", action="store_true", help="the meta-model as it is shipped, no family left out")
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.part == "run":
        run(given, None if given.shipped else load_knowledge(given.knowledge))
    rows = read_results(given.output)
    if rows.empty:
        print("nothing was measured yet")
        return
    print(summarise(rows).round(4).to_string(index=False))
    draw(rows, given.output.with_name("score_over_seconds.svg"))


if __name__ == "__main__":
    main()
