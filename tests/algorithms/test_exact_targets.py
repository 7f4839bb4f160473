"""Classes and targets that learners would round reach them so that they do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.exact_targets import NumberedClasses, TargetScaler, is_rounded
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import DatasetError
from recommender.tables.loading import load_dataset

X = pd.DataFrame({"a": np.arange(40) % 2 + 0.1, "b": np.random.default_rng(0).normal(size=40)})


@pytest.mark.parametrize(
    ("first", "second"), [(2**24, 2**24 + 1), (-(2**62), 1 - 2**62), (1.0, 2.0), (np.uint64(2**64 - 2), 2**64 - 1)]
)
def test_classes_that_are_large_or_no_whole_numbers_are_learnt_as_positions(first, second):
    y = pd.Series([first, second] * 20)
    assert is_rounded(y, "binary")
    model = NumberedClasses(LogisticRegression()).fit(X, y)
    assert model.classes_.tolist() == [first, second]
    assert model.predict(X).tolist() == y.tolist()


@pytest.mark.parametrize("classes", [["no", "yes"], [False, True], [0, 1], [-1, 2**24 - 1]])
def test_other_classes_are_left_to_the_learner(classes):
    y = pd.Series(classes * 20)
    assert not is_rounded(y, "binary")
    assert isinstance(
        build_pipeline(Configuration("logistic_regression", {}), load_dataset(X, y)).steps[-1][1], LogisticRegression
    )


def test_a_classifier_on_positions_has_the_methods_of_the_one_inside():
    y = np.array([20240131, 20240132] * 20)
    decides = NumberedClasses(LinearSVC()).fit(X, y)
    assert not hasattr(decides, "predict_proba")
    assert decides.decision_function(X).shape == (40,)
    weighted = NumberedClasses(LogisticRegression()).fit(X * 0, y, sample_weight=np.where(y == y[0], 3.0, 1.0))
    np.testing.assert_allclose(weighted.predict_proba(X * 0)[0], [0.75, 0.25], atol=1e-3)


@pytest.mark.parametrize("exponent", [-300, -9, 0, 9, 300])
def test_numbers_of_any_size_are_in_standard_deviations(exponent):
    values = np.array([[1.0], [2.0], [4.0], [-3.0]]) * 10.0**exponent
    scaler = TargetScaler().fit(values)
    scaled = scaler.transform(values)
    assert (scaled.mean(), scaled.std()) == pytest.approx((0, 1))
    np.testing.assert_allclose(scaler.inverse_transform(scaled), values)


def test_a_constant_is_zero_and_comes_back():
    scaler = TargetScaler().fit([[7.0], [7.0]])
    assert scaler.transform([[7.0]]).item() == 0
    assert scaler.inverse_transform([[0.0]]).item() == 7


@pytest.mark.parametrize("y", [np.arange(40) * 1e3, np.arange(40) * 1e-2 + 5])
def test_an_ordinary_target_is_left_to_the_learner(y):
    assert not is_rounded(pd.Series(y), "regression")


@pytest.mark.parametrize(("least", "width"), [(1e6, 1e-3), (0.0, 1e-6), (0.0, 1e14)])
def test_a_logarithm_is_learnt_of_the_target_and_scaled_then(least, width):
    y = least + width * (X["b"] - X["b"].min()).to_numpy()
    assert is_rounded(pd.Series(y), "regression")
    pipeline = build_pipeline(Configuration("ridge", {"target": "log"}), load_dataset(X, y)).fit(X, y)
    assert np.corrcoef(pipeline.predict(X), y)[0, 1] > 0.7


def test_numbers_near_the_end_of_double_precision_are_refused_before_anything_is_fitted():
    assert load_dataset(X, np.arange(40) * 1e303).task == "regression"
    with pytest.raises(DatasetError, match=r"3.9e\+307, and numbers up to 1e\+305 can be learnt: divide the target"):
        load_dataset(X, np.arange(40) * 1e306)
