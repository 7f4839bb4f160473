from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from quick_fits import QUICK, draw_classes, mixed_table
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.metrics import balanced_accuracy_score, make_scorer
from sklearn.utils import compute_sample_weight

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.errors import MetricError, RecommendationError
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS
from recommender.fitting.budget import Budget
from recommender.fitting.row_weights import RowWeights, row_weights
from recommender.fitting.thresholds import Thresholded
from recommender.fitting.trials import search
from recommender.recommendation import recommend
from recommender.tables.loading import load_dataset

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def rare() -> tuple[np.ndarray, np.ndarray]:
    """Every ninth row or so is of the second class, and few rows are so for sure."""
    return draw_classes([0.0, -3.0])


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1"])
@pytest.mark.parametrize("n_candidates", [1, 2])
def test_thresholds_are_those_that_raise_the_metric(metric, n_candidates, rare):
    X, y = rare
    options = {"include": ["logistic_regression", "naive_bayes"], "n_candidates": n_candidates}
    plain = RecommendedClassifier(**options).fit(X[:500], y[:500])
    model = RecommendedClassifier(metric=metric, **options).fit(X[:500], y[:500])
    assert isinstance(model.estimator_, Thresholded)
    assert model.predict(X).mean() > 1.2 * plain.predict(X).mean()
    assert (model.predict_proba(X)[:, 1] >= model.estimator_.thresholds[1]).tolist() == (model.predict(X) == 1).tolist()
    measure = METRICS[metric].measure
    scores = [measure(y[500:], Predicted(each.predict(X[500:]))) for each in (model, plain)]
    assert scores[0] > scores[1]
    assert model.leaderboard_["score"][1] == pytest.approx(scores[0], abs=0.15)


def test_thresholds_of_several_candidates_and_classes():
    X, y = draw_classes([0.0, -2.5, -2.5])
    options = {"include": ["logistic_regression", "naive_bayes", "lda"], "n_candidates": 3}
    model = RecommendedClassifier(metric="balanced_accuracy", **options).fit(X[:500], y[:500])
    assert isinstance(model.estimator_, Thresholded)
    likeliest = model.predict_proba(X).argmax(axis=1)
    assert balanced_accuracy_score(y, model.predict(X)) > balanced_accuracy_score(y, likeliest)


def test_thresholds_are_left_alone_where_the_metric_has_none(rare):
    assert not isinstance(RecommendedClassifier(metric="log_loss", **QUICK).fit(*rare).estimator_, Thresholded)


@pytest.mark.parametrize("options", [{}, {"n_candidates": 2}, {"n_candidates": 2, "ensemble": False}], ids=str)
def test_rows_count_as_their_weights_say(options, rare):
    X, y = rare
    weights = np.where(y == 1, 8.0, 1.0)
    plain = RecommendedClassifier(**QUICK, **options).fit(X, y)
    model = RecommendedClassifier(**QUICK, **options).fit(X, y, sample_weight=weights)
    assert model.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.15
    assert {item.algorithm for item in model.recommendation_.items} == {"logistic_regression", "naive_bayes"}
    assert "lda" in {item.algorithm for item in plain.recommendation_.items}


@pytest.mark.parametrize("options", [{}, {"n_candidates": 2, "ensemble": False}], ids=str)
def test_numbers_are_weighted_too(options):
    X, y = load_diabetes(return_X_y=True)
    weights = np.where(y > np.median(y), 9.0, 1.0)
    plain = RecommendedRegressor(**QUICK, **options).fit(X, y)
    model = RecommendedRegressor(**QUICK, **options).fit(X, y, weights)
    assert model.predict(X).mean() > plain.predict(X).mean() + 20


def test_rows_without_weight_are_as_if_they_were_not_there():
    table = mixed_table()
    X, y = table.drop(columns="churned"), table["churned"]
    weights = np.where(np.arange(90) % 3 == 0, 0.0, 1.0)
    model = RecommendedClassifier(**QUICK).fit(X, y, sample_weight=weights)
    other = RecommendedClassifier(**QUICK).fit(X[weights > 0], y[weights > 0], sample_weight=np.ones(60))
    np.testing.assert_array_equal(model.predict_proba(X), other.predict_proba(X))


