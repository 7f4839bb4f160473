"""Model-based meta-features: the shape of a decision tree that is grown until its leaves are pure."""

from __future__ import annotations

from typing import Any

import numpy as np

from recommender.metafeatures.summary import described, summarized
from recommender.metafeatures.table import Table

WHOLE_ROWS, WHOLE_CELLS = 6_500, 300_000
"""A table within both limits is read whole."""
SAMPLE_CELLS, SAMPLE_ROWS = 30_000, 600
"""Of a larger one the tree sees this many cells, and at least this many rows."""
MAX_COLUMNS = 400
"""And at most this many columns, spread evenly."""

DESCRIPTIONS = {
    "leaves": "Number of leaves.",
    "nodes": "Number of inner nodes.",
    "nodes_per_attr": "Inner nodes per column.",
    "nodes_per_inst": "Inner nodes per row.",
    **described({"leaves_branch": "Depth of a leaf"}, over="leaves"),
    **described({"leaves_corrob": "Share of the rows in a leaf"}, over="leaves"),
    **described({"leaves_homo": "Number of leaves over the shape of a leaf (tree_shape)"}, over="leaves"),
    **described({"leaves_per_class": "Share of the leaves that predict a class; NaN for regression"}, over="classes"),
    **described({"nodes_per_level": "Inner nodes on a level"}, over="levels"),
    **described({"nodes_repeated": "How often a column is split on, columns without a split left out"}),
    **described({"tree_depth": "Depth of a node"}, over="nodes"),
    **described({"tree_shape": "-p log2 p of the chance p of a random walk to end in a leaf"}, over="leaves"),
    **described({"tree_imbalance": "-q log2 q, q = 2^-(p times the leaves that share p)"}, over="chances p"),
    **described({"var_importance": "Importance of a column, as the share of impurity it removes"}),
}


def model_based(table: Table, random_state: int = 0) -> dict[str, float]:
    """The shape of a tree on the numeric columns, the categories' codes and the dates: pymfe's model-based group.

    Equal to pymfe's on complete numeric tables of up to 6,500 rows and 300,000 cells; of larger ones the tree sees the
    first rows in content order. Missing numbers stand at the median. For regression it is a regression tree. NaN
    where no such column exists, or where the tree does not split.
    """
    X, y = _tree_input(table)
    if X.shape[1] == 0 or len(np.unique(y)) < 2:
        return dict.fromkeys(DESCRIPTIONS, np.nan)
    tree = _grown(X, y, table, random_state)
    inner = tree.feature >= 0
    leaves, n_leaves = ~inner, int(tree.n_leaves)
    if n_leaves < 2:
        return dict.fromkeys(DESCRIPTIONS, np.nan)
    depths = _depths(tree)
    chance = 2.0 ** -depths[leaves]
    shape = -chance * np.log2(chance)
    chances, shared = np.unique(chance, return_counts=True)
    imbalance = 2.0 ** -(chances * shared)
    values = {
        "leaves": n_leaves,
        "nodes": inner.sum(),
        "nodes_per_attr": inner.sum() / X.shape[1],
        "nodes_per_inst": inner.sum() / len(X),
        **summarized("leaves_branch", depths[leaves]),
        **summarized("leaves_corrob", tree.n_node_samples[leaves] / len(X)),
        **summarized("leaves_homo", n_leaves / shape),
        **summarized("leaves_per_class", _leaves_per_class(tree, leaves, table)),
        **summarized("nodes_per_level", np.unique(depths[inner], return_counts=True)[1]),
        **summarized("nodes_repeated", np.unique(tree.feature[inner], return_counts=True)[1]),
        **summarized("tree_depth", depths),
        **summarized("tree_shape", shape),
        **summarized("tree_imbalance", -imbalance * np.log2(imbalance)),
        **summarized("var_importance", tree.compute_feature_importances()),
    }
    return {name: float(values[name]) for name in DESCRIPTIONS}


def _tree_input(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Complete columns at single precision on the rows that the tree sees, and the targets."""
    n_columns = min(max(1, table.numeric.shape[1] + table.codes.shape[1] + table.dates.shape[1]), MAX_COLUMNS)
    whole = table.n_rows <= WHOLE_ROWS and table.n_rows * n_columns <= WHOLE_CELLS
    rows = slice(0, table.n_rows if whole else max(SAMPLE_ROWS, SAMPLE_CELLS // n_columns))
    X = np.hstack([table.codes[rows].astype(np.float64), table.numeric[rows], table.dates[rows]])
    if X.shape[1] > MAX_COLUMNS:
        X = X[:, np.unique(np.linspace(0, X.shape[1] - 1, MAX_COLUMNS).astype(np.int64))]
    for column in np.flatnonzero(np.isnan(X.sum(axis=0))):
        present = X[~np.isnan(X[:, column]), column]
        X[np.isnan(X[:, column]), column] = np.median(present) if len(present) else 0.0
    return np.clip(X, -1e38, 1e38).astype(np.float32), table.y[rows]


def _grown(X: np.ndarray, y: np.ndarray, table: Table, random_state: int) -> Any:
    import sklearn
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    model = DecisionTreeRegressor if table.task == "regression" else DecisionTreeClassifier
    if table.task == "regression":
        y = (y - y.mean()) / max(float(np.abs(y - y.mean()).max()), 1e-300)
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        return model(random_state=random_state).fit(X, y[:, None], check_input=False).tree_


def _depths(tree: Any) -> np.ndarray:
    """The depth of each node, the root's being 0."""
    depths = np.zeros(tree.node_count, dtype=np.int64)
    level = np.zeros(1, dtype=np.int64)
    while len(level):
        inner = level[tree.feature[level] >= 0]
        children = np.concatenate([tree.children_left[inner], tree.children_right[inner]])
        depths[children] = np.tile(depths[inner], 2) + 1
        level = children
    return depths


def _leaves_per_class(tree: Any, leaves: np.ndarray, table: Table) -> np.ndarray:
    if table.task == "regression":
        return np.zeros(0)
    predicted = tree.value[leaves].argmax(axis=2).ravel()
    return np.unique(predicted, return_counts=True)[1] / leaves.sum()
