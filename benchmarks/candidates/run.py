"""Each candidate of the pool beside what it replaces, on the same folds, and what the pool can do without.

    python -m benchmarks.candidates.run --output benchmarks/candidates/results

The evaluations are those that the package comes with and those in ``results/evidence``, or those of a store. Writes
``duels.csv``, a line for each candidate, task and metric; ``singles.csv``, how well each boosting setting does alone;
and ``pruning.csv``, what may go and what that costs.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.candidates.duels import Duel, fight, summaries, summarize
from benchmarks.candidates.ideas import CATBOOST, IDEAS, LEFT, PLAIN_CATBOOST
from benchmarks.candidates.pruning import Standing, loss_of_best, may_go, pools_of
from recommender.algorithms.pool import pool_for
from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.merging import extend
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of
from recommender.metamodel.regrets import normalized_regret
from recommender.tables.dataset import TASKS, Task

EVIDENCE = Path(__file__).parent / "results" / "evidence"
"""What was evaluated for this study, as the folder of a knowledge base."""
READ_OTHERWISE = (
    "openml:1590",
    "openml:23381",
    "openml:40701",
    "openml:41156",
    "openml:4135",
    "openml:43071",
    "openml:463",
    "openml:9829829",
)
"""Tables of the shipped evidence whose columns were not read by what is written in them when it was recorded."""
METRICS: dict[Task, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss"),
    "multiclass": ("roc_auc", "log_loss"),
    "regression": ("r2", "mae"),
}
"""What each task is judged by here."""
MOST = 0.8
"""The pool is judged on datasets that have at least such a share of the most that any has of it."""
N_FOLDS = 2
"""By so many folds of each, as many as every candidate has."""
BOOSTING = ("lightgbm", "xgboost", "catboost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="a store that `recommender collect` has filled, instead of what is at hand")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    knowledge = knowledge_of(Store(options.store)) if options.store else evaluated_here()
    options.output.mkdir(parents=True, exist_ok=True)
    tables = {"duels": duels(knowledge), "singles": singles(knowledge), "pruning": pruning(knowledge)}
    for name, table in tables.items():
        table.to_csv(options.output / f"{name}.csv", index=False, float_format="%.4g")
        print(table.to_string(), "\n")


def evaluated_here() -> KnowledgeBase:
    """What the package comes with, but for tables that are read otherwise by now, and what was evaluated for this."""
    return extend(load_knowledge().without(READ_OTHERWISE), load_knowledge(EVIDENCE, alone=True))


def _rows(knowledge: KnowledgeBase, task: Task) -> pd.DataFrame:
    return knowledge.compared[knowledge.compared["dataset_id"].isin(knowledge.for_task(task))]


def duels(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Each idea against what it replaces, by task and metric."""
    found = []
    for task in TASKS:
        rows = _rows(knowledge, task)
        for name in METRICS[task]:
            found.append(summaries(rows, IDEAS, find_metric(name, task)).assign(task=task))
    return pd.concat(found, ignore_index=True)


def singles(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Each boosting setting of a duel alone: its regret among them, and how it does against CatBoost as it comes."""
    found = []
    for task in TASKS:
        tried = {c.id: c for duel in IDEAS for c in (duel.new, duel.old) if c.algorithm in BOOSTING}
        judged = widely_evaluated(knowledge, task, set(tried))
        rows = with_catboost_as_it_comes(_rows(judged, task))
        for name in METRICS[task]:
            metric = find_metric(name, task)
            performance = judged.performance(task, metric)
            regrets = normalized_regret(performance[[i for i in tried if i in performance]])
            for configuration in tried.values():
                if configuration.id not in regrets:
                    continue
                results = fight(rows, Duel("", configuration, CATBOOST), metric)
                about = {"task": task, "metric": name, "configuration": str(configuration)}
                against = summarize(results) if len(results) else {}
                found.append(about | {"regret": float(regrets[configuration.id].mean())} | against)
    return pd.DataFrame(found)


def with_catboost_as_it_comes(rows: pd.DataFrame) -> pd.DataFrame:
    """The evaluations, with CatBoost's default in the place of the one with its own categories where there are none."""
    rows = rows.astype({"configuration_id": str})
    own = rows[(rows["configuration_id"] == CATBOOST.id) & (rows["status"] != "not_applicable")]
    plain = rows[rows["configuration_id"] == PLAIN_CATBOOST.id]
    plain = plain[~plain["dataset_id"].isin(own["dataset_id"])].assign(configuration_id=CATBOOST.id)
    return pd.concat([rows[rows["configuration_id"] != CATBOOST.id], own, plain], ignore_index=True)


def pruning(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What may go of the pool of each task; what the virtual best loses by it is printed."""
    found = []
    for task in TASKS:
        pool = {c.id: c for c in (*pool_for(task), *LEFT[task])}
        standing = Standing.of(widely_evaluated(knowledge, task, set(pool)), task, METRICS[task], set(pool))
        standing = standing.of_most()
        gone = may_go(standing, pool.values())
        _tell(task, standing, gone, pools_of(pool.values()))
        for name, seconds in standing.seconds.items():
            found.append(
                {
                    "task": task,
                    "configuration": str(pool[str(name)]),
                    "share_of_seconds": float(seconds),
                    "best_within_noise": float((standing.behind[name] <= 1).mean()),
                    "goes": name in gone,
                }
            )
    return pd.DataFrame(found)


def _tell(task: Task, standing: Standing, gone: list[str], pools: dict[str, set[str]]) -> None:
    for name, ids in pools.items():
        losses = loss_of_best(standing.among(ids), [i for i in gone if i in ids])
        print(
            f"{task}, {name}: by {len(losses)} tables and metrics the virtual best of what stays is "
            f"{losses.mean():.2f} standard errors behind on average, and more than one on {(losses > 1).sum()}"
        )
    share = standing.seconds[gone].sum() / standing.seconds.sum()
    print(f"{task}: {len(gone)} of {len(standing.seconds)} may go, with {share:.0%} of the seconds")


def widely_evaluated(knowledge: KnowledgeBase, task: Task, pool: Collection[str]) -> KnowledgeBase:
    """The datasets on which most of what was evaluated of a pool was evaluated, and there the folds that all have."""
    rows = _rows(knowledge, task)
    rows = rows[rows["configuration_id"].isin(pool)]
    counts = rows.groupby("dataset_id", observed=True)["configuration_id"].nunique()
    few = set(knowledge.datasets.index) - set(counts.index[counts >= MOST * counts.max()])
    left = knowledge.without(few)
    return replace(left, evaluations=left.evaluations[left.evaluations["fold"] < N_FOLDS])


if __name__ == "__main__":
    main()
