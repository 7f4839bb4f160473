"""What is quickly fitted: algorithms, and tables to fit them on."""

from __future__ import annotations

import numpy as np
import pandas as pd

QUICK = {"include": ["lda", "logistic_regression", "naive_bayes", "ridge", "lasso"]}
"""A choice of algorithms, as `recommend` and the estimators take it."""


def mixed_table() -> pd.DataFrame:
    """Numbers with missing ones, categories, dates, and the classes of the column `churned`."""
    rng = np.random.default_rng(0)
    usage = rng.normal(size=90)
    return pd.DataFrame(
        {
            "usage": np.where(rng.random(90) < 0.1, np.nan, usage),
            "plan": rng.choice(["basic", "plus", None], 90),
            "since": pd.date_range("2020-01-01", periods=90),
            "churned": np.where(usage > 0, "yes", "no"),
        }
    )


def draw_classes(levels: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """A thousand rows of classes that the levels make frequent or rare, and that columns tell apart in part."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 3))
    slopes = np.eye(3)[:, : len(levels)] * 1.5
    return X, (X @ slopes + levels + rng.gumbel(size=(1000, len(levels)))).argmax(axis=1)
