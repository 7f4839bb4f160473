"""Numbers become curves or ranks, of however few values and rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recommender.algorithms.number_encoders import QuantileScaler, SplineEncoder

RNG = np.random.default_rng(0)


def test_a_linear_model_of_curves_bends():
    X = RNG.uniform(-3, 3, (300, 2))
    y = np.sin(X[:, 0]) + X[:, 1] ** 2

    straight = Ridge().fit(X, y).score(X, y)
    bent = make_pipeline(SplineEncoder(), StandardScaler(), Ridge()).fit(X, y).score(X, y)

    assert straight < 0.3
    assert bent > 0.95


def test_outside_of_what_was_seen_a_curve_stays_where_it_ended():
    X = RNG.normal(size=(200, 1))
    encoder = SplineEncoder().fit(X)

    far, farther = encoder.transform([[50.0], [1e12]])

    np.testing.assert_array_equal(far, farther)


@pytest.mark.parametrize(
    "column", [np.ones(50), np.arange(50) % 2, np.arange(50) % 3, np.where(np.arange(50) < 30, 0.0, np.arange(50))]
)
def test_a_column_of_few_values_or_mostly_one_stays_as_it_is(column):
    made = SplineEncoder().fit_transform(column[:, None])

    np.testing.assert_array_equal(made, column[:, None])


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_curves_do_not_depend_on_the_unit(scale):
    X = RNG.lognormal(size=(100, 1))

    np.testing.assert_allclose(SplineEncoder().fit_transform(X * scale), SplineEncoder().fit_transform(X), atol=1e-6)


def test_values_that_differ_by_rounding_alone_are_one():
    X = 1e6 + 1e-9 * RNG.random((100, 1))

    assert SplineEncoder().fit_transform(X).shape == (100, 1)


def test_each_made_column_has_a_name():
    table = pd.DataFrame({"size": RNG.normal(size=60), "pair": np.arange(60) % 2})

    names = SplineEncoder().fit(table).get_feature_names_out()

    assert list(names) == ["pair", *(f"size_sp_{i}" for i in range(6))]


def test_of_few_rows_quantiles_are_fewer_without_a_warning():
    X = RNG.lognormal(size=(20, 2))

    made = QuantileScaler(output_distribution="normal").fit_transform(X)

    assert np.argsort(made[:, 0]).tolist() == np.argsort(X[:, 0]).tolist()
    assert np.isfinite(made).all()
