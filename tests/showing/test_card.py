from __future__ import annotations

from dataclasses import replace

import browser
import numpy as np
import pandas as pd
import pytest
from browser import needs_driver

from recommender import recommend
from recommender.evaluation.metrics import METRICS
from recommender.fitting.refinement import Refined
from recommender.fitting.thresholds import Thresholded
from recommender.showing.card import interval_of, members_of, write_card

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def recommendation():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(90, 3)), columns=["a", HOSTILE, "c"])
    return recommend(table.assign(y=np.where(table["a"] > 1, HOSTILE, "no")), target="y", name=HOSTILE)


def refined(recommendation, *, weights: list[float], thresholds: bool = False) -> Refined:
    items = recommendation.items[: len(weights)]
    board = pd.DataFrame(
        {
            "algorithm": [item.algorithm for item in items],
            "hyperparameters": [item.hyperparameters for item in items],
            "score": [0.8 - 0.01 * i for i in range(len(items))],
            "deviation": 0.02,
            "weight": weights,
            "n_folds": 5,
            "fit_seconds": 0.5,
            "configuration_id": [item.configuration.id for item in items],
        }
    )
    estimator = items[0].estimator if items else recommendation.best.estimator
    if thresholds:
        data = recommendation.dataset
        estimator = Thresholded(estimator, [0.75, 0.25]).fit(data.X, data.y)
    return Refined(estimator, recommendation.best, board, score=0.82 if len(items) else np.nan, seconds=12.0)


def test_the_card_says_what_it_is_and_how_it_was_judged(recommendation):
    page = write_card(refined(recommendation, weights=[0.75, 0.25, 0.0]), recommendation, target="y")
    assert "An ensemble of 2" in page
    assert "90 rows and 3 columns" in page
    assert recommendation.dataset.fingerprint in page
    assert "Cross-validated on 5 folds" in page
    assert "The best of 3 was chosen by the same rows" in page
    assert [page.count(f">{share}</td>") for share in ("75%", "25%")] == [1, 1]
    assert "scikit-learn 1" in page
    assert "Thresholds" not in page


def test_a_single_fold_has_no_deviation_and_no_interval(recommendation):
    one = refined(recommendation, weights=[1.0])
    one = replace(one, leaderboard=one.leaderboard.assign(deviation=np.nan, n_folds=1))
    page = write_card(one, recommendation, target="y")
    assert 'data-label="Deviation" class="number"></td>' in page
    assert "in 4 cases of 5</span>" not in page
    assert "Cross-validated on" not in page
    assert "Judged by one part of the rows, which were predicted by models that were fitted on others" in page


def test_thresholds_are_told_where_there_are_any(recommendation):
    page = write_card(refined(recommendation, weights=[1.0], thresholds=True), recommendation, target="y")
    assert "Thresholds" in page
    assert "no: 0.250" in page


def test_where_nothing_was_tried_the_card_says_so(recommendation):
    page = write_card(refined(recommendation, weights=[]), recommendation, target="y")
    assert "not measured" in page
    assert "Nothing was cross-validated" in page
    assert "judged on" not in page
    assert recommendation.best.algorithm in page


def test_classes_that_are_not_listed_are_counted(recommendation):
    table = pd.DataFrame({"a": np.arange(100.0), "y": [f"class {i // 4:02}" for i in range(100)]})
    many = recommend(table, target="y", include=["lda"])
    page = write_card(refined(many, weights=[1.0]), many, target="y")
    assert page.count("“<bdi>class ") == 20
    assert "4%, and 5 more.</p>" in page
    assert " more.</p>" not in write_card(refined(recommendation, weights=[1.0]), recommendation, target="y")


def test_one_configuration_and_one_column_are_one():
    found = recommend(pd.DataFrame({"a": np.arange(60.0), "y": np.arange(60) % 2}), target="y", include=["lda"])
    page = write_card(refined(found, weights=[1.0]), found, target="y")
    assert "<dd>1<span>configuration that was tried</span></dd>" in page
    assert "60 rows and 1 column;" in page


def test_members_are_those_with_weight_or_the_single_one(recommendation):
    assert members_of(refined(recommendation, weights=[0.2, 0.8]))["weight"].tolist() == [0.8, 0.2]
    alone = refined(recommendation, weights=[0.0, 0.0])
    assert members_of(alone)["configuration_id"].tolist() == [recommendation.best.configuration.id]


def test_intervals_stay_within_what_a_metric_can_be():
    assert interval_of(0.99, 0.05, 5, METRICS["roc_auc"])[1] == 1.0
    assert interval_of(0.01, 0.05, 5, METRICS["rmse"])[0] == 0.0
    assert interval_of(0.9, 0.0, 1, METRICS["roc_auc"]) is None
    assert interval_of(float("nan"), 0.1, 5, METRICS["roc_auc"]) is None


@needs_driver
def test_names_are_text_and_it_is_read_aloud(recommendation, tmp_path):
    file = tmp_path / "card.html"
    page = write_card(refined(recommendation, weights=[0.6, 0.4]), recommendation, target=HOSTILE)
    file.write_text(page, encoding="utf-8")
    assert "<script" not in page
    with browser.driven() as driver, browser.opened(driver, file, width=360, dark=True) as shown:
        assert browser.overflow(shown) == 0
        assert browser.violations(shown) == []
