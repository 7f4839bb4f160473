"""Each candidate of the pool beside what it replaces, on the same folds, and what the pool can do without.

    python -m benchmarks.candidates.run --store evidence.sqlite --output benchmarks/candidates/results

The evaluations are those of a collection. Writes ``duels.csv``, a line for each candidate, task and metric;
``singles.csv``, how well each boosting setting does alone; and ``pruning.csv``, what may go and what that costs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.candidates.duels import Duel, fight, summaries, summarize
from benchmarks.candidates.ideas import CATBOOST, IDEAS
from benchmarks.candidates.pruning import Standing, loss_of_best, prune
from recommender.algorithms.pool import pool_for
from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of
from recommender.metamodel.regrets import normalized_regret
from recommender.tables.dataset import TASKS, Task

METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss"),
    "multiclass": ("roc_auc", "log_loss"),
    "regression": ("r2", "mae"),
}
"""What each task is judged by here."""
BOOSTING = ("lightgbm", "xgboost", "catboost", "histogram_boosting")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--store", help="a store that `recommender collect` has filled")
    source.add_argument("--knowledge", type=Path, help="the folder of a knowledge base; the shipped one by default")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    knowledge = knowledge_of(Store(options.store)) if options.store else load_knowledge(options.knowledge)
    options.output.mkdir(parents=True, exist_ok=True)
    tables = {"duels": duels(knowledge), "singles": singles(knowledge), "pruning": pruning(knowledge)}
    for name, table in tables.items():
        table.to_csv(options.output / f"{name}.csv", index=False, float_format="%.4g")
        print(table.to_string(), "\n")


def _rows(knowledge: KnowledgeBase, task: Task) -> pd.DataFrame:
    return knowledge.standard[knowledge.standard["dataset_id"].isin(knowledge.for_task(task))]


def duels(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Each idea against what it replaces, by task and metric."""
    found = []
    for task in TASKS:
        rows = _rows(knowledge, task)
        for name in METRICS[task]:
            found.append(summaries(rows, IDEAS, find_metric(name, task)).assign(task=task))
    return pd.concat(found, ignore_index=True)


def singles(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Each boosting setting alone: its normalized regret, and its duel with CatBoost as it comes."""
    found = []
    for task in TASKS:
        rows = _rows(knowledge, task)
        for name in METRICS[task]:
            metric = find_metric(name, task)
            performance = knowledge.performance(task, metric)
            regrets = normalized_regret(performance[[c.id for c in pool_for(task) if c.id in performance]])
            for configuration in pool_for(task):
                if configuration.algorithm not in BOOSTING or configuration.id not in regrets:
                    continue
                results = fight(rows, Duel("", configuration, CATBOOST), metric)
                about = {"task": task, "metric": name, "configuration": str(configuration)}
                against = summarize(results) if len(results) else {}
                found.append(about | {"regret": float(regrets[configuration.id].mean())} | against)
    return pd.DataFrame(found)


def pruning(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What may go of the pool of each task, and what the virtual best loses by it."""
    found = []
    for task in TASKS:
        metric = find_metric(None, task)
        pool = {c.id: c for c in pool_for(task)}
        standing = Standing.of(knowledge, task, metric)
        there = [i for i in pool if i in standing.behind and standing.behind[i].notna().mean() > 0.8]
        standing = Standing(standing.behind[there], standing.seconds[there])
        defaults = {i for i, c in pool.items() if i.endswith("-default")}
        gone = prune(standing, defaults)
        losses = loss_of_best(standing, gone)
        print(
            f"{task}: {len(gone)} of {len(there)} may go, {standing.seconds[gone].sum():.0%} of the seconds; "
            f"the virtual best is {losses.mean():.2f} standard errors behind on average, {losses.max():.2f} at most"
        )
        for name in there:
            found.append(
                {
                    "task": task,
                    "configuration": str(pool[name]),
                    "share_of_seconds": float(standing.seconds[name]),
                    "best_within_noise": float((standing.behind[name] <= 1).mean()),
                    "goes": name in gone,
                }
            )
    return pd.DataFrame(found)


if __name__ == "__main__":
    main()
