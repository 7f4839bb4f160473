"""Landmarkers: the scores of cheap learners, of the kinds that the pool holds, on a small sample of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommender.metafeatures.table import Table

MAX_ROWS = 500
"""Learners see at most this many rows."""
MAX_CLASSES = 12
"""And at most this many classes, the most frequent ones."""
MAX_COLUMNS = 100
"""And at most this many encoded columns: those that separate the target best on the training rows of a fold."""
MAX_LEVELS = 10
"""The most frequent values of a categorical column get a column each."""
MAX_CATEGORICAL = 2_000
"""Of more categorical columns, this many are taken, spread evenly over the table."""
N_FOLDS = 2
N_EXTRA_TREES = 8

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
    X, y = encoded(table)
    fits = []
    for test in range(N_FOLDS):
        train_rows, test_rows = _split(y, table.task, test)
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


def encoded(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """The sampled rows as a complete, standardized matrix, and their targets.

    Missing numbers become the median, dates days, texts their length; the most frequent values of a categorical or
    text column get a column each.
    """
    rows = _sample(table)
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


def _sample(table: Table) -> np.ndarray:
    """Rows for the learners: the first ones in content order, from each class in proportion and at least two."""
    if table.task == "regression":
        return np.arange(min(MAX_ROWS, table.n_rows))
    counts = np.bincount(table.y, minlength=table.n_classes)
    kept = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    kept = kept[counts[kept] >= 2] if (counts[kept] >= 2).sum() >= 2 else kept[:2]
    share = min(1.0, MAX_ROWS / counts[kept].sum())
    take = {c: max(2, round(share * counts[c])) for c in kept}
    return np.sort(np.concatenate([np.flatnonzero(table.y == c)[: take[c]] for c in kept]))


def _indicators(codes: np.ndarray) -> np.ndarray:
    """A column for each of the most frequent values; two values need one column."""
    values, counts = np.unique(codes, return_counts=True)
    values = values[np.argsort(-counts, kind="stable")][:MAX_LEVELS]
    values = values[:1] if len(counts) == 2 else values
    return (codes[:, None] == values).astype(np.float64)


def _split(y: np.ndarray, task: str, test: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and to score on; classes, or the sorted target, alternate between the folds."""
    order = np.argsort(y, kind="stable")
    fold = np.empty(len(y), dtype=np.int64)
    if task == "regression":
        fold[order] = np.arange(len(y)) % N_FOLDS
    else:
        starts = np.searchsorted(y[order], y[order])
        fold[order] = (np.arange(len(y)) - starts) % N_FOLDS
    return np.flatnonzero(fold != test), np.flatnonzero(fold == test)


