"""What training on more rows changes: who gains, how long boosting goes on, and what fits take of memory."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from recommender.evaluation.metrics import METRICS, Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel.observations import scores_of
from recommender.metamodel.regrets import normalized_regret

COMPARED = {"classes": "roc_auc", "numbers": "r2"}
"""The metric by which the tables of each kind of target are compared."""
PANELS = ((500, 2_000, 10_000, 30_000), (500, 2_000, 10_000, 30_000, 100_000))
"""Sizes that a table must have all of; each panel is of the same tables and configurations at every size."""
MIN_TABLES = 5
"""An algorithm is shown where so many tables have it at every size of a panel."""


def tabulate_sizes(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Regret of each algorithm's best configuration, by training size, over the tables that have all sizes of a panel.

    Returns
    -------
    DataFrame with columns target, largest, dataset, algorithm, size and regret
        Regrets are among the configurations that the dataset has at every size of the panel.
    """
    rows = [
        table.assign(target=target, largest=panel[-1])
        for target, name in COMPARED.items()
        for panel in PANELS
        for table in _panel(knowledge, METRICS[name], panel)
    ]
    return pd.concat(rows, ignore_index=True)[["target", "largest", "dataset", "algorithm", "size", "regret"]]


def _panel(knowledge: KnowledgeBase, metric: Metric, sizes: tuple[int, ...]) -> list[pd.DataFrame]:
    """A table for each dataset that has all sizes."""
    by_size = {size: scores_of(knowledge.at(size), metric).dropna(how="all") for size in sizes}
    common = sorted(set.intersection(*(set(scores.index) for scores in by_size.values())))
    algorithms, tables = knowledge.configurations["algorithm"], []
    for name in common:
        scores = pd.DataFrame({size: scores.loc[name] for size, scores in by_size.items()}).dropna()
        if len(scores) < 3:
            continue
        best = normalized_regret(scores.T).T.groupby(algorithms.loc[scores.index].to_numpy()).min()
        long = best.rename_axis("algorithm").reset_index().melt("algorithm", var_name="size", value_name="regret")
        tables.append(long.assign(dataset=name))
    return tables


def summarize_sizes(sizes: pd.DataFrame) -> pd.DataFrame:
    """Mean regrets by size, of the algorithms that enough tables have, those that gain most from rows first."""
    keys = ["target", "largest", "algorithm"]
    table = sizes.pivot_table(index=keys, columns="size", values="regret", observed=True)
    n_tables = sizes.groupby(keys)["dataset"].nunique()
    table = table.assign(tables=n_tables)[n_tables >= MIN_TABLES]
    changes = pd.Series([row[largest] - row[500] for (_, largest, _), row in table.iterrows()], table.index)
    return table.assign(change=changes).sort_values(["target", "largest", "change"]).reset_index()


def tabulate_overtaking(sizes: pd.DataFrame) -> pd.DataFrame:
    """For each two algorithms, on what share of the tables the first is ahead at the smallest and the largest size."""
    rows = []
    for (target, largest), part in sizes.groupby(["target", "largest"]):
        table = part.pivot_table(index=["algorithm", "size"], columns="dataset", values="regret")
        names = table.index.get_level_values("algorithm").unique()
        for one, other in combinations(names, 2):
            small, large = (table.loc[(other, s)] - table.loc[(one, s)] for s in (500, largest))
            both = small.notna() & large.notna()
            if both.sum() >= MIN_TABLES:
                ahead = [float(np.sign(part[both]).add(1).div(2).mean()) for part in (small, large)]
                rows.append((target, largest, one, other, int(both.sum()), *ahead))
    columns = ["target", "largest", "algorithm", "other", "tables", "ahead_at_500", "ahead_at_largest"]
    return pd.DataFrame(rows, columns=columns)


def tabulate_rounds(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Rounds that early stopping chose, by algorithm and size: quartiles over datasets and configurations."""
    stopping = [bool(found.get("early_stopping")) for found in knowledge.configurations["hyperparameters"]]
    rows = knowledge.evaluations[knowledge.evaluations["rounds"] > 0]
    rows = rows[rows["configuration_id"].isin(knowledge.configurations.index[stopping])]
    keys = ["algorithm", "size", "dataset_id", "configuration_id"]
    found = rows.assign(algorithm=_algorithms(knowledge, rows)).astype({"dataset_id": str, "configuration_id": str})
    means = found.groupby(keys)["rounds"].mean()
    quartiles = means.groupby(["algorithm", "size"]).quantile([0.25, 0.5, 0.75]).unstack()
    return (
        quartiles.set_axis(["lower", "median", "upper"], axis=1)
        .assign(datasets=found.groupby(["algorithm", "size"])["dataset_id"].nunique())
        .reset_index()
    )


def tabulate_memory(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Megabytes that a fit took at its peak, by algorithm and training size: median and upper decile over datasets."""
    rows = knowledge.evaluations[knowledge.evaluations["peak_bytes"] > 0]
    found = rows.assign(algorithm=_algorithms(knowledge, rows)).astype({"dataset_id": str})
    means = found.groupby(["algorithm", "size", "dataset_id"])["peak_bytes"].mean() / 1e6
    found_by = means.groupby(["algorithm", "size"])
    return pd.DataFrame(
        {"median": found_by.median(), "upper": found_by.quantile(0.9), "datasets": found_by.size()}
    ).reset_index()


def _algorithms(knowledge: KnowledgeBase, evaluations: pd.DataFrame) -> np.ndarray:
    return knowledge.configurations["algorithm"].loc[evaluations["configuration_id"].astype(str)].to_numpy(str)
