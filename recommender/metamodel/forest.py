"""A forest of extremely randomized trees as flat arrays: fitted by scikit-learn, walked by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAF = -1
MIN_SAMPLES_LEAF = 2
MAX_FEATURES = 0.5


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees side by side in flat arrays; a node's left child follows it.

    Parameters
    ----------
    feature : int16 array of shape (n_nodes,)
        The column that a node splits on, `LEAF` in a leaf.
    threshold : float16 array of shape (n_nodes,)
        Values up to and including it go left.
    right : uint16 array of shape (n_nodes,)
        How many nodes further on the right child is.
    roots : int32 array of shape (n_trees,)
        Where each tree begins.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float16]
    right: NDArray[np.uint16]
    roots: NDArray[np.int32]

    def leaves(self, X: NDArray[np.float32]) -> NDArray[np.int32]:
        """The leaf that each row reaches in each tree, of shape (n_samples, n_trees)."""
        node = np.repeat(self.roots[np.newaxis, :], len(X), axis=0).ravel()
        row = np.repeat(np.arange(len(X)), len(self.roots))
        walking = np.flatnonzero(self.feature[node] != LEAF)
        while walking.size:
            at = node[walking]
            goes_left = X[row[walking], self.feature[at]] <= self.threshold[at]
            node[walking] = at + np.where(goes_left, 1, self.right[at])
            walking = walking[self.feature[node[walking]] != LEAF]
        return node.reshape(len(X), len(self.roots))


def fit_forest(X: NDArray[np.float32], targets: Floats, *, members: NDArray[np.bool_], random_state: int) -> Forest:
    """A forest in which tree t is grown on the rows that ``members[:, t]`` names.

    Parameters
    ----------
    X : float32 array of shape (n_samples, n_features)
        Without missing values.
    targets : array of shape (n_samples, n_targets)
        Splits reduce the summed squared error over all targets.
    members : bool array of shape (n_samples, n_trees)
        The rows of each tree.

    References
    ----------
    Geurts, Ernst, Wehenkel (2006), Extremely randomized trees, Machine Learning 63.
    """
    from sklearn import config_context
    from sklearn.tree import ExtraTreeRegressor

    rng = np.random.default_rng(random_state)
    seeds = [int(rng.integers(2**31 - 1)) for _ in members.T]
    trees: list[Any] = []
    X, targets = np.ascontiguousarray(X, np.float32), np.ascontiguousarray(targets, np.float64)
    with config_context(skip_parameter_validation=True):  # checking each tree's input costs as much as small trees
        for seed, rows in zip(seeds, members.T, strict=True):
            tree = ExtraTreeRegressor(min_samples_leaf=MIN_SAMPLES_LEAF, max_features=MAX_FEATURES, random_state=seed)
            trees.append(tree.fit(X[rows], targets[rows], check_input=False).tree_)
    sizes = [tree.node_count for tree in trees]
    return Forest(
        feature=np.concatenate([np.maximum(tree.feature, LEAF) for tree in trees]).astype(np.int16),
        threshold=np.concatenate([np.where(tree.feature < 0, 0, tree.threshold) for tree in trees]).astype(np.float16),
        right=np.concatenate(
            [np.maximum(tree.children_right - np.arange(tree.node_count), 0) for tree in trees]
        ).astype(np.uint16),
        roots=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32),
    )
