"""What a configuration says of numbers and categories is the preprocessing's, and not the model's."""

from functools import cache
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import LINEAR, NAMES, TREES
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import pool_for
from recommender.algorithms.preprocessing import encoded_width
from recommender.showing.script import expression
from recommender.tables.loading import load_dataset

N = 160
CHOICES = {
    "clipped": {"numbers": "clipped"},
    "quantile": {"numbers": "quantile"},
    "splines": {"numbers": "splines"},
    "indicated": {"missing": "indicated"},
    "target": {"categories": "target"},
    "all": {"numbers": "splines", "missing": "indicated", "categories": "target"},
}
PREDICTED = {"binary": "logistic_regression", "multiclass": "logistic_regression", "regression": "ridge"}


def _colours():
    table = pd.DataFrame({"size": [i % 7 + 0.5 for i in range(40)], "colour": ["red", "blue"] * 20, "y": [0, 1] * 20})
    return load_dataset(table, target="y")


def test_a_model_gets_categories_as_such_where_its_configuration_says_so():
    dataset = _colours()
    pipeline = build_pipeline(Configuration("lightgbm", {"categories": "native", "n_estimators": 7}), dataset)

    pipeline.fit(dataset.X, dataset.y)
    given = pipeline[:-1].transform(dataset.X)

    assert str(given["colour"].dtype) == "category"
    assert "categories" not in pipeline[-1].get_params()
    assert pipeline[-1].n_estimators_ == 7


def test_without_a_word_of_it_the_algorithm_decides():
    dataset = _colours()
    codes = build_pipeline(Configuration("lightgbm", {}), dataset)[:-1].fit_transform(dataset.X)
    scaled = build_pipeline(Configuration("lda", {}), dataset)[:-1].fit_transform(dataset.X)

    assert codes.shape == (40, 2)
    assert scaled.shape == (40, 3)


def test_a_table_without_categories_is_an_array_in_any_case():
    dataset = load_dataset(pd.DataFrame({"a": [i % 7 + 0.5 for i in range(30)], "y": [0, 1] * 15}), target="y")

    given = build_pipeline(Configuration("lightgbm", {"categories": "native"}), dataset)[:-1].fit_transform(dataset.X)

    assert type(given).__name__ == "ndarray"


@cache
def varied(task, kind="plain"):
    """Numbers of all sorts with gaps, few categories and many, as scikit-learn takes them or as a file has them."""
    rng = np.random.default_rng(0)
    size = rng.normal(size=N)
    table = pd.DataFrame(
        {
            "size": np.where(np.arange(N) % 9 == 0, np.nan, size),
            "pay": rng.lognormal(sigma=3, size=N),
            "flag": np.arange(N) % 2 * 1.0,
            "rare": (np.arange(N) == 11) * 1.0,
            "colour": pd.Series(rng.choice(["red", "green"], N)).mask(np.arange(N) % 7 == 0),
            "city": pd.Categorical(pd.Series([f"city {i * 7 % 41}" for i in range(N)]).mask(np.arange(N) % 11 == 0)),
        }
    )
    if kind == "read":
        table["pay"] = [f"${pay:,.2f}" for pay in table["pay"]]
    bins = {"binary": [0.0], "multiclass": [-0.5, 0.5]}.get(task)
    y = 100 + size if bins is None else np.array(["low", "mid", "top"])[np.digitize(size, bins)]
    return load_dataset(table, y, task=task)


@cache
def fitted(task, kind, choice):
    dataset = varied(task, kind)
    return build_pipeline(Configuration(PREDICTED[task], CHOICES[choice]), dataset).fit(dataset.X, dataset.y)


EVERY = [pytest.param(t, k, c, id=f"{t}-{k}-{c}") for t in PREDICTED for k in ("plain", "read") for c in CHOICES]


@pytest.mark.parametrize(("task", "kind", "choice"), EVERY)
def test_each_choice_gives_as_many_columns_as_is_said_and_names_them(task, kind, choice):
    dataset, pipeline = varied(task, kind), fitted(task, kind, choice)
    given, names = pipeline[:-1].transform(dataset.X), pipeline[:-1].get_feature_names_out()

    assert given.shape == (N, len(set(names)))
    assert np.isfinite(given.astype(float)).all()
    said = encoded_width(dataset, LINEAR.chosen_by(CHOICES[choice]))
    assert said == given.shape[1] + (10 if choice in ("splines", "all") else 0)  # two have too few values for curves


