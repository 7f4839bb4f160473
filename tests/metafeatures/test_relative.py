"""Relative landmarks: how learners compare on the dataset itself."""

import numpy as np
import pandas as pd
import pytest

from recommender.metafeatures import METAFEATURES, extract_metafeatures, relative
from recommender.metafeatures.learners import Fold, forest
from recommender.metafeatures.relative import LEARNERS
from recommender.tables.dataset import Dataset

TREES = ["tree", "random_forest", "boosting", "boosting_deep"]
LINEAR = ["linear", "ridge"]


def relatives(X, y, task, random_state=0):
    data = Dataset(pd.DataFrame(X), pd.Series(y), task)
    return extract_metafeatures(data, groups=["relative"], random_state=random_state).values


def mean(values, names):
    return np.mean([values[f"relative_{name}"] for name in names])


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(0).normal(size=(400, 5))


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_linear_target_is_for_linear_learners(normal, task):
    target = normal @ np.arange(1, 6) + np.random.default_rng(1).normal(size=400)
    values = relatives(normal, target > 0 if task == "binary" else target, task)
    assert mean(values, LINEAR) < 0.1
    assert mean(values, TREES) > 0.9


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_step_is_for_trees(normal, task):
    noise = np.random.default_rng(1).normal(size=400)
    target = (normal[:, 2] > 0.3) * (normal[:, 1] > -0.3) + 0.1 * noise
    draws = [relatives(normal, target > 0.5 if task == "binary" else target, task, seed) for seed in range(8)]
    assert np.mean([mean(values, TREES) for values in draws]) < 0.3
    assert np.mean([mean(values, LINEAR) for values in draws]) > 0.9


def test_a_smooth_curve_is_for_kernels_and_networks(normal):
    values = relatives(normal, np.sin(2 * normal[:, 0]) * normal[:, 1], "regression")
    assert values["relative_kernel"] < 0.5
    assert mean(values, LINEAR) == 1


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_regrets_are_those_of_the_scores(normal, task):
    target = {
        "binary": normal[:, 0] > 0,
        "multiclass": np.digitize(normal[:, 0], [-1, 1]),
        "regression": normal[:, 0],
    }[task]
    values = pd.Series(relatives(normal, target, task))
    scores = values.filter(regex="^trial_").rename(lambda name: name.removeprefix("trial_")).dropna()
    regrets = values.filter(regex="^relative_").rename(lambda name: name.removeprefix("relative_")).dropna()
    expected = ((scores.max() - scores) / (scores.max() - scores.median())).clip(0, 1)
    assert regrets.to_dict() == pytest.approx(expected.to_dict(), abs=1e-5)
    assert set(scores.index) == set(LEARNERS) - ({"quadratic"} if task == "regression" else set())


def test_noise_scores_nothing(normal):
    classes = relatives(normal, np.random.default_rng(1).integers(0, 3, 400), "multiclass")
    assert [classes[f"trial_{name}"] for name in LEARNERS] == pytest.approx([0.5] * len(LEARNERS), abs=0.1)


def test_what_nothing_can_be_learnt_from_leaves_all_alike():
    values = relatives(np.ones((30, 2)), np.arange(30) % 2, "binary")
    assert {values[f"relative_{name}"] for name in LEARNERS} == {0.0}


def test_few_rows_are_halved_more_often_and_agree_with_themselves(normal):
    target = normal @ np.arange(1, 6) > 0
    few, others = (relatives(normal[:60], target[:60], "binary", random_state=seed) for seed in (0, 1))
    assert few != others
    assert few["trial_linear"] == pytest.approx(others["trial_linear"], abs=0.03)


@pytest.mark.parametrize(("n_columns", "n_trained"), [(5, 2000), (25, 1000), (60, 500)])
def test_the_fewer_columns_the_more_rows_are_learnt_from(monkeypatch, n_columns, n_trained):
    trained = []

    def predictions(fold):
        trained.append(len(fold.y))
        return {"linear": fold.X_test[:, :1], "ridge": fold.X_test[:, :1]}

    monkeypatch.setattr(relative, "_predictions", predictions)
    X = np.random.default_rng(0).normal(size=(6000, n_columns))
    relatives(X, X[:, 0], "regression")
    assert trained == [n_trained] * 2


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_thinned_fold_keeps_every_class_and_the_range_of_the_target(task):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [900, 80, 20])) if task == "multiclass" else rng.normal(size=1000)
    fold = Fold.of(rng.normal(size=(1000, 3)), y, task, np.arange(1000), np.arange(10), 0)
    few = fold.thinned(100)
    assert few.X.shape == (100, 3)
    assert few.X_test is fold.X_test
    assert few.own_distances.shape == (100, 100)
    if task == "multiclass":
        assert np.bincount(few.y) == pytest.approx([90, 8, 2], abs=1)
    else:
        assert (few.y.min(), few.y.max()) == (fold.y.min(), fold.y.max())
    assert fold.thinned(1000) is fold


def test_trees_of_indicators_are_trees_of_classes(normal, monkeypatch):
    y = np.digitize(normal[:, 0] * normal[:, 1] + 0.3 * normal[:, 2], [-0.5, 0, 0.5])
    fold = Fold.of(normal, y, "multiclass", np.arange(300), np.arange(300, 400), random_state=0)
    settings = {"extremely_random": True, "max_features": 0.5, "min_samples_leaf": 10}  # large leaves have no ties
    of_indicators = forest(fold, 12, **settings)
    monkeypatch.setattr("recommender.metafeatures.learners.MAX_INDICATORS", 0)
    np.testing.assert_allclose(forest(fold, 12, **settings), of_indicators, atol=1e-12)


def test_every_learner_is_described():
    for name in LEARNERS:
        for kind in ("trial", "relative"):
            assert METAFEATURES[f"{kind}_{name}"].group == "relative"