def test_classes_are_balanced_on_request(rare):
    X, y = rare
    balanced = RecommendedClassifier(class_weight="balanced", **QUICK).fit(X, y)
    by_hand = RecommendedClassifier(**QUICK).fit(X, y, sample_weight=compute_sample_weight("balanced", y))
    twice = RecommendedClassifier(class_weight={1: 5.0}, **QUICK).fit(X, y, sample_weight=np.full(1000, 2.0))
    np.testing.assert_allclose(balanced.predict_proba(X), by_hand.predict_proba(X))
    assert twice.predict_proba(X)[:, 1].mean() > RecommendedClassifier(**QUICK).fit(X, y).predict_proba(X)[:, 1].mean()


def test_comparisons_are_weighted_by_rows_and_not_by_classes(rare):
    X, y = rare
    dataset = load_dataset(X, y)
    ranking = recommend(dataset, include="logistic_regression", metric="log_loss")

    def score(weights: RowWeights) -> float:
        return search(ranking, dataset, Budget(tries=2), weights=weights).standing.tries[0].score

    assert score(RowWeights(judging=np.where(y == 1, 1.0, 1e-9))) > 1 > score(row_weights(y, None, "balanced"))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, 2.0], "has shape"),
        (np.full(150, -1.0), "not negative"),
        (np.zeros(150), "all of sample_weight is zero"),
        (np.full(150, np.nan), "finite"),
    ],
)
def test_weights_that_are_none(weights, message):
    with pytest.raises(ValueError, match=message):
        RecommendedClassifier(**QUICK).fit(*load_iris(return_X_y=True), sample_weight=weights)


def test_weights_of_zero_and_numbers_of_rows_do_not_go_together():
    X, y = load_iris(return_X_y=True)
    model = RecommendedClassifier(cv=[(range(0, 150, 2), range(1, 150, 2))], **QUICK)
    with pytest.raises(RecommendationError, match="does not go with rows of weight 0"):
        model.fit(X, y, sample_weight=np.arange(150) % 3)


def test_weights_leave_nothing_to_choose_from():
    with pytest.raises(RecommendationError, match=r"include=.* and weighted=True"):
        RecommendedClassifier(include="lda").fit(*load_iris(return_X_y=True), sample_weight=np.ones(150))


def test_the_best_of_several_candidates_is_kept():
    X, y = load_diabetes(return_X_y=True)
    model = RecommendedRegressor(n_candidates=3, ensemble=False, metric="rmse", **QUICK).fit(X, y)
    board = model.leaderboard_
    assert len(board) == 3
    assert board["score"].between(40, 80).all()
    assert board["score"].is_monotonic_increasing
    assert board["weight"].tolist() == [1, 0, 0]
    assert model.best_configuration_.id == board["configuration_id"][1]


@pytest.mark.parametrize(
    ("estimator", "loader"), [(RecommendedClassifier, load_wine), (RecommendedRegressor, load_diabetes)]
)
def test_an_ensemble_averages_its_members(estimator, loader):
    X, y = loader(return_X_y=True)
    model = estimator(n_candidates=3, **QUICK).fit(X, y)
    weights = model.leaderboard_["weight"]
    assert weights.sum() == pytest.approx(1)
    assert weights.is_monotonic_decreasing
    assert model.score(X, y) > 0.4
    assert model.best_configuration_.id == model.leaderboard_["configuration_id"][1]


def test_seconds_are_a_budget_for_everything():
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = RecommendedClassifier(seconds=15, n_candidates=3, n_jobs=1, **QUICK).fit(X, y)
    board = model.leaderboard_
    assert len(board) == 3
    assert board["weight"].sum() == pytest.approx(1)
    assert model.best_configuration_.id == board["configuration_id"][1]
    assert model.score(X, y) > 0.9


def test_candidates_are_compared_on_other_groups():
    rng = np.random.default_rng(0)
    shop = np.repeat(np.arange(30), 10)
    X = pd.DataFrame({"shop": shop % 6 + shop / 100, "noise": rng.normal(size=300)})
    y = rng.normal(size=30)[shop]  # which only the shop tells
    options = {"include": ["extra_trees", "k_neighbors"], "n_candidates": 2}
    apart = RecommendedRegressor(**options).fit(X, y, groups=shop).leaderboard_["score"].max()
    mixed = RecommendedRegressor(**options).fit(X, y).leaderboard_["score"].max()
    assert apart < mixed - 0.3
    weights = np.where(shop < 29, 1.0, 0.0)
    assert len(RecommendedRegressor(cv=3, **options).fit(X, y, weights, groups=shop).leaderboard_) == 2


