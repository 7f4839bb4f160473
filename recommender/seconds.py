"""How long a configuration takes: fit and predict seconds as a function of the size of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

SHORTEST = 1e-4
"""Seconds below which the clock says nothing."""
RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class SecondsModel:
    """Power laws in rows, columns and classes, one for each configuration.

    The logarithm of the seconds is linear in the logarithms of the sizes, fitted by ridge regression towards the
    median law of all configurations, so that few evaluations are enough.

    Parameters
    ----------
    configurations : tuple of str
        The configurations' ids.
    coefficients : array of shape (n_configurations, 5)
        Intercept and exponents of rows, columns, categorical columns and classes.
    """

    configurations: tuple[str, ...]
    coefficients: np.ndarray

    @classmethod
    def fit(cls, sizes: pd.DataFrame, seconds: pd.DataFrame) -> SecondsModel:
        """Learn from measured seconds.

        Parameters
        ----------
        sizes : DataFrame of shape (n_datasets, ...)
            With columns ``n_samples`` (rows that were fitted), ``n_features``, ``n_categorical`` and ``n_classes``.
        seconds : DataFrame of shape (n_datasets, n_configurations)
            Measured seconds, missing where there are none.

        Examples
        --------
        >>> sizes = pd.DataFrame({"n_samples": [100, 1000, 10000], "n_features": 5, "n_categorical": 0, "n_classes": 2})
        >>> model = SecondsModel.fit(sizes, pd.DataFrame({"lda": [0.01, 0.1, 1.0]}))
        >>> float(model.predict(sizes.iloc[[1]]).loc[1, "lda"].round(2))
        0.1
        """
        design = _design(sizes)
        logs = np.log(np.maximum(seconds.to_numpy(np.float64, na_value=np.nan), SHORTEST))
        known = ~np.isnan(logs)
        total = known.sum(axis=1)
        mean = np.divide(np.nansum(logs, axis=1), total, out=np.zeros(len(logs)), where=total > 0)
        general = _ridge(design[total > 0], mean[total > 0], np.zeros(design.shape[1]), free=design.shape[1])
        laws = [_ridge(design[known[:, c]], logs[known[:, c], c], general, free=1) for c in range(seconds.shape[1])]
        return cls(tuple(map(str, seconds.columns)), np.array(laws))

    def predict(self, sizes: pd.DataFrame) -> pd.DataFrame:
        """Expected seconds: datasets by configurations."""
        values = np.exp(_design(sizes) @ self.coefficients.T)
        return pd.DataFrame(values, index=sizes.index, columns=list(self.configurations))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The model as plain arrays."""
        return {"configurations": np.array(self.configurations), "coefficients": self.coefficients}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> SecondsModel:
        """The model that `to_arrays` described."""
        return cls(tuple(map(str, arrays["configurations"])), np.asarray(arrays["coefficients"], np.float64))


def _design(sizes: pd.DataFrame) -> np.ndarray:
    logs = [np.log(np.maximum(sizes[name].to_numpy(np.float64), 1)) for name in ("n_samples", "n_features")]
    return np.column_stack(
        [np.ones(len(sizes)), *logs, np.log1p(sizes["n_categorical"]), np.log(np.maximum(sizes["n_classes"], 2))]
    )


def _ridge(design: np.ndarray, target: np.ndarray, towards: np.ndarray, *, free: int) -> np.ndarray:
    """Least squares, with all but the first `free` coefficients drawn towards given ones."""
    penalty = np.diag([1e-6] * free + [RIDGE] * (design.shape[1] - free))
    rest = target - design @ towards
    return towards + np.linalg.solve(design.T @ design + penalty, design.T @ rest)
