"""What is shipped in data/: whole, in range, and of one piece with its page, its manifests and its meta-models."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for
from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import METRICS, metrics_for
from recommender.evidence import folder as knowledge_folder
from recommender.evidence.families import find_families
from recommender.evidence.folder import load_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.page import ORIGIN, write_page
from recommender.manifest import MANIFEST, checked_file, read_manifest, shipped_folder
from recommender.metafeatures import METAFEATURES, METAFEATURES_VERSION
from recommender.metamodel import training
from recommender.metamodel.trained import METAMODEL, load_trained
from recommender.tables.dataset import TASKS

MIN_DATASETS, MIN_CONFIGURATIONS = 390, 38
USUAL_DATASETS, USUAL_CONFIGURATIONS = 370, 80
DATASETS_AT = {200: 350, 500: 290, 2_000: 200, 10_000: 390, 30_000: 55, 100_000: 20}
"""So many datasets at least were evaluated at each size of training rows."""
MOST_LEARNT = 0.97
"""Few datasets go against what all the others say, and are not learnt from."""
MAX_BYTES = 14e6
WORST_LOG_LOSS = -np.log(1e-15)


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return load_knowledge()


@pytest.fixture(scope="module")
def rows(shipped) -> pd.DataFrame:
    """Every evaluation, with its dataset's task and size."""
    return shipped.evaluations.join(shipped.datasets[["task", "n_samples"]], on="dataset_id")


def test_breadth(shipped):
    per_dataset = shipped.outcomes.groupby(level=0).size()
    assert len(shipped.datasets) >= MIN_DATASETS
    assert set(per_dataset.index) == set(shipped.datasets.index)
    assert per_dataset.min() >= MIN_CONFIGURATIONS, f"few configurations: {per_dataset.nsmallest(5).to_dict()}"
    assert (per_dataset >= USUAL_CONFIGURATIONS).sum() >= USUAL_DATASETS
    assert set(shipped.datasets["task"]) == set(TASKS)


def test_sizes(shipped):
    n_datasets = shipped.evaluations.groupby("size")["dataset_id"].nunique()
    assert set(n_datasets.index) == set(DATASETS_AT)
    assert {size: int(n) for size, n in n_datasets.items() if n < DATASETS_AT[int(size)]} == {}


def test_ids_are_unique_and_known(shipped):
    tables = (shipped.datasets, shipped.metafeatures, shipped.configurations, shipped.environments)
    assert all(table.index.is_unique for table in tables)
    rows = shipped.evaluations
    assert not rows.duplicated(["dataset_id", "configuration_id", "size", "fold"]).any()
    assert set(rows["dataset_id"]) == set(shipped.datasets.index) == set(shipped.metafeatures.index)
    assert set(rows["configuration_id"]) <= set(shipped.configurations.index)
    assert set(rows["environment_id"]) <= set(shipped.environments.index)


def test_ids_of_configurations_are_those_of_their_content(shipped):
    for identifier in shipped.configurations.index:
        assert shipped.configuration(identifier).id == identifier


def test_every_dataset_has_metafeatures_of_this_version(shipped):
    assert (shipped.datasets["metafeatures_version"] == METAFEATURES_VERSION).all()
    assert set(shipped.metafeatures.columns) == set(METAFEATURES)
    sizes = shipped.metafeatures.loc[shipped.datasets.index, ["nr_inst", "nr_attr"]].to_numpy()
    np.testing.assert_array_equal(sizes, shipped.datasets[["n_samples", "n_features"]])
    assert shipped.metafeatures.notna().mean(axis=1).min() > 0.3


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_scores_are_in_range(rows, metric):
    scores = rows[metric.name].dropna()
    low, high = {"log_loss": (0, WORST_LOG_LOSS * 1.001)}.get(metric.name, (metric.lower, metric.upper))
    assert np.isfinite(scores).all()
    assert scores.between(low, high).all()
    tasks = set(rows.loc[scores.index, "task"])
    assert tasks == set(metric.tasks) or (metric.nearest and not tasks)  # it came to be known later


