from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.own_evidence import matrix_of, measure_itself

pytestmark = pytest.mark.usefixtures("few_trees")

NAMES = ["lightgbm-default", "a", "b", "c", "d"]


def knowledge(n_datasets: int, *, effect: float, noise: float, n_folds: int = 4) -> KnowledgeBase:
    """Which of five configurations is best depends on one meta-feature; LightGBM's default is best at its low end."""
    rng = np.random.default_rng(0)
    ids = [f"dataset-{i}" for i in range(n_datasets)]
    position = rng.uniform(0, 4, n_datasets)
    means = 0.8 - effect * np.abs(position[:, None] - np.arange(5))
    scores = means[:, :, None] + rng.normal(0, noise, (n_datasets, 5, n_folds))
    codes = np.indices(scores.shape).reshape(3, -1)
    evaluations = pd.DataFrame(dict.fromkeys(METRICS, np.nan), index=range(scores.size)).assign(
        dataset_id=np.array(ids)[codes[0]],
        configuration_id=np.array(NAMES)[codes[1]],
        size=10_000,
        fold=codes[2],
        status="ok",
        n_train=80.0,
        n_test=20.0,
        fit_seconds=0.5,
        predict_seconds=0.01,
        model_bytes=1000,
        peak_bytes=1000,
        roc_auc=scores.ravel(),
    )
    return KnowledgeBase(
        pd.DataFrame(
            {
                "task": "binary",
                "n_samples": 100,
                "n_features": 5,
                "n_classes": 2,
                "family": [f"family-{i // 2}" for i in range(n_datasets)],
            },
            ids,
        ),
        pd.DataFrame({"position": position, "nr_inst": 100, "nr_attr": 5, "nr_cat": 0, "nr_class": 2}, index=ids),
        pd.DataFrame({"algorithm": "lightgbm", "hyperparameters": [{}] * 5}, index=NAMES),
        evaluations,
        pd.DataFrame(),
    )


@pytest.fixture(scope="module")
def learnable() -> pd.DataFrame:
    return measure_itself(knowledge(40, effect=0.05, noise=0.005), tasks=["binary"], seeds=[0], ks=(1, 3))


@pytest.fixture(scope="module")
def hopeless() -> pd.DataFrame:
    return measure_itself(knowledge(40, effect=0.0, noise=0.05), tasks=["binary"], seeds=[0], ks=(1,))


def value(rows: pd.DataFrame, measure: str, strategy: str = "meta-model", k: int = 1) -> float:
    chosen = rows[rows["measure"].str.startswith(measure) & (rows["strategy"] == strategy) & (rows["k"] == k)]
    return float(chosen["value"].iloc[0])


@pytest.mark.parametrize(("is_installed", "names"), [(True, NAMES), (False, NAMES[:4])])
def test_what_is_not_installed_is_left_out(monkeypatch, is_installed, names):
    base = knowledge(8, effect=0.05, noise=0.005)
    base.configurations.loc["d", "algorithm"] = "catboost"
    monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: is_installed)
    assert set(matrix_of(base, METRICS["roc_auc"]).performance) == set(names)


def test_only_what_has_scores_on_both_halves_of_the_folds_is_judged():
    base = knowledge(8, effect=0.05, noise=0.005)
    rows = base.evaluations
    of_one_fold = (rows["dataset_id"] == "dataset-0") | (rows["configuration_id"] == "a")
    matrix = matrix_of(replace(base, evaluations=rows[~of_one_fold | (rows["fold"] == 0)]), METRICS["roc_auc"])
    assert matrix.performance.notna().all(axis=None)
    assert list(matrix.tasks.index[matrix.tasks.isna()]) == ["dataset-0"]
    assert not matrix.may_choose.loc["dataset-1":, "a"].any()
    assert matrix.may_choose.loc["dataset-1":].drop(columns="a").all(axis=None)


def test_a_knowledge_base_of_single_folds_cannot_be_judged():
    with pytest.raises(KnowledgeBaseError, match="on two folds or more"):
        measure_itself(knowledge(8, effect=0.05, noise=0.005, n_folds=1), tasks=["binary"], seeds=[0])


def test_what_can_be_learnt_closes_the_gap(learnable):
    assert value(learnable, "gap closed") > 0.5
    assert value(learnable, "gap closed", "ranking by mean") == 0
    assert value(learnable, "mean normalized regret") < value(learnable, "mean normalized regret", "greedy portfolio")
    assert value(learnable, "share of datasets where the first choice loses") < 0.2


def test_a_virtual_best_of_noise_is_no_better_than_any_choice(hopeless):
    for strategy in ("meta-model", "ranking by mean"):
        assert abs(value(hopeless, "mean normalized regret", strategy)) < 0.25
    assert value(hopeless, "share of datasets where the first choice loses") < 0.2


def test_seconds_that_never_vary_are_expected_exactly(learnable):
    assert value(learnable, "median factor between expected and measured seconds to fit") == pytest.approx(1, abs=0.01)


def test_tasks_that_are_learnt_together_are_judged_apart():
    base = knowledge(40, effect=0.05, noise=0.005)
    base.datasets["task"] = ["binary"] * 24 + ["multiclass"] * 16
    rows = measure_itself(base, seeds=[0], ks=(1,))
    assert rows.groupby("task")["n_datasets"].unique().map(list).to_dict() == {"binary": [24], "multiclass": [16]}
    for _, mine in rows.groupby("task"):
        assert value(mine, "gap closed") > 0.4
        assert 0.5 < value(mine, "coverage of the 80% interval, all configurations") <= 1
