from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sklearn.datasets import load_iris

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.leases import Leases
from recommender.evidence.pending import Search, Work, folds_left, why_not_at
from recommender.evidence.recording import Recorder, Summary
from recommender.evidence.request import Request
from recommender.evidence.store import Store
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.tables.loading import load_dataset
from recommender.tables.openml import read_task
from recommender.tables.splits import MAX_TRAIN_SAMPLES

QUICK = (Configuration("naive_bayes", {}), Configuration("lda", {}))


@pytest.fixture
def iris():
    return load_dataset(load_iris(as_frame=True))


@pytest.fixture
def recorder(monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.pool_for", lambda task: QUICK)
    store = Store("sqlite://")
    yield Recorder(store, store.add_environment({}), Summary(), lambda _: None)
    store.close()


@pytest.fixture
def search(recorder, iris, tmp_path) -> Iterator[Work | None]:
    return iter(Search(Request((iris,)), recorder, Leases(recorder.store), tmp_path))


def test_folds_are_left_up_to_the_first_failure():
    assert folds_left({}, 10_000, 3) == [0, 1, 2]
    assert folds_left({10_000: {0: "ok", 2: "ok"}}, 10_000, 3) == [1]
    assert folds_left({10_000: {0: "ok", 1: "timeout"}}, 10_000, 3) == []
    assert folds_left({200: {0: "failed"}}, 10_000, 3) == [0, 1, 2]


def test_what_ran_out_at_a_size_is_not_tried_above_the_standard_one():
    assert folds_left({10_000: {0: "timeout"}}, 30_000, 1) == []
    assert folds_left({30_000: {0: "memory"}}, 100_000, 1) == []
    assert folds_left({10_000: {0: "failed"}}, 30_000, 1) == [0]
    assert folds_left({200: {0: "timeout"}}, 2_000, 2) == [0, 1]
    assert folds_left({30_000: {0: "timeout"}}, 10_000, 2) == [0, 1]


def test_a_dataset_is_to_be_described_and_every_configuration_to_be_tried(search, recorder):
    found = list(search)
    assert [work.configuration for work in found] == [None, *QUICK]
    assert all(list(work.folds) == list(range(20)) for work in found[1:])
    assert recorder.summary.n_datasets == 1


def test_what_others_have_leased_is_looked_at_again_when_they_let_go(search, recorder):
    theirs = Leases(recorder.store)
    dataset_id = next(search).opened.spooled.dataset_id
    theirs.take(dataset_id, QUICK[1].id)
    assert next(search).configuration == QUICK[0]
    assert next(search) is None
    assert next(search) is None
    theirs.give_all_back()
    assert next(search).configuration == QUICK[1]
    assert list(search) == []


def test_what_others_have_done_meanwhile_is_not_done_again(search, recorder):
    theirs = Leases(recorder.store)
    dataset_id = next(search).opened.spooled.dataset_id
    theirs.take(dataset_id, QUICK[1].id)
    assert next(search).configuration == QUICK[0]
    assert next(search) is None
    done = [Evaluation(QUICK[1].id, fold, "ok") for fold in range(20)]
    recorder.store.add_evaluations(dataset_id, done, recorder.environment_id)
    theirs.give_all_back()
    assert list(search) == []


def test_a_table_goes_when_nothing_is_at_work_on_it(search, tmp_path):
    found = list(search)
    for work in found:
        assert len(list(tmp_path.iterdir())) == 1
        work.opened.close_one()
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_may_not_apply(iris, monkeypatch):
    assert why_not_at(MAX_TRAIN_SAMPLES, QUICK[0], iris) is None
    monkeypatch.setattr("recommender.evidence.pending.encoded_width", lambda *_: 10**9)
    assert "columns" in why_not_at(MAX_TRAIN_SAMPLES, Configuration("qda", {}), iris)


@pytest.fixture
def reads(monkeypatch):
    """Which tasks were read, in order."""
    found = []

    def read(task_id):
        found.append(task_id)
        return read_task(task_id)

    monkeypatch.setattr("recommender.evidence.pending.read_task", read)
    return found


def finish(recorder, work) -> None:
    dataset_id = work.opened.spooled.dataset_id
    if work.configuration is None:
        recorder.store.describe_dataset(dataset_id, {}, METAFEATURES_VERSION, 0.0)
    else:
        done = [Evaluation(work.configuration.id, fold, "ok", size=work.opened.size) for fold in work.folds]
        recorder.store.add_evaluations(dataset_id, done, recorder.environment_id)
    work.opened.close_one()


def test_every_dataset_has_some_configurations_before_any_has_all(recorder, openml_cache, tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.BREADTH", (1,))
    moments = []
    recorder = replace(recorder, on_progress=moments.append)
    found = [
        (work.opened.spooled.dataset_id, work.configuration and work.configuration.id)
        for work in Search(Request((1, 2)), recorder, Leases(recorder.store), tmp_path)
    ]
    first, second = (configuration.id for configuration in QUICK)
    assert found == [
        ("openml:1", None),
        ("openml:1", first),
        ("openml:2", None),
        ("openml:2", first),
        ("openml:1", second),
        ("openml:2", second),
        *((dataset, one) for dataset in ("openml:1", "openml:2") for one in (first, second)),  # for nothing was done
    ]
    assert [moment.n_evaluations for moment in moments] == [40, 20]
    assert recorder.summary.n_datasets == 2


def test_a_table_is_read_only_where_something_is_left_to_do(recorder, openml_cache, tmp_path, monkeypatch, reads):
    monkeypatch.setattr("recommender.evidence.request.BREADTH", (1,))

    def search() -> list[Work]:
        found = []
        for work in Search(Request((1, 2)), recorder, Leases(recorder.store), tmp_path):
            finish(recorder, work)
            found.append(work)
        return found

    assert len(search()) == 6
    assert reads == [1, 2, 1, 2]
    assert search() == []
    assert reads == [1, 2, 1, 2]
    recorder.store.drop_datasets(["openml:2"])
    assert len(search()) == 3
    assert reads == [1, 2, 1, 2, 2, 2]


def test_a_task_that_cannot_be_had_is_asked_for_once(recorder, openml_cache, tmp_path, reads, monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.BREADTH", (1,))
    assert list(Search(Request((99, 98)), recorder, Leases(recorder.store), tmp_path)) == []
    assert reads == [99, 98]
    assert list(recorder.summary.skipped) == [99, 98]


def test_another_size_is_leased_and_done_for_itself(recorder, openml_cache, tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.core_for", lambda task: QUICK)
    theirs = Leases(recorder.store)
    theirs.take("openml:2", QUICK[0].id, 200)
    search = iter(Search(Request((2,), sizes=(200, 10_000)), recorder, Leases(recorder.store), tmp_path))
    found = [next(search) for _ in range(5)]
    assert [(work and work.opened.size, work and work.configuration) for work in found] == [
        (200, None),
        (200, QUICK[1]),
        (10_000, QUICK[0]),
        (10_000, QUICK[1]),
        (None, None),
    ]
    assert [len(work.folds) for work in found[:4]] == [0, 5, 10, 10]
    assert [work.opened.standings is None for work in found[:4]] == [True, True, False, False]
    theirs.give_all_back()
    assert next(search).opened.size == 200