def _first_half(y: np.ndarray, task: str, rows: np.ndarray) -> np.ndarray:
    """Half of the rows, with every class that they hold."""
    if task == "regression":
        return rows[: max(2, len(rows) // 2)]
    order = np.argsort(y[rows], kind="stable")
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows)) - np.searchsorted(y[rows][order], y[rows][order])
    counts = np.bincount(y[rows])
    return rows[place < (counts[y[rows]] + 1) // 2]


# ---------------------------------------------------------------------------------------------------------------------
# The learners


def _scores(
    X: np.ndarray, y: np.ndarray, task: str, train: np.ndarray, test: np.ndarray, random_state: int
) -> dict[str, float]:
    fold = _Fold.of(X, y, task, train, test, random_state)
    predictions = {
        "knn": _knn(fold),
        "naive_bayes": _naive_bayes(fold),
        "linear": _linear(fold),
        **_trees(fold),
        "boosting": _boosting(fold),
        "kernel": _kernel(fold),
    }
    if task == "regression":
        return {name: _r2(fold.y_test, predictions[name][:, 0]) for name in LEARNERS}
    width = 1 if fold.n_classes == 2 else fold.n_classes
    stacked = np.hstack([predictions[name][:, -width:] for name in LEARNERS])
    aucs = _aucs(fold.y_test, stacked, fold.n_classes)
    return dict(zip(LEARNERS, aucs, strict=True))


@dataclass(frozen=True, eq=False)
class _Fold:
    """Training and test rows of one fit; `targets` are centred class indicators, or the centred target."""

    X: np.ndarray
    X_test: np.ndarray
    y: np.ndarray
    y_test: np.ndarray
    targets: np.ndarray
    n_classes: int
    random_state: int

    @classmethod
    def of(
        cls, X: np.ndarray, y: np.ndarray, task: str, train: np.ndarray, test: np.ndarray, random_state: int
    ) -> _Fold:
        n_classes = 0 if task == "regression" else int(y.max()) + 1
        targets = y[train][:, None] if n_classes == 0 else (y[train][:, None] == np.arange(n_classes))
        targets = targets.astype(np.float64)
        if X.shape[1] > MAX_COLUMNS:
            centred = targets - targets.mean(axis=0)
            products = np.abs(X[train].T @ centred) / np.maximum(X[train].std(axis=0), 1e-9)[:, None]
            best = np.argsort(-np.round(products.max(axis=1), 9), kind="stable")[:MAX_COLUMNS]
            X = X[:, np.sort(best)]
        return cls(X[train], X[test], y[train], y[test], targets, n_classes, random_state)

    @cached_property
    def distances(self) -> np.ndarray:
        """Squared distances of test rows to training rows."""
        cross = self.X_test @ self.X.T
        squares = (self.X_test**2).sum(axis=1)[:, None] + (self.X**2).sum(axis=1)
        return np.maximum(squares - 2 * cross, 0)


def _knn(fold: _Fold) -> np.ndarray:
    k = min(5, len(fold.y))
    nearest = np.argpartition(fold.distances, k - 1, axis=1)[:, :k]
    weights = 1 / (np.sqrt(np.take_along_axis(fold.distances, nearest, axis=1)) + 1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.einsum("ij,ijk->ik", weights, fold.targets[nearest])


def _naive_bayes(fold: _Fold) -> np.ndarray:
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


def _posterior(logs: np.ndarray) -> np.ndarray:
    """Probabilities from logarithms that lack a constant per row."""
    likelihoods = np.exp(logs - logs.max(axis=1, keepdims=True))
    return likelihoods / likelihoods.sum(axis=1, keepdims=True)


def _linear(fold: _Fold) -> np.ndarray:
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


def _kernel(fold: _Fold) -> np.ndarray:
    gamma = 1 / fold.X.shape[1]
    squares = (fold.X**2).sum(axis=1)
    kernel = np.exp(-gamma * np.maximum(squares[:, None] + squares - 2 * fold.X @ fold.X.T, 0).astype(np.float32))
    kernel[np.diag_indices_from(kernel)] += 0.3
    offset = fold.targets.mean(axis=0)
    weights = np.linalg.solve(kernel, (fold.targets - offset).astype(np.float32))
    return np.exp(-gamma * fold.distances.astype(np.float32)) @ weights + offset


def _trees(fold: _Fold) -> dict[str, np.ndarray]:
    """A tree, the stump that its first split is, and extra-trees."""
    import sklearn
    from sklearn import tree as trees

    many = fold.n_classes > 2  # on two classes a regression tree makes the same splits in half the time
    one, extra = (
        (trees.DecisionTreeClassifier, trees.ExtraTreeClassifier)
        if many
        else (trees.DecisionTreeRegressor, trees.ExtraTreeRegressor)
    )
    X, X_test = fold.X.astype(np.float32), fold.X_test.astype(np.float32)
    y = fold.y[:, None] if many else fold.y[:, None].astype(np.float64)
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        random = np.random.RandomState(fold.random_state)  # what scikit-learn would make anew for every tree
        tree = one(min_samples_leaf=5, random_state=random).fit(X, y, check_input=False).tree_
        forest = np.zeros((len(X_test), tree.value[0].size))
        for _ in range(N_EXTRA_TREES):
            member = extra(max_features=0.5, min_samples_leaf=2, random_state=random)
            forest += _leaf_values(member.fit(X, y, check_input=False).tree_, X_test)
    stump = np.zeros(len(X_test), dtype=np.int64)
    if tree.node_count > 1:
        left = X_test[:, tree.feature[0]] <= tree.threshold[0]
        stump = np.where(left, tree.children_left[0], tree.children_right[0])
    return {
        "stump": tree.value[stump].reshape(len(X_test), -1),
        "tree": _leaf_values(tree, X_test),
        "extra_trees": forest / N_EXTRA_TREES,
    }


def _leaf_values(tree: object, X: np.ndarray) -> np.ndarray:
    return tree.predict(X).reshape(len(X), -1)  # type: ignore[attr-defined]


def _boosting(fold: _Fold) -> np.ndarray:
    import lightgbm

    parameters = {
        "objective": "regression" if not fold.n_classes else "binary" if fold.n_classes == 2 else "multiclass",
        "learning_rate": 0.2,
        "num_leaves": 7,
        "min_data_in_leaf": 5,
        "max_bin": 63,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "feature_pre_filter": False,
        "seed": fold.random_state,
        "verbosity": -1,
    }
    if fold.n_classes > 2:
        parameters["num_class"] = fold.n_classes
    rounds = max(5, 16 // max(fold.n_classes - 1, 1))
    data = lightgbm.Dataset(fold.X, fold.y, params=parameters)
    model = lightgbm.Booster(parameters, data)  # `lightgbm.train` would copy the model by way of text
    for _ in range(rounds):
        model.update()
    scores = np.asarray(model.predict(fold.X_test, raw_score=True, num_threads=1))
    return scores.reshape(len(fold.X_test), -1)


# ---------------------------------------------------------------------------------------------------------------------
# The scores


def _r2(y: np.ndarray, predicted: np.ndarray) -> float:
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0:
        return 0.0
    return float(np.clip(1 - ((y - predicted) ** 2).sum() / total, -1, 1))


def _aucs(y: np.ndarray, scores: np.ndarray, n_classes: int) -> list[float]:
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
