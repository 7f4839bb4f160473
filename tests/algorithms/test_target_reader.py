from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score

from recommender import recommend
from recommender.algorithms.target_reader import TargetReader

N = 60
X = np.random.default_rng(0).normal(size=(N, 2))
PRICES = [f" ${1000 + 500 * x:,.2f} " for x in X[:, 0]]


def test_a_price_is_a_number():
    model = TargetReader(LinearRegression()).fit(X, PRICES)
    assert model.score(X, PRICES) == pytest.approx(1, abs=1e-6)
    assert cross_val_score(TargetReader(LinearRegression()), X, pd.Series(PRICES)).min() > 0.99


@pytest.mark.parametrize("missing", [None, np.nan, "", "?"])
def test_rows_without_a_target_are_left_out(missing):
    labels = pd.Series(np.where(X[:, 0] > 0, "yes", "no"), dtype=object)
    labels[3] = missing
    model = TargetReader(LogisticRegression()).fit(X, labels)
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.predict_proba(X).shape == (N, 2)
    assert model.score(X, labels) > 0.9


@pytest.mark.parametrize("algorithm", ["ridge", "lightgbm", "random_forest"])
def test_what_is_recommended_for_a_price_takes_it_as_it_is(algorithm):
    table = pd.DataFrame(X, columns=["a", "b"])
    found = recommend(table, PRICES, include=[algorithm])
    assert found.task == "regression"
    assert found.best.estimator.fit(table, PRICES).predict(table.head(3)).dtype == np.float64


def test_a_recommendation_counts_the_rows_without_a_target():
    table = pd.DataFrame(X, columns=["a", "b"]).assign(y=np.where(X[:, 0] > 0, "yes", "no"))
    table.loc[:4, "y"] = None
    found = recommend(table, target="y", include=["logistic_regression"])
    assert "5 of 60 rows have no target 'y' and are left out" in found.notes()
    found.best.estimator.fit(table[["a", "b"]], table["y"])
