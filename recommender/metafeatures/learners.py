"""Cheap learners for landmarkers: each is trained on a few hundred rows and predicts the others, in milliseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from recommender.tables.dataset import Task

MAX_COLUMNS = 100
"""Learners see at most this many encoded columns: those that separate the target best on the training rows."""
MIN_ROUNDS = 5
"""Of boosting, however many classes there are."""
MAX_INDICATORS = 5_000
"""Trees learn indicators of more than two classes while rows times classes are at most so many."""
LIGHTGBM = {
    "max_bin": 63,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "feature_pre_filter": False,
    "verbosity": -1,
}
"""What all of LightGBM has in common here."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Training and test rows of one fit; `targets` are class indicators, or the target."""

    X: np.ndarray
    X_test: np.ndarray
    y: np.ndarray
    y_test: np.ndarray
    targets: np.ndarray
    n_classes: int
    random_state: int

    @classmethod
    def of(
        cls, X: np.ndarray, y: np.ndarray, task: Task, train: np.ndarray, test: np.ndarray, random_state: int
    ) -> Fold:
        """The fold of a complete, standardized matrix, with the columns that tell most."""
        n_classes = 0 if task == "regression" else int(y.max()) + 1
        targets = y[train][:, None] if n_classes == 0 else (y[train][:, None] == np.arange(n_classes))
        targets = targets.astype(np.float64)
        if X.shape[1] > MAX_COLUMNS:
            centred = targets - targets.mean(axis=0)
            products = np.abs(X[train].T @ centred) / np.maximum(X[train].std(axis=0), 1e-9)[:, None]
            best = np.argsort(-np.round(products.max(axis=1), 9), kind="stable")[:MAX_COLUMNS]
            X = X[:, np.sort(best)]
        return cls(X[train], X[test], y[train], y[test], targets, n_classes, random_state)

    def thinned(self, n_rows: int) -> Fold:
        """The fold with at most so many training rows, from all classes, or all parts of the target, in proportion."""
        if len(self.y) <= n_rows:
            return self
        even = np.linspace(0, len(self.y) - 1, n_rows).round().astype(np.int64)
        kept = np.sort(np.argsort(self.y, kind="stable")[even])
        return replace(self, X=self.X[kept], y=self.y[kept], targets=self.targets[kept])

    @cached_property
    def distances(self) -> np.ndarray:
        """Squared distances of test rows to training rows."""
        return _squared_distances(self.X_test, self.X)

    @cached_property
    def own_distances(self) -> np.ndarray:
        """Squared distances of training rows to each other."""
        return _squared_distances(self.X, self.X)

    @cached_property
    def binned(self) -> Any:
        """The training rows as LightGBM bins them."""
        import lightgbm

        return lightgbm.Dataset(self.X, self.y, params=LIGHTGBM)

    @cached_property
    def tangent_kernels(self) -> tuple[np.ndarray, np.ndarray]:
        """The tangent kernel of training rows with each other, and of test rows with training rows."""
        bias = np.sqrt(0.1 * self.X.shape[1])  # as much as a tenth of all columns
        X, X_test = (
            np.column_stack([part, np.full(len(part), bias)]).astype(np.float32) for part in (self.X, self.X_test)
        )
        return _tangent_kernel(X, X), _tangent_kernel(X_test, X)


def scores_of(predictions: Mapping[str, np.ndarray], fold: Fold) -> dict[str, float]:
    """Scores of what learners predict on a fold: ROC AUC, one class against the rest and mean over classes; or R2."""
    if not fold.n_classes:
        return {name: r2(fold.y_test, predicted[:, 0]) for name, predicted in predictions.items()}
    width = 1 if fold.n_classes == 2 else fold.n_classes
    stacked = np.hstack([predicted[:, -width:] for predicted in predictions.values()])
    return dict(zip(predictions, aucs(fold.y_test, stacked, fold.n_classes), strict=True))


# ---------------------------------------------------------------------------------------------------------------------
# Neighbours, naive Bayes, and linear models


