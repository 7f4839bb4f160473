from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import LINEAR
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.preprocessing import encoded_width
from recommender.tables.loading import load_dataset

CONFIGURATIONS = [Configuration("lightgbm", {}), Configuration("logistic_regression", {})]
RNG = np.random.default_rng(0)
N = 60


def mixed_table() -> pd.DataFrame:
    numbers = RNG.normal(size=N)
    return pd.DataFrame(
        {
            "number": np.where(np.arange(N) % 7 == 0, np.nan, numbers),
            "infinite": np.where(np.arange(N) % 11 == 0, np.inf, numbers),
            "nullable": pd.array([None, *range(N - 1)], dtype="Int64"),
            "arrow": pd.array(numbers, dtype="float64[pyarrow]"),
            "flag": np.arange(N) % 2 == 0,
            "level": pd.Categorical(RNG.choice(["low", "high"], N)),
            "mixed": [1, "a", 2.5, None] * (N // 4),
            "word": RNG.choice(["red", "blue"], N),
            "day": pd.date_range("2020-01-01", periods=N),
            "written": pd.date_range("2020-01-01", periods=N).strftime("%d/%m/%Y"),
            "waited": pd.to_timedelta(np.arange(N), unit="h"),
            "text": [f"comment number {i} about {'cats' if i % 2 else 'dogs'}" for i in range(N)],
            "constant": 1,
            "nothing": None,
            "answer": np.where(numbers > 0, "yes", "no"),
        }
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
def test_raw_table_is_fitted_and_predicted(configuration):
    dataset = load_dataset(mixed_table(), target="answer")
    pipeline = build_pipeline(configuration, dataset).fit(dataset.X, dataset.y)
    assert set(pipeline.predict(dataset.X)) <= {"yes", "no"}
    assert pipeline.score(dataset.X, dataset.y) > 0.8


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
def test_new_categories_and_missing_values_at_prediction(configuration):
    dataset = load_dataset(mixed_table()[["number", "word", "level", "answer"]], target="answer")
    pipeline = build_pipeline(configuration, dataset).fit(dataset.X, dataset.y)
    new = pd.DataFrame({"number": [np.nan], "word": ["green"], "level": [None]})
    assert pipeline.predict(new)[0] in {"yes", "no"}


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
def test_column_order_does_not_matter_where_names_are_clear(configuration):
    dataset = load_dataset(mixed_table()[["number", "word", "answer"]], target="answer")
    pipeline = build_pipeline(configuration, dataset).fit(dataset.X, dataset.y)
    assert (pipeline.predict(dataset.X[["word", "number"]]) == pipeline.predict(dataset.X)).all()


def test_arrays_and_duplicate_names_go_by_position():
    X, y = RNG.normal(size=(N, 3)), np.arange(N) % 2
    for features in (X, pd.DataFrame(X, columns=["a", "a", "b"])):
        dataset = load_dataset(features, y)
        pipeline = build_pipeline(CONFIGURATIONS[1], dataset).fit(features, y)
        assert pipeline.predict(features).shape == (N,)
        assert pipeline[-1].n_features_in_ == 3


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
@pytest.mark.parametrize("names", [[2, 1, 0], [0, "b", 1.5], ["a", "b", "a"]], ids=str)
def test_names_that_are_no_text_are_names(configuration, names):
    table = pd.DataFrame(RNG.normal(size=(N, 3)), columns=names)
    y = np.arange(N) % 2
    pipeline = build_pipeline(configuration, load_dataset(table, y)).fit(table, y)
    expected = pipeline.predict_proba(table)
    if len(set(names)) == 3:
        np.testing.assert_array_equal(pipeline.predict_proba(table.iloc[:, ::-1]), expected)
    np.testing.assert_array_equal(pipeline.predict_proba(table.to_numpy()), expected)


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
def test_masked_cells_are_missing(configuration):
    values, y = RNG.normal(size=(N, 3)), np.arange(N) % 2
    masked = np.ma.MaskedArray(np.where(values > 1, 999, values), mask=values > 1)
    pipeline = build_pipeline(configuration, load_dataset(masked, y)).fit(masked, y)
    missing = masked.filled(np.nan)
    np.testing.assert_array_equal(pipeline.predict_proba(masked), pipeline.predict_proba(missing))
    np.testing.assert_allclose(
        pipeline.predict_proba(masked),
        build_pipeline(configuration, load_dataset(missing, y)).fit(missing, y).predict_proba(missing),
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
def test_names_that_are_made_are_told_from_those_of_other_columns(configuration):
    days = pd.date_range("2020-01-01", periods=N, freq="D")
    table = pd.DataFrame(
        {
            "sold": days,
            "sold_year": RNG.normal(size=N),
            "has": RNG.choice(["tv, wifi", "wifi", "pool, tv", "pool"], N),
            "got": RNG.choice(["tv, wifi", "wifi", "pool, tv", "pool"], N),
            "wifi": RNG.normal(size=N),
            "has_wifi": RNG.normal(size=N),
            "colour": RNG.choice(["red", "blue"], N),
            "colour_red": RNG.normal(size=N),
            "screen": [f"{800 + i % 7 * 10}x{600 + i % 5 * 10}" for i in range(N)],
            "screen 1": RNG.normal(size=N),
        }
    )
    y = np.arange(N) % 2
    pipeline = build_pipeline(configuration, load_dataset(table, y)).set_output(transform="pandas").fit(table, y)
    read = pipeline[:-1].transform(table)
    names = pipeline[:-1].get_feature_names_out()
    assert list(read.columns) == list(names)
    assert len(set(names)) == len(names)
    own = read[[name for name in names if name.endswith("screen 1")]].squeeze()
    assert np.corrcoef(own, table["screen 1"])[0, 1] == pytest.approx(1)


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda c: c.id)
@pytest.mark.parametrize("nothing", [None, np.nan])
def test_a_fold_may_hold_nothing_of_a_column_of_any_reading(configuration, nothing):
    table = pd.DataFrame(
        {
            "box": [f"{10 + i % 7}x{20 + i % 5}x{30 + i % 3}" for i in range(N)],
            "run": [f"{i} km/kg" if i % 4 == 0 else f"{i} kmpl" for i in range(1, N + 1)],
            "waited": pd.to_timedelta(RNG.integers(1, 99, N), unit="h"),
            "month": pd.period_range("2015-01", periods=N, freq="M"),
            "level": pd.Categorical(RNG.choice(["high", "low"], N), ["low", "high"], ordered=True),
            "said": [f"note {i} is on {'cats' if i % 2 else 'dogs'} and on birds" for i in range(N)],
            "flag": RNG.choice(["Y", "N"], N),
            "has": RNG.choice(["tv, wifi", "wifi", "pool, tv", "pool"], N),
            "x": RNG.normal(size=N),
        }
    )
    y = np.arange(N) % 2
    pipeline = build_pipeline(configuration, load_dataset(table, y))
    for column in table.columns:
        fitted = pipeline.fit(table.assign(**{column: nothing}), y)
        assert fitted.predict(table).shape == (N,)
    assert pipeline.fit(table, y).predict(table.head(2).assign(**dict.fromkeys(table, nothing))).shape == (2,)


def test_trees_see_missing_values_and_others_do_not():
    dataset = load_dataset(mixed_table()[["number", "word", "answer"]], target="answer")
    trees, linear = (build_pipeline(c, dataset).fit(dataset.X, dataset.y)[0] for c in CONFIGURATIONS)
    assert np.isnan(trees.transform(dataset.X)).any()
    assert np.isfinite(linear.transform(dataset.X)).all()


def test_rare_categories_share_a_column():
    codes = [f"c{i}" for i in range(40)] * 3
    dataset = load_dataset(pd.DataFrame({"code": codes, "y": np.arange(120) % 2}), target="y")
    pipeline = build_pipeline(CONFIGURATIONS[1], dataset).fit(dataset.X, dataset.y)
    assert pipeline[-1].n_features_in_ == 30 == encoded_width(dataset, LINEAR)


def test_preprocessing_of_a_plain_table_is_scikit_learn_alone():
    dataset = load_dataset(mixed_table()[["number", "word", "answer"]], target="answer")
    steps = build_pipeline(CONFIGURATIONS[1], dataset)["preprocess"].transformers
    modules = {type(part).__module__.split(".")[0] for _, step, _ in steps for part in getattr(step, "steps", [step])}
    assert modules <= {"sklearn", "builtins"}
