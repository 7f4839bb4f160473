"""Our systems and defaults in TabArena's runner, on OpenML tasks, each task's family left out of all that we know.

    python -m benchmarks.tabarena.run --server ADDRESS --suite OpenML-CC18 --suite OpenML-CTR23 --folds 2 --seconds 60
    python -m benchmarks.tabarena.leaderboard

The arena's own code (the package `tabarena`) reads the tasks, splits them, calls the systems and scores what they give.
Rows are appended as they are measured, and a later run goes on where this one stopped.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import pandas as pd
from tabarena.benchmark.experiment import ExperimentBatchRunner, TabArenaV0pt1ExperimentBundle, build_jobs
from tabarena.benchmark.task.metadata import TaskMetadataCollection
from tabarena.end_to_end.end_to_end import EndToEnd
from tabarena.utils.config_utils import SystemConfigGenerator

from benchmarks.rows import append_rows
from benchmarks.tabarena.leaderboard import RESULTS
from benchmarks.tabarena.system import DefaultSystem, RecommenderSystem
from benchmarks.tasks import readable_tasks
from benchmarks.without_family import train_without_family
from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.tables.openml import OpenMLTask, read_suite, set_server

JUDGED_BY = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
"""What the arena judges each kind of task by."""
DEFAULTS = {
    "LightGBM default": "lightgbm",
    "CatBoost default": "catboost",
    "random forest default": "random_forest",
}
"""What our systems are held against, by name."""
SUFFIX = "_c1_default"
"""What the arena adds to the name of a method that has one configuration and one way of preprocessing."""
COLUMNS = (
    *("task_id", "task", "problem_type", "n_samples", "n_features", "fold", "method", "metric", "metric_error"),
    *("time_train_s", "time_infer_s", "left_out"),
)


def main() -> None:
    chosen = _arguments()
    set_server(chosen.server, str(chosen.work / "openml"))
    task_ids = [*chosen.task, *(i for suite in chosen.suite for i in read_suite(suite))]
    append_rows(chosen.output, COLUMNS, [])
    done = set(pd.read_csv(chosen.output)["task_id"])
    knowledge = load_knowledge()
    for task in readable_tasks([i for i in task_ids if i not in done], chosen.max_samples):
        print(time.strftime("%H:%M:%S"), task.dataset.name, task.dataset.n_samples, flush=True)
        folder = chosen.work / "knowledge" / str(task.task_id)
        measure = find_metric(JUDGED_BY[task.dataset.task], task.dataset.task)
        family = train_without_family(knowledge, task.dataset, measure, folder)
        rows = run_task(task, folder, n_folds=chosen.folds, seconds=chosen.seconds, work=chosen.work)
        about = {"task_id": task.task_id, "problem_type": task.dataset.task, "left_out": len(family)}
        sizes = {"n_samples": task.dataset.n_samples, "n_features": task.dataset.n_features}
        append_rows(chosen.output, COLUMNS, [row | about | sizes for row in rows])


def run_task(
    task: OpenMLTask, knowledge: Path, *, n_folds: int, seconds: float, work: Path, n_cpus: int = 1
) -> list[dict[str, Any]]:
    """What the arena measured of every system on the first folds of a task."""
    tasks = describe(task, n_folds)
    jobs = build_jobs(experiments(str(knowledge), seconds, n_cpus), tasks)
    runner = ExperimentBatchRunner(expname=str(work / "experiments"), task_metadata=tasks, debug_mode=True)
    found = EndToEnd.from_raw_to_results_df(runner.run_jobs(jobs), task_metadata=tasks, verbose=False)
    found["method"] = found["method"].str.removesuffix(SUFFIX)
    columns = {"dataset": "task"} | {name: name for name in COLUMNS if name in found}
    return found[list(columns)].rename(columns=columns).to_dict("records")


def experiments(knowledge: str, seconds: float, n_cpus: int) -> list[Any]:
    """The systems with what they are given: ours, and the defaults of libraries."""
    configured: dict[str, tuple[type, dict[str, Any]]] = {
        "recommender": (RecommenderSystem, {"knowledge": knowledge}),
        "recommender_fit": (RecommenderSystem, {"knowledge": knowledge, "search": True}),
        **{name: (DefaultSystem, {"algorithm": algorithm}) for name, algorithm in DEFAULTS.items()},
    }
    generators = [
        SystemConfigGenerator(model_cls=system, name=name, manual_configs=[config])
        for name, (system, config) in configured.items()
    ]
    bundle = TabArenaV0pt1ExperimentBundle(models=[(one, 0) for one in generators], system_experiments=True)
    return bundle.build_experiments(time_limit=seconds, num_cpus=n_cpus)


def describe(task: OpenMLTask, n_folds: int) -> TaskMetadataCollection:
    """A task as the arena lists it: the first folds of its own splits."""
    dataset, splits = task.dataset, task.splits()
    n_classes = 0 if dataset.task == "regression" else dataset.y.nunique()
    row = {
        "tid": task.task_id,
        "name": dataset.name,
        "dataset": dataset.name,
        "problem_type": dataset.task,
        "n_folds": min(n_folds, len(splits)),
        "n_repeats": 1,
        "n_features": dataset.n_features,
        "n_classes": n_classes,
        "NumberOfInstances": dataset.n_samples,
        "n_samples_train_per_fold": len(splits[0][0]),
        "n_samples_test_per_fold": len(splits[0][1]),
        "target_feature": dataset.y.name,
    }
    return TaskMetadataCollection.from_legacy_df(pd.DataFrame([row]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--server", help="an OpenML server's address, if not openml.org")
    parser.add_argument("--suite", action="append", default=[], help="as OpenML-CC18; can be given several times")
    parser.add_argument(
        "--task", action="append", type=int, default=[], help="an OpenML task; can be given several times"
    )
    parser.add_argument("--max-samples", type=int, help="leave out larger datasets")
    parser.add_argument("--folds", type=int, default=1, help="the first so many of each task's own")
    parser.add_argument("--seconds", type=float, default=60.0, help="the time limit of one fit")
    parser.add_argument("--work", type=Path, default=Path("tabarena_work"), help="a folder for what is kept meanwhile")
    parser.add_argument("--output", type=Path, default=RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
