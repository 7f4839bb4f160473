"""How long a configuration takes: fit and predict seconds as a function of the size of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST = 1e-4
"""Seconds below which the clock says nothing."""
FIT_TERMS = (
    *("1", "classes", "columns", "categories", "columns*classes"),
    *("rows", "rows*columns", "rows*categories", "rows*classes", "rows*columns*classes"),
    *("rows*rows", "rows*rows*columns"),
    *("columns*columns", "columns*columns*rows", "columns*columns*columns"),
)
"""What fitting may cost: once, by row and column as trees do, by pairs of rows as kernels, by pairs of columns."""
PREDICT_TERMS = (
    *("1", "columns", "categories"),
    *("predicted", "predicted*columns", "predicted*categories", "predicted*classes", "predicted*columns*classes"),
    *("predicted*rows", "predicted*rows*columns", "predicted*columns*columns"),
)
"""What one call of predict may cost: something of its own, and for each row that is predicted."""
BASES = ("predicted", "rows", "columns", "categories", "classes")
DOUBTED = ("rows*rows", "columns*columns")
"""Terms with these are not believed for the sake of one dataset: they matter on few, and far beyond those."""
DOUBT = 3.0
"""So many squared relative errors weighs the claim that such a term is all that the dataset it matters most to took."""
PRIOR_DATASETS = 2.0
"""So many datasets weighs what all configurations have in common."""
OUTLIER = 0.3
"""Larger relative errors count in proportion, not squared."""
ROUNDS = 8
"""So often the logarithm is approximated anew."""


@dataclass(frozen=True, eq=False)
class SecondsModel:
    """Sums of what rows, columns, classes and their products cost, one sum for each configuration.

    No cost is negative, so that outside the sizes that were seen the sum grows as one of its terms does. The relative
    error is what is least, by non-negative least squares on the logarithm's linear approximation, repeated. What the
    configurations have in common counts as a few datasets more, so that few evaluations are enough.

    Parameters
    ----------
    configurations : tuple of str
        The configurations' ids.
    costs : array of shape (n_configurations, n_terms)
        What a unit of each term costs.
    exponents : array of shape (n_terms, 5)
        What a term is: a product of powers of predicted rows, training rows, columns, categorical columns and classes.

    References
    ----------
    Lawson and Hanson (1974), Solving least squares problems, for non-negative least squares.
    """

    configurations: tuple[str, ...]
    costs: Floats
    exponents: Floats

    @classmethod
    def fit(cls, sizes: pd.DataFrame, seconds: pd.DataFrame, terms: tuple[str, ...] = FIT_TERMS) -> SecondsModel:
        """Learn from measured seconds.

        Parameters
        ----------
        sizes : DataFrame of shape (n_datasets, ...)
            With columns ``n_samples`` (rows that were fitted), ``n_features``, ``n_categorical`` and ``n_classes``; and
            ``n_predicted``, rows of one call of predict, for `PREDICT_TERMS`.
        seconds : DataFrame of shape (n_datasets, n_configurations)
            Measured seconds, missing where there are none.
        terms : tuple of str, default=FIT_TERMS
            What they are a sum of.

        Examples
        --------
        >>> sizes = pd.DataFrame({"n_samples": [100, 1000, 10000], "n_features": 5, "n_categorical": 0, "n_classes": 2})
        >>> model = SecondsModel.fit(sizes, pd.DataFrame({"lda": [0.01, 0.1, 1.0]}))
        >>> float(model.predict(sizes.iloc[[1]]).loc[1, "lda"].round(2))
        0.1
        """
        exponents = np.array([[term.split("*").count(base) for base in BASES] for term in terms], dtype=np.float64)
        design = _design(sizes, exponents)
        unit = design.max(axis=0)
        design = design / unit
        doubt = np.array([DOUBT * term.startswith(DOUBTED) for term in terms])

        measured = np.maximum(seconds.to_numpy(np.float64, na_value=np.nan), SHORTEST)
        known = np.isfinite(measured)
        logs = np.where(known, np.log(np.where(known, measured, 1.0)), 0.0)
        some = known.any(axis=1)
        if not some.any():
            return cls(tuple(map(str, seconds.columns)), np.full((seconds.shape[1], len(terms)), np.nan), exponents)
        mean = np.exp(logs.sum(axis=1)[some] / known.sum(axis=1)[some])
        common = design @ _least_relative_error(design[some], mean, np.ones(len(mean)), doubt)
        costs = []
        for column, there in zip(measured.T, known.T, strict=True):
            shift = float(np.median(column[there] / common[there])) if there.any() else 1.0
            costs.append(
                _least_relative_error(
                    np.vstack([design[there], design]),
                    np.concatenate([column[there], shift * common]),
                    np.concatenate([np.ones(there.sum()), np.full(len(design), PRIOR_DATASETS / len(design))]),
                    doubt,
                )
            )
        return cls(tuple(map(str, seconds.columns)), np.array(costs) / unit, exponents)

    def predict(self, sizes: pd.DataFrame) -> pd.DataFrame:
        """Expected seconds, datasets by configurations; NaN if nothing at all was measured."""
        values = _design(sizes, self.exponents) @ self.costs.T
        return pd.DataFrame(values, index=sizes.index, columns=list(self.configurations))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The model as plain arrays."""
        return {"configurations": np.array(self.configurations), "costs": self.costs, "exponents": self.exponents}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> SecondsModel:
        """The model that `to_arrays` described."""
        return cls(tuple(map(str, arrays["configurations"])), arrays["costs"], arrays["exponents"])


def _design(sizes: pd.DataFrame, exponents: Floats) -> Floats:
    """The terms of each dataset, of shape (n_datasets, n_terms)."""
    counts = sizes[["n_samples", "n_features", "n_categorical", "n_classes"]].to_numpy(np.float64)
    predicted = sizes["n_predicted"].to_numpy() if "n_predicted" in sizes else np.ones(len(sizes))
    bases = np.maximum(np.column_stack([predicted, counts]), [1, 1, 1, 0, 2])
    bases[:, BASES.index("categories")] += 1
    terms: Floats = np.prod(bases[:, None, :] ** exponents, axis=2)
    return terms


def _least_relative_error(design: Floats, seconds: Floats, weights: Floats, doubt: Floats) -> Floats:
    """The costs, none of them negative, that miss the logarithm of the seconds the least."""
    from scipy.optimize import nnls

    costs = np.zeros(design.shape[1])
    expected = np.full(len(seconds), np.exp(np.average(np.log(seconds), weights=weights)))
    for _ in range(ROUNDS):
        missed = np.log(seconds / expected)
        shares = design / expected[:, None]
        heard = np.sqrt(weights / np.maximum(1, np.abs(missed) / OUTLIER))
        prior = np.diag(np.sqrt(doubt) * shares.max(axis=0))
        target = heard * (1 + np.clip(missed, -1, 1))
        costs, _ = nnls(np.vstack([shares * heard[:, None], prior]), np.append(target, np.zeros(len(prior))))
        expected = np.maximum(design @ costs, SHORTEST / 10)
    return costs
