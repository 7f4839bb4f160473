from __future__ import annotations

import math

from sklearn.datasets import load_iris

from recommender import recommend
from recommender.advice.filters import Filters
from recommender.fitting.budget import Budget
from recommender.fitting.effort import TrialProgress
from recommender.fitting.standing import Standing
from recommender.fitting.tries import Judging, Try


def test_progress_tells_the_last_try_and_the_best_ones():
    ranking = recommend(load_iris(as_frame=True), include=["lda", "naive_bayes"])
    standing = Standing(Judging(ranking.judge, ranking.metric, False), ensemble=False, filters=Filters())
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