def neighbours(fold: Fold, k: int) -> np.ndarray:
    """The mean of the `k` nearest, weighted by the inverse of their distance."""
    k = min(k, len(fold.y))
    nearest = np.argpartition(fold.distances, k - 1, axis=1)[:, :k]
    weights = 1 / (np.sqrt(np.take_along_axis(fold.distances, nearest, axis=1)) + 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("ij,ijk->ik", weights, fold.targets[nearest])


def naive_bayes(fold: Fold) -> np.ndarray:
    """Normal densities of each column in each class; a number has five classes, and is their means' mean."""
    if fold.n_classes:
        indicators, values = fold.targets, np.eye(fold.n_classes)
    else:
        cuts = np.unique(np.quantile(fold.y, np.linspace(0, 1, 6)[1:-1]))
        part = np.searchsorted(cuts, fold.y)
        indicators = (part[:, None] == np.unique(part)).astype(np.float64)
        values = (indicators.T @ fold.y / indicators.sum(axis=0))[:, None]
    counts = indicators.sum(axis=0)
    means = indicators.T @ fold.X / counts[:, None]
    variances = np.maximum(indicators.T @ fold.X**2 / counts[:, None] - means**2, 0) + 1e-3
    X = fold.X_test
    logs = X @ (means / variances).T - 0.5 * (X**2 @ (1 / variances).T)
    logs += np.log(counts) - 0.5 * (np.log(variances) + means**2 / variances).sum(axis=1)
    return _posterior(logs) @ values


def linear(fold: Fold) -> np.ndarray:
    """Linear discriminants with a shrunk covariance, or ridge regression."""
    n, p = fold.X.shape
    if not fold.n_classes:
        weights = np.linalg.solve(fold.X.T @ fold.X + np.eye(p), fold.X.T @ fold.targets)
        return fold.X_test @ weights
    counts = fold.targets.sum(axis=0)
    means = fold.targets.T @ fold.X / counts[:, None]
    within = fold.X - means[fold.y]
    weights = np.linalg.solve(within.T @ within / n + 0.01 * np.eye(p), means.T)
    return _posterior(fold.X_test @ weights - 0.5 * (means * weights.T).sum(axis=1) + np.log(counts))


def ridge(fold: Fold, penalty: float) -> np.ndarray:
    """Least squares of the targets; the penalty is in units of a column's variance."""
    n, p = fold.X.shape
    offset = fold.targets.mean(axis=0)
    weights = np.linalg.solve(fold.X.T @ fold.X + penalty * n * np.eye(p), fold.X.T @ (fold.targets - offset))
    return fold.X_test @ weights + offset


def quadratic(fold: Fold, shrinkage: float = 0.1) -> np.ndarray:
    """A normal density for each class, its covariance shrunk towards the identity."""
    p = fold.X.shape[1]
    logs = np.full((len(fold.X_test), fold.n_classes), -np.inf)  # of a class without training rows
    for c in np.unique(fold.y):
        mine = fold.X[fold.y == c]
        centred = mine - mine.mean(axis=0)
        covariance = (1 - shrinkage) * centred.T @ centred / max(len(mine) - 1, 1) + shrinkage * np.eye(p)
        away = fold.X_test - mine.mean(axis=0)
        distance = (away * np.linalg.solve(covariance, away.T).T).sum(axis=1)
        logs[:, c] = np.log(len(mine) / len(fold.y)) - 0.5 * (np.linalg.slogdet(covariance)[1] + distance)
    return _posterior(logs)


def _posterior(logs: np.ndarray) -> np.ndarray:
    """Probabilities from logarithms that lack a constant per row."""
    likelihoods = np.exp(logs - logs.max(axis=1, keepdims=True))
    return likelihoods / likelihoods.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------------------------------------------------------------
# Kernel machines with squared loss


def kernel_machine(fold: Fold, width: float, penalty: float) -> np.ndarray:
    """Radial basis functions; the exponent is `width` over the number of columns."""
    gamma = width / fold.X.shape[1]
    kernel, to_test = (np.exp(-gamma * d.astype(np.float32)) for d in (fold.own_distances, fold.distances))
    return _kernel_ridge(fold, kernel, to_test, penalty)


def network(fold: Fold, penalty: float) -> np.ndarray:
    """The network of one wide hidden layer of rectified units, as the kernel machine that it is in the limit.

    References
    ----------
    Jacot, Gabriel, Hongler (2018), Neural tangent kernel: convergence and generalization in neural networks.
    """
    kernel, to_test = fold.tangent_kernels
    return _kernel_ridge(fold, kernel.copy(), to_test, penalty * float(np.diag(kernel).mean()))


def _kernel_ridge(fold: Fold, kernel: np.ndarray, to_test: np.ndarray, penalty: float) -> np.ndarray:
    """Kernel ridge regression of the targets. The kernel is used up."""
    from scipy.linalg import solve

    kernel[np.diag_indices_from(kernel)] += penalty
    offset = fold.targets.mean(axis=0)
    targets = (fold.targets - offset).astype(kernel.dtype)
    weights = solve(kernel, targets, assume_a="pos", overwrite_a=True, check_finite=False)
    return np.asarray(to_test @ weights + offset)


def _squared_distances(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    squares = (rows**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    return np.maximum(squares - 2 * rows @ others.T, 0)


def _tangent_kernel(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """That of one hidden layer of rectified units, whose two parts Cho and Saul (2009) give."""
    lengths, other_lengths = (np.sqrt((part**2).sum(axis=1)) for part in (rows, others))
    cosines = np.clip(rows @ others.T / (lengths[:, None] * other_lengths), -1, 1)
    angles = np.arccos(cosines)
    first = (np.sin(angles) + (np.pi - angles) * cosines) / np.pi
    second = cosines * (np.pi - angles) / np.pi
    return lengths[:, None] * other_lengths * (first + second) / rows.shape[1]


# ---------------------------------------------------------------------------------------------------------------------
# Trees


def tree_and_stump(fold: Fold) -> dict[str, np.ndarray]:
    """A tree with 5 rows to a leaf, and the stump that its first split is."""
    (tree,) = _trees(fold, 1, min_samples_leaf=5)
    X_test = fold.X_test.astype(np.float32)
    stump = np.zeros(len(X_test), dtype=np.int64)
    if tree.node_count > 1:
        left = X_test[:, tree.feature[0]] <= tree.threshold[0]
        stump = np.where(left, tree.children_left[0], tree.children_right[0])
    return {"stump": tree.value[stump].reshape(len(X_test), -1), "tree": _leaf_values(tree, X_test)}


def forest(
    fold: Fold,
    n_trees: int,
    *,
    extremely_random: bool = False,
    bootstrap: bool = False,
    max_features: float | str = 1.0,
    min_samples_leaf: int = 1,
) -> np.ndarray:
    """The mean of trees, the splits of which are drawn where they are extremely random."""
    X_test = fold.X_test.astype(np.float32)
    settings = {"max_features": max_features, "min_samples_leaf": min_samples_leaf}
    trees = _trees(fold, n_trees, extremely_random=extremely_random, bootstrap=bootstrap, **settings)
    return np.mean([_leaf_values(tree, X_test) for tree in trees], axis=0)


def _trees(
    fold: Fold, n_trees: int, *, extremely_random: bool = False, bootstrap: bool = False, **settings: Any
) -> Iterator[Any]:
    """Fitted trees of scikit-learn's.

    Those of class indicators make the splits that trees of classes make, for their variance is the Gini impurity, and
    check less before: in a third of the time on a few hundred rows, and in half on two classes, which need one
    indicator. With many classes on many rows they are slower.
    """
    import sklearn
    from sklearn import tree as trees

    by_class = fold.n_classes > 2 and fold.targets.size > MAX_INDICATORS
    kind = (
        (trees.ExtraTreeClassifier if extremely_random else trees.DecisionTreeClassifier)
        if by_class
        else (trees.ExtraTreeRegressor if extremely_random else trees.DecisionTreeRegressor)
    )
    indicators = fold.targets[:, 1:] if fold.n_classes == 2 else fold.targets
    X, y = fold.X.astype(np.float32), fold.y[:, None] if by_class else np.ascontiguousarray(indicators)
    random = np.random.RandomState(fold.random_state)  # what scikit-learn would make anew for every tree
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        for _ in range(n_trees):
            weights = None
            if bootstrap:
                weights = np.bincount(random.randint(len(X), size=len(X)), minlength=len(X)).astype(np.float64)
            model = kind(random_state=random, **settings)
            yield model.fit(X, y, sample_weight=weights, check_input=False).tree_


def _leaf_values(tree: Any, X: np.ndarray) -> np.ndarray:
    values: np.ndarray = tree.predict(X).reshape(len(X), -1)
    return values


def boosting(
    fold: Fold, rounds: int, *, learning_rate: float, num_leaves: int, min_data_in_leaf: int = 5, **more: Any
) -> np.ndarray:
    """LightGBM; as the trees of a round are one for each class, many classes have fewer rounds."""
    import lightgbm

    parameters = {
        **LIGHTGBM,
        "objective": "regression" if not fold.n_classes else "binary" if fold.n_classes == 2 else "multiclass",
        "learning_rate": learning_rate,
        "num_leaves": num_leaves,
        "min_data_in_leaf": min_data_in_leaf,
        "seed": fold.random_state,
        **more,
    }
    if fold.n_classes > 2:
        parameters["num_class"] = fold.n_classes
    model = lightgbm.Booster(parameters, fold.binned)  # `lightgbm.train` would copy the model by way of text
    for _ in range(max(MIN_ROUNDS, rounds // max(fold.n_classes - 1, 1))):
        model.update()
    scores = np.asarray(model.predict(fold.X_test, raw_score=True, num_threads=1))
    return scores.reshape(len(fold.X_test), -1)


# ---------------------------------------------------------------------------------------------------------------------
# The scores


def r2(y: np.ndarray, predicted: np.ndarray) -> float:
    """The share of the variance that is explained, in [-1, 1]; 0 where there is no variance."""
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0:
        return 0.0
    return float(np.clip(1 - ((y - predicted) ** 2).sum() / total, -1, 1))


def aucs(y: np.ndarray, scores: np.ndarray, n_classes: int) -> list[float]:
    """Mean over classes of the ROC AUC of one against the rest, for each learner's block of score columns.

    A block holds a column per class, or that of the second class alone where there are two. From average ranks (Mann
    and Whitney, 1947), so that ties count half. 0.5 where the test rows hold one class.
    """
    n = len(y)
    scores = np.round(scores, 9)
    order = np.argsort(scores, axis=0, kind="stable")
    ordered = np.take_along_axis(scores, order, axis=0)
    places = np.broadcast_to(np.arange(n)[:, None], scores.shape)
    first = np.ones(scores.shape, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    last = np.ones(scores.shape, dtype=bool)
    last[:-1] = first[1:]
    start = np.maximum.accumulate(np.where(first, places, 0), axis=0)
    end = np.minimum.accumulate(np.where(last, places, n)[::-1], axis=0)[::-1]
    ranks = (start + end) / 2 + 1
    width = 1 if n_classes == 2 else n_classes
    classes = np.tile(np.arange(n_classes)[-width:], scores.shape[1] // width)
    rank_sums = np.where(y[order] == classes, ranks, 0).sum(axis=0)
    counts = np.bincount(y, minlength=n_classes)
    positives = counts[classes]
    defined = (positives > 0) & (positives < n)
    aucs = np.where(
        defined, (rank_sums - positives * (positives + 1) / 2) / np.maximum(positives * (n - positives), 1), np.nan
    )
    return [float(block[~np.isnan(block)].mean()) if defined.any() else 0.5 for block in aucs.reshape(-1, width)]
