"""Canonical correlations of columns and target, as far as an iteration takes them that stops early."""

from __future__ import annotations

import numpy as np

LARGEST = 1 - 1e-12
"""Squared correlations are cut here, so that the roots made of them stay finite."""
MAX_ITERATIONS, TOLERANCE = 500, 1e-6
"""When the power iteration ends: scikit-learn's defaults, at pymfe's number of steps."""
DECOMPOSED_COST = 20_000_000
"""Rows times squared columns up to which a table with collinear columns is always decomposed itself."""
MAX_ITERATED_CLASSES = 40
"""With more classes the correlations are the exact ones."""


def squared_canonical_correlations(
    X: np.ndarray, scale: np.ndarray, correlation: np.ndarray, loadings: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Squared canonical correlations of the columns with the target.

    Parameters
    ----------
    X : array of shape (n_samples, n_columns)
        Columns centred.
    scale : array of shape (n_columns,)
        Their lengths; NaN marks constant columns.
    correlation : array of shape (n_columns, n_columns)
        Their correlations.
    loadings : array of shape (n_classes, n_columns)
        Sums of the columns over the rows of each class, divided by the columns' lengths and by the root of the class's
        size. For regression one row, the products with the target, divided by the target's length too.
    counts : array of shape (n_classes,)
        Rows of each class; empty for regression.

    Returns
    -------
    array of shape (n_correlations,)
        As many as classes less one, or as the columns' rank where that is smaller.

    Notes
    -----
    pymfe takes them from scikit-learn's CCA, which finds one pair of weights after another by power iteration and
    stops once the weights move little, so that close correlations come out slightly mixed. As they enter
    r2 / (1 - r2), that shows in the fourth digit. The iteration is linear, so that one small eigendecomposition tells
    its every step: this computes where it stops without making the steps (Wegelin, A survey of partial least squares
    methods, 2000).
    """
    varying = ~np.isnan(scale)
    if not varying.any():
        return np.zeros(0)
    singular, directions = _decomposed(X, scale, correlation[np.ix_(varying, varying)])
    cross = (directions / singular).T @ loadings[:, varying].T  # columns' principal directions by classes
    if len(counts) <= 2 or len(counts) > MAX_ITERATED_CLASSES:
        squared = np.linalg.svd(cross, compute_uv=False)[: max(1, len(counts) - 1)] ** 2
    else:
        squared = _iterated(cross, singular, counts)
    return np.minimum(squared, LARGEST)


def _decomposed(X: np.ndarray, scale: np.ndarray, correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Singular values and right singular vectors of the varying columns at length 1, those next to zero left out.

    Their correlations suffice unless columns are nearly collinear; then X itself is decomposed. In large tables
    columns that are collinear as far as the correlations tell are taken to be so.
    """
    roots, vectors = np.linalg.eigh(correlation)
    shares = roots / roots[-1]
    unclear = (shares < 1e-9) & ((shares > 1e-13) | (X.size * X.shape[1] <= DECOMPOSED_COST))
    if not unclear.any():
        kept = shares >= 1e-9
        return np.sqrt(roots[kept][::-1]), vectors[:, kept][:, ::-1]
    varying = ~np.isnan(scale)
    _, singular, vectors = np.linalg.svd(np.linalg.qr(X[:, varying] / scale[varying], mode="r"))
    kept = singular > 1e6 * np.finfo(float).eps * singular[0]  # the rank that scikit-learn's CCA sees
    return singular[kept], vectors[: len(singular)][kept].T


def _iterated(cross: np.ndarray, singular: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Squared correlations of the pairs of directions at which the power iteration stops, one pair after another."""
    shares = np.sqrt(counts / counts.sum())
    start = -shares * shares[1]  # the iteration starts from the indicator of the second class, centred
    start[1] += 1
    found, taken = [], np.zeros((len(singular), 0))
    for _ in range(min(len(counts) - 1, len(singular))):
        roots, vectors = np.linalg.eigh(cross.T @ cross)
        if roots[-1] < 1e-14:
            break
        inverse = taken / singular[:, None]  # weights are the shortest that reach the undeflated part of the scores
        solved = np.linalg.lstsq(inverse, cross / singular[:, None], rcond=None)[0]
        weights = (cross / singular[:, None] - inverse @ solved) @ vectors
        ratios = np.maximum(roots, 0) / roots[-1]
        states = (vectors.T @ start) * ratios ** np.arange(MAX_ITERATIONS)[:, None]
        state = vectors @ states[_last_step(states, weights.T @ weights)]
        x = cross @ state
        x /= np.linalg.norm(x)
        y = cross.T @ x
        length = np.linalg.norm(y)
        y /= length
        found.append(length**2)
        cross = cross - np.outer(x, x @ cross)
        cross -= np.outer(cross @ y, y)
        start = start - y * (y @ start)
        taken = np.column_stack([taken, x])
    return np.array(found)


def _last_step(states: np.ndarray, gram: np.ndarray) -> int:
    """The first step at which the normalized weights move less than the tolerance, or the last step allowed."""
    products = states @ gram
    lengths = np.sqrt(np.maximum((products * states).sum(axis=1), 1e-300))
    moved = 2 - 2 * (products[1:] * states[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    still = np.flatnonzero(moved < TOLERANCE)
    return int(still[0]) + 1 if len(still) else len(states) - 1
