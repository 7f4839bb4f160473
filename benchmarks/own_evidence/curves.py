"""What meta-learning brings, as curves on the knowledge base, families left out.

Transfer: regret of the first choice and of the best of three against the number of datasets learnt from. Less tuning:
how many configurations tried in random order it takes to match the first choice, and the best of three.

python -m benchmarks.own_evidence.curves [--knowledge DIR] --output benchmarks/own_evidence/results/curves
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation.metrics import Metric, find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.matrix import FAMILY_FOLDS, OURS, Matrix, family_folds, row_of, run_folds
from recommender.measuring.own_evidence import halves_of, judged, matrix_of
from recommender.tables.dataset import TASKS

Floats = NDArray[np.float64]

SIZES = (10, 20, 40, 80)
KS = (1, 3)
MOST_TRIES = 40
N_ORDERS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--knowledge", type=Path, help="the folder of a knowledge base; the shipped one by default")
    parser.add_argument("--seeds", type=int, default=3, help="how many draws of datasets and groupings into folds")
    parser.add_argument("--output", type=Path, required=True, help="writes OUTPUT.csv and OUTPUT.png")
    options = parser.parse_args()
    knowledge, tables = load_knowledge(options.knowledge), []
    for metric in dict.fromkeys(find_metric(None, task) for task in TASKS):
        tables += measure(knowledge, metric, options.seeds)
    table = pd.concat(tables, ignore_index=True)
    table.to_csv(options.output.with_suffix(".csv"), index=False, float_format="%.4f")
    draw(table, options.output.with_suffix(".png"))


def measure(knowledge: KnowledgeBase, metric: Metric, n_seeds: int) -> list[pd.DataFrame]:
    """Both curves of each task that is judged by a metric."""
    matrix, orders = matrix_of(knowledge, metric), {}
    halves, n_datasets = halves_of(knowledge, matrix, metric), len(matrix.performance)
    for size in [*(s for s in SIZES if s < 0.9 * n_datasets), n_datasets]:
        print(f"{matrix.name}: {size} datasets", file=sys.stderr)
        n_train = size if size < n_datasets else None
        orders[size] = [
            run_folds(matrix, family_folds(matrix.families, seed), max(KS), seed, n_train=n_train)[0][OURS]
            for seed in range(n_seeds)
        ]
    return [
        curves(
            matrix.take(mine), [half[mine] for half in halves], {s: [run[mine] for run in orders[s]] for s in orders}
        ).assign(task=task, learnt_from=n_datasets, n_seeds=n_seeds)
        for task, mine in matrix.parts().items()
    ]


def curves(matrix: Matrix, halves: list[Floats], orders: dict[int, list[NDArray[np.intp]]]) -> pd.DataFrame:
    """Both curves of one task from what was chosen, with intervals from drawing families again."""
    unit = (matrix.performance.max(axis=1) - matrix.performance.median(axis=1)).to_numpy()
    ones, rows, whole = np.ones(len(unit)), [], {}
    for size, runs in orders.items():
        for k in KS:
            whole[k] = np.mean([judged(halves, run[:, :k], unit) for run in runs], axis=0)
            rows.append(row_of(matrix, FAMILY_FOLDS, "transfer", OURS, k, whole[k], ones) | {"at": size})
    tried = at_random(halves, unit)
    for tries in range(1, MOST_TRIES + 1):
        row = row_of(matrix, FAMILY_FOLDS, "random tries", "random order", tries, tried[:, tries - 1], ones)
        rows.append(row | {"at": tries})
    for k in KS:
        behind = np.flatnonzero(tried.mean(axis=0) <= whole[k].mean())
        matched = int(behind[0]) + 1 if len(behind) else np.nan
        rows.append({"measure": "random tries that match", "strategy": OURS, "k": k, "value": matched})
    return pd.DataFrame(rows).assign(n_datasets=len(unit))


def at_random(halves: list[Floats], unit: Floats) -> Floats:
    """Regret after each try of a random order, of shape (n_datasets, MOST_TRIES), averaged over orders."""
    rng, n_configurations = np.random.default_rng(0), halves[0].shape[1]
    most, total = min(MOST_TRIES, n_configurations), np.zeros((len(unit), MOST_TRIES))
    for _ in range(N_ORDERS):
        order = np.tile(rng.permutation(n_configurations), (len(unit), 1))
        for tries in range(1, MOST_TRIES + 1):
            total[:, tries - 1] += judged(halves, order[:, : min(tries, most)], unit)
    return total / N_ORDERS


def draw(table: pd.DataFrame, path: Path) -> None:
    """Both curves, a column for each task."""
    import matplotlib.pyplot as plt

    tasks = list(dict.fromkeys(table["task"]))
    figure, axes = plt.subplots(2, len(tasks), figsize=(4 * len(tasks), 6.5), sharey="row", squeeze=False)
    for column, task in enumerate(tasks):
        mine = table[table["task"] == task]
        above, below = axes[:, column]
        for k, colour in zip(KS, ("tab:blue", "tab:orange"), strict=True):
            curve = mine[(mine["measure"] == "transfer") & (mine["k"] == k)]
            label = "first choice" if k == 1 else f"best of {k}"
            above.plot(curve["at"], curve["value"], marker="o", color=colour, label=label)
            above.fill_between(curve["at"], curve["low"], curve["high"], color=colour, alpha=0.15, linewidth=0)
            below.axhline(curve["value"].iloc[-1], color=colour, linestyle="--", label=label)
        tries = mine[mine["measure"] == "random tries"]
        below.plot(tries["at"], tries["value"], color="tab:gray", label="random order")
        above.set(title=f"{task}, {mine['n_datasets'].iloc[0]} datasets", xlabel="datasets learnt from", xscale="log")
        below.set(xlabel="configurations tried at random", xscale="log")
        for axis, ticks in ((above, SIZES), (below, (1, 2, 5, 10, 20, 40))):
            axis.grid(alpha=0.3)
            axis.set_xticks(ticks, [str(tick) for tick in ticks])
            axis.set_xticks([], minor=True)
    for axis in axes[:, 0]:
        axis.set_ylabel("regret on other folds")
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
