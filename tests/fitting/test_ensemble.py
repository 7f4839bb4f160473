from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Lasso, Ridge
from sklearn.naive_bayes import GaussianNB

from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS
from recommender.fitting.ensemble import CostCap, Member, blended, mean_score, nested_gain, select, voting
from recommender.fitting.thresholds import LeftOut


def numbers(noise: list[float], *, n: int = 300, common: float = 0.0, n_folds: int = 3) -> list[list[LeftOut]]:
    """Members that miss the truth by noise of their own, and by some that they share."""
    rng = np.random.default_rng(0)
    folds = [[] for _ in noise]
    for _ in range(n_folds):
        y = rng.normal(size=n)
        shared = common * rng.normal(size=n)
        for member, scale in zip(folds, noise, strict=True):
            member.append(LeftOut(y, Predicted(y + shared + scale * rng.normal(size=n))))
    return folds


def probabilities(said: np.ndarray, y: np.ndarray) -> LeftOut:
    return LeftOut(y, Predicted(said.argmax(axis=1), said, are_probabilities=True, classes=np.unique(y)))


def test_members_that_err_apart_are_better_together():
    members, metric = numbers([0.5, 0.5, 0.5]), METRICS["rmse"]
    weights = select(members, metric)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0.2).all()
    best = min(mean_score(member, metric) for member in members)
    assert mean_score(blended(members, weights), metric) < 0.7 * best
    assert nested_gain(members, metric) > 0.1


def test_one_that_knows_it_all_is_left_alone():
    members = numbers([0.0, 0.5, 0.5])
    assert select(members, METRICS["r2"]).tolist() == [1, 0, 0]
    assert nested_gain(members, METRICS["r2"]) == 0


def test_what_only_chance_chose_does_not_gain():
    rng = np.random.default_rng(3)
    y = rng.normal(size=24)
    useless = [[LeftOut(y, Predicted(y + rng.normal(size=24) * 0.05))]]
    useless += [[LeftOut(y, Predicted(y + rng.normal(size=24) * 2))] for _ in range(10)]
    weights = select(useless, METRICS["mae"])
    seen = mean_score(blended(useless, weights), METRICS["mae"])
    assert seen <= mean_score(useless[0], METRICS["mae"])  # on the rows that chose it
    assert nested_gain(useless, METRICS["mae"]) <= 0


def test_rows_that_several_folds_leave_out_are_on_one_side_of_the_check():
    rng = np.random.default_rng(0)
    y, guesses = rng.integers(0, 2, 60), rng.uniform(size=(8, 60))  # of which none knows anything
    rows = np.arange(60)

    def gain(n_repeats: int) -> float:
        members = [
            [replace(probabilities(np.column_stack([1 - p, p]), y), rows=rows) for _ in range(n_repeats)]
            for p in guesses
        ]
        return nested_gain(members, METRICS["accuracy"])

    assert gain(4) == pytest.approx(gain(1))


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "roc_auc"])
def test_folds_of_a_single_row_are_checked_too(metric):
    y, rng = np.arange(30) % 2, np.random.default_rng(0)
    guesses = [np.clip(0.2 + 0.6 * y + 0.3 * rng.normal(size=30), 0, 1) for _ in range(3)]
    members = [
        [replace(probabilities(np.array([[1 - p, p]]), np.array([0, 1])), y=y[i : i + 1]) for i, p in enumerate(guess)]
        for guess in guesses
    ]
    assert np.isfinite(nested_gain(members, METRICS[metric]))


def test_probabilities_are_averaged_by_any_metric():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=600)
    likely = [np.eye(3)[y] + rng.gumbel(size=(600, 3)) for _ in range(3)]
    members = [[probabilities(np.exp(one) / np.exp(one).sum(axis=1, keepdims=True), y)] for one in likely]
    for name in ("roc_auc", "log_loss", "accuracy", "mcc"):
        metric = METRICS[name]
        weights = select(members, metric)
        scores = [metric.sign * mean_score(member, metric) for member in members]
        assert metric.sign * mean_score(blended(members, weights), metric) >= max(scores), name
    assert nested_gain(members, METRICS["log_loss"]) > 0


def test_the_ensemble_as_a_whole_keeps_its_caps():
    members = numbers([0.5, 0.5, 0.5, 0.5])
    weights = select(members, METRICS["rmse"], caps=[CostCap(np.array([1.0, 2.0, 4.0, 8.0]), 6.0)])
    assert np.array([1, 2, 4, 8])[weights > 0].sum() <= 6
    assert (weights > 0).sum() == 2
    assert (select(members, METRICS["rmse"], caps=[CostCap(np.full(4, 9.0), 6.0)]) > 0).sum() == 1


def test_rows_count_as_their_weights_say():
    y = np.zeros(100)
    first, second = np.arange(100) < 50, np.arange(100) >= 50
    members = [[LeftOut(y, Predicted(wrong.astype(float)), np.where(first, 9.0, 1.0))] for wrong in (first, second)]
    assert select(members, METRICS["mae"]).tolist() == [0, 1]


def test_folds_that_do_not_allow_the_metric_are_passed_over():
    y = np.zeros(10, dtype=int)
    said = np.full((10, 2), 0.5)
    one_class = LeftOut(y, Predicted(y, said, are_probabilities=True, classes=np.array([0, 1])))
    assert np.isnan(mean_score([one_class], METRICS["roc_auc"]))
    assert nested_gain([[one_class], [one_class]], METRICS["roc_auc"]) == 0


def test_halves_that_do_not_allow_the_metric_say_nothing_of_a_gain():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [98, 2])  # both of the second class are in the same half now and then

    def member():
        p = np.clip(0.3 + 0.3 * y + 0.2 * rng.normal(size=100), 0, 1)
        return [LeftOut(y, Predicted((p > 0.5).astype(int), np.column_stack([1 - p, p]), are_probabilities=True))]

    one = member()
    assert select([[fold.take(np.arange(90)) for fold in one]] * 2, METRICS["roc_auc"]).tolist() == [1.0, 0.0]
    for seed in range(20):  # an ensemble of the same twice is neither better nor worse
        assert nested_gain([one, one], METRICS["roc_auc"], random_state=seed) == 0


def test_fitted_members_vote_without_being_fitted_again():
    X, y = load_iris(return_X_y=True, as_frame=True)
    names = y.map({0: "a", 1: "b", 2: "c"})
    fitted = [Member([("model", model)]).fit(X, y) for model in (GaussianNB(), LinearDiscriminantAnalysis())]
    model = voting([("nb", fitted[0], 0.25), ("lda", fitted[1], 0.75)], "multiclass", X, names)
    expected = 0.25 * fitted[0].predict_proba(X) + 0.75 * fitted[1].predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X), expected)
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert model.score(X, names) > 0.9
    assert model.estimators_[0] is fitted[0]
    assert model.named_estimators_["lda"] is fitted[1]
    again = clone(model).fit(X[:100], names[:100])
    assert again.classes_.tolist() == ["a", "b"]


def test_numbers_are_voted_on_too():
    X, y = load_diabetes(return_X_y=True)
    fitted = [Member([("model", model)]).fit(X, y) for model in (Ridge(), Lasso())]
    model = voting([("ridge", fitted[0], 0.5), ("lasso", fitted[1], 0.5)], "regression", X, y)
    np.testing.assert_allclose(model.predict(X), (fitted[0].predict(X) + fitted[1].predict(X)) / 2)
