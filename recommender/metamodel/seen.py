"""Scores seen: what configurations reached on the very tables of the knowledge base, found by a table's content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.tables.dataset import Dataset

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Seen:
    """Scores by dataset, those of which too little was evaluated to learn from them included.

    Parameters
    ----------
    fingerprints : array of str of shape (n_datasets,)
        The hash of each dataset's content.
    n_samples : int array of shape (n_datasets,)
        Their rows.
    scores : float32 array of shape (n_datasets, n_configurations)
        As the meta-model learns them, larger is better; NaN where a configuration was not evaluated.
    """

    fingerprints: NDArray[np.str_]
    n_samples: NDArray[np.int64]
    scores: NDArray[np.float32]

    @classmethod
    def of(cls, scores: pd.DataFrame, datasets: pd.DataFrame) -> Seen:
        """The scores of some datasets, in the order of the configurations that they have as columns."""
        about = datasets.loc[scores.index]
        return cls(
            about["fingerprint"].to_numpy(str),
            about["n_samples"].to_numpy(np.int64),
            scores.to_numpy(np.float32),
        )

    def on(self, dataset: Dataset) -> Floats:
        """The scores that were seen on the dataset with the same content; none of them known if there is no such."""
        as_long = np.flatnonzero(self.n_samples == dataset.n_samples)
        same = as_long[self.fingerprints[as_long] == dataset.fingerprint] if as_long.size else as_long  # a hash costs
        known = np.isfinite(self.scores[same]).sum(axis=1)
        if not same.size:
            return np.full(self.scores.shape[1], np.nan)
        return self.scores[same[known.argmax()]].astype(np.float64)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Plain arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Seen:
        """What `to_arrays` took apart."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})
