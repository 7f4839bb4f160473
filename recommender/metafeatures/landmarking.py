"""Landmarkers: the scores of cheap learners, of the kinds that the pool holds, on a small sample of the rows."""

from __future__ import annotations

import numpy as np

from recommender.metafeatures.learners import (
    Fold,
    boosting,
    forest,
    kernel_machine,
    linear,
    naive_bayes,
    neighbours,
    scores_of,
    tree_and_stump,
)
from recommender.metafeatures.table import Table
from recommender.tables.dataset import Task

MAX_ROWS = 500
"""Learners see at most this many rows."""
MAX_CLASSES = 12
"""And at most this many classes, the most frequent ones."""
MAX_LEVELS = 10
"""The most frequent values of a categorical column get a column each."""
MAX_CATEGORICAL = 2_000
"""Of more categorical columns, this many are taken, spread evenly over the table."""
N_FOLDS = 2

LEARNERS = {
    "knn": "the 5 nearest neighbours, weighted by distance",
    "naive_bayes": "Gaussian naive Bayes (for regression over 5 classes of the target)",
    "linear": "a linear model: linear discriminants, or ridge regression",
    "stump": "a single split",
    "tree": "a decision tree with 5 rows to a leaf",
    "boosting": "a small LightGBM",
    "kernel": "a kernel machine with radial basis functions and squared loss",
    "extra_trees": "8 extremely randomized trees",
}
"""What each landmarker is. Scores are ROC AUC (one class against the rest, mean over classes) or R2 in [-1, 1]."""

SCORED = {f"score_{name}": f"Score of {learner}, on a sample of the rows." for name, learner in LEARNERS.items()}
RANKED = {
    f"rank_{name}": f"Place of {learner} among the landmarkers, 1 the best." for name, learner in LEARNERS.items()
}
LEADS = {
    f"lead_{name}": f"Score of {learner} less that of a small LightGBM."
    for name, learner in LEARNERS.items()
    if name != "boosting"
}
GAINS = {f"gain_{name}": f"What {learner} gains in score from twice the rows." for name, learner in LEARNERS.items()}
DESCRIPTIONS = {
    **SCORED,
    **RANKED,
    **LEADS,
    **GAINS,
    "score_best": "Score of the best landmarker.",
    "score_spread": "Standard deviation of the landmarkers' scores.",
    "lead_nonlinear": "Score of the best of kernel, neighbours, boosting and extra-trees less the linear one's.",
    "lead_smooth": "Score of the better of linear and kernel less the better of boosting and extra-trees.",
}


def landmarking(table: Table, random_state: int = 0) -> dict[str, float]:
    """Scores of cheap learners, their order, their distances, and what they gain from more rows.

    The rows are drawn from those of the table in the order of their content, stratified by class, and split in two
    halves; each learner is trained on one and scored on the other, both ways round. The gain compares with training
    on the first half of the training rows, on one of the two folds. Never NaN.
    """
    X, y = encoded(table, MAX_ROWS)
    fits = []
    for test in range(N_FOLDS):
        train_rows, test_rows = split(y, table.task, test)
        fits.append(_scores(X, y, table.task, train_rows, test_rows, random_state))
        if test == 0:
            fewer = _first_half(y, table.task, train_rows)
            small = _scores(X, y, table.task, fewer, test_rows, random_state)
    scores = {name: float(np.mean([fit[name] for fit in fits])) for name in LEARNERS}
    array = np.array(list(scores.values()))
    rounded = np.round(array, 6)
    ranks = [(rounded > s).sum() + ((rounded == s).sum() + 1) / 2 for s in rounded]
    smooth = max(scores["linear"], scores["kernel"])
    trees = max(scores["boosting"], scores["extra_trees"])
    return {
        **{f"score_{name}": score for name, score in scores.items()},
        **{f"rank_{name}": float(rank) for name, rank in zip(scores, ranks, strict=True)},
        **{f"lead_{name}": s - scores["boosting"] for name, s in scores.items() if name != "boosting"},
        **{f"gain_{name}": fits[0][name] - small[name] for name in LEARNERS},
        "score_best": float(array.max()),
        "score_spread": float(array.std()),
        "lead_nonlinear": max(scores[n] for n in ("kernel", "knn", "boosting", "extra_trees")) - scores["linear"],
        "lead_smooth": smooth - trees,
    }


