"""An algorithm is one row with its builder, and a metric is one row: a toy of each is seen by all that follows."""

from __future__ import annotations

import html
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copy

import numpy as np
import pandas as pd
import pytest
from records import evaluation, prepared
from sklearn.datasets import load_iris
from toys import ERROR, TREE, Toy

from recommender import recommend
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for, safe_defaults
from recommender.errors import KnowledgeBaseError, RecommendationError
from recommender.evaluation.environment import describe_environment
from recommender.evaluation.jobs import Job
from recommender.evaluation.limits import Limits
from recommender.evaluation.metrics import METRICS
from recommender.evaluation.spooled import spool
from recommender.evaluation.workers import LocalWorkers
from recommender.evidence.aslib import read_scenario, write_scenario
from recommender.evidence.folder import load_knowledge, save_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.results_csv import ResultsError, read_results, write_results
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge
from recommender.metamodel.training import train, train_all
from recommender.showing.report import write_report
from recommender.tables.loading import load_dataset

KEPT = ["lightgbm-default", "naive_bayes-default", "lda-default"]
KEYS = ["dataset_id", "configuration_id", "fold"]


@pytest.fixture(scope="module", autouse=True)
def one_row_more():
    """The tables with a row more each, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ALGORITHMS, TREE.name, TREE)
        patch.setitem(METRICS, ERROR.name, ERROR)
        yield


@contextmanager
def before():
    """A time when there was no such metric."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(METRICS, ERROR.name)
        yield


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    """Nine datasets, on which trees err half as often as what was really evaluated there."""
    whole = load_knowledge()
    small = whole.without(whole.datasets.index.difference(whole.for_task("multiclass")[:9]))
    rows = small.evaluations.astype({"configuration_id": "str"})
    rows = rows[rows["configuration_id"].isin(KEPT)].assign(toy_error=lambda t: 1 - t["accuracy"])
    trees = [c for c in pool_for("multiclass") if c.algorithm == TREE.name]
    lda = rows[rows["configuration_id"] == "lda-default"]
    grown = [lda.assign(configuration_id=c.id, toy_error=lda["toy_error"] / 2 + i / 1e3) for i, c in enumerate(trees)]
    added = pd.DataFrame(
        {"algorithm": TREE.name, "hyperparameters": [dict(c.hyperparameters) for c in trees]}, [c.id for c in trees]
    )
    return replace(
        small,
        configurations=pd.concat([small.configurations.loc[sorted(KEPT)], added]).rename_axis("id"),
        evaluations=pd.concat([rows, *grown], ignore_index=True),
    )


@pytest.fixture(scope="module")
def recommendation(knowledge):
    return recommend(load_iris(as_frame=True), metric="toy_error", knowledge=train(knowledge, ERROR))


def scores(known: KnowledgeBase) -> pd.Series:
    """The toy error of every evaluation."""
    rows = known.evaluations.astype({"dataset_id": "str", "configuration_id": "str", "toy_error": "float64"})
    return rows.set_index(KEYS)["toy_error"].sort_index()


def test_pool_holds_it():
    trees = [c for c in pool_for("binary") if c.algorithm == TREE.name]
    assert trees[0].id == "toy_tree-default"
    assert trees[1].hyperparameters == {"max_depth": 3}
    assert [set(c.hyperparameters) for c in trees[2:]] == [{"max_depth", "min_samples_leaf"}] * 2
    assert safe_defaults() == ("toy_tree-default", "catboost-efe6da57", "catboost-default", "lightgbm-default")


def test_pool_forgets_it(monkeypatch):
    monkeypatch.delitem(ALGORITHMS, TREE.name)
    assert TREE.name not in {c.algorithm for c in pool_for("binary")}


def test_worker_evaluates_it_by_the_metric(tmp_path):
    dataset = load_dataset(load_iris(as_frame=True))
    workers = LocalWorkers(1, Limits())
    try:
        job = Job(spool(dataset, tmp_path / "iris"), Toy("toy_tree", {"max_depth": 3}), 0)
        future = workers.submit(job)
        wait([future], timeout=60)
        found = workers.outcome(job, future)
    finally:
        workers.stop()
    assert found.status == "ok"
    assert found.scores["toy_error"] == pytest.approx(1 - found.scores["accuracy"])


def test_environment_names_its_library():
    assert "pebble" in describe_environment(Limits())


