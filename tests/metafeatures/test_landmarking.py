"""Landmarkers: scores that mean what they say."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from recommender.metafeatures import extract_metafeatures
from recommender.metafeatures.canonical import squared_canonical_correlations
from recommender.metafeatures.landmarking import LEARNERS, MAX_ROWS, encoded
from recommender.metafeatures.learners import aucs
from recommender.metafeatures.statistical import _looks_normal
from recommender.metafeatures.table import quantiles, view_table
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset


def landmarkers(X, y, task, random_state=0):
    data = Dataset(pd.DataFrame(X), pd.Series(y), task)
    return extract_metafeatures(data, groups=["landmarking"], random_state=random_state).values


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(0).normal(size=(600, 5))


def test_noise_scores_nothing(normal):
    noise = np.random.default_rng(1)
    classes = landmarkers(normal, noise.integers(0, 3, 600), "multiclass")
    assert {name: classes[f"score_{name}"] for name in LEARNERS} == pytest.approx(dict.fromkeys(LEARNERS, 0.5), abs=0.1)
    numbers = landmarkers(normal, noise.normal(size=600), "regression")
    assert all(-1 <= numbers[f"score_{name}"] < 0.1 for name in LEARNERS)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_linear_target_is_the_linear_learners(normal, task):
    target = normal @ np.arange(1, 6)
    values = landmarkers(normal, target > 0 if task == "binary" else target, task)
    assert values["score_linear"] > 0.98
    assert values["rank_linear"] == 1
    assert values["lead_linear"] > 0
    assert values["lead_nonlinear"] < 0


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_an_interaction_is_beyond_the_linear_learner(normal, task):
    target = normal[:, 0] * normal[:, 1]
    values = landmarkers(normal[:, :2], target > 0 if task == "binary" else target, task)
    assert values["score_kernel"] > 0.8
    assert values["lead_nonlinear"] > 0.3
    assert values["score_stump"] < 0.7


def test_a_step_is_a_stumps(normal):
    values = landmarkers(normal, (normal[:, 2] > 0.3).astype(int), "binary")
    assert values["score_stump"] > 0.98
    assert values["score_tree"] > 0.98


def test_more_rows_help_where_there_is_much_to_learn():
    X = np.random.default_rng(0).normal(size=(500, 12))
    values = landmarkers(X, (np.sin(3 * X[:, :4]).sum(axis=1) + X[:, 4:].sum(axis=1) > 0), "binary")
    assert np.mean([values[f"gain_{name}"] for name in LEARNERS]) > 0


def test_ranks_are_those_of_the_scores(normal):
    values = landmarkers(normal, (normal[:, 0] + normal[:, 1] ** 2 > 1).astype(int), "binary")
    scores = [values[f"score_{name}"] for name in LEARNERS]
    assert [values[f"rank_{name}"] for name in LEARNERS] == list(stats.rankdata(-np.round(scores, 6)))
    assert values["score_best"] == max(scores)


def test_categories_missing_values_dates_and_texts_are_learnt_from():
    rng = np.random.default_rng(0)
    signal = rng.integers(0, 2, 200)
    y = np.where(rng.random(200) < 0.9, signal, 1 - signal)
    columns = {
        "category": np.where(signal, "a", "b"),
        "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(1000 * signal + rng.integers(0, 500, 200), unit="D"),
        "text": [f"{i} {'long ' * (5 * s)}" for i, s in enumerate(signal)],
        "number with holes": np.where(rng.random(200) < 0.1, np.nan, signal + rng.normal(size=200) / 5),
    }
    for name, column in columns.items():
        assert landmarkers(pd.DataFrame({name: column}), y, "binary")["score_best"] > 0.8, name


def test_the_sample_is_complete_bounded_and_keeps_classes():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=5000), "b": rng.choice(list("abc"), 5000)})
    X.loc[::7, "a"] = np.nan
    rare = np.zeros(5000, dtype=int)
    rare[:3] = 1
    sample, y = encoded(view_table(load_dataset(X, rare)), MAX_ROWS)
    assert len(sample) <= 510
    assert np.isfinite(sample).all()
    assert np.bincount(y)[1] >= 2


def test_aucs_are_scikit_learns_also_with_ties():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 100)
    scores = rng.integers(0, 5, (100, 3)) / 4
    expected = np.mean([roc_auc_score(y == k, scores[:, k]) for k in range(3)])
    assert aucs(y, scores, 3)[0] == pytest.approx(expected)
    assert aucs(y % 2, scores[:, :1], 2)[0] == pytest.approx(roc_auc_score(y % 2, scores[:, 0]))
    assert aucs(np.zeros(4, dtype=int), np.zeros((4, 2)), 2) == [0.5, 0.5]


# ---------------------------------------------------------------------------------------------------------------------
# Pieces of the other groups


@pytest.mark.parametrize("n", [3, 4, 5, 6, 11, 12, 50, 400])
def test_normality_is_judged_as_scipy_does(n):
    rng = np.random.default_rng(n)
    columns = np.sort(np.hstack([rng.normal(size=(n, 60)), rng.exponential(size=(n, 60))]), axis=0)
    expected = [stats.shapiro(column).pvalue > 0.05 for column in columns.T]
    assert list(_looks_normal(columns)) == expected


def test_quantiles_are_numpys():
    X = np.random.default_rng(0).normal(size=(37, 4))
    X[5:20, 1] = np.nan
    q = np.array([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
    ordered, present = np.sort(X, axis=0), 37 - np.isnan(X).sum(axis=0)
    assert quantiles(ordered, present, q) == pytest.approx(np.nanquantile(X, q, axis=0))


def test_canonical_correlations_are_exact_for_two_classes_and_numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    y = X @ [1.0, 2.0, 0.0, 0.0] + rng.normal(size=80)
    X, y = X - X.mean(axis=0), y - y.mean()
    scale = np.sqrt((X**2).sum(axis=0))
    loadings = (y @ X / np.sqrt(y @ y) / scale)[None, :]
    found = squared_canonical_correlations(X, scale, np.corrcoef(X.T), loadings, np.zeros(0))
    fitted = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    assert found == pytest.approx([(fitted @ fitted) / (y @ y)])
