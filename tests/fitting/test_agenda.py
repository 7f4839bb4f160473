from __future__ import annotations

import pytest
from sklearn.datasets import load_iris

from recommender import recommend
from recommender.advice.filters import Filters
from recommender.fitting.agenda import Agenda
from recommender.fitting.budget import Budget
from recommender.fitting.forecast import Forecast
from recommender.fitting.standing import Standing
from recommender.fitting.tries import Judging, Try


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def iris():
    return recommend(load_iris(as_frame=True))


def agenda_for(ranking, budget: Budget) -> Agenda:
    forecast = Forecast(budget, n_rows=150, n_fold_rows=135)
    standing = Standing(Judging(ranking.judge, ranking.metric, False), forecast, ensemble=True, filters=Filters())
    agenda = Agenda(ranking, ranking.dataset, forecast, standing, random_state=0)
    agenda.n_folds = 10
    return agenda


def test_nothing_is_started_that_would_overrun(iris):
    clock = Clock()
    agenda = agenda_for(iris, Budget(seconds=100, clock=clock))
    assert agenda.next_item() is not None
    clock.now = 99.99  # of 100 seconds
    assert agenda.next_item() is None
    clock.now = 0.0
    for kind in map(str, range(20)):
        agenda.forecast.pace.saw(kind, 1e6, expected=1.0)  # this machine is far slower than expected
    assert agenda.next_item() is None


def test_the_first_try_is_the_first_recommendation(iris):
    agenda = agenda_for(iris, Budget(seconds=100))
    assert agenda.next_item().configuration.id == agenda.ranking.best.configuration.id


def test_what_is_likely_to_gain_more_for_a_second_comes_first(iris):
    agenda = agenda_for(iris, Budget(seconds=10, clock=Clock()))
    for item in agenda.session.untried()[:2]:
        agenda.session.tell(0.9, item)
        agenda.begun.add(item.configuration.id)
    gains = agenda.session.gains()
    item = agenda.next_item()

    def worth(one):
        return gains[one.configuration.id] / (agenda.trying_seconds(one) + 10 / 20)

    assert worth(item) == max(worth(one) for one in agenda.session.untried() if agenda.affords(one))


def test_tries_are_counted(iris):
    agenda = agenda_for(iris, Budget(tries=2))
    tries = [agenda.next_try() for _ in range(3)]
    assert [isinstance(one, Try) for one in tries] == [True, True, False]
    assert agenda.begun == {one.id for one in tries[:2]}


def test_workers_take_folds_at_once_and_some_time_to_end(iris):
    agenda = agenda_for(iris, Budget(seconds=100))
    alone, kept = agenda.trying_seconds(iris.best), agenda.reserve()
    agenda.at_once, agenda.ending_seconds = 9, 0.5
    assert agenda.trying_seconds(iris.best) == pytest.approx(alone * 2 / 10)
    assert agenda.reserve() == pytest.approx(kept + 0.5)


def test_the_last_fit_of_what_is_ahead_on_half_of_its_folds_is_kept_time_for(iris):
    agenda = agenda_for(iris, Budget(seconds=100, clock=Clock()))
    agenda.n_folds = 4
    best, other = (Try(item) for item in iris.items[:2])
    for attempt, score, n_folds, seconds in ((best, 0.8, 4, 0.4), (other, 0.9, 1, 8.0)):
        attempt.scores = attempt.learnt = dict.fromkeys(range(n_folds), score)
        attempt.fit_seconds, attempt.modelling = [0.1] * n_folds, seconds
    agenda.standing.add(best, most_refit=1.0)
    agenda.waiting[other] = [1, 2, 3]
    least = agenda.reserve()
    assert least < 1.0
    other.scores[1] = 0.9
    other.fit_seconds.append(0.1)
    assert agenda.reserve() == pytest.approx(agenda.standing.refit_seconds(other), rel=0.01)
    assert agenda.reserve() > 2.0
    other.scores = {0: 0.7, 1: 0.8}  # behind
    assert agenda.reserve() == least


def of_kind(ranking, *, stops_early: bool):
    kinds = (item for item in ranking.items if item.algorithm == "lightgbm")
    return next(item for item in kinds if bool(item.hyperparameters.get("early_stopping")) is stops_early)


@pytest.mark.parametrize(("stops_early", "enough"), [(True, 0.7), (False, 1.3)])
def test_boosting_that_stops_early_is_begun_with_a_part_of_its_time(iris, stops_early, enough):
    clock, item = Clock(), of_kind(iris, stops_early=stops_early)
    agenda = agenda_for(iris, Budget(seconds=100, clock=clock))
    agenda.forecast.pace.saw("ridge", 0.1, expected=0.1)
    whole = agenda.trying_seconds(item) + agenda.forecast.last_seconds(item)
    clock.now = 100 - enough * whole
    assert agenda.affords(item)
    clock.now = 100 - 0.4 * whole
    assert not agenda.affords(item)


def test_a_fold_leaves_time_for_the_others_and_for_the_fit_on_all_rows(iris):
    clock, item = Clock(), of_kind(iris, stops_early=True)
    agenda = agenda_for(iris, Budget(seconds=100, clock=clock))
    attempt, fold = Try(item), agenda.forecast.fold_seconds(item)
    assert agenda.fold_limit(attempt) > 5 * fold  # there is time enough
    clock.now = 100 - 2 * fold
    limit = agenda.fold_limit(attempt)
    assert limit * (10 + agenda.forecast.last_seconds(item) / fold) == pytest.approx(2 * fold)
    attempt.scores = dict.fromkeys(range(9), 0.8)
    assert limit < agenda.fold_limit(attempt) < 2 * fold
    assert agenda_for(iris, Budget(tries=3)).fold_limit(attempt) == float("inf")


def test_before_the_pace_is_known_nothing_is_rushed_that_need_not_be(iris):
    item = of_kind(iris, stops_early=True)
    clock = Clock()
    agenda = agenda_for(iris, Budget(seconds=100, clock=clock))
    clock.now = 100 - 0.7 * (agenda.trying_seconds(item) + agenda.forecast.last_seconds(item))
    assert not agenda.affords(item)
    agenda.forecast.pace.saw("ridge", 0.1, expected=0.1)
    assert agenda.affords(item)


def test_where_nothing_would_be_done_the_quickest_of_those_that_end_in_time_is_tried(iris, monkeypatch):
    agenda = agenda_for(iris, Budget(seconds=100, clock=Clock()))
    monkeypatch.setattr(agenda, "_affords", lambda item, may_be_rushed: may_be_rushed)
    stopping = [item for item in iris.items if item.hyperparameters.get("early_stopping")]
    assert agenda.next_try() is None
    assert agenda.next_large().id == min(stopping, key=agenda.forecast.fold_seconds).configuration.id
