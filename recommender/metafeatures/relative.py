"""Relative landmarks: how learners of the pool's kinds compare on the dataset itself, over repeated halvings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from recommender.metafeatures.landmarking import encoded, split
from recommender.metafeatures.learners import (
    MAX_COLUMNS,
    Fold,
    boosting,
    forest,
    kernel_machine,
    linear,
    naive_bayes,
    neighbours,
    network,
    quadratic,
    ridge,
    scores_of,
    tree_and_stump,
)
from recommender.metafeatures.table import Table
from recommender.tables.dataset import Task

MIN_ROWS, MAX_ROWS, MAX_CELLS = 1_000, 4_000, 50_000
"""Learners see at most so many rows: as many as have so many cells, but never fewer or more than the first two."""
PAIRED_ROWS = 500
"""Those that compare each row with every other are trained on at most so many."""
TOTAL_ROWS = 1_000
"""The rows are halved again until about so many were scored: the fewer there are, the noisier is a single halving."""
MAX_REPEATS = 5
N_THREADS = 2
"""So many halves at once, where there are processors for them: most of what whole tables cost is here."""

LEARNERS = {
    "knn_5": "the 5 nearest neighbours, weighted by distance",
    "knn_20": "the 20 nearest neighbours, weighted by distance",
    "naive_bayes": "Gaussian naive Bayes (for regression over 5 classes of the target)",
    "linear": "linear discriminants, or ridge regression with a small penalty",
    "ridge": "ridge regression of the targets",
    "ridge_strong": "ridge regression of the targets with a large penalty",
    "quadratic": "quadratic discriminants",
    "kernel": "a kernel machine with radial basis functions and squared loss",
    "kernel_wide": "a kernel machine with wide radial basis functions",
    "kernel_narrow": "a kernel machine with narrow radial basis functions",
    "network": "a network of one wide layer, as the kernel machine that it is in the limit",
    "network_weak": "the same with a small penalty",
    "stump": "a single split",
    "tree": "a decision tree with 5 rows to a leaf",
    "random_forest": "16 trees of a random forest",
    "extra_trees": "16 extremely randomized trees",
    "extra_trees_leaves": "12 extremely randomized trees with 3 rows to a leaf",
    "extra_trees_columns": "12 extremely randomized trees that compare all columns",
    "boosting": "LightGBM with few rounds",
    "boosting_deep": "LightGBM with large trees",
    "boosting_small": "LightGBM with trees of four leaves",
    "boosting_extra": "LightGBM with extremely randomized trees",
}
"""What each learner is. Scores are ROC AUC (one class against the rest, mean over classes) or R2 in [-1, 1]."""
ONLY_CLASSES = {"quadratic"}
KINDS = {
    "linear models": ("linear", "ridge", "ridge_strong"),
    "Gaussian models": ("naive_bayes", "quadratic"),
    "nearest neighbours": ("knn_5", "knn_20"),
    "kernel machines": ("kernel", "kernel_wide", "kernel_narrow"),
    "neural networks": ("network", "network_weak"),
    "single trees": ("stump", "tree"),
    "forests": ("random_forest", "extra_trees", "extra_trees_leaves", "extra_trees_columns"),
    "boosted trees": ("boosting", "boosting_deep", "boosting_small", "boosting_extra"),
}
"""The learners by kind, as people call it."""

TRIALS = {f"trial_{name}": f"Score of {learner}, over repeated halvings." for name, learner in LEARNERS.items()}
REGRETS = {
    f"relative_{name}": f"Normalized regret of {learner} among these learners: 0 the best, 1 the median or worse."
    for name, learner in LEARNERS.items()
}
DESCRIPTIONS = {
    name: f"{sentence[:-1]}; NaN for regression." if name.split("_", 1)[1] in ONLY_CLASSES else sentence
    for name, sentence in {**TRIALS, **REGRETS}.items()
}


def relative(table: Table, random_state: int = 0) -> dict[str, float]:
    """Scores of cheap learners, and how each falls behind the best of them.

    The rows begin with those of the landmarkers; the fewer columns, the more there are. They are halved at random,
    each learner is trained on one half and scored on the other, both ways round, and again until enough rows were
    scored. The regret of a learner is
    ``(best - score) / (best - median)`` over the learners, clipped to [0, 1], as that of a configuration is over the
    pool; 0 where all are alike. That of a learner that the task does not have is NaN.

    References
    ----------
    Fürnkranz and Petrak (2001), An evaluation of landmarking variants, for landmarkers relative to each other.
    """
    X, y = encoded(table, MIN_ROWS)
    n_rows = min(MAX_CELLS // min(X.shape[1], MAX_COLUMNS), MAX_ROWS)
    if min(n_rows, table.n_rows) > MIN_ROWS:
        X, y = encoded(table, n_rows)
    n_repeats = int(np.clip(round(TOTAL_ROWS / len(y)), 1, MAX_REPEATS))
    rng = np.random.default_rng(random_state)
    halves = [
        [np.sort(shuffled[part]) for part in split(y[shuffled], table.task, test)]
        for shuffled in (rng.permutation(len(y)) for _ in range(n_repeats))
        for test in range(2)
    ]
    with ThreadPoolExecutor(N_THREADS) as pool:
        fits = list(pool.map(lambda half: _scores(X, y, table.task, half[0], half[1], random_state), halves))
    names = list(fits[0])
    scores = np.array([[fit[name] for name in names] for fit in fits]).mean(axis=0)
    behind = np.round(scores.max() - scores, 9)
    regrets = np.clip(behind / max(float(np.median(behind)), 1e-9), 0, 1)
    found = dict.fromkeys(DESCRIPTIONS, np.nan)
    found |= {f"trial_{name}": float(score) for name, score in zip(names, scores, strict=True)}
    found |= {f"relative_{name}": float(regret) for name, regret in zip(names, regrets, strict=True)}
    return found


def _scores(
    X: np.ndarray, y: np.ndarray, task: Task, train: np.ndarray, test: np.ndarray, random_state: int
) -> dict[str, float]:
    with np.errstate(all="ignore"):  # a thread has its own
        fold = Fold.of(X, y, task, train, test, random_state)
        return scores_of(_predictions(fold), fold)


def _predictions(fold: Fold) -> dict[str, np.ndarray]:
    """The scores that each learner gives the test rows."""
    few = fold.thinned(PAIRED_ROWS)
    predictions = {
        "knn_5": neighbours(few, 5),
        "knn_20": neighbours(few, 20),
        "naive_bayes": naive_bayes(fold),
        "linear": linear(fold),
        "ridge": ridge(fold, 0.1),
        "ridge_strong": ridge(fold, 1.0),
        "kernel": kernel_machine(few, 1.0, 0.3),
        "kernel_wide": kernel_machine(few, 0.1, 0.03),
        "kernel_narrow": kernel_machine(few, 4.0, 0.1),
        "network": network(few, 0.03),
        "network_weak": network(few, 0.003),
        **tree_and_stump(fold),
        "random_forest": forest(fold, 16, bootstrap=True, max_features="sqrt"),
        "extra_trees": forest(fold, 16, extremely_random=True, max_features=0.5),
        "extra_trees_leaves": forest(fold, 12, extremely_random=True, max_features="sqrt", min_samples_leaf=3),
        "extra_trees_columns": forest(fold, 12, extremely_random=True, min_samples_leaf=2),
        "boosting": boosting(fold, 16, learning_rate=0.2, num_leaves=7),
        "boosting_deep": boosting(fold, 30, learning_rate=0.15, num_leaves=31, min_data_in_leaf=20),
        "boosting_small": boosting(fold, 30, learning_rate=0.15, num_leaves=4),
        "boosting_extra": boosting(fold, 30, learning_rate=0.15, num_leaves=16, extra_trees=True, feature_fraction=0.5),
    }
    if fold.n_classes:
        predictions["quadratic"] = quadratic(fold)
    return predictions
