from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS
from recommender.fitting.thresholds import LeftOut, Thresholded, decide


def left_out(y: np.ndarray, probabilities: np.ndarray, *, n_folds: int = 5, weights=None) -> list[LeftOut]:
    folds = np.arange(len(y)) % n_folds
    return [
        LeftOut(
            y[folds == i],
            Predicted(probabilities[folds == i].argmax(axis=1), probabilities[folds == i], are_probabilities=True),
            None if weights is None else weights[folds == i],
        )
        for i in range(n_folds)
    ]


def imbalanced(n_classes: int, n: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Truth and honest probabilities, of rare classes rarely above a half."""
    rng = np.random.default_rng(0)
    shares = np.array([0.85, *np.full(n_classes - 1, 0.15 / (n_classes - 1))])
    y = rng.choice(n_classes, n, p=shares)
    signal = rng.normal(size=(n, n_classes)) + 1.2 * (y[:, None] == np.arange(n_classes))
    likely = shares * np.exp(1.2 * signal)
    return y, likely / likely.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("n_classes", [2, 3, 6])
@pytest.mark.parametrize("name", ["balanced_accuracy", "f1_macro"])
def test_rare_classes_are_found_more_often_and_rows_that_did_not_choose_gain(name, n_classes):
    metric, (y, probabilities) = METRICS[name], imbalanced(n_classes)
    chosen = decide(left_out(y[:750], probabilities[:750]), metric).thresholds
    assert chosen.sum() == pytest.approx(1)
    assert chosen[0] == max(chosen)
    new = left_out(y[750:], probabilities[750:], n_folds=1)[0]
    assert new.under(chosen).score(metric) > new.score(metric) + 0.02


def test_thresholds_of_two_classes_are_those_of_the_second_ones_probability():
    y, probabilities = imbalanced(2)
    found = left_out(y, probabilities)
    chosen = decide(found, METRICS["balanced_accuracy"]).thresholds
    labels = np.concatenate([fold.under(chosen).predicted.labels for fold in found])
    above = np.concatenate([fold.predicted.margins[:, 1] > chosen[1] for fold in found])
    assert (labels == above).all()
    assert 0.08 < chosen[1] < 0.25  # that honest probabilities are balanced by is the share of the class, 0.15


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_what_is_chosen_by_noise_is_not_trusted(share):
    rng = np.random.default_rng(1)
    y, p = (rng.random(200) < share).astype(int), rng.uniform(0.3, 0.7, 200)
    found = left_out(y, np.column_stack([1 - p, p]))
    assert decide(found, METRICS["mcc"]).thresholds is None
    assert decide(found, METRICS["mcc"]).left_out is found


def test_thresholds_stay_where_it_was_not_measured_that_moving_them_helps():
    y, probabilities = imbalanced(2)
    assert (
        decide(left_out(y, probabilities, weights=np.where(y == 1, 9.0, 1.0)), METRICS["accuracy"]).thresholds is None
    )
    assert not METRICS["balanced_accuracy"].has_thresholds(np.arange(100) % 2)
    assert not METRICS["balanced_accuracy"].has_thresholds(y, np.where(y == 1, (y == 0).sum() / (y == 1).sum(), 1.0))
    assert METRICS["balanced_accuracy"].has_thresholds(y)
    assert METRICS["f1"].has_thresholds(np.arange(100) % 2)


def test_a_single_fold_chooses_nothing():
    y, probabilities = imbalanced(2)
    assert decide(left_out(y, probabilities, n_folds=1), METRICS["balanced_accuracy"]).thresholds is None


def test_each_fold_is_judged_under_thresholds_that_it_did_not_choose():
    metric, (y, probabilities) = METRICS["balanced_accuracy"], imbalanced(2, 300)
    found = left_out(y, probabilities)
    wrong = LeftOut(1 - found[0].y, found[0].predicted)
    same = [decide(folds, metric).left_out[0].predicted.labels for folds in (found, [wrong, *found[1:]])]
    assert (same[0] == same[1]).all()


def test_weights_of_rows_count():
    y, probabilities = imbalanced(2)
    alike = decide(left_out(y, probabilities), METRICS["f1"]).thresholds
    heavy = decide(left_out(y, probabilities, weights=np.where(y == 1, 9.0, 1.0)), METRICS["f1"]).thresholds
    assert heavy[1] < alike[1] - 0.1


def test_it_predicts_under_its_thresholds_and_keeps_probabilities():
    X, y = make_classification(600, weights=[0.9], n_informative=4, flip_y=0.1, random_state=0)
    names = np.array(["no", "yes"])[y]
    train, test = np.arange(300), np.arange(300, 600)
    plain = LogisticRegression().fit(X[train], names[train])
    folds = StratifiedKFold(5).split(X[train], y[train])
    out = cross_val_predict(plain, X[train], names[train], cv=list(folds), method="predict_proba")
    chosen = decide(left_out(y[train], out), METRICS["balanced_accuracy"]).thresholds
    model = Thresholded(LogisticRegression(), chosen).fit(X[train], names[train])
    np.testing.assert_array_equal(model.predict_proba(X[test]), plain.predict_proba(X[test]))
    np.testing.assert_array_equal(model.decision_function(X[test]), plain.decision_function(X[test]))
    for score in (balanced_accuracy_score, lambda y, p: f1_score(y, p, pos_label="yes")):
        assert score(names[test], model.predict(X[test])) > score(names[test], plain.predict(X[test])) + 0.02


def test_parameters_of_fit_are_passed_on():
    X, y = make_classification(100, random_state=0)
    weights = np.where(y == 1, 9.0, 1.0)
    model = Thresholded(LogisticRegression(), [0.5, 0.5]).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(model.classifier_.coef_, LogisticRegression().fit(X, y, sample_weight=weights).coef_)


def test_columns_are_those_of_the_classifier():
    X = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0]})
    model = Thresholded(LogisticRegression(), [0.5, 0.5])
    assert not hasattr(model, "n_features_in_")
    assert model.fit(X, [0, 1]).n_features_in_ == 2
    assert model.feature_names_in_.tolist() == ["a", "b"]
    assert not hasattr(model.fit(X.to_numpy(), [0, 1]), "feature_names_in_")


def test_there_is_a_threshold_for_each_class():
    with pytest.raises(ValueError, match="there are 2 thresholds, and 3 classes in y"):
        Thresholded(LogisticRegression(), [0.5, 0.5]).fit([[0.0], [1.0], [2.0]], [0, 1, 2])


def test_decisions_are_there_where_the_classifier_has_any():
    assert hasattr(Thresholded(SVC(), [0.5, 0.5]), "decision_function")
    assert not hasattr(Thresholded(GaussianNB(), [0.5, 0.5]), "decision_function")
