"""Boosting knows classes and categories by any name, stops early, and behaves as other estimators do."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.catalogue import ALGORITHMS, find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.shortening import kept_time, shorten
from recommender.tables.loading import load_dataset

N = 60
X = pd.DataFrame({"a": np.arange(N) % 10, "b": np.random.default_rng(0).normal(size=N)})
SETTINGS = {"xgboost": {"n_estimators": 20}, "catboost": {"iterations": 20}}
BOOSTERS = [
    pytest.param(name, marks=pytest.mark.skipif(not ALGORITHMS[name].is_installed, reason="the extra `boosting`"))
    for name in SETTINGS
]


@pytest.mark.parametrize("name", BOOSTERS)
@pytest.mark.parametrize("labels", [["low", "middle", "high"], [3, 5, 9], ["yes", "no"]], ids=str)
def test_labels_have_one_dimension_and_their_own_names(name, labels):
    y = np.array(labels)[X["a"] * len(labels) // 10]
    pipeline = build_pipeline(Configuration(name, SETTINGS[name]), load_dataset(X, y), n_jobs=1).fit(X, y)
    assert pipeline.predict(X).shape == (N,)
    assert pipeline.score(X, y) > 0.9
    assert pipeline.classes_.tolist() == sorted(labels)


@pytest.mark.parametrize("name", BOOSTERS)
def test_weights_are_learnt_from_and_importances_are_shown(name):
    y = np.where(np.arange(N) % 3 == 0, "rare", "frequent")
    pipeline = build_pipeline(Configuration(name, SETTINGS[name]), load_dataset(X, y), n_jobs=1)
    plain = pipeline.fit(X, y).predict_proba(X).mean(axis=0)
    weighted = pipeline.fit(X, y, model__sample_weight=np.where(y == "rare", 10.0, 1.0)).predict_proba(X).mean(axis=0)
    assert weighted[1] > plain[1] + 0.1
    assert pipeline[-1].feature_importances_.shape == (len(pipeline[:-1].get_feature_names_out()),)


STOPPING = {"early_stopping": True, "learning_rate": 0.1}
ROUNDS = {"lightgbm": "n_estimators", "xgboost": "n_estimators", "catboost": "iterations"}
ALL_BOOSTERS = ["lightgbm", *BOOSTERS]


def _pipeline(name, dataset, **settings):
    given = STOPPING | {ROUNDS[name]: 150} | settings
    return build_pipeline(Configuration(name, given), dataset, n_jobs=1)


def _model(name, dataset):
    return _pipeline(name, dataset).fit(dataset.X, dataset.y)[-1]


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_noise_is_left_early_and_a_pattern_is_learnt_longer(name):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    noise = _model(name, load_dataset(table, rng.normal(size=300)))
    pattern = _model(name, load_dataset(table, np.sin(3 * table["a"]) + table["b"] * table["c"]))
    assert 1 <= noise.n_rounds_ < pattern.n_rounds_ <= 150
    assert len(pattern.boosters_) == 5


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_a_category_that_was_never_seen_is_missing(name):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"colour": rng.choice(["red", "green", "blue"], 200), "size": rng.normal(size=200)})
    dataset = load_dataset(table, np.where(table["colour"] == "red", "hot", "cold"))
    pipeline = _pipeline(name, dataset, categories="native").fit(dataset.X, dataset.y)
    assert pipeline.score(dataset.X, dataset.y) > 0.95
    unseen = pd.DataFrame({"colour": ["violet", None], "size": [0.0, np.nan]})
    assert np.isfinite(pipeline.predict_proba(unseen)).all()


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_every_class_is_learnt_from_in_every_part(name):
    y = np.array(["often"] * 40 + ["seldom"] * 3 + ["once"])
    table = pd.DataFrame({"a": np.arange(44) % 11 + (y == "seldom") * 20.0, "b": np.arange(44) % 7 * 1.5})
    model = _model(name, load_dataset(table, y))
    assert model.predict_proba(table.to_numpy()).shape == (44, 3)
    assert all(len(booster.classes_) == 3 for booster in model.boosters_)


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_so_few_rows_that_none_can_be_spared_are_all_learnt_from(name):
    table = pd.DataFrame({"a": [1.5, 2.5, 1.0, 2.0, 1.25, 2.25], "b": [0.5, 1.5, 2.5, 3.5, 0.25, 7.5]})
    model = _model(name, load_dataset(table, ["x", "y"] * 3))
    assert len(model.boosters_) == 1
    assert 100 in (model.boosters_[0].get_params().get(rounds) for rounds in ("n_estimators", "iterations"))


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_a_large_target_of_little_spread_is_told_apart(name):
    a = np.arange(200) % 20 * 1.0
    table = pd.DataFrame({"a": a, "b": np.random.default_rng(0).normal(size=200)})
    dataset = load_dataset(table, 1e9 + a)
    model = _pipeline(name, dataset).fit(dataset.X, dataset.y)
    assert abs(model.predict(dataset.X) - dataset.y).max() < 5


@pytest.mark.parametrize("name", BOOSTERS)
def test_predictions_have_the_digits_of_the_target(name):
    y = 1e9 + np.arange(200) % 20
    table = pd.DataFrame({"a": np.arange(200) % 20 * 1.0, "b": np.random.default_rng(0).normal(size=200)})
    model = find_algorithm(name).build(STOPPING | {ROUNDS[name]: 150}, "regression", 0, 1)  # no other scaling around it
    assert abs(model.fit(table, y).predict(table) - y).max() < 2


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_rows_without_weight_make_no_difference(name):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(200, 2)), columns=list("ab"))
    y = np.where(table["a"] > 0, "yes", "no")
    spoilt = np.where(np.arange(200) < 100, np.where(y == "yes", "no", "yes"), y)
    pipeline = _pipeline(name, load_dataset(table, spoilt))
    pipeline.fit(table, spoilt, model__sample_weight=(np.arange(200) >= 100).astype(float))
    assert pipeline.score(table, y) > 0.9


@pytest.mark.parametrize("name", ALL_BOOSTERS)
def test_boosters_may_be_limited_in_number_and_in_seconds(name):
    table, y = X.assign(c=1.0), X["a"] + X["b"]
    pipeline = build_pipeline(Configuration(name, {"early_stopping": True}), load_dataset(table, y), n_jobs=1)
    assert len(pipeline.fit(table, y)[-1].boosters_) == 5
    with kept_time(pipeline, 1e-6):
        assert len(pipeline.fit(table, y)[-1].boosters_) == 1
    with kept_time(pipeline, 1e6):
        assert len(pipeline.fit(table, y)[-1].boosters_) == 5
    shorten(pipeline)
    assert len(pipeline.fit(table, y)[-1].boosters_) == 1
    assert np.isfinite(pipeline.predict(table)).all()


@pytest.mark.parametrize("name", ALL_BOOSTERS)
@pytest.mark.parametrize("shortened", [False, True])
def test_after_its_seconds_a_booster_ends_with_the_rounds_that_it_has(name, shortened):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    dataset = load_dataset(table, np.sin(3 * table["a"]) + table["b"] * table["c"])
    whole = _pipeline(name, dataset).fit(dataset.X, dataset.y)[-1].n_rounds_
    pipeline = _pipeline(name, dataset)
    if shortened:
        shorten(pipeline, 1e-6)
    with nullcontext() if shortened else kept_time(pipeline, 1e-6):
        model = pipeline.fit(dataset.X, dataset.y)[-1]
    assert len(model.boosters_) == 1
    assert 1 <= model.n_rounds_ <= 2 < whole
    assert np.isfinite(pipeline.predict(dataset.X)).all()
    assert not model.boosters_[0].get_params().get("callbacks")  # the clock is no part of what was fitted


def test_what_has_no_boosters_is_not_shortened():
    pipeline = build_pipeline(Configuration("ridge", {}), load_dataset(X, X["a"] + X["b"]))
    before = pipeline.get_params().keys()
    shorten(pipeline)
    with kept_time(pipeline, 1.0):
        assert pipeline.get_params().keys() == before
