"""What is added to a knowledge base about a table never makes its recommendation worse by more than noise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from recommender import MetaModel, load_knowledge
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel import training
from recommender.metamodel.observations import observe, scores_seen
from recommender.metamodel.recall import credibility, expect
from recommender.metamodel.regrets import normalized_regret
from recommender.metamodel.training import inputs_of, train

ROC_AUC = METRICS["roc_auc"]
NOISE = 0.13
"""About the standard error of the mean regret of ten first choices."""


@pytest.fixture(scope="module")
def known() -> KnowledgeBase:
    """The binary tables of the shipped knowledge base that have at most 5,000 rows."""
    shipped = load_knowledge()
    about = shipped.datasets
    kept = about.index[(about["task"] == "binary") & (about["n_samples"] <= 5_000)]
    return shipped.without([i for i in about.index if i not in set(kept)])


@pytest.fixture(scope="module")
def ten(known) -> list[str]:
    """Tables of ten families with at least 60 evaluated configurations."""
    n_seen = known.outcomes["roc_auc"].notna().groupby(level=0).sum()
    enough = known.datasets.loc[n_seen.index[n_seen >= 60]].sample(frac=1, random_state=1)
    return list(enough.drop_duplicates("family").index[:10])


@pytest.fixture(scope="module")
def others(known, ten) -> KnowledgeBase:
    families = known.datasets["family"]
    return known.without(list(families.index[families.isin(families[ten])]))


@pytest.fixture(scope="module")
def regret_with(known, ten, others):
    """The true regret of the first choice on each of the ten tables, with some evaluations of them added."""
    truth = normalized_regret(known.performance("binary", ROC_AUC)).loc[ten]

    def regrets(added: pd.DataFrame | None) -> np.ndarray:
        knowledge = others
        if added is not None:
            about = {
                name: getattr(known, name).loc[[*others.datasets.index, *ten]] for name in ("datasets", "metafeatures")
            }
            knowledge = replace(known, evaluations=pd.concat([others.evaluations, added], ignore_index=True), **about)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(training, "MetaModel", partial(MetaModel, n_trees=60))
            trained = train(knowledge, ROC_AUC)
        chosen = []
        for name in ten:
            at = np.flatnonzero(trained.seen.fingerprints == known.datasets["fingerprint"][name])
            scores = trained.seen.scores[at[0]] if at.size else np.full(len(trained.configurations), np.nan)
            itself = list(trained.datasets.index[trained.datasets["dataset_id"] == name])
            row = inputs_of(known.metafeatures.loc[[name]])
            _, scenarios = expect(trained.model, row, scores.astype(float), itself=itself)
            preference = pd.Series(scenarios.preference, index=scenarios.configurations)
            known_truth = truth.loc[name].dropna()
            chosen.append(known_truth[preference[known_truth.index.intersection(preference.index)].idxmin()])
        return np.array(chosen)

    return regrets


@pytest.fixture(scope="module")
def before(regret_with) -> np.ndarray:
    return regret_with(None)


def evaluations_of(known: KnowledgeBase, ten: list[str], n_configurations: int | None, seed: int = 0) -> pd.DataFrame:
    """The evaluations of the ten tables, of a few configurations drawn for each where a number is given."""
    rows, rng = known.evaluations, np.random.default_rng(seed)
    parts = []
    for name in ten:
        mine = rows[(rows["dataset_id"] == name) & (rows["status"] == "ok")]
        ids = mine["configuration_id"].astype(str).unique()
        chosen = ids if n_configurations is None else rng.choice(ids, n_configurations, replace=False)
        parts.append(mine[mine["configuration_id"].astype(str).isin(chosen)])
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("n_configurations", [1, 2, 5])
def test_a_few_evaluations_on_a_table_do_no_harm(known, ten, regret_with, before, n_configurations):
    after = regret_with(evaluations_of(known, ten, n_configurations))
    assert after.mean() <= before.mean() + NOISE


def test_noisy_evaluations_do_no_harm(known, ten, regret_with, before):
    after = []
    for seed in range(3):
        added, rng = evaluations_of(known, ten, 20, seed), np.random.default_rng(seed)
        added["roc_auc"] += rng.normal(scale=0.05, size=len(added)).astype(np.float32)
        after.append(regret_with(added).mean())
    assert np.mean(after) <= before.mean() + NOISE


@pytest.mark.parametrize("wrong", ["turned round", "constant", "of something else"])
def test_wrong_evaluations_do_no_harm(known, ten, regret_with, before, wrong):
    added = evaluations_of(known, ten, None)
    scores = added["roc_auc"]
    if wrong == "turned round":
        added["roc_auc"] = 1.5 - scores
    elif wrong == "constant":
        added["roc_auc"] = np.float32(0.5)
    else:
        rng = np.random.default_rng(2)
        ids = added["configuration_id"].astype(str)
        other = {i: rng.permutation(ids.unique())[k] for k, i in enumerate(ids.unique())}
        means = scores.groupby([added["dataset_id"].astype(str), ids]).mean()
        lowest = means.groupby(level=0).min()
        pairs = zip(added["dataset_id"].astype(str), ids, strict=True)
        added["roc_auc"] = np.array([means.get((d, other[i]), lowest[d]) for d, i in pairs], dtype=np.float32)
    assert regret_with(added).mean() <= before.mean() + NOISE


def test_many_tables_of_which_little_is_known_change_nothing(known, ten, others):
    """Forty copies of each of the ten tables, several times as many as are known otherwise."""
    few = evaluations_of(known, ten, 2)
    copies = [few.assign(dataset_id=few["dataset_id"].astype(str) + f"#{k}") for k in range(40)]
    about = pd.concat([known.datasets.loc[ten].rename(lambda i, k=k: f"{i}#{k}") for k in range(40)])
    inputs = pd.concat([known.metafeatures.loc[ten].rename(lambda i, k=k: f"{i}#{k}") for k in range(40)])
    huge = replace(
        others,
        evaluations=pd.concat([others.evaluations.astype({"dataset_id": str}), *copies], ignore_index=True),
        datasets=pd.concat([others.datasets, about]),
        metafeatures=pd.concat([others.metafeatures, inputs]),
    )
    learnt, alone = observe(huge, ROC_AUC).scores, observe(others, ROC_AUC).scores
    pd.testing.assert_frame_equal(learnt, alone[learnt.columns], check_names=False)
    assert set(learnt.columns) == set(alone.columns)
    assert len(scores_seen(huge, ROC_AUC)) == len(alone) + 400


def test_all_evaluations_on_a_table_make_its_first_choice_better(known, ten, regret_with, before):
    after = regret_with(evaluations_of(known, ten, None))
    assert after.mean() < 0.5 * before.mean()


def test_scores_that_agree_with_what_is_expected_are_believed():
    expected, rng = np.linspace(0, 1, 30), np.random.default_rng(0)
    assert credibility(expected, 0.9 - 0.1 * expected + rng.normal(scale=0.02, size=30)) > 0.95
    assert credibility(expected, rng.normal(size=30)) < 0.8
    assert credibility(expected, 0.1 * expected) < 0.2
    assert 0.5 < credibility(expected[:3], np.array([0.1, 0.2, 0.3])) < 1
