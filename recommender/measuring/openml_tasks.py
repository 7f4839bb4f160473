"""The benchmark on OpenML tasks: the recommendation beside defaults and the single best, each family left out."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.errors import DatasetError, KnowledgeBaseError, ServerError, UnknownNameError
from recommender.evaluation.evaluate import Evaluation, evaluate
from recommender.evaluation.metrics import METRICS, find_metric
from recommender.evidence.families import find_families
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel.training import Trained, metric_to_learn, single_best, train
from recommender.outputs import check_file, write_text
from recommender.recommendation import recommend
from recommender.tables.dataset import Dataset
from recommender.tables.openml import OpenMLTask, read_task

OURS = "recommended"
VIRTUAL_BEST, MEDIAN = "virtual best", "pool median"
DEFAULTS = {
    "LightGBM default": Configuration("lightgbm", {}),
    "random forest default": Configuration("random_forest", {}),
}
STOPPED = "stopped before it was done"
"""Why a task is left out once Ctrl-C was pressed."""


def run_benchmark(
    knowledge: KnowledgeBase,
    task_ids: Iterable[int],
    *,
    metric: str | None = None,
    n_folds: int | None = None,
    max_samples: int | None = None,
    output: Path | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> tuple[pd.DataFrame, dict[int, str]]:
    """Score the recommendation and its rivals on the splits of OpenML tasks.

    For each task the meta-model is trained anew on the knowledge base without the dataset's family: datasets of the
    same content or origin reach neither training, nor scaling, nor selection. Meta-features are those of a fold's
    training rows. The rivals are the defaults of LightGBM and random forest, and the single best of the datasets that
    were left in. Where the knowledge base holds the dataset, its best and its median configuration there are fitted
    too, as the ends of the scale of normalized regret: chosen on the knowledge base's folds, scored on the task's own.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What recommendations come from.
    task_ids : iterable of int
        OpenML tasks, of the server that `recommender.tables.openml.set_server` names.
    metric : str, optional
        What to compare by; each task's default otherwise. Tasks that it does not judge are left out. Where nothing was
        learnt of it, it is chosen by the nearest metric.
    n_folds : int, optional
        Only the first so many folds of each task.
    max_samples : int, optional
        Leave out datasets with more rows.
    output : Path, optional
        A CSV file for the rows, which has those of each task as soon as it is done.
    on_progress : callable(str), optional
        Called with a line on what is being done.

    Returns
    -------
    rows : DataFrame
        One row for each method on a fold: the configuration, its score in the metric's own unit, seconds and status.
    skipped : dict of int to str
        The tasks that could not be had or compared, and why. Ctrl-C leaves out those that are not done.

    Raises
    ------
    OutputError
        If `output` cannot be written.
    """
    if output:
        check_file(output)
    rows: list[dict[str, object]] = []
    skipped: dict[int, str] = {}
    task_ids = list(task_ids)
    for number, task_id in enumerate(task_ids):
        try:
            task = read_task(task_id)
            n_samples = task.dataset.n_samples
            if max_samples is not None and n_samples > max_samples:
                skipped[task_id] = (
                    f"{task.dataset.name} has {n_samples:,} rows, more than --max-samples {max_samples:,}"
                )
                continue
            on_progress(task.dataset.name)
            rows += _compare(knowledge, task, metric, n_folds)
        except (ServerError, DatasetError, KnowledgeBaseError, UnknownNameError) as error:
            skipped[task_id] = str(error)
        except KeyboardInterrupt:
            skipped |= dict.fromkeys(task_ids[number:], STOPPED)
            break
        if output and rows:
            write_text(output, pd.DataFrame(rows).to_csv(index=False))
    return pd.DataFrame(rows), skipped


def _compare(
    knowledge: KnowledgeBase, task: OpenMLTask, metric: str | None, n_folds: int | None
) -> list[dict[str, object]]:
    dataset = task.dataset
    measure = find_metric(metric, dataset.task)
    family = relatives(knowledge, dataset)
    known = knowledge.without(family)
    learnt = metric_to_learn(known, measure)
    trained = train(known, learnt)
    fixed = DEFAULTS | {"single best": single_best(known, dataset.task, learnt)}
    own = knowledge.performance(dataset.task, learnt)
    if dataset.source in own.index:
        ranked = own.T[dataset.source].dropna().sort_values().index
        fixed[VIRTUAL_BEST] = knowledge.configuration(str(ranked[-1]))
        fixed[MEDIAN] = knowledge.configuration(str(ranked[len(ranked) // 2]))
    rows = []
    for fold, split in enumerate(task.splits()[:n_folds]):
        started = time.perf_counter()
        chosen = _recommended(trained, dataset.take(split[0]))
        seconds = time.perf_counter() - started
        done: dict[str, Evaluation] = {}
        for method, configuration in {OURS: chosen, **fixed}.items():
            if configuration.id not in done:
                done[configuration.id] = evaluate(dataset, configuration, fold, split)
            evaluation = done[configuration.id]
            rows.append(
                {
                    "task_id": task.task_id,
                    "dataset": dataset.name,
                    "task": dataset.task,
                    "n_samples": dataset.n_samples,
                    "fold": fold,
                    "method": method,
                    "configuration_id": configuration.id,
                    "metric": measure.name,
                    "score": evaluation.scores.get(measure.name, np.nan),
                    "fit_seconds": evaluation.fit_seconds,
                    "recommend_seconds": seconds if method == OURS else 0.0,
                    "status": evaluation.status,
                    "datasets_left_out": len(family),
                }
            )
    return rows


def _recommended(trained: Trained, dataset: Dataset) -> Configuration:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return recommend(dataset, knowledge=trained).best.configuration


def relatives(knowledge: KnowledgeBase, dataset: Dataset) -> list[str]:
    """The ids of the known datasets that are, or share the origin of, a dataset."""
    described = {"name": dataset.name, "n_samples": dataset.n_samples, "signatures": dataset.described_columns}
    here = pd.DataFrame([described], index=["this"])
    families = find_families(pd.concat([knowledge.datasets[list(described)], here]))
    related = families.drop("this") == families["this"]
    same = (knowledge.datasets["fingerprint"] == dataset.fingerprint) | (knowledge.datasets.index == dataset.source)
    return [str(i) for i in knowledge.datasets.index[related | same]]


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """How the methods compare over tasks.

    Parameters
    ----------
    rows : DataFrame
        What `run_benchmark` returned.

    Returns
    -------
    DataFrame indexed by method
        Mean rank over tasks (ties share), wins, ties and losses of the recommendation against the method, mean
        normalized regret over the tasks that the knowledge base holds, and median fit seconds. A method that failed on
        a fold has the lowest score that any method has there.
    """
    sign = rows["metric"].map({name: metric.sign for name, metric in METRICS.items()})
    scores = rows.assign(score=rows["score"] * sign)
    worst = scores.groupby(["task_id", "fold"])["score"].transform("min")
    scores["score"] = scores["score"].fillna(worst)
    table = scores.pivot_table("score", "task_id", "method", sort=False)
    rivals = table.drop(columns=[VIRTUAL_BEST, MEDIAN], errors="ignore")
    ahead = rivals.rsub(rivals[OURS], axis=0).round(6)
    result = pd.DataFrame(
        {
            "mean_rank": rivals.rank(axis=1, ascending=False).mean(),
            "wins": (ahead > 0).sum(),
            "ties": (ahead == 0).sum(),
            "losses": (ahead < 0).sum(),
        }
    )
    if VIRTUAL_BEST in table:
        spread = table[VIRTUAL_BEST] - table[MEDIAN]
        known = spread > 0
        regret = rivals[known].rsub(table.loc[known, VIRTUAL_BEST], axis=0).div(spread[known], axis=0)
        result["normalized_regret"] = regret.clip(0, 1).mean()
    result["fit_seconds"] = rows.groupby("method")["fit_seconds"].median()
    return result.loc[[OURS, *(method for method in result.index if method != OURS)]]
