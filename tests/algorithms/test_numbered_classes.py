"""Classifiers that know classes by numbers behave as others do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
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
