"""A target is read before it is learnt, and before it is compared with what is predicted."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

from recommender import recommend
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.target_reader import TargetReader
from recommender.tables.loading import load_dataset

pl = pytest.importorskip("polars")

N = 60
X = pd.DataFrame({"a": np.arange(N) % 17, "b": np.arange(N) % 7}, dtype=float)
NUMBERS = 1000 * X["a"] - 150 * X["b"] + 5000
MONEY = NUMBERS.map("${:,.2f}".format).where(np.arange(N) % 20 > 0, "")
CLASSES = pd.Series(np.where(X["a"] > 8, "high", "low"), dtype=object).where(np.arange(N) % 20 > 0)


def test_money_is_learnt_as_numbers():
    model = TargetReader(LinearRegression()).fit(X, MONEY)
    assert model.predict(X) == pytest.approx(NUMBERS)


@pytest.mark.parametrize("as_given", [lambda table: table, np.asarray])
def test_the_score_is_that_of_the_rows_that_have_a_target(as_given):
    model = TargetReader(LinearRegression()).fit(as_given(X), MONEY)
    assert model.score(as_given(X), MONEY) == pytest.approx(1.0)
    assert model.score(as_given(X), NUMBERS) == pytest.approx(1.0)
    assert model.score(as_given(X), MONEY.where(X["a"] < 16, "$0.00")) < 0.9
    assert TargetReader(LogisticRegression()).fit(X, CLASSES).score(X, CLASSES) > 0.9


def test_cross_validation_needs_no_other_scoring():
    assert cross_val_score(TargetReader(LinearRegression()), X, MONEY).tolist() == pytest.approx([1.0] * 5)


def test_it_is_what_its_model_is():
    assert is_regressor(TargetReader(LinearRegression()))
    assert is_classifier(TargetReader(LogisticRegression()))
    assert hasattr(TargetReader(LogisticRegression()), "predict_proba")
    assert not hasattr(TargetReader(LinearSVC()), "predict_proba")
    assert TargetReader(LogisticRegression()).fit(X, CLASSES).classes_.tolist() == ["high", "low"]


@pytest.mark.parametrize("missing", [None, np.nan, "", "?"])
def test_rows_without_a_target_are_left_out(missing):
    labels = CLASSES.fillna("low")
    labels[3] = missing
    model = TargetReader(LogisticRegression()).fit(X, labels)
    assert model.classes_.tolist() == ["high", "low"]


@pytest.mark.parametrize("algorithm", ["ridge", "lightgbm", "random_forest"])
def test_what_is_recommended_for_a_price_takes_it_as_it_is(algorithm):
    found = recommend(X, MONEY, include=[algorithm])
    assert found.task == "regression"
    assert found.best.estimator.fit(X, MONEY).predict(X.head(3)).dtype == np.float64


def test_a_recommendation_counts_the_rows_without_a_target():
    found = recommend(X, CLASSES.rename("y"), include=["logistic_regression"])
    assert "rows without a target 'y' are left out: 3 of 60" in found.notes()
    found.best.estimator.fit(X, CLASSES)


VALUES = 100.0 + 10 * X["a"] + X["b"]
FLAGS = X["a"] > 8


def with_holes(values: list) -> list:
    return [None if i in (3, 8) else value for i, value in enumerate(values)]


@pytest.mark.parametrize(
    "y",
    [
        [f"${value:,.2f}" for value in VALUES],
        pl.Series("y", [f"{value} EUR" for value in VALUES]),
        VALUES.astype(object),
        VALUES.astype("Float64"),
        VALUES.astype("float64[pyarrow]"),
        VALUES.map(str).map(Decimal),
        pd.Series(with_holes(list(VALUES)), dtype="Float64"),
        pd.Series(with_holes([Decimal(str(value)) for value in VALUES])),
        pd.Series(with_holes([f"${value:,.2f}" for value in VALUES])),
        pl.Series("y", with_holes(list(VALUES))),
    ],
    ids=lambda y: str(getattr(y, "dtype", "list")),
)
@pytest.mark.parametrize("algorithm", ["ridge", "k_neighbors"])
def test_numbers_are_learnt_as_numbers(y, algorithm):
    dataset = load_dataset(X, y)
    assert dataset.task == "regression"
    pipeline = build_pipeline(Configuration(algorithm, {}), dataset).fit(X, y)
    assert pipeline.predict(X).dtype == np.float64
    assert pipeline.score(X, y) == pytest.approx(pipeline.score(X[VALUES.index.isin(dataset.y.index)], dataset.y))
    assert pipeline.score(X, y) > 0.8


@pytest.mark.parametrize(
    "y",
    [
        FLAGS.astype(object),
        FLAGS.astype("boolean"),
        FLAGS.astype("bool[pyarrow]"),
        pd.Series(with_holes([bool(flag) for flag in FLAGS]), dtype=object),
        pd.Series(with_holes(list(FLAGS)), dtype="boolean"),
        pl.Series("y", with_holes([bool(flag) for flag in FLAGS])),
    ],
    ids=lambda y: str(y.dtype),
)
@pytest.mark.parametrize("algorithm", ["lightgbm", "logistic_regression"])
def test_booleans_are_learnt_as_booleans(y, algorithm):
    pipeline = build_pipeline(Configuration(algorithm, {}), load_dataset(X, y)).fit(X, y)
    assert pipeline.predict(X).dtype == pipeline.classes_.dtype == bool
    assert pipeline.score(X, y) > 0.9


def test_a_plain_target_needs_no_reader():
    for y in (VALUES, FLAGS, np.where(FLAGS, "yes", "no"), pd.Series(np.where(FLAGS, "u", "v"), dtype="category")):
        assert not load_dataset(X, y).reads_target


def test_weights_go_with_the_rows_that_have_a_target():
    y = ["$1", None, "$3", "$100"]
    model = TargetReader(LinearRegression()).fit(np.arange(4.0).reshape(-1, 1), y, sample_weight=[1, 9, 1, 0])
    assert model.predict([[3.0]]) == pytest.approx(4)
    assert model.score(np.arange(4.0).reshape(-1, 1), y, sample_weight=[1, 9, 1, 0]) == pytest.approx(1)


@pytest.mark.parametrize("model", [LinearRegression(), LogisticRegression()])
def test_masked_targets_are_none_whatever_lies_under_the_mask(model):
    X = np.arange(20.0)[:, None]
    y = np.ma.masked_array(np.where(np.arange(20) < 10, 0, 1), mask=np.arange(20) % 5 == 0)
    spoilt = np.ma.masked_array(np.where(y.mask, 99, y.data), mask=y.mask)
    found = TargetReader(model).fit(X, spoilt)
    np.testing.assert_allclose(found.predict(X), clone(model).fit(X[~y.mask], y.data[~y.mask]).predict(X))
    assert found.score(X, spoilt) == found.score(X[~y.mask], y.data[~y.mask])
