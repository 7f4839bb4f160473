from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from recommender.advice.advising import _installed
from recommender.algorithms.configuration import Configuration
from recommender.errors import RecommendationError

POOL = {c.id: c for c in (Configuration("lda", {}), Configuration("catboost", {}), Configuration("xgboost", {}))}


def split(monkeypatch, *, installed: bool = False, **regret: float):
    monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: installed)
    table = pd.DataFrame({"regret": {f"{name}-default": value for name, value in regret.items()}})
    found, note = _installed(table, SimpleNamespace(configurations=POOL))
    return list(found.index), note


def test_only_what_is_installed_is_recommended_and_a_better_extra_named(monkeypatch):
    kept, note = split(monkeypatch, lda=0.5, catboost=0.2, xgboost=0.3)
    assert kept == ["lda-default"]
    assert "catboost would be expected to do better (normalized regret lower by 0.30)" in note
    assert "pip install 'recommender[boosting]'" in note


def test_an_extra_that_would_do_no_better_is_not_mentioned(monkeypatch):
    assert split(monkeypatch, lda=0.2, catboost=0.195) == (["lda-default"], None)


def test_what_is_installed_stays(monkeypatch):
    assert split(monkeypatch, installed=True, lda=0.5, catboost=0.2) == (["lda-default", "catboost-default"], None)


def test_asking_only_for_what_is_not_installed_names_the_extra(monkeypatch):
    with pytest.raises(RecommendationError, match=r"pip install 'recommender\[boosting\]'"):
        split(monkeypatch, catboost=0.2)
