from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.growth import stops_early
from recommender.errors import KnowledgeBaseError
from recommender.evaluation.costs import SecondsModel
from recommender.evaluation.metrics import METRICS, find_metric
from recommender.evidence.folder import load_knowledge
from recommender.metamodel.observations import observe
from recommender.metamodel.regrets import normalized_regret
from recommender.metamodel.trained import FORMAT, METAMODEL, load_trained, sizes_of
from recommender.metamodel.training import metric_to_learn, single_best, sizes_fitted, train, train_all


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def trained(knowledge):
    return train(knowledge, METRICS["mae"])


@pytest.fixture(scope="module")
def folder(knowledge, tmp_path_factory):
    """Everything of the regression datasets, trained and written."""
    folder = tmp_path_factory.mktemp("trained")
    others = knowledge.datasets.index[knowledge.datasets["task"] != "regression"]
    done = train_all(knowledge.without(others), folder)
    assert list(done) == [METRICS[name] for name in ("r2", "rmse", "mae")]
    return folder


def test_what_is_loaded_is_what_was_trained(knowledge, trained, folder):
    loaded = load_trained("regression", "mae", folder)
    some = knowledge.metafeatures.loc[knowledge.for_task("regression")[:5]]
    before, after = trained.model.predict(some), loaded.model.predict(some)
    np.testing.assert_allclose(before.regret, after.regret, atol=2e-3)
    np.testing.assert_allclose(before.score, after.score, rtol=1e-2, atol=1e-2)
    sizes = sizes_of(some)
    pd.testing.assert_frame_equal(trained.seconds_to_fit(sizes), loaded.seconds_to_fit(sizes))
    assert {i: str(c) for i, c in loaded.configurations.items()} == {
        i: str(c) for i, c in trained.configurations.items()
    }


def test_single_best_has_the_least_regret(knowledge):
    regret = normalized_regret(knowledge.performance("regression", "mae"))
    best = single_best(knowledge, "regression", METRICS["mae"])
    assert regret[best.id].mean() <= regret["lightgbm-default"].mean()


def test_a_task_without_datasets_has_no_single_best(knowledge):
    multiclass = knowledge.without(knowledge.for_task("binary"))
    with pytest.raises(KnowledgeBaseError, match="no binary datasets"):
        single_best(multiclass, "binary", METRICS["roc_auc"])


@pytest.mark.parametrize(("metric", "lowest"), [("r2", -1.0), ("rmse", -np.sqrt(2)), ("mae", -np.sqrt(2))])
def test_failures_are_not_told_apart_by_how_badly_they_fail(knowledge, metric, lowest):
    measure = find_metric(metric, "regression")
    scores = knowledge.performance("regression", measure)
    if measure.in_target_units:
        scores = scores.div(knowledge.target_scales().reindex(scores.index), axis=0)
    learnt = observe(knowledge, measure).scores.loc[scores.index]
    assert learnt.min(axis=None) >= lowest
    expected = scores[learnt.columns].where(~(scores < lowest), lowest)
    pd.testing.assert_frame_equal(learnt, expected, check_names=False)


def test_binary_and_multiclass_tasks_are_learnt_together(knowledge):
    trained = load_trained("binary")
    assert load_trained("multiclass") is trained
    assert set(knowledge.datasets.loc[trained.datasets["dataset_id"], "task"]) == {"binary", "multiclass"}


def test_seconds_are_of_the_right_order(knowledge, trained):
    ids = list(trained.datasets["dataset_id"].unique())
    seen = knowledge.outcomes.loc[ids]["fit_seconds"].unstack()
    sizes = sizes_of(knowledge.metafeatures.loc[ids])
    sizes["n_samples"] = knowledge.outcomes.loc[ids]["n_train"].groupby(level=0).max()
    ratio = trained.seconds_to_fit(sizes) / seen.reindex(columns=trained.fit_seconds.configurations)
    assert 1 / 1.5 < np.nanmedian(ratio) < 1.5


@pytest.mark.parametrize("algorithm", ["lightgbm", "xgboost", "catboost"])
@pytest.mark.parametrize(("least", "most"), [(2_000, 19_999), (20_000, 10**7)])
def test_seconds_of_early_stopping_are_right_with_five_boosters_and_with_one(
    knowledge, trained, algorithm, least, most
):
    learnt = observe(knowledge, METRICS["mae"])
    sizes = sizes_fitted(learnt)
    stopping = [i for i, c in trained.configurations.items() if c.algorithm == algorithm and stops_early(c)]
    ratio = (trained.seconds_to_fit(sizes) / learnt.fit_seconds)[stopping]
    assert 1 / 1.5 < np.nanmedian(ratio[sizes["n_samples"].between(least, most)]) < 1.5