def test_seconds_that_allow_nothing_still_give_a_model():
    X, y = load_iris(return_X_y=True, as_frame=True)
    with pytest.warns(UserWarning, match="nothing could be tried"):
        model = RecommendedClassifier(seconds=0.001, **QUICK).fit(X, y)
    assert model.score(X, y) > 0.8


def test_weights_of_an_ensemble_are_no_worse_than_the_best_alone():
    dataset = load_dataset(load_diabetes(as_frame=True))
    standing = search(recommend(dataset, **QUICK), dataset, Budget(tries=3)).standing
    tried = [attempt for attempt in standing.whole if standing.weights.get(attempt.id)]
    folds = zip(*(attempt.folds for attempt in tried), strict=True)
    blended = [
        (sum(standing.weights[c.id] * found.predicted.labels for c, found in zip(tried, fold, strict=True)), fold[0].y)
        for fold in folds
    ]
    r2 = np.mean([1 - ((y - p) ** 2).sum() / ((y - y.mean()) ** 2).sum() for p, y in blended])
    assert r2 == pytest.approx(standing.score)
    assert r2 >= tried[0].score - 1e-9


def test_a_function_is_what_candidates_are_compared_and_blended_by():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    y = y.map({0: "malign", 1: "benign"})

    def missed(y_true, y_pred):
        return -float(((y_true == "malign") & (y_pred == "benign")).sum())

    model = RecommendedClassifier(n_candidates=3, metric=missed, **QUICK).fit(X, y)
    scores = model.leaderboard_["score"]
    assert ((scores < 0) & (scores * 5 % 1 == 0)).all()  # whole numbers on each of five folds
    assert model.recommendation_.metric.name == "accuracy"
    model = clone(RecommendedClassifier(n_candidates=2, metric=make_scorer(missed), **QUICK)).fit(X, y)
    assert model.leaderboard_["score"].is_monotonic_decreasing


def test_a_scorer_that_can_judge_no_candidate_is_an_error():
    X, y = load_iris(return_X_y=True, as_frame=True)

    def moody(y_true, y_pred):
        if len(y_true) < 100:
            raise RuntimeError("too few rows")
        return 1.0

    with pytest.raises(MetricError, match="raises RuntimeError: too few rows"):
        RecommendedClassifier(n_candidates=2, metric=moody, **QUICK).fit(X, y)


def test_candidates_are_compared_by_the_division_that_is_asked_for(monkeypatch):
    from recommender.fitting import fits_here

    seen = []
    evaluate = fits_here.evaluate
    monkeypatch.setattr(
        fits_here, "evaluate", lambda *given, **how: (seen.append(given[3]), evaluate(*given, **how))[1]
    )
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=120), "shop": np.repeat(range(12), 10), "day": np.arange(120) % 60})
    y = np.where(X["a"] > 0, "yes", "no")
    model = RecommendedClassifier(n_candidates=2, include=["lda", "naive_bayes"], ensemble=False, cv=3)
    shops, days = X["shop"].to_numpy(), X["day"].to_numpy()
    for how, is_divided in (
        ({"groups": "shop"}, lambda train, test: not set(shops[train]) & set(shops[test])),
        ({"time": days}, lambda train, test: days[train].max() < days[test].min()),
        (
            {"groups": shops, "sample_weight": np.ones(120)},
            lambda train, test: not set(shops[train]) & set(shops[test]),
        ),
    ):
        seen.clear()
        model.fit(X, y, **how)
        assert len(seen) == 6
        assert all(is_divided(train, test) for train, test in seen)


def test_groups_lose_the_rows_that_do_not_count():
    X = pd.DataFrame({"a": np.random.default_rng(0).normal(size=60)})
    y, groups, weights = np.where(X["a"] > 0, "yes", "no"), np.repeat(range(6), 10), np.tile([0.0, 1.0], 30)
    model = RecommendedClassifier(n_candidates=2, include=["lda", "naive_bayes", "logistic_regression"], cv=3)
    assert model.fit(X, y, sample_weight=weights, groups=groups).leaderboard_["n_folds"].max() == 3
    with pytest.raises(RecommendationError, match="groups= has 3 values, and the table has 30 rows"):
        model.fit(X, y, sample_weight=weights, groups=[1, 2, 3])


def test_progress_is_told_where_it_is_asked_for(capsys):
    X, y = load_iris(return_X_y=True)
    for verbose in (False, True):
        RecommendedClassifier(n_candidates=2, include=["lda", "naive_bayes"], verbose=verbose).fit(X, y)
        said = capsys.readouterr()
        assert said.out == ""
        assert ("tried, best" in said.err) == verbose
