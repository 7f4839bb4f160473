from __future__ import annotations

import math

import pytest
from sklearn.datasets import load_iris

from recommender import RecommendedClassifier, recommend
from recommender.advice.filters import Filters
from recommender.errors import ClusterError, LimitError, RecommendationError
from recommender.fitting.budget import Budget
from recommender.fitting.effort import Effort, TrialProgress
from recommender.fitting.forecast import Forecast
from recommender.fitting.refinement import refine
from recommender.fitting.standing import Standing
from recommender.fitting.tries import Judging, Try


def test_progress_tells_the_last_try_and_the_best_ones():
    ranking = recommend(load_iris(as_frame=True), include=["lda", "naive_bayes"])
    forecast = Forecast(Budget(), n_rows=150, n_fold_rows=135)
    standing = Standing(Judging(ranking.judge, ranking.metric, False), forecast, ensemble=False, filters=Filters())
    budget = Budget(seconds=10, clock=iter([0.0, 4.0, 12.0]).__next__)
    before = TrialProgress.of(standing, budget)
    assert (before.algorithm, before.n_tried, before.best, before.leaders) == ("", 0, None, ())
    assert math.isnan(before.best_score)
    assert (before.seconds, before.seconds_left) == (10.0, 6.0)
    first = {item.algorithm: item for item in ranking.items}
    for name, score in (("lda", 0.9), ("naive_bayes", 0.8)):
        standing.add(Try(first[name], scores={0: score}), most_refit=1.0)
    after = TrialProgress.of(standing, budget)
    assert (after.algorithm, after.n_tried, after.best, after.best_score) == ("naive_bayes", 2, "lda", 0.9)
    assert after.leaders == (("lda", 0.9, 1.0), ("naive_bayes", 0.8, 0.0))
    assert after.seconds_left == 0.0


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5, "many"])
def test_a_number_of_processes_that_is_none(n_jobs):
    with pytest.raises(RecommendationError, match=r"n_jobs=.* was given: give a number of processes from 1 on, or -1"):
        Effort(n_jobs=n_jobs).check()


@pytest.mark.parametrize("patience", [0, -1, 2.5, "long"])
def test_a_patience_that_is_none(patience):
    with pytest.raises(RecommendationError, match=r"patience=.* was given: give a number of tries from 1 on"):
        Effort(patience=patience).check()


def test_a_hundred_thousand_processes_are_refused_unless_a_cluster_has_its_own_number(monkeypatch):
    with pytest.raises(LimitError, match="100,000 processes were asked for"):
        Effort(n_jobs=100_000).check()
    monkeypatch.setattr("recommender.evaluation.cluster.check_cluster", lambda address: None)
    Effort(n_jobs=100_000, cluster="tcp://host:8786").check()


def test_how_many_processes_there_are():
    assert Effort().n_workers(counts_seconds=False) == 1
    assert Effort(n_jobs=3).n_workers(counts_seconds=False) == 3
    assert Effort(n_jobs=-1).n_workers(counts_seconds=False) == Effort().n_workers(counts_seconds=True) >= 1


@pytest.mark.parametrize("memory", [0, -1.0, math.nan, math.inf, "much", 1e9])
def test_memory_that_limits_nothing(memory):
    with pytest.raises(LimitError, match=r"no number of gigabytes|cannot be limited to"):
        Effort(memory=memory).check()


def test_a_cluster_that_cannot_be_reached_is_said_before_anything_is_looked_at():
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    X, y = load_iris(return_X_y=True, as_frame=True)
    with pytest.raises(ClusterError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        refine(None, None, cluster="tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match="cluster='localhost' is no address"):
        RecommendedClassifier(cluster="localhost").fit(X, y)
