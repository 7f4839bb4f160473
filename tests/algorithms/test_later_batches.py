"""A fitted pipeline of any algorithm means the same by later rows, whatever types they come in."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.tables.loading import load_dataset

pl = pytest.importorskip("polars")

N = 72
VARIED: dict[str, tuple[str, Any]] = {
    "lightgbm": ("n_estimators", 5),
    "random_forest": ("n_estimators", 5),
    "extra_trees": ("n_estimators", 5),
    "xgboost": ("n_estimators", 5),
    "catboost": ("iterations", 5),
    "ebm": ("max_rounds", 20),
    "nystroem": ("n_components", 20),
    "k_neighbors": ("n_neighbors", 5),
    "mlp": ("max_iter", 5),
    "qda": ("reg_param", 0.25),
    "naive_bayes": ("var_smoothing", 1e-3),
    "lasso": ("alpha", 0.01),
    "elastic_net": ("alpha", 0.01),
}
"""A hyperparameter of each algorithm with a value that is quickly fitted."""
TRIED = {"lda": ("tol", 1e-4), "ridge": ("alpha", 1.0), "gaussian_process": ("alpha", 1e-8)}
"""The same where the default is quick enough; else it is C."""

EVERY = [name for name, algorithm in ALGORITHMS.items() if algorithm.is_installed]
pytestmark = [
    pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in EVERY for kind in ("plain", "read")]),
    pytest.mark.usefixtures("one_thread"),
]


@cache
def table(kind: str) -> pd.DataFrame:
    """Features that scikit-learn reads as they are, or that take a reader."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=N)
    plain = pd.DataFrame(
        {
            "count": rng.integers(0, 30, N),
            "size": np.where(np.arange(N) % 9 == 0, np.nan, signal),
            "colour": pd.Series(rng.choice(["red", "green", "blue"], N)).mask(np.arange(N) % 7 == 0),
            "shape": pd.Categorical(rng.choice(["round", "flat"], N)),
        }
    )
    if kind == "plain":
        return plain
    return pd.DataFrame(
        {
            "price": [f"${value:,.2f}" for value in np.exp(7 + signal)],
            "grade": pd.Series(rng.integers(1, 4, N)).astype("category"),
            "zip": rng.choice(["02134", "90210", "10001"], N),
            "open": rng.choice([True, False], N),
            "sold": [f"2021-0{1 + i % 9}-{1 + i % 28:02d}T10:00:00+0{i % 3}:00" for i in range(N)],
            "level": rng.choice(["low", "medium", "high"], N),
            "has": rng.choice(["wifi, pool", "wifi", "pool, tv", "tv"], N),
            "said": [
                f"the {size} room was {'nice' if i % 2 else 'bad'}, said {i}" for i, size in enumerate(plain["shape"])
            ],
            "screen": [f"{800 + i % 7 * 10}x{600 + i % 5 * 10}" for i in range(N)],
            "size": plain["size"],
            "count": plain["count"],
        }
    )


def target(name: str) -> np.ndarray:
    signal = table("plain")["size"].fillna(0).to_numpy()
    noise = np.random.default_rng(1).normal(size=N)
    return np.where(signal + 0.3 * noise > 0, "yes", "no") if is_classifier(name) else 100 + 10 * signal + noise


def is_classifier(name: str) -> bool:
    return ALGORITHMS[name].tasks[0] != "regression"


def features(name: str, kind: str) -> pd.DataFrame:
    """QDA needs fewer columns than there are rows of a class in half of the table."""
    too_wide = ["said", "has", "screen", "zip"] if (name, kind) == ("qda", "read") else []
    return table(kind).drop(columns=too_wide)


def build(name: str, X: Any) -> Pipeline:
    settings = dict([VARIED[name]]) if name in VARIED else {}
    y = target(name)
    return build_pipeline(Configuration(name, settings), load_dataset(X, y), n_jobs=1).fit(X, y)


@cache
def fitted(name: str, kind: str) -> Pipeline:
    return build(name, features(name, kind))


@cache
def fitted_without_grade(name: str, kind: str) -> Pipeline:
    """Its type alone says that it is a category, which not every library keeps."""
    return build(name, features(name, kind).drop(columns="grade", errors="ignore"))


def predicted(pipeline: Pipeline, X: Any) -> np.ndarray:
    ways = ("predict_proba", "decision_function", "predict")
    return getattr(pipeline, next(way for way in ways if hasattr(pipeline, way)))(X)


def as_text(X: pd.DataFrame) -> pd.DataFrame:
    return X.astype(object).map(str, na_action="ignore").where(X.notna(), None)


