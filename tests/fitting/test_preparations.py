from __future__ import annotations

import numpy as np
import pytest
from quick_fits import mixed_table

from recommender.algorithms.catalogue import encoding_of
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import evaluate
from recommender.fitting.preparations import Preparations
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

LDA, TREE = Configuration("lda", {}), Configuration("lightgbm", {"n_estimators": 5})


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(mixed_table(), target="churned")


def said(dataset, configuration, fold, preparations):
    """What is predicted on a fold, and its preparation."""
    preparation = preparations.of(fold, encoding_of(configuration))
    found = evaluate(dataset, configuration, fold, split(dataset)[fold], keep_predictions=True, memory=preparation)
    assert found.status == "ok", found.message
    return found, preparation


def test_what_is_prepared_once_gives_the_same_predictions(dataset):
    preparations = Preparations()
    for fold in (0, 1):
        for configuration in (LDA, TREE):
            alone = evaluate(dataset, configuration, fold, split(dataset)[fold], keep_predictions=True)
            for _ in range(2):
                found, preparation = said(dataset, configuration, fold, preparations)
                assert np.array_equal(found.predictions[1].margins, alone.predictions[1].margins)
                assert found.model_bytes == alone.model_bytes
            assert 0 <= preparation.spent < preparation.seconds  # the second time


def test_what_is_too_large_is_made_anew(dataset):
    preparations = Preparations(most_bytes=10)
    for _ in range(2):
        _, preparation = said(dataset, LDA, 0, preparations)
        assert preparation.spent >= preparation.seconds > 0
