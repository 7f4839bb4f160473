"""
Evidence of your own
====================

What was measured is kept in a store: datasets, configurations, and every fold of every evaluation. Here two algorithms
are evaluated on three tables in worker processes, and a meta-model may then be trained on what the store holds. On the
command line it is ``recommender kb add FILE --target y --store evidence.sqlite``, with the whole pool.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from recommender import KnowledgeBase, Store, collect, load_dataset
from recommender.evidence.stored import knowledge_of


def measured() -> KnowledgeBase:
    """What a store holds once the first settings of two algorithms were evaluated on three tables."""
    tables = {"wine": load_wine, "iris": load_iris, "breast cancer": load_breast_cancer}
    datasets = [load_dataset(load(as_frame=True), name=name) for name, load in tables.items()]
    with TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "evidence.sqlite"))
        summary = collect(store, datasets, algorithms=["lda", "k_neighbors"], n_configurations=6, n_workers=2)
        print(summary)
        return knowledge_of(store)


if __name__ == "__main__":  # worker processes read this file, too
    knowledge = measured()
    print(knowledge.datasets[["name", "task", "n_samples", "n_features"]].to_string())

# %%
# Every evaluation is a row, with its scores, its costs, and how it ended.

if __name__ == "__main__":
    shown = knowledge.evaluations[["dataset_id", "configuration_id", "fold", "status", "accuracy", "fit_seconds"]]
    print(shown.head(8).to_string())

# %%
# How the settings compare on the three.

if __name__ == "__main__":
    scores = pd.concat([knowledge.performance(task, "accuracy") for task in ("binary", "multiclass")])
    scores.index = knowledge.datasets["name"].reindex(scores.index)
    figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
    scores.T.plot.barh(ax=ax, width=0.8)
    ax.set(xlabel="accuracy", ylabel="", xlim=(0.8, 1))
    ax.legend(frameon=False, bbox_to_anchor=(1, 1))
    ax.spines[["top", "right"]].set_visible(False)
