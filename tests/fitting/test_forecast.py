from __future__ import annotations

from dataclasses import replace

import pytest
from sklearn.datasets import load_iris

from recommender import recommend
from recommender.algorithms.configuration import Configuration
from recommender.fitting.budget import Budget
from recommender.fitting.forecast import CAUTION, MOST_KEPT, REFIT_SHARE, RUSHED, Forecast


@pytest.fixture(scope="module")
def ranking():
    return recommend(load_iris(as_frame=True))


def test_what_a_library_may_not_give_back_in_time_is_not_fitted_here(ranking):
    forecast = Forecast(Budget(seconds=10, clock=lambda: 0.0), n_rows=150, n_fold_rows=135)
    slow = replace(ranking.best, fit_seconds=3.0, configuration=Configuration("xgboost", {}))
    assert not forecast.is_small(slow)
    assert not forecast.is_small(replace(slow, fit_seconds=0.5))  # before it is known how quick the machine is
    forecast.pace.saw("ridge", 0.1, expected=0.1)
    assert not forecast.is_small(slow)
    assert forecast.is_small(replace(slow, fit_seconds=0.5))
    stopping = replace(slow, configuration=Configuration("xgboost", {"early_stopping": True}))
    assert not forecast.is_small(replace(stopping, fit_seconds=30.0))
    assert Forecast(Budget(seconds=2), n_rows=150, n_fold_rows=135).is_small(replace(stopping, fit_seconds=30.0))
    assert forecast.fallback(ranking.items, 1.0).fit_seconds <= 1.0
    assert forecast.fallback(ranking.items, -1.0).fit_seconds < 0.1


def test_seconds_are_those_of_the_rows_at_the_pace_that_was_seen(ranking):
    forecast = Forecast(Budget(seconds=10), n_rows=150, n_fold_rows=75)
    item = replace(ranking.best, fit_seconds=2.0)
    unknown = replace(item, fit_seconds=float("nan"))
    assert forecast.last_seconds(item) == pytest.approx(CAUTION * 2.0)
    assert forecast.last_seconds(unknown) == pytest.approx(CAUTION * 1.0)
    assert forecast.fold_seconds(item) == pytest.approx(1.02)
    for _ in range(30):
        forecast.saw_fold(item, 3 * 1.02, preparing=0.0, predicting=0.0)
    assert forecast.fold_seconds(item) == pytest.approx(3 * 1.02, rel=0.05)


def test_preparing_is_no_part_of_the_pace_but_of_what_a_last_fit_takes(ranking):
    forecast = Forecast(Budget(seconds=100), n_rows=150, n_fold_rows=75)
    item = replace(ranking.best, fit_seconds=2.0)
    for _ in range(30):
        forecast.saw_fold(item, 1.02, preparing=4.0, predicting=0.0)
    assert forecast.pace.ratio == pytest.approx(1.0, rel=0.05)
    assert forecast.fold_seconds(item) == pytest.approx(1.02, rel=0.05)
    assert forecast.last_seconds(item) == pytest.approx(CAUTION * 10.0, rel=0.05)
    forecast.prepares_each = True  # in workers
    assert forecast.fold_seconds(item) == pytest.approx(5.02, rel=0.05)


def test_predicting_is_a_part_of_a_fold_and_not_of_a_last_fit(ranking):
    forecast = Forecast(Budget(seconds=100), n_rows=150, n_fold_rows=75)
    item = replace(ranking.best, fit_seconds=2.0)
    for _ in range(30):
        forecast.saw_fold(item, 1.02, preparing=0.0, predicting=3.0)
    assert forecast.fold_seconds(item) == pytest.approx(4.02, rel=0.05)
    assert forecast.last_seconds(item) == pytest.approx(CAUTION * 2.0, rel=0.05)
    others = replace(item, configuration=Configuration("ridge", {}))
    assert forecast.fold_seconds(others) == pytest.approx(1.02, rel=0.05)


def test_what_stops_early_has_one_booster_in_tries_and_on_many_rows(ranking):
    forecast = Forecast(Budget(seconds=100), n_rows=30_000, n_fold_rows=10_000)
    stopping = replace(ranking.best, fit_seconds=6.0, configuration=Configuration("xgboost", {"early_stopping": True}))
    whole = replace(stopping, configuration=Configuration("xgboost", {}))
    assert forecast.fold_seconds(whole) == pytest.approx(2.02)
    assert forecast.fold_seconds(stopping) == pytest.approx(2.02)  # one booster in a try, and one on so many rows
    assert forecast.refit_seconds(stopping, modelling=10.0, preparing=1.0) == pytest.approx(30.0 + 3.0)
    fewer = Forecast(Budget(seconds=100), n_rows=10_000, n_fold_rows=10_000)
    assert fewer.fold_seconds(stopping) == pytest.approx(6.0 / 5 + 0.02)
    assert fewer.refit_seconds(stopping, modelling=1.0, preparing=1.0) == pytest.approx(5.0 + 1.0)
    assert fewer.refit_seconds(stopping, modelling=10.0, preparing=1.0) == REFIT_SHARE * 100  # as many as fit in that
    assert fewer.refit_seconds(stopping, modelling=40.0, preparing=1.0) == pytest.approx(40.0 + 1.0)
    assert fewer.refit_seconds(stopping, modelling=80.0, preparing=1.0) == MOST_KEPT * 100  # it ends in time
    assert fewer.refit_seconds(stopping, modelling=240.0, preparing=1.0) == pytest.approx(241.0 / RUSHED)
    assert fewer.refit_seconds(whole, modelling=240.0, preparing=1.0) == pytest.approx(CAUTION * 241.0)
    assert fewer.refit_seconds(whole, modelling=10.0, preparing=1.0) == pytest.approx(CAUTION * (10.0 + 1.0))


def test_what_predicts_for_long_has_long_folds(ranking):
    forecast = Forecast(Budget(seconds=100), n_rows=150, n_fold_rows=75, n_left_out=3_000)
    item = replace(ranking.best, fit_seconds=2.0, predict_seconds=0.5)
    assert forecast.fold_seconds(item) == pytest.approx(1.02 + 1.5)
    assert forecast.fold_seconds(replace(item, predict_seconds=float("nan"))) == pytest.approx(1.02)


def test_boosting_that_ended_for_want_of_time_does_not_look_quick(ranking):
    item = replace(ranking.best, fit_seconds=2.0, configuration=Configuration("ridge", {}))

    def expected(seconds, within):
        forecast = Forecast(Budget(seconds=100), n_rows=150, n_fold_rows=75)
        for _ in range(30):
            forecast.saw_fold(item, seconds, preparing=0.0, predicting=0.0, within=within)
        return forecast.fold_seconds(item)

    assert expected(0.1, 0.2) == pytest.approx(0.1, rel=0.1)
    assert expected(0.2, 0.2) == pytest.approx(1.02, rel=0.05)
    assert expected(4.0, 4.0) == pytest.approx(4.0, rel=0.1)  # and it is slower than was thought
