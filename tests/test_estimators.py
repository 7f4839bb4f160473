from __future__ import annotations

import pickle
from contextlib import nullcontext
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from quick_fits import QUICK, mixed_table
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.errors import RecommendationError, UnknownNameError

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def mixed() -> pd.DataFrame:
    return mixed_table()


@parametrize_with_checks(
    [RecommendedClassifier(max_fit_time=0.05), RecommendedRegressor(max_fit_time=0.05)],
    expected_failed_checks=lambda model: {
        f"check_sample_weight_equivalence_on_{kind}_data": "another number of rows is another recommendation"
        for kind in ("dense", "sparse")
    },
)
@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:the target is constant", "ignore:no class has a second row"
)
def test_scikit_learn_takes_it_for_its_own(estimator, check):
    check(estimator)


def test_raw_table_of_every_kind(mixed):
    X, y = mixed.drop(columns="churned"), mixed["churned"]
    model = RecommendedClassifier(**QUICK).fit(X, y)
    assert model.score(X, y) > 0.8
    assert list(model.classes_) == ["no", "yes"]
    assert list(model.feature_names_in_) == list(X.columns)
    assert model.best_configuration_.algorithm == model.leaderboard_["algorithm"][1]
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_array_and_frame_give_the_same():
    X, y = load_wine(return_X_y=True, as_frame=True)
    by_name, by_position = (RecommendedClassifier(**QUICK).fit(x, y) for x in (X, X.to_numpy()))
    np.testing.assert_allclose(by_name.predict_proba(X), by_position.predict_proba(X.to_numpy()))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert (by_name.predict(X.to_numpy()) == by_name.predict(X)).all()


@pytest.mark.parametrize("way", ["polars", "polars lazy", "pyarrow", "arrow's types", "objects"])
def test_tables_of_every_library_are_taken(mixed, way):
    X, y = mixed.drop(columns="churned"), mixed["churned"]
    convert = {
        "polars": pl.from_pandas,
        "polars lazy": lambda table: pl.from_pandas(table).lazy(),
        "pyarrow": pa.Table.from_pandas,
        "arrow's types": lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
        "objects": lambda table: table.astype(object),
    }[way]
    model = RecommendedClassifier(**QUICK).fit(convert(X), y)
    assert list(model.feature_names_in_) == list(X.columns)
    expected = RecommendedClassifier(**QUICK).fit(X, y).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(convert(X)), expected)
    np.testing.assert_allclose(model.predict_proba(X), expected)


@pytest.mark.parametrize("names", [[3, 2, 1, 0], [0, "b", 1.5, None], ["a", "b", "a", "b"]], ids=str)
def test_names_of_every_kind_are_taken(names):
    X, y = load_iris(return_X_y=True, as_frame=True)
    X = X.set_axis(names, axis=1)
    model = RecommendedClassifier(**QUICK).fit(X, y)
    assert model.score(X, y) > 0.9
    if X.columns.is_unique:
        assert (model.predict_proba(X.iloc[:, ::-1]) == model.predict_proba(X)).all()


def test_masked_cells_are_missing():
    X, y = load_iris(return_X_y=True)
    masked = np.ma.MaskedArray(np.where(X > 5, 999, X), mask=X > 5)
    model = RecommendedClassifier(**QUICK).fit(masked, y)
    assert (model.predict_proba(masked) == model.predict_proba(masked.filled(np.nan))).all()
    assert model.score(masked, y) > 0.8


@pytest.mark.parametrize(
    "write",
    [
        lambda y: y.map("${:,.2f}".format),
        lambda y: y.map("{:.1f} km".format).tolist(),
        lambda y: pl.Series("y", y.map("{:.1f}%".format).tolist()),
        lambda y: y.astype(str).map(Decimal),
        lambda y: y.astype("Float64"),
        lambda y: y.astype("float64[pyarrow]"),
        lambda y: pl.from_pandas(y),
    ],
)
def test_numbers_are_predicted_however_they_are_written(write):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model = RecommendedRegressor(**QUICK).fit(X, write(y))
    assert model.predict(X).dtype == np.float64
    assert model.score(X, write(y)) == pytest.approx(model.score(X, y))
    assert model.score(X, y) > 0.4


@pytest.mark.parametrize("kind", ["boolean", "bool[pyarrow]", object, "Int64", "string", "category"])
def test_classes_are_predicted_as_what_they_are(kind):
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    plain = {"Int64": y, "string": y.map({0: "no", 1: "yes"}), "category": y.map({0: "no", 1: "yes"})}.get(kind, y == 1)
    model = RecommendedClassifier(**QUICK).fit(X, plain.astype(kind))
    assert model.classes_.tolist() == sorted(plain.unique().tolist())
    assert (model.predict(X) == plain.to_numpy()).mean() == model.score(X, plain.astype(kind)) > 0.9


def test_rows_without_a_target_are_counted():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    with pytest.raises(ValueError, match="Input y contains NaN: 2 rows have no target"):
        RecommendedRegressor(**QUICK).fit(X, y.map(str).where(y.index > 1, "?"))


def test_it_is_an_estimator_among_others():
    X, y = load_iris(return_X_y=True)
    model = make_pipeline(StandardScaler(), RecommendedClassifier(**QUICK))
    assert cross_val_score(model, X, y, cv=2).mean() > 0.9
    grid = {"recommendedclassifier__metric": ["roc_auc", "accuracy"]}
    assert GridSearchCV(clone(model), grid, cv=2, scoring="neg_log_loss").fit(X, y).best_score_ > -0.4


