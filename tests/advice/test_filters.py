"""What is offered can be fitted, on the whole table and on half of it."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from recommender import recommend
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import RecommendationError

RNG = np.random.default_rng(0)
QUICK = {
    "lightgbm": {"n_estimators": 2},
    "xgboost": {"n_estimators": 2},
    "random_forest": {"n_estimators": 2},
    "extra_trees": {"n_estimators": 2},
    "catboost": {"iterations": 2},
    "mlp": {"max_iter": 2},
}


def numbers(n: int) -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(n, 4)), columns=list("abcd"))


def classes(n: int, *rare: int) -> np.ndarray:
    """Two classes, and others of so many rows each."""
    y = np.array(["x", "y"], dtype=object)[RNG.integers(0, 2, n)]
    start = 0
    for i, size in enumerate(rare):
        y[start : start + size] = f"rare {i}"
        start += size
    return y[RNG.permutation(n)]


def poker(n: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Ten classes, of which the last three are in one or two rows."""
    cards = pd.DataFrame(
        {f"{what}{i}": RNG.integers(1, most, n) for i in range(5) for what, most in (("S", 5), ("C", 14))}
    )
    hands = RNG.choice(7, n, p=[0.5, 0.4, 0.05, 0.02, 0.01, 0.01, 0.01])
    hands[:4] = [9, 8, 8, 7]
    return cards, hands


TABLES = {
    "a class of one row": (numbers(60), classes(60, 1)),
    "classes of one, two and three rows": (numbers(60), classes(60, 1, 2, 3)),
    "a class of two rows": (numbers(40), classes(40, 2)),
    "two classes, one of two rows": (numbers(30), np.where(np.arange(30) % 15 == 0, "few", "many")),
    "categories": (numbers(60).assign(e=RNG.choice(["u", "v"], 60)), classes(60)),
    "collinear": (numbers(60).assign(e=lambda table: table["a"] - table["b"]), classes(60)),
    "a column that is mostly the same": (numbers(60).assign(e=(np.arange(60) % 59 == 3) * 1.0), classes(60)),
    "more columns than rows": (pd.DataFrame(RNG.normal(size=(24, 30))).rename(columns=str), classes(24)),
    "twelve rows": (numbers(12), np.arange(12) % 3),
    "poker": poker(400),
}


@pytest.mark.parametrize("name", TABLES)
def test_all_that_is_offered_can_be_fitted(name):
    X, y = TABLES[name]
    found = recommend(X, y)
    halves = [np.ones(len(y), dtype=bool), np.arange(len(y)) % 2 == 0]
    failed = []
    for item in found.items:
        settings = item.hyperparameters | QUICK.get(item.algorithm, {})
        pipeline = build_pipeline(Configuration(item.algorithm, settings), found.dataset, n_jobs=1)
        for rows in halves[: 1 + (len(np.unique(y[halves[1]])) > 1)]:
            try:
                with warnings.catch_warnings(), threadpool_limits(1):
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    clone(pipeline).fit(X[rows], y[rows]).predict(X)
            except Exception as error:
                failed.append((str(item.configuration), repr(error)))
    assert failed == []


def test_qda_is_offered_where_it_can_be_fitted():
    X, y = numbers(300), np.arange(300) % 3
    plain = {not item.hyperparameters for item in recommend(X, y, include=["qda"]).items}
    assert plain == {True, False}
    collinear = recommend(X.assign(e=X["a"] + X["b"]), y, include=["qda"])
    assert all(item.hyperparameters["reg_param"] > 0 for item in collinear.items)
    with pytest.raises(RecommendationError, match=r"no configuration is left by include=\['qda'\]"):
        recommend(X, np.where(np.arange(300) == 1, 3, y), include=["qda"])
