"""Live peers: what to fit first, by us and by others, on the same splits of OpenML tasks, each task's family left out.

    python -m benchmarks.peers.run --server URL --suite OpenML-CC18 --suite OpenML-CTR23 --max-samples 2000 \
        --output benchmarks/peers/results/two_folds/results.csv
    python -m benchmarks.peers.run report benchmarks/peers/results/two_folds/results.csv

It goes on where it stopped: a row is appended for each task, fold and method as it is measured. ``--methods ours
--refresh`` measures only what learns from our knowledge base again, and keeps the peers' rows. Every fit runs in a
worker process on one thread, within limits on seconds and memory; what fails or hangs is an outcome. It needs
``pip install 'recommender[peers,plot]'``.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers.fits import Blend, Worker
from benchmarks.peers.methods import ALL, BEST_OF_5, METHODS, RANDOM, TPE, Fold, Spent
from benchmarks.rows import append_rows
from benchmarks.tasks import readable_tasks
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import message_of, status_of
from recommender.evaluation.metrics import METRICS, find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.openml_tasks import relatives
from recommender.metamodel.training import Trained, train
from recommender.tables.openml import OpenMLTask, read_suite, set_server

RESULTS = Path(__file__).parent / "results" / "two_folds" / "results.csv"
COLUMNS = (
    *("task_id", "dataset", "task", "n_samples", "n_features", "fold", "method", "chosen", "status", "metric", "score"),
    *METRICS,
    *("choose_seconds", "fit_seconds", "predict_seconds", "clock_seconds", "n_fits", "known_datasets", "left_out"),
    "message",
)


def run(
    task_ids: list[int],
    knowledge: KnowledgeBase,
    output: Path,
    *,
    methods: list[str],
    max_samples: int | None,
    n_folds: int,
    seconds: float,
    memory_bytes: int,
    ends: float = math.inf,
) -> None:
    """Measure what is not yet in the output, the smallest datasets first, until the clock (`time.time`) says `ends`."""
    append_rows(output, COLUMNS, [])
    rows = read_results(output)
    done = set(zip(rows["task_id"], rows["fold"], rows["method"], strict=True))
    best_of_5 = rows[rows["method"] == BEST_OF_5].set_index(["task_id", "fold"])["choose_seconds"].to_dict()
    tasks = sorted(
        readable_tasks(task_ids, max_samples), key=lambda task: task.dataset.n_samples * task.dataset.n_features
    )
    models: dict[tuple[str, tuple[str, ...]], tuple[KnowledgeBase, Trained]] = {}
    worker = Worker(seconds, memory_bytes)
    try:
        for number in range(n_folds):
            for task in tasks:
                wanted = [name for name in methods if (task.task_id, number, name) not in done]
                splits = task.splits() if wanted else []
                if not wanted or number >= len(splits) or time.time() > ends:
                    continue
                family = tuple(relatives(knowledge, task.dataset))
                measure = find_metric(None, task.dataset.task)
                key = (measure.name, family)
                if key not in models:
                    known = knowledge.without(family)
                    models[key] = known, train(known, measure)
                fold = Fold(task.dataset, measure, number, splits[number], *models[key], worker)
                fold.budget = best_of_5.get((task.task_id, number), np.nan)
                print(time.strftime("%H:%M:%S"), task.dataset.name, task.dataset.n_samples, number, flush=True)
                for name in wanted:
                    if name in (RANDOM, TPE) and np.isnan(fold.budget):
                        print(f"skipped {name}: {BEST_OF_5!r} was not measured, whose seconds it gets", flush=True)
                        continue
                    row = measured(task, fold, name) | {
                        "known_datasets": len(knowledge.datasets),
                        "left_out": len(family),
                    }
                    if name == BEST_OF_5:
                        fold.budget = float(row["choose_seconds"])
                    append_rows(output, COLUMNS, [row])
    finally:
        worker.stop()


def measured(task: OpenMLTask, fold: Fold, name: str) -> dict[str, Any]:
    """A row of results: what a method chose on a fold, how good that was, and what it cost."""
    dataset, fold.spent = task.dataset, Spent()
    row: dict[str, Any] = {
        "task_id": task.task_id,
        "dataset": dataset.name,
        "task": dataset.task,
        "n_samples": dataset.n_samples,
        "n_features": dataset.n_features,
        "fold": fold.number,
        "method": name,
        "metric": fold.measure.name,
    }
    try:
        chosen = ALL[name](fold)
    except Exception as error:  # whatever a method raises is its outcome
        return row | {"status": status_of(error), "message": message_of(error)}
    done, clock = fold.fitted(chosen)
    says = done.message if done.status == "ok" and not isinstance(chosen, Configuration) else ""
    return row | {
        "chosen": says or str(chosen),
        "status": done.status,
        "score": done.scores.get(fold.measure.name, np.nan),
        **done.scores,
        "choose_seconds": round(fold.spent.choose_seconds, 4),
        "fit_seconds": round(done.fit_seconds, 4),
        "predict_seconds": round(done.predict_seconds, 4),
        "clock_seconds": round(fold.spent.clock_seconds + clock, 3),
        "n_fits": np.nan if isinstance(chosen, Blend) else fold.spent.n_fits + 1,
        "message": "" if says else done.message,
    }


def read_results(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"message": str, "chosen": str})


def forget(path: Path, task_ids: list[int], methods: list[str]) -> None:
    """Take out the rows of some methods, so that they are measured again."""
    if path.exists():
        rows = read_results(path)
        rows[~(rows["task_id"].isin(task_ids) & rows["method"].isin(methods))].to_csv(path, index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["run", "report"], default="run")
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS, help="the rows to report on")
    parser.add_argument("--server", help="the address of an OpenML server; openml.org if not given")
    parser.add_argument("--cache", help="where the openml client keeps what it read")
    parser.add_argument("--suite", action="append", default=[], help="may be repeated")
    parser.add_argument("--task", action="append", type=int, default=[], help="may be repeated")
    parser.add_argument("--knowledge", type=Path, help="folder of a knowledge base; what is shipped if not given")
    parser.add_argument("--max-samples", type=int, help="leave out datasets with more rows")
    parser.add_argument("--folds", type=int, default=1, help="only the first so many of each task's folds")
    parser.add_argument("--methods", nargs="+", choices=[*METHODS, *ALL], default=list(METHODS), metavar="METHOD")
    parser.add_argument("--refresh", action="store_true", help="measure again what --methods names")
    parser.add_argument("--seconds", type=float, default=120.0, help="by the clock, for one fit")
    parser.add_argument("--memory", type=float, default=8.0, help="GiB that a fit may take")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no further task after so long")
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.part == "report":
        from benchmarks.peers.report import report

        summary = report(given.results)
        shown = ["kind", "method", "n_tasks", "mean_rank", "normalized_score", "first_p", "five_p", "seconds"]
        print(summary.filter(items=shown).to_string(index=False))
        return
    set_server(given.server, given.cache)
    task_ids = list(dict.fromkeys([*(i for name in given.suite for i in read_suite(name)), *given.task]))
    methods = list(dict.fromkeys(n for choice in given.methods for n in METHODS.get(choice, [choice])))
    if given.refresh:
        forget(given.output, task_ids, methods)
    run(
        task_ids,
        load_knowledge(given.knowledge),
        given.output,
        methods=methods,
        max_samples=given.max_samples,
        n_folds=given.folds,
        seconds=given.seconds,
        memory_bytes=int(given.memory * 2**30),
        ends=time.time() + 60 * given.minutes,
    )


if __name__ == "__main__":
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    main()