@pytest.mark.parametrize("loader", [load_breast_cancer, load_wine])
@pytest.mark.parametrize("algorithm", ["linear_svm", "rbf_svm"])
def test_machines_without_probabilities_are_calibrated(loader, algorithm):
    X, y = loader(return_X_y=True)
    train, test = np.arange(len(y)) % 3 > 0, np.arange(len(y)) % 3 == 0
    model = RecommendedClassifier(include=algorithm).fit(X[train], y[train])
    expected = model.predict_proba(X[test])
    assert (model.predict(X[test]) == model.classes_[expected.argmax(axis=1)]).all()
    assert -np.log(expected[np.arange(test.sum()), y[test]]).mean() < 0.3
    assert len(model.decision_function(X[test])) == test.sum()


def test_decisions_are_those_of_the_fitted_model():
    X, y = load_breast_cancer(return_X_y=True)
    model = RecommendedClassifier(include="lda").fit(X, y)
    assert (model.decision_function(X) == model.estimator_.decision_function(X)).all()
    assert not hasattr(RecommendedClassifier(include="naive_bayes").fit(X, y), "decision_function")


@pytest.mark.parametrize(
    ("X", "y", "what"),
    [
        ([[1.0], [2.0], [3.0]], ["a", "a", "a"], "the target is constant"),
        ([[1.0]], ["a"], "the target is constant"),
        ([[1.0], [1.0], [1.0]], ["a", "b", "b"], "every column is constant"),
        ([[1.0], [2.0]], ["a", "b"], "no class has a second row"),
    ],
)
def test_where_nothing_can_be_learnt_the_prediction_is_constant(X, y, what):
    with pytest.warns(UserWarning, match=what):
        model = RecommendedClassifier().fit(X, y)
    assert isinstance(model.estimator_, DummyClassifier)
    assert set(model.predict(X)) == {max(sorted(y), key=y.count)}
    assert model.recommendation_ is None
    assert model.best_configuration_ is None


@pytest.mark.parametrize("model", [RecommendedClassifier(), RecommendedRegressor()])
def test_a_table_without_rows_is_refused(model):
    with pytest.raises(ValueError, match="the table has no rows"):
        model.fit(pd.DataFrame({"a": []}), [])


def test_weights_of_rows_are_taken_where_scikit_learn_routes_what_fit_is_given():
    X, y = load_iris(return_X_y=True, as_frame=True)
    with config_context(enable_metadata_routing=True):
        model = RecommendedClassifier(include=["naive_bayes"]).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=False)
        search = GridSearchCV(model, {"n_candidates": [1]}, cv=2).fit(X, y, sample_weight=np.ones(150))
    assert search.best_score_ > 0.9


@pytest.mark.parametrize("what", ["groups", "time"])
def test_a_single_value_for_all_rows_is_refused(what):
    with pytest.raises(RecommendationError, match=f"{what}= has 1 value, and the table has 5 rows"):
        RecommendedRegressor().fit(np.arange(12.0).reshape(6, 2), np.arange(6.0), [0, 1, 1, 1, 1, 1], **{what: 5})


def test_constant_numbers_are_predicted_as_they_are():
    with pytest.warns(UserWarning, match="the target is constant"):
        assert RecommendedRegressor().fit([[1.0], [2.0]], [5.0, 5.0]).predict([[7.0]]).tolist() == [5.0]


@pytest.mark.parametrize("n", [3, 5, 8])
def test_a_handful_of_rows_is_enough(n):
    X = np.arange(2.0 * n).reshape(n, 2)
    assert RecommendedClassifier(n_candidates=2).fit(X, np.arange(n) % 2).predict(X).shape == (n,)
    with (
        nullcontext() if n >= 8 else pytest.warns(UserWarning, match=r"none of what was tried \(2\) has a score by r2")
    ):
        assert RecommendedRegressor(n_candidates=2).fit(X, np.arange(n) / 3).predict(X).shape == (n,)


def test_what_is_pickled_does_not_hold_the_table():
    X, y = load_wine(return_X_y=True, as_frame=True)
    model = RecommendedClassifier(**QUICK).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert model.recommendation_.dataset.n_samples == 178
    assert again.recommendation_ is None
    assert (again.predict(X) == model.predict(X)).all()


def test_same_seed_same_model():
    X, y = load_diabetes(return_X_y=True)
    one, two = (RecommendedRegressor(random_state=np.random.RandomState(3), **QUICK).fit(X, y) for _ in range(2))
    assert (one.predict(X) == two.predict(X)).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_candidates": 0}, RecommendationError, "n_candidates is at least 1"),
        ({"metric": "r2"}, UnknownNameError, "does not judge multiclass"),
        ({"max_fit_time": 1e-9}, RecommendationError, "comes nearest"),
        ({"include": ["ridge"]}, RecommendationError, "Choose from"),
    ],
)
def test_requests_that_cannot_be_met(options, error, message):
    with pytest.raises(error, match=message):
        RecommendedClassifier(**options).fit(*load_iris(return_X_y=True))


def test_options_reach_the_recommendation():
    X, y = load_iris(return_X_y=True)
    model = RecommendedClassifier(interpretable=True, exclude=["lda"], metric="log_loss").fit(X, y)
    readable = {"ebm", "linear_svm", "logistic_regression", "naive_bayes"}
    assert {item.algorithm for item in model.recommendation_.items} <= readable
    assert model.recommendation_.metric.name == "log_loss"