def test_what_succeeded_has_scores_seconds_and_rows(rows):
    ok = rows[rows["status"] == "ok"]
    assert ok[["fit_seconds", "predict_seconds"]].ge(0).all(axis=None)
    assert ok[["n_train", "n_test"]].gt(0).all(axis=None)
    assert (ok["n_train"] + ok["n_test"] <= ok["n_samples"]).all()
    for task, found in ok.groupby("task"):
        known = [metric.name for metric in metrics_for(task) if metric.nearest is None]
        named = [name for name in known if name not in ("roc_auc", "log_loss", "r2")]
        assert found[named].notna().all(axis=None)  # the others are not defined for every model and fold, or came later
    assert not (ok["mae"] > ok["rmse"] * (1 + 1e-6)).any()


def test_what_did_not_succeed_says_why_and_has_no_scores(rows):
    others = rows[rows["status"] != "ok"]
    assert set(others["status"]) <= {*FAILURES, "not_applicable", "stopped"}
    assert (others["message"].astype(str).str.len() > 0).all()
    assert others[list(METRICS)].isna().all(axis=None)
    assert not (others[["fit_seconds", "predict_seconds"]] < 0).any(axis=None)


@pytest.mark.parametrize("algorithm", [a for a in ALGORITHMS.values() if a.extra is None], ids=lambda a: a.name)
def test_defaults_are_everywhere(shipped, algorithm):
    """As an outcome: a default that does not apply, or fails, is recorded as such."""
    for task in algorithm.tasks:
        of_pool = next(c.id for c in pool_for(task) if c.algorithm == algorithm.name)  # some fit their probabilities
        outcomes = shipped.outcomes.loc[shipped.for_task(task)].reset_index("configuration_id")["configuration_id"]
        recorded = set(outcomes.index[outcomes.isin([of_pool, Configuration(algorithm.name, {}).id])])
        missing = set(shipped.for_task(task)) - recorded
        assert not missing, f"{of_pool} was not evaluated on {missing}"


def test_families_are_those_that_are_found_in_any_order_of_datasets(shipped):
    shuffled = find_families(shipped.datasets.sample(frac=1, random_state=0))
    assert shuffled.to_dict() == shipped.datasets["family"].to_dict()


def test_no_dataset_is_there_twice_but_within_a_family(shipped):
    by_content = shipped.datasets.groupby("fingerprint")["family"].nunique()
    assert (by_content == 1).all()


def test_the_page_agrees_with_the_tables(shipped):
    page = (shipped_folder() / "README.md").read_text()
    counts = {
        "datasets": len(shipped.datasets),
        "configurations": shipped.evaluations["configuration_id"].nunique(),
        "evaluations": len(shipped.evaluations),
    }
    for what, number in counts.items():
        told = re.search(rf"([\d,]+) {what}\b", page)
        assert told is not None
        assert int(told[1].replace(",", "")) == number, what
    listed = re.findall(r"^\| (\S+:\d+) \|", page, re.M)
    assert sorted(listed) == sorted(shipped.datasets.index)


def test_the_page_is_what_is_written_of_the_tables(shipped, tmp_path):
    shutil.copy(shipped_folder() / ORIGIN, tmp_path)
    write_page(shipped, tmp_path)
    assert (tmp_path / "README.md").read_bytes() == (shipped_folder() / "README.md").read_bytes()


@pytest.mark.parametrize(
    ("folder", "kind", "version"),
    [(".", "knowledge base", knowledge_folder.FORMAT), (METAMODEL, "meta-model", training.FORMAT)],
)
def test_files_are_those_of_the_manifest(folder, kind, version):
    path = shipped_folder() / folder
    manifest = read_manifest(path, kind=kind, version=version)
    for name in manifest["files"]:
        checked_file(path, name, manifest)
    assert {p.name for p in path.iterdir() if p.is_file()} - {MANIFEST, ORIGIN, "README.md"} == set(manifest["files"])


@pytest.mark.parametrize("task", TASKS)
def test_metamodels_were_trained_on_what_is_shipped(shipped, task):
    trained = load_trained(task)
    learnt = trained.datasets["dataset_id"]
    every = {i for t in trained.metric.tasks for i in shipped.for_task(t)}
    assert set(learnt) <= every
    assert learnt.nunique() >= MOST_LEARNT * len(every)
    columns = ["fingerprint", "family"]
    np.testing.assert_array_equal(trained.datasets[columns], shipped.datasets.loc[learnt, columns])
    assert set(trained.configurations) <= set(shipped.configurations.index)


def test_size_leaves_room_for_the_wheel():
    total = sum(path.stat().st_size for path in shipped_folder().rglob("*") if path.is_file())
    assert total < MAX_BYTES, f"data/ holds {total:,} bytes"
