from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import VotingClassifier

from recommender import recommend
from recommender.fitting.budget import Budget
from recommender.fitting.ensemble import Member
from recommender.fitting.forecast import Forecast
from recommender.fitting.last_fits import fit_first, fit_members, fit_untried
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.standing import Chosen
from recommender.fitting.thresholds import Thresholded
from recommender.fitting.tries import Try
from recommender.tables.dataset import Dataset

HOW = {"weights": RowWeights(), "random_state": 0}
MEMBERS = HOW | {"refit_seconds": lambda attempt: 0.1}


@pytest.fixture(scope="module")
def ranking():
    return recommend(load_iris(as_frame=True), include=["lda", "naive_bayes", "qda"])


def chosen(ranking, *weights: float, thresholds=None) -> Chosen:
    first = {item.algorithm: item for item in reversed(ranking.items)}
    members = [(Try(item), weight) for item, weight in zip(first.values(), weights, strict=False)]
    return Chosen(members, 0.9, thresholds)


def test_members_are_fitted_on_all_rows_and_averaged(ranking):
    fitted = fit_members(chosen(ranking, 0.75, 0.25), ranking.dataset, budget=Budget(seconds=600), **MEMBERS)
    assert isinstance(fitted.estimator, VotingClassifier)
    assert sorted(fitted.weights.values()) == [0.25, 0.75]
    X, y = ranking.dataset.X, ranking.dataset.y
    expected = sum(
        weight * model.predict_proba(X)
        for weight, model in zip((0.75, 0.25), fitted.estimator.estimators_, strict=True)
    )
    np.testing.assert_allclose(fitted.estimator.predict_proba(X), expected)
    assert fitted.estimator.score(X, y) > 0.9


def test_thresholds_are_around_the_mean(ranking):
    what = chosen(ranking, 0.5, 0.5, thresholds=np.array([0.2, 0.4, 0.4]))
    model = fit_members(what, ranking.dataset, budget=Budget(seconds=600), **MEMBERS).estimator
    assert isinstance(model, Thresholded)
    assert isinstance(model.classifier, VotingClassifier)
    said = model.predict_proba(ranking.dataset.X)
    assert (model.predict(ranking.dataset.X) == (said / [0.2, 0.4, 0.4]).argmax(axis=1)).all()


def test_after_the_time_is_up_the_heaviest_is_enough(ranking):
    over = Budget(seconds=1e-6)
    fitted = fit_members(chosen(ranking, 0.6, 0.3, 0.1), ranking.dataset, budget=over, **MEMBERS)
    assert list(fitted.weights.values()) == [1.0]
    assert len(fitted.estimator.estimators_) == 1


def test_boosters_are_as_many_as_there_is_time_for():
    found = recommend(load_iris(as_frame=True), include=["lightgbm"])
    stopping = [item for item in found.items if item.hyperparameters.get("early_stopping")]

    def boosters(first: float, second: float) -> list[int]:
        what = Chosen([(Try(item), 0.5) for item in stopping[:2]], 0.9, None)
        needed = {stopping[0].configuration.id: first, stopping[1].configuration.id: second}
        how = HOW | {"refit_seconds": lambda one: needed[one.id], "budget": Budget(seconds=600.0, clock=lambda: 0.0)}
        models = fit_members(what, found.dataset, **how).estimator.estimators_
        assert [model[-1].get_params()["max_seconds"] for model in models] == [None] * len(models)
        return [len(model[-1].boosters_) for model in models]

    assert boosters(1.0, 1.0) == [5, 5]
    assert boosters(1e-6, 600.0) == [1, 5]  # the second one is left its time
    assert boosters(1e6, 1e6) == [5]  # without half of its time it is not begun
    alone = fit_first(stopping[:1], found.dataset, budget=Budget(seconds=1e-6), **HOW)
    assert len(alone.estimator[-1].boosters_) == 1
    assert alone.estimator[-1].n_rounds_ <= 2


def test_one_alone_whose_time_is_up_has_a_share_of_the_budget():
    found = recommend(load_iris(as_frame=True), include=["lightgbm"])
    stopping = next(item for item in found.items if item.hyperparameters.get("early_stopping"))
    over = Budget(seconds=600.0, clock=iter([0.0, *[700.0] * 10]).__next__)
    assert fit_first([stopping], found.dataset, budget=over, **HOW).estimator[-1].n_rounds_ > 5


def test_interrupting_leaves_what_is_fitted_by_then(ranking, monkeypatch):
    fit, calls = Member.fit, []

    def interrupted(self, *args, **how):
        calls.append(1)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return fit(self, *args, **how)

    monkeypatch.setattr(Member, "fit", interrupted)
    fitted = fit_members(chosen(ranking, 0.6, 0.3, 0.1), ranking.dataset, budget=Budget(seconds=600), **MEMBERS)
    assert list(fitted.weights.values()) == [1.0]
    with pytest.raises(KeyboardInterrupt):  # before there is anything
        fit_members(chosen(ranking, 0.6, 0.4), ranking.dataset, budget=Budget(seconds=600), **MEMBERS)


def test_one_that_fails_is_left_out_and_says_why(ranking):
    weights = RowWeights(np.ones(150), np.ones(150))  # which discriminant analysis does not take
    what = chosen(ranking, 0.4, 0.3, 0.3)
    fitted = fit_members(what, ranking.dataset, budget=Budget(seconds=600), **MEMBERS | {"weights": weights})
    assert len(fitted.weights) == 1
    assert next(iter(fitted.weights)).startswith("naive_bayes")
    assert len(fitted.messages) == 2
    assert all("sample_weight" in message for message in fitted.messages.values())


def test_what_fails_on_the_table_gives_way_to_another():
    X, y = load_iris(return_X_y=True, as_frame=True)
    X, y = X.iloc[:101], y.iloc[:101]  # one row of the third class
    unable = recommend(X.iloc[:100], y.iloc[:100], include="qda").items
    dataset = Dataset(X, y, "multiclass")
    with pytest.raises(ValueError, match="y has only 1 sample"):
        fit_first(unable, dataset, budget=Budget(), **HOW)
    other = recommend(X.iloc[:100], y.iloc[:100], include="naive_bayes").best
    fitted = fit_first([*unable, other], dataset, budget=Budget(), **HOW)
    assert fitted.estimator.predict_proba(X).shape == (101, 3)
    assert fitted.weights == {other.configuration.id: 1.0}
    assert all("y has only 1 sample" in fitted.messages[item.configuration.id] for item in unable)


def test_members_that_take_no_time_are_fitted_in_any_budget(ranking):
    how = HOW | {"refit_seconds": lambda attempt: 0.0}
    for budget in (Budget(seconds=600), Budget(tries=3)):
        assert len(fit_members(chosen(ranking, 0.6, 0.4), ranking.dataset, budget=budget, **how).weights) == 2


def test_where_nothing_was_tried_what_ends_in_time_is_fitted_before_what_may_not():
    found = recommend(load_iris(as_frame=True), include=["lightgbm"])
    stopping = next(item for item in found.items if item.hyperparameters.get("early_stopping"))
    whole = next(item for item in found.items if not item.hyperparameters.get("early_stopping"))
    slow = [replace(item, fit_seconds=3.0, predict_seconds=0.0) for item in (whole, stopping)]
    for items, expected in ((slow, slow[1]), (slow[:1], slow[0])):
        forecast = Forecast(Budget(seconds=30), n_rows=150, n_fold_rows=100)
        fitted = fit_untried(items, found.dataset, forecast=forecast, **HOW)
        assert fitted.weights == {expected.configuration.id: 1.0}