# ---------------------------------------------------------------------------------------------------------------------
# The sample


def encoded(table: Table, max_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many rows as a complete, standardized matrix, and their targets.

    Missing numbers become the median, dates days, texts their length; the most frequent values of a categorical or
    text column get a column each.
    """
    rows = _sample(table, max_rows)
    y = table.y[rows]
    if table.task != "regression":
        _, y = np.unique(y, return_inverse=True)
    else:
        y = (y - y.mean()) / max(float(np.abs(y - y.mean()).max()), 1e-300)
        y = y / max(float(y.std()), 1e-300)
    numbers = np.hstack([table.numeric[rows], table.dates[rows], table.text_lengths[rows]])
    if np.isnan(numbers.sum()):
        for j in np.flatnonzero(np.isnan(numbers).any(axis=0)):
            missing = np.isnan(numbers[:, j])
            numbers[missing, j] = np.median(numbers[~missing, j]) if not missing.all() else 0.0
    parts = [numbers]
    for codes in (table.codes[rows], table.text_codes[rows]):
        spread = np.linspace(0, codes.shape[1] - 1, min(codes.shape[1], MAX_CATEGORICAL))
        parts += [_indicators(codes[:, j]) for j in spread.astype(np.int64)]
    X = np.hstack(parts)
    scale = np.abs(X).max(axis=0)
    X = X / np.where(scale > 0, scale, 1)
    X = X - X.mean(axis=0)
    sd = X.std(axis=0)
    keep = sd > 1e-9
    X = X[:, keep] / sd[keep]
    return (X if X.shape[1] else np.zeros((len(y), 1))), y


def _sample(table: Table, max_rows: int) -> np.ndarray:
    """Rows for the learners: the first ones in content order, from each class in proportion and at least two."""
    if table.task == "regression":
        return np.arange(min(max_rows, table.n_rows))
    counts = np.bincount(table.y, minlength=table.n_classes)
    kept = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    kept = kept[counts[kept] >= 2] if (counts[kept] >= 2).sum() >= 2 else kept[:2]
    share = min(1.0, max_rows / counts[kept].sum())
    take = {c: max(2, round(share * counts[c])) for c in kept}
    return np.sort(np.concatenate([np.flatnonzero(table.y == c)[: take[c]] for c in kept]))


def _indicators(codes: np.ndarray) -> np.ndarray:
    """A column for each of the most frequent values; two values need one column."""
    values, counts = np.unique(codes, return_counts=True)
    values = values[np.argsort(-counts, kind="stable")][:MAX_LEVELS]
    values = values[:1] if len(counts) == 2 else values
    return (codes[:, None] == values).astype(np.float64)


def split(y: np.ndarray, task: Task, test: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and to score on; classes, or the sorted target, alternate between the folds."""
    order = np.argsort(y, kind="stable")
    fold = np.empty(len(y), dtype=np.int64)
    if task == "regression":
        fold[order] = np.arange(len(y)) % N_FOLDS
    else:
        starts = np.searchsorted(y[order], y[order])
        fold[order] = (np.arange(len(y)) - starts) % N_FOLDS
    return np.flatnonzero(fold != test), np.flatnonzero(fold == test)


def _first_half(y: np.ndarray, task: Task, rows: np.ndarray) -> np.ndarray:
    """Half of the rows, with every class that they hold."""
    if task == "regression":
        return rows[: max(2, len(rows) // 2)]
    order = np.argsort(y[rows], kind="stable")
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows)) - np.searchsorted(y[rows][order], y[rows][order])
    counts = np.bincount(y[rows])
    return rows[place < (counts[y[rows]] + 1) // 2]


def _scores(
    X: np.ndarray, y: np.ndarray, task: Task, train: np.ndarray, test: np.ndarray, random_state: int
) -> dict[str, float]:
    fold = Fold.of(X, y, task, train, test, random_state)
    predictions = {
        "knn": neighbours(fold, 5),
        "naive_bayes": naive_bayes(fold),
        "linear": linear(fold),
        **tree_and_stump(fold),
        "boosting": boosting(fold, 16, learning_rate=0.2, num_leaves=7),
        "kernel": kernel_machine(fold, 1.0, 0.3),
        "extra_trees": forest(fold, 8, extremely_random=True, max_features=0.5, min_samples_leaf=2),
    }
    return scores_of({name: predictions[name] for name in LEARNERS}, fold)
