"""What each group of meta-features adds to the choice, on the knowledge base itself, families left out.

    python -m benchmarks.meta_features.worth --output benchmarks/meta_features/results/worth.csv

Each set of groups is what the meta-model learns from in place of its own inputs; otherwise as ``recommender benchmark
--itself`` measures. Writes a row for each task, set and number of tries.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.matrix import OURS, family_folds, run_folds
from recommender.measuring.own_evidence import halves_of, judged, matrix_of
from recommender.metafeatures import GROUPS, METAFEATURES
from recommender.metamodel.observations import observe
from recommender.metamodel.trained import INPUTS
from recommender.tables.dataset import TASKS

SINGLE_BEST = "ranking by mean"
KS = (1, 3, 5)


def sets() -> dict[str, tuple[str, ...]]:
    """Sets of groups by what they are called."""
    return {
        **{f"only {group}": (group,) for group in GROUPS},
        "simple and landmarking": ("simple", "landmarking"),
        "simple and relative, as it is": INPUTS,
        "all but relative": tuple(group for group in GROUPS if group != "relative"),
        "all": tuple(GROUPS),
    }


def worth(knowledge: KnowledgeBase, seeds: int) -> pd.DataFrame:
    """Mean regrets of the best of the first k, as judged on other folds than those that found the best."""
    rows = []
    for metric in dict.fromkeys(find_metric(None, task) for task in TASKS):
        matrix = matrix_of(knowledge, metric)
        halves = halves_of(knowledge, matrix, metric)
        unit = (matrix.performance.max(axis=1) - matrix.performance.median(axis=1)).to_numpy()
        for name, groups in sets().items():
            columns = [column for column in knowledge.metafeatures if METAFEATURES[column].group in groups]
            described = replace(matrix, metafeatures=observe(knowledge, metric).metafeatures[columns])
            runs = [
                run_folds(described, family_folds(matrix.families, seed), max(KS), seed)[0] for seed in range(seeds)
            ]
            for strategy, k in product((OURS, SINGLE_BEST) if groups == INPUTS else (OURS,), KS):
                called = name if strategy == OURS else "none (single best)"
                regret = np.mean([judged(halves, run[strategy][:, :k], unit) for run in runs], axis=0)
                for task, mine in matrix.parts().items():
                    value = round(float(regret[mine].mean()), 4)
                    rows.append({"task": task, "groups": called, "k": k, "regret": value})
            print(pd.DataFrame(rows).tail(3).to_string(index=False, header=False), flush=True)
    return pd.DataFrame(rows).assign(n_seeds=seeds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--knowledge", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "worth.csv")
    arguments = parser.parse_args()
    worth(load_knowledge(arguments.knowledge), arguments.seeds).to_csv(arguments.output, index=False)


if __name__ == "__main__":
    main()
