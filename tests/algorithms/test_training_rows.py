"""What is said of the rows of a fold is what a model finds there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from recommender.algorithms.training_rows import TrainingRows
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset

RNG = np.random.default_rng(0)
N = 400
X = pd.DataFrame(RNG.normal(size=(N, 3)), columns=["a", "b", "c"])
Y = np.arange(N) % 2

INDEPENDENT = {
    "numbers": X,
    "a hole": X.mask(RNG.random(X.shape) < 0.1),
    "a noisy sum": X.assign(sum=X["a"] + X["b"] + 0.1 * X["c"] + 0.1 * RNG.normal(size=N)),
    "large numbers": X * [1, 1e9, 1e-9],
    "an infinity": X.assign(a=np.where(np.arange(N) == 7, np.inf, X["a"])),
    "a left out column": X.assign(same=1, row=range(N)),
}
DEPENDENT = {
    "a sum": X.assign(sum=X["a"] + X["b"]),
    "nearly a copy": X.assign(copy=X["a"] + 0.001 * RNG.normal(size=N)),
    "constant in a class": X.assign(own=np.where(Y == 1, 5.0, RNG.normal(size=N))),
    "indicators": X.assign(d=RNG.choice([0, 1], N)).assign(e=lambda table: 1 - table["d"]),
}
CATEGORICAL = X.assign(colour=RNG.choice(["red", "blue"], N))


def rows(table: pd.DataFrame, y: np.ndarray = Y) -> TrainingRows:
    dataset = load_dataset(table, y)
    return TrainingRows(dataset, len(dataset.positions("numeric")))


@pytest.mark.parametrize("name", INDEPENDENT)
def test_independent_columns_are_fitted_by_qda(name):
    assert rows(INDEPENDENT[name]).are_independent
    QuadraticDiscriminantAnalysis().fit(standardised(rows(INDEPENDENT[name]).dataset), Y)


@pytest.mark.parametrize("name", DEPENDENT)
def test_dependent_columns_are_not(name):
    assert not rows(DEPENDENT[name]).are_independent
    with pytest.raises(np.linalg.LinAlgError, match="not full rank"):
        QuadraticDiscriminantAnalysis().fit(standardised(rows(DEPENDENT[name]).dataset), Y)


def standardised(dataset: Dataset) -> np.ndarray:
    numbers = dataset.features.iloc[:, dataset.positions("numeric")].astype(float)
    return StandardScaler().fit_transform(numbers.fillna(numbers.median()))


def test_indicators_of_categories_are_dependent():
    assert not rows(CATEGORICAL).are_independent


def test_a_column_that_varies_in_few_rows_may_be_constant_in_a_fold():
    assert not rows(X.assign(rare=np.arange(N) == 8)).are_independent
    assert rows(X.assign(rare=(np.arange(N) % 20 < 2).astype(float))).are_independent


def test_a_column_may_hold_nothing_in_the_rows_that_are_looked_at():
    assert not rows(
        X.assign(rare=np.where(np.arange(N) == 8, 1, np.nan), rarer=np.where(np.arange(N) < 2, 1, np.nan))
    ).are_independent


def test_rows_are_those_of_half_of_the_table():
    found = rows(X, np.array(["rare"] * 5 + ["other"] * (N - 5)))
    assert (found.n_samples, found.n_smallest) == (N // 2, 2)
    assert rows(X.head(9), np.arange(9) / 3).n_smallest == 4
    assert not rows(X.head(9), np.arange(9) % 2).are_independent