WAYS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "one row": lambda X: X.head(1),
    "columns in another order": lambda X: X[X.columns[::-1]],
    "further columns": lambda X: X.assign(more=1, other="x"),
    "another index": lambda X: X.set_axis(pd.date_range("2020", periods=len(X)), axis=0),
    "objects": lambda X: X.astype(object),
    "objects with None": lambda X: X.astype(object).where(X.notna(), None),
    "nullable types": lambda X: X.convert_dtypes(),
    "arrow's types": lambda X: X.convert_dtypes(dtype_backend="pyarrow"),
    "numbers as text": as_text,
    "whole numbers as floats": lambda X: X.astype({"count": float}),
    "whole numbers with NA": lambda X: X.astype({"count": "Int64"}),
    "categories": lambda X: X.astype(dict.fromkeys(X.columns[X.dtypes.map(pd.api.types.is_string_dtype)], "category")),
    "a file": lambda X: pd.read_csv(io.StringIO(X.to_csv(index=False))),
    "polars": lambda X: pl.from_pandas(X.astype({c: object for c in X.columns if X[c].dtype == "category"})),
    "pyarrow": pa.Table.from_pandas,
}
WRITTEN: dict[str, tuple[str, Callable[[pd.Series], Any]]] = {
    "categories as floats": ("grade", lambda column: column.astype(float)),
    "categories as text": ("grade", lambda column: column.astype(str)),
    "booleans as numbers": ("open", lambda column: column.astype(int)),
    "booleans as words": ("open", lambda column: column.map({True: "Yes", False: "no"})),
    "codes as numbers": ("zip", lambda column: column.astype(int)),
    "money as numbers": ("price", lambda column: column.str.replace("[$,]", "", regex=True).astype(float)),
    "dates": ("sold", lambda column: pd.to_datetime(column, utc=True).dt.tz_convert("Asia/Tokyo")),
    "dates with another offset": ("sold", lambda c: [pd.Timestamp(t).tz_convert("+05:00").isoformat() for t in c]),
}


def test_rows_of_other_types_are_predicted_alike(name, kind):
    X, pipeline = features(name, kind), fitted(name, kind)
    assert pipeline.steps[0][0] == ("preprocess" if kind == "plain" else "read")
    batches = {way: convert(X) for way, convert in WAYS.items()}
    batches |= {way: X.assign(**{c: convert(X[c])}) for way, (c, convert) in WRITTEN.items() if c in X}
    expected, found = predicted(pipeline, X), {way: predicted(pipeline, batch) for way, batch in batches.items()}
    assert [way for way, some in found.items() if not np.allclose(some, expected[: len(some)], rtol=1e-5)] == []


@pytest.mark.parametrize("way", ["polars", "pyarrow"])
def test_a_table_of_another_library_is_fitted_alike(name, kind, way):
    X = features(name, kind).drop(columns="grade", errors="ignore")
    pipeline, expected = build(name, WAYS[way](X)), predicted(fitted_without_grade(name, kind), X)
    for batch in (X, WAYS[way](X)):
        np.testing.assert_allclose(predicted(pipeline, batch), expected, rtol=1e-5, atol=1e-7)


def test_what_was_never_seen_is_predicted(name, kind):
    X, pipeline = features(name, kind), fitted(name, kind)
    odd = {c: [np.inf if pd.api.types.is_float_dtype(X[c]) else "never seen"] for c in X if c != "count"}
    for batch in (
        pd.DataFrame({**odd, "count": [-1]}),
        X.head(3).assign(**missing(X, None)),
        X.head(3).assign(**missing(X, np.nan)),
    ):
        assert len(pipeline.predict(batch)) == len(batch)
    without, infinite = X.head(1).assign(size=None), X.head(1).assign(size=np.inf)
    np.testing.assert_array_equal(predicted(pipeline, infinite), predicted(pipeline, without))


def missing(X: pd.DataFrame, nothing: Any) -> dict[str, Any]:
    """Columns of nothing else, as objects or as a file holds them."""
    return dict.fromkeys(X.columns, nothing)


def test_a_column_that_is_missing_is_named(name, kind):
    for column in ("count", "size"):
        with pytest.raises(ValueError, match=f"(lacks 1|missing).*'{column}'"):
            fitted(name, kind).predict(features(name, kind).drop(columns=column))


def test_a_fold_may_hold_nothing_of_some_columns(name, kind):
    X, y = features(name, kind), target(name)
    for start in (0, 1):
        emptied = X.astype(object).assign(**dict.fromkeys(X.columns[start::2])).astype({"count": float})
        pipeline = clone(fitted(name, kind)).fit(emptied, y)
        assert len(pipeline.predict(X)) == N


def test_every_column_that_reaches_the_model_has_a_name(name, kind):
    pipeline = fitted(name, kind)
    names = pipeline[:-1].get_feature_names_out()
    assert len(set(names)) == len(names) == pipeline[:-1].transform(features(name, kind)).shape[1]
    assert {"count", "size"} <= set(names)


def test_it_is_copied_and_kept_and_gives_frames(name, kind):
    X, y = features(name, kind), target(name)
    expected = fitted(name, kind).predict(X)
    buffer = io.BytesIO()
    joblib.dump(fitted(name, kind), buffer)
    buffer.seek(0)
    assert (joblib.load(buffer).predict(X) == expected).all()
    framed = clone(fitted(name, kind)).set_output(transform="pandas").fit(X, y)
    assert list(framed[:-1].transform(X).columns) == list(framed[:-1].get_feature_names_out())
    assert framed.predict(X).shape == expected.shape == (N,)


def test_scikit_learns_tools_take_it(name, kind):
    X, y = features(name, kind), target(name)
    parameter, value = {**VARIED, **TRIED}.get(name, ("C", 1.0))
    key = next(key for key in fitted(name, kind).get_params() if key.endswith(f"__{parameter}") and "model" in key)
    search = GridSearchCV(clone(fitted(name, kind)), {key: [value]}, cv=2, error_score="raise").fit(X, y)
    assert np.isfinite(search.best_score_)
    assert np.isfinite(cross_val_score(clone(fitted(name, kind)), X, y, cv=2, error_score="raise")).all()
    importance = permutation_importance(fitted(name, kind), X, y, n_repeats=1, random_state=0)
    assert importance.importances_mean.shape == (X.shape[1],)