def test_recommendation_is_one_by_the_metric(recommendation):
    assert recommendation.metric is ERROR
    assert recommendation.best.algorithm == TREE.name
    assert 0 <= recommendation.best.expected_score < 0.5
    X, y = load_iris(return_X_y=True, as_frame=True)
    assert recommendation.best.estimator.fit(X, y).score(X, y) > 0.9


def test_settings_that_want_more_rows_are_left_out(knowledge):
    trained = train(knowledge, ERROR)
    greedy = Configuration(TREE.name, {"min_samples_leaf": 99})
    configurations = {i: greedy if c.algorithm == TREE.name else c for i, c in trained.configurations.items()}
    trained = replace(trained, configurations=configurations)
    with pytest.raises(RecommendationError, match="no configuration is left"):
        recommend(load_iris(as_frame=True), metric="toy_error", knowledge=trained, include=["toy_tree"])


def test_report_says_both_in_words(recommendation):
    page = html.unescape(write_report(recommendation, file="iris.csv", target="target"))
    for words in (TREE.description, ERROR.title, ERROR.meaning):
        assert words in page


def test_store_keeps_them(knowledge, tmp_path):
    store = Store(tmp_path / "kb.sqlite")
    assert record_knowledge(knowledge, store) == len(knowledge.evaluations)
    pd.testing.assert_series_equal(scores(knowledge_of(store)), scores(knowledge))


def test_store_of_before_takes_the_metric(tmp_path):
    path = tmp_path / "kb.sqlite"
    with before():
        store, environment = prepared(path)
        store.add_evaluations("openml:1", [evaluation(0)], environment)
        assert "toy_error" not in store.read_evaluations()
    store = Store(path)
    store.add_evaluations("openml:1", [evaluation(1, scores={"toy_error": 0.25})], environment)
    assert store.read_evaluations()["toy_error"].tolist() == pytest.approx([np.nan, 0.25], nan_ok=True)
    with before():
        store = Store(path)
        store.add_evaluations("openml:1", [evaluation(2)], environment)
        assert len(store.read_evaluations()) == 3


def test_store_of_the_oldest_format_takes_the_metric(tmp_path):
    copy(Path(__file__).parent / "formats" / "store-1.sqlite", tmp_path)
    assert Store(tmp_path / "store-1.sqlite").read_evaluations()["toy_error"].isna().all()


def test_folder_keeps_them(knowledge, tmp_path):
    save_knowledge(knowledge, tmp_path)
    pd.testing.assert_series_equal(scores(load_knowledge(tmp_path)), scores(knowledge), rtol=1e-6)


def test_folder_of_before_knows_nothing_of_the_metric(knowledge, tmp_path, monkeypatch):
    with before():
        without = replace(knowledge, evaluations=knowledge.evaluations.drop(columns="toy_error"))
        save_knowledge(without, tmp_path)
    known = load_knowledge(tmp_path)
    assert known.evaluations["toy_error"].isna().all()
    with pytest.raises(KnowledgeBaseError, match="holds 0 binary or multiclass datasets"):
        train(known, ERROR)
    few = {name: METRICS[name] for name in ("accuracy", "toy_error")}  # to be quick
    monkeypatch.setattr("recommender.metamodel.training.METRICS", few)
    assert list(train_all(known, tmp_path)) == [METRICS["accuracy"]]


def test_csv_goes_there_and_back(knowledge, tmp_path):
    write_results(knowledge, tmp_path / "results.csv")
    pd.testing.assert_series_equal(scores(read_results(tmp_path / "results.csv", knowledge)), scores(knowledge))


def test_csv_keeps_to_its_range(knowledge, tmp_path):
    some = knowledge.datasets.index[0]
    (tmp_path / "results.csv").write_text(f"dataset_id,algorithm,fold,toy_error\n{some},toy_tree,0,1.5\n")
    with pytest.raises(ResultsError, match=r"toy_error must be a number from 0 to 1, and is 1\.5"):
        read_results(tmp_path / "results.csv", knowledge)


def test_scenario_holds_them(knowledge, tmp_path):
    write_scenario(knowledge, tmp_path, "multiclass", "toy_error")
    scenario = read_scenario(tmp_path)
    assert next(iter(scenario.measures.items())) == ("toy_error", False)
    known = knowledge.performance("multiclass", "toy_error")["toy_tree-default"]
    np.testing.assert_allclose(-scenario.performance()["toy_tree-default"].loc[known.index], known)
