from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.metrics import log_loss
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from recommender.algorithms.calibrated import Calibrated, _folds

MACHINES = [LinearSVC(random_state=0), SVC()]
RNG = np.random.default_rng(0)


UNLIKE_OTHERS = {
    "check_sample_weight_equivalence_on_dense_data": "a row that repeats may be in several folds",
    "check_sample_weight_equivalence_on_sparse_data": "a row that repeats may be in several folds",
    "check_classifiers_train": "predictions are the likeliest classes, decisions are the machine's own",
}


@parametrize_with_checks([Calibrated(LinearSVC(random_state=0))], expected_failed_checks=lambda model: UNLIKE_OTHERS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learn_takes_it_for_its_own(estimator, check):
    check(estimator)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("loader", [load_breast_cancer, load_iris])
def test_probabilities_are_those_of_rows_that_were_not_seen(machine, loader):
    X, y = loader(return_X_y=True)
    X, test = (X - X.mean(axis=0)) / X.std(axis=0), np.arange(len(y)) % 3 == 0
    model = Calibrated(machine).fit(X[~test], y[~test])
    probabilities = model.predict_proba(X[test])
    assert log_loss(y[test], probabilities) < 0.3
    assert (model.predict(X[test]) == model.classes_[probabilities.argmax(axis=1)]).all()
    assert (model.decision_function(X) == machine.fit(X[~test], y[~test]).decision_function(X)).all()


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("counts", [[30, 1], [20, 20, 1], [20, 20, 2], [10, 1, 2, 3], [1, 1, 1]], ids=str)
def test_classes_may_be_as_small_as_a_row(machine, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    X = RNG.normal(size=(len(y), 2)) + y[:, None]
    probabilities = Calibrated(machine).fit(X, y).predict_proba(X)
    assert probabilities.shape == (len(y), len(counts))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_every_fold_trains_on_every_class_and_leaves_each_row_out_once():
    y = np.repeat(list("abcd"), [20, 1, 2, 7])
    folds = _folds(y, 5, 0)
    assert all(set(y[train]) == set("abcd") for train, _ in folds)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(30))
    assert all(set(y[np.intersect1d(train, test)]) <= {"b"} for train, test in folds)


def test_weights_move_machine_and_probabilities():
    X, y = RNG.normal(size=(80, 2)), RNG.integers(0, 2, 80)
    plain = Calibrated(SVC()).fit(X, y)
    weighted = Calibrated(SVC()).fit(X, y, sample_weight=np.where(y == 1, 9.0, 1.0))
    assert weighted.predict_proba(X)[:, 1].mean() > plain.predict_proba(X)[:, 1].mean() + 0.2
    assert weighted.decision_function(X).mean() > plain.decision_function(X).mean()


def test_a_linear_one_can_be_read():
    X, y = load_iris(return_X_y=True)
    assert Calibrated(LinearSVC()).fit(X, y).coef_.shape == (3, 4)
    assert not hasattr(Calibrated(SVC()).fit(X, y), "coef_")