@pytest.mark.parametrize(("n_rows", "seconds"), [(10_000, 20.0), (19_999, 40.0), (20_000, 8.0), (100_000, 40.0)])
def test_what_stops_early_is_expected_to_take_less_from_where_it_has_one_booster(trained, n_rows, seconds):
    stops, goes_on = Configuration("catboost", {"early_stopping": True}), Configuration("mlp", {})
    sizes = pd.DataFrame({"n_samples": [1_000, 5_000, 15_000], "n_features": 10, "n_categorical": 0, "n_classes": 2})
    took = pd.DataFrame({"stops": [2.0, 10.0, 30.0], "mlp": [1.0, 5.0, 15.0]})
    known = replace(trained, fit_seconds=SecondsModel.fit(sizes, took), configurations={"stops": stops, "mlp": goes_on})
    expected = known.seconds_to_fit(sizes.iloc[[0]].assign(n_samples=n_rows)).iloc[0]
    assert expected["stops"] == pytest.approx(seconds, rel=0.05)
    assert expected["mlp"] == pytest.approx(n_rows / 1_000, rel=0.05)


@pytest.mark.parametrize(
    ("asked", "nearest"), [("mape", "mae"), ("medae", "mae"), ("rmsle", "rmse"), ("pinball_90", "mae")]
)
def test_the_nearest_metric_serves_where_nothing_was_trained(folder, asked, nearest):
    assert load_trained("regression", asked, folder) is load_trained("regression", nearest, folder)
    assert load_trained("regression", asked, folder).metric is METRICS[nearest]


def test_neither_the_metric_nor_the_nearest_one(folder):
    with pytest.raises(KnowledgeBaseError, match="not trained for brier; it holds: r2, rmse, mae"):
        load_trained("binary", "brier", folder)


@pytest.mark.parametrize(("n_datasets", "learnt"), [(0, "mae"), (7, "mae"), (30, "mae"), (120, "medae")])
def test_a_metric_of_few_datasets_is_left_to_the_nearest(knowledge, n_datasets, learnt):
    some = knowledge.evaluations["dataset_id"].isin(knowledge.for_task("regression")[:n_datasets])
    rows = knowledge.evaluations.assign(medae=knowledge.evaluations["mae"].where(some))
    known = replace(knowledge, evaluations=rows)
    assert metric_to_learn(known, METRICS["medae"]).name == learnt
    assert metric_to_learn(known, METRICS["mae"]) is METRICS["mae"]


def test_a_task_that_was_not_trained_is_named(folder):
    with pytest.raises(KnowledgeBaseError, match="not trained for roc_auc; it holds: r2, rmse, mae"):
        load_trained("binary", folder=folder)


def test_other_meta_features_are_refused(folder, tmp_path):
    (tmp_path / METAMODEL).mkdir()
    manifest = json.loads((folder / METAMODEL / "manifest.json").read_text())
    changed = manifest | {"metafeatures_version": manifest["metafeatures_version"] + 1}
    (tmp_path / METAMODEL / "manifest.json").write_text(json.dumps(changed))
    with pytest.raises(KnowledgeBaseError, match="Train it again"):
        load_trained("regression", folder=tmp_path)


def test_another_format_is_refused(folder, tmp_path):
    (tmp_path / METAMODEL).mkdir()
    manifest = json.loads((folder / METAMODEL / "manifest.json").read_text())
    for number, what_to_do in ((FORMAT - 1, "Train it again"), (FORMAT + 1, "Upgrade recommender")):
        (tmp_path / METAMODEL / "manifest.json").write_text(json.dumps(manifest | {"format": number}))
        with pytest.raises(KnowledgeBaseError, match=what_to_do):
            load_trained("regression", folder=tmp_path)


def test_datasets_described_by_another_version_are_refused(knowledge):
    old = replace(knowledge, datasets=knowledge.datasets.assign(metafeatures_version=0))
    with pytest.raises(KnowledgeBaseError, match="`recommender collect` on their tasks"):
        train(old, METRICS["roc_auc"])


def test_too_few_datasets(knowledge, tmp_path):
    few = knowledge.without(knowledge.datasets.index[4:])
    with pytest.raises(KnowledgeBaseError, match=r"binary or multiclass datasets .* at least 8"):
        train(few, METRICS["roc_auc"])
    with pytest.raises(KnowledgeBaseError, match="there are no 8 datasets with evaluations"):
        train_all(few, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_training_that_is_stopped_leaves_what_was_trained_before(knowledge, folder, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    before = {path.name: path.read_bytes() for path in (tmp_path / METAMODEL).iterdir()}
    asked = []

    def stop(metric):
        asked.append(metric)
        if len(asked) == 2:
            raise KeyboardInterrupt

    few = knowledge.without(knowledge.datasets.index.difference(knowledge.for_task("regression")[:12]))
    with pytest.raises(KeyboardInterrupt):
        train_all(few, tmp_path, on_progress=stop)
    assert {path.name: path.read_bytes() for path in (tmp_path / METAMODEL).iterdir()} == before


def test_sizes_of_models_are_of_the_right_order(knowledge, folder):
    loaded = load_trained("regression", "mae", folder)
    sizes = sizes_of(knowledge.metafeatures.loc[loaded.datasets["dataset_id"]]).assign(n_samples=1_000, n_features=10)
    expected = loaded.model_bytes.predict(sizes).iloc[0]
    assert expected["ridge-default"] < 100_000 < 1_000_000 < expected["random_forest-default"] < 100_000_000


def test_what_was_read_is_kept_until_a_file_changes(folder):
    first = load_trained("regression", "mae", folder)
    assert load_trained("regression", "mae", folder) is first
    (folder / METAMODEL / "mae.json").touch()
    assert load_trained("regression", "mae", folder) is not first