@pytest.mark.parametrize(("task", "kind", "choice"), EVERY)
def test_each_choice_takes_what_was_never_seen(task, kind, choice):
    X, pipeline = varied(task, kind).X, fitted(task, kind, choice)
    odd = X.head(1).assign(size=np.inf, rare=None, colour="never seen", city="never seen")
    for batch in (odd, X.head(2).assign(**dict.fromkeys(X, None)), X.head(2).assign(**dict.fromkeys(X, np.nan))):
        assert len(pipeline.predict(batch)) == len(batch)
    np.testing.assert_array_equal(pipeline.predict(X.head(1)), pipeline.predict(X)[:1])


@pytest.mark.parametrize(("task", "kind", "choice"), EVERY)
def test_in_each_choice_a_fold_may_hold_nothing_of_some_columns(task, kind, choice):
    dataset = varied(task, kind)
    for start in (0, 1):
        emptied = dataset.X.astype(object).assign(**dict.fromkeys(dataset.X.columns[start::2]))
        pipeline = clone(fitted(task, kind, choice)).fit(emptied, dataset.y)
        assert len(pipeline.predict(dataset.X)) == N


def test_a_class_may_have_one_row_and_its_target_be_told_for_cities():
    dataset = varied("multiclass")
    y = dataset.y.where(np.arange(N) != 3, "alone")
    pipeline = clone(fitted("multiclass", "plain", "target")).fit(dataset.X, y)
    assert pipeline.predict_proba(dataset.X).shape == (N, 4)


def test_a_city_is_what_its_rows_are_like():
    rng = np.random.default_rng(1)
    city = rng.integers(0, 50, 1000)
    table = pd.DataFrame({"city": pd.Categorical([f"city {i}" for i in city]), "noise": rng.normal(size=1000)})
    dataset = load_dataset(table, np.where(city % 2 > 0, 100.0, 0.0) + rng.normal(size=1000))
    pipeline = build_pipeline(Configuration("random_forest", {"categories": "target", "n_estimators": 5}), dataset)

    given = pipeline[:-1].fit(dataset.X, dataset.y).transform(dataset.X)

    assert given.shape == (1000, 2) == (1000, encoded_width(dataset, TREES.chosen_by({"categories": "target"})))
    assert np.corrcoef(given[:, -1], dataset.y)[0, 1] > 0.99


def test_cities_are_codes_where_the_target_must_be_read_first():
    dataset = varied("regression")
    read = load_dataset(dataset.X, pd.Series([f"${value:,.2f}" for value in dataset.y]))
    pipeline = build_pipeline(Configuration("ridge", {"categories": "target"}), read)
    assert len(pipeline.fit(read.X, [f"${value:,.2f}" for value in dataset.y]).predict(read.X)) == N


def test_names_that_are_made_may_be_those_of_other_columns():
    dataset = varied("multiclass")
    columns = {"size_sp_1": 1.5, "missingindicator_size": 2.5, "city_low": 3.5}
    table = dataset.X.assign(**{name: value + np.arange(N) % 3 for name, value in columns.items()})
    odd = load_dataset(table, dataset.y)
    pipeline = build_pipeline(Configuration("logistic_regression", CHOICES["all"]), odd).fit(odd.X, odd.y)
    names = pipeline[:-1].get_feature_names_out()
    assert len(set(names)) == len(names)


BOOSTED = {"lightgbm", "xgboost", "catboost"}
CHOOSING = [
    pytest.param(task, configuration, id=f"{task}-{configuration}")
    for task in PREDICTED
    for configuration in pool_for(task)
    if {*NAMES} & {*configuration.hyperparameters} and configuration.algorithm not in BOOSTED
]


@pytest.mark.parametrize(("task", "configuration"), CHOOSING)
def test_what_the_pool_chooses_is_fitted(task, configuration):
    dataset = varied(task)
    y = dataset.y if task != "regression" else np.exp((dataset.y - 100) * 2)
    settings = dict(configuration.hyperparameters)
    few = {name: 20 for name in ("n_estimators", "n_components", "max_rounds") if name in settings}
    fitted = build_pipeline(Configuration(configuration.algorithm, settings | few), dataset).fit(dataset.X, y)
    assert len(fitted.predict(dataset.X)) == N
    assert np.isfinite(fitted.predict(dataset.X)).all() if task == "regression" else fitted.score(dataset.X, y) > 0.5


@pytest.mark.parametrize(("task", "kind", "choice"), EVERY)
def test_each_choice_is_written_as_code_that_makes_it_again(task, kind, choice):
    pipeline, imports = clone(fitted(task, kind, choice)), set()
    code = expression(pipeline, imports)
    made = {name: getattr(import_module(module), name) for module, name in imports if name} | {"pd": pd, "np": np}
    assert str(eval(code, made).get_params()) == str(pipeline.get_params())
