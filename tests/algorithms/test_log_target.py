"""A logarithm of the target is learnt, and the target predicted."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.utils.validation import check_is_fitted

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.log_target import LogScaler, is_skewed, on_logarithm

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 1))
PRICE = np.exp(2 * X[:, 0] + 5 + 0.1 * RNG.normal(size=200))


def test_what_grows_by_shares_is_learnt_better():
    plain = LinearRegression().fit(X, PRICE).score(X, PRICE)
    assert on_logarithm(LinearRegression()).fit(X, PRICE).score(X, PRICE) > 0.8 > plain


@pytest.mark.parametrize("y", [PRICE, np.round(PRICE / 500), np.arange(200.0), np.zeros(200), 1e200 * PRICE])
def test_numbers_come_back(y):
    scaler = LogScaler().fit(y[:, None])
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(y[:, None]))[:, 0], y, rtol=1e-9, atol=1e-9)


def test_no_prediction_is_infinite_or_negative():
    model = on_logarithm(LinearRegression()).fit(X, PRICE)
    predicted = model.predict([[-1e9], [1e9]])
    assert predicted[0] == 0
    assert PRICE.max() < predicted[1] < 10 * PRICE.max()


def test_negative_numbers_count_as_none():
    assert LogScaler().fit([[1.0], [2.0]]).transform([[-5.0]]) == 0
    assert np.isfinite(LogScaler().fit([[-1.0], [-2.0]]).inverse_transform([[3.0]])).all()


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (PRICE, True),
        (RNG.poisson(0.3, 500), True),
        (RNG.uniform(size=500), False),
        (-PRICE, False),
        (PRICE - PRICE.mean(), False),
        (np.ones(9), False),
    ],
)
def test_a_target_is_skewed_where_some_of_it_is_far_larger(y, expected):
    assert is_skewed(y) is expected


@pytest.mark.parametrize("name", [name for name, a in ALGORITHMS.items() if "regression" in a.tasks and a.is_installed])
def test_every_regressor_can_learn_the_logarithm(name):
    weights = {} if name in ("k_neighbors", "gaussian_process") else {"sample_weight": np.ones(200)}
    settings = {"target": "log"} | ({"alpha": 0.01} if name in ("lasso", "elastic_net") else {})
    model = ALGORITHMS[name].build(settings, "regression", 0, 1).fit(X, PRICE, **weights)
    check_is_fitted(model)
    assert model.score(X, PRICE) > 0.2
