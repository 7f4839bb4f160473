"""A linear model on a kernel map sees curves, of however few rows, and passes weights on."""

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression, Ridge

from recommender.algorithms.kernel_map import OnKernelMap

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 2))
INSIDE = np.where(np.hypot(*X.T) < 1, "in", "out")


def test_a_circle_is_found():
    model = OnKernelMap(LogisticRegression(C=100), n_components=50).fit(X, INSIDE)
    assert LogisticRegression().fit(X, INSIDE).score(X, INSIDE) < 0.7
    assert model.score(X, INSIDE) > 0.95
    assert list(model.classes_) == ["in", "out"]
    assert model.predict_proba(X).shape == (200, 2)


@pytest.mark.parametrize("rows", [slice(0, 5), slice(0, 200)])
def test_of_few_rows_all_are_compared_to_without_a_warning(rows):
    model = OnKernelMap(Ridge(), n_components=300).fit(X[rows], X[rows, 0])
    assert len(model.map_.components_) == len(X[rows])


def test_a_table_of_nothing_but_one_value_is_fitted():
    assert np.isfinite(OnKernelMap(Ridge()).fit(np.ones((10, 2)), np.arange(10)).predict(np.ones((1, 2)))).all()


def test_the_unit_of_the_columns_does_not_matter():
    one, other = (OnKernelMap(Ridge()).fit(c * X, X[:, 0]).predict(c * X) for c in (1.0, 1000.0))
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


def test_weights_are_passed_on():
    weights = np.where(INSIDE == "in", 1.0, 0.0)
    model = OnKernelMap(LogisticRegression()).fit(X, INSIDE, sample_weight=weights + 1e-9)
    assert set(model.predict(X)) == {"in"}


def test_it_is_what_its_model_is():
    assert is_classifier(OnKernelMap(LogisticRegression()))
    assert is_regressor(clone(OnKernelMap(Ridge())))
    assert not hasattr(OnKernelMap(Ridge()), "predict_proba")
