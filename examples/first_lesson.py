"""
The first lesson of meta-learning
=================================

What was learnt on some tasks helps on others. A meta-learner is shown small tables drawn from iris, breast cancer and
wine, each described by its meta-features and by how well five learners did on it, a random forest among them. It is
then tested on each source in turn, having seen only the other two: which learner would it fit first, and what does
that choice lose against the best one?
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_iris, load_wine

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import evaluate
from recommender.metafeatures import extract_metafeatures
from recommender.metamodel.model import MetaModel
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

# %%
# The sources, and the learners to choose from.

SOURCES = {"iris": load_iris, "breast cancer": load_breast_cancer, "wine": load_wine}
LEARNERS = {
    name: Configuration(name, {})
    for name in ("random_forest", "logistic_regression", "k_neighbors", "lda", "naive_bayes")
}
N_DRAWS, N_FOLDS = 8, 2

# %%
# What the meta-learner is shown, and how it is tested.


def draw_tables(source: str, random_state: int = 0) -> dict[str, Dataset]:
    """Small tables from one source: some of its rows and some of its columns, so that each is a task of its own."""
    rng = np.random.default_rng(random_state)
    X, y = SOURCES[source](return_X_y=True, as_frame=True)
    drawn = {}
    for number in range(N_DRAWS):
        rows = rng.choice(len(X), int(rng.integers(40, 140)), replace=False)
        columns = rng.choice(X.shape[1], max(2, X.shape[1] // 3), replace=False)
        drawn[f"{source} {number}"] = load_dataset(X.iloc[rows, columns], y.iloc[rows])
    return drawn


def scores_of(dataset: Dataset) -> dict[str, float]:
    """Mean cross-validated balanced accuracy of every learner."""
    folds = list(enumerate(split(dataset)[:N_FOLDS]))
    return {
        name: float(np.mean([evaluate(dataset, learner, k, fold).scores["balanced_accuracy"] for k, fold in folds]))
        for name, learner in LEARNERS.items()
    }


def learn_and_test(metafeatures: pd.DataFrame, scores: pd.DataFrame, sources: pd.Series) -> pd.DataFrame:
    """What each way to choose loses against the best learner of a table, with the table's source left out."""
    lost = []
    for source in SOURCES:
        seen, new = sources[sources != source].index, sources[sources == source].index
        model = MetaModel(n_trees=100).fit(metafeatures.loc[seen], scores.loc[seen])
        chosen = model.predict(metafeatures.loc[new]).regret.idxmin(axis=1)
        best = scores.loc[new].max(axis=1)
        lost.append(
            {
                "source": source,
                "meta-learner": np.mean([best[i] - scores.loc[i, chosen[i]] for i in new]),
                "always random forest": (best - scores.loc[new, "random_forest"]).mean(),
                "a learner at random": (best - scores.loc[new].mean(axis=1)).mean(),
            }
        )
    return pd.DataFrame(lost).set_index("source")


tables = {name: table for source in SOURCES for name, table in draw_tables(source).items()}
sources = pd.Series({name: name.rpartition(" ")[0] for name in tables})
metafeatures = pd.DataFrame({name: extract_metafeatures(table).values for name, table in tables.items()}).T
scores = pd.DataFrame({name: scores_of(table) for name, table in tables.items()}).T
lost = learn_and_test(metafeatures, scores, sources)
lost.round(3)

# %%
# On the left what was learnt across the tasks, on the right what it is worth on a source never seen.

means = scores.groupby(sources).mean().loc[list(SOURCES)]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
image = left.imshow(means, cmap="Blues", aspect="auto")
left.set_xticks(range(means.shape[1]), means.columns, rotation=20)
left.set_yticks(range(len(means)), means.index)
for (row, column), value in np.ndenumerate(means.to_numpy()):
    dark = value > image.norm.vmin + 0.6 * (image.norm.vmax - image.norm.vmin)
    left.text(column, row, f"{value:.2f}", ha="center", va="center", color="white" if dark else "black")
left.set_title("What was learnt: mean balanced accuracy")
figure.colorbar(image, ax=left)
lost.plot.bar(ax=right, rot=0, xlabel="", ylabel="balanced accuracy lost to the best")
right.set_title("Tested on a source that was left out")
