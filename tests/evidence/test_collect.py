from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import openml_stub
import pandas as pd
import pytest
from faults import FAULTY, Faulty, killed_mark

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.errors import MissingExtraError, UnknownNameError
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.limits import Limits
from recommender.evaluation.metrics import metrics_for
from recommender.evaluation.stopping import n_first_folds
from recommender.evidence.collect import collect
from recommender.evidence.leases import Leases
from recommender.evidence.store import Store
from recommender.metafeatures import METAFEATURES_VERSION

HERE = Path(__file__).parent.parent
QUICK = (Configuration("naive_bayes", {}), Configuration("lda", {}))


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def pool(monkeypatch, openml_cache):
    """Sets what is evaluated; names of faults are accepted too."""

    def set_to(*given: Configuration | str) -> tuple[Configuration, ...]:
        chosen = tuple(c if isinstance(c, Configuration) else Faulty(c, {}) for c in given)
        monkeypatch.setattr("recommender.evidence.request.pool_for", lambda task: chosen)
        for configuration in chosen:
            if configuration.algorithm in FAULTY:
                monkeypatch.setitem(ALGORITHMS, configuration.algorithm, FAULTY[configuration.algorithm])
        return chosen

    return set_to


class Collector:
    """A collection in a process of its own."""

    def __init__(self, store: Path, openml_server: str, openml_cache: Path, **given) -> None:
        given = {"store": str(store), "server": openml_server, "cache": str(openml_cache), "tasks": [3], **given}
        self.process = subprocess.Popen(
            [sys.executable, HERE / "collector.py", json.dumps(given)], stdout=subprocess.PIPE, text=True
        )

    def wait_for(self, n_lines: int) -> None:
        for _ in range(n_lines):
            assert self.process.stdout.readline()

    def result(self) -> dict:
        output, _ = self.process.communicate(timeout=100)
        return json.loads(output.splitlines()[-1])


def assert_whole(rows: pd.DataFrame) -> None:
    """Every evaluation that went well has all of its numbers."""
    assert not rows.duplicated(["dataset_id", "configuration_id", "size", "fold"]).any()
    ok = rows[rows["status"] == "ok"]
    names = [metric.name for metric in metrics_for("binary") if "multiclass" in metric.tasks]
    assert ok[["fit_seconds", "predict_seconds", *names]].notna().all(axis=None)
    assert (ok[["model_bytes", "n_train", "n_test"]] > 0).all(axis=None)


def test_everything_is_recorded_once(store, pool):
    pool(*QUICK)
    summary = collect(store, [1, 99], n_workers=1)
    assert summary.outcomes == {"ok": 40}
    assert summary.n_datasets == 1
    assert "does not have task 99" in summary.skipped[99]
    rows = store.read_evaluations()
    assert_whole(rows)
    assert len(rows) == 40
    assert summary.fit_and_predict_seconds == pytest.approx(rows[["fit_seconds", "predict_seconds"]].sum(axis=None))
    known = store.dataset("openml:1")
    assert known["metafeatures_version"] == METAFEATURES_VERSION
    assert known["metafeatures"]["nr_inst"] == 150
    versions = store.read_environments()["versions"][0]
    assert {"python", "scikit-learn", "lightgbm", "splits_version", "limit_seconds"} <= set(versions)
    again = collect(store, [1], n_workers=1)
    assert again.outcomes == {}
    assert store.read_evaluations().equals(rows)


def test_named_algorithms_alone_are_evaluated_and_added_to_what_is_there(store, pool, monkeypatch):
    pool(*QUICK, Configuration("lda", {"shrinkage": "auto"}))
    collect(store, [1], n_configurations=1, n_workers=1)
    summary = collect(store, [1], n_configurations=1, algorithms=["lda"], n_workers=1)
    assert summary.outcomes == {"ok": 20}
    assert set(store.read_evaluations()["configuration_id"]) == {"naive_bayes-default", "lda-default"}
    with pytest.raises(UnknownNameError, match="Did you mean 'catboost'"):
        collect(store, [1], algorithms=["catbost"])
    monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: False)
    with pytest.raises(MissingExtraError, match=r"xgboost is not installed: pip install 'recommender\[boosting\]'"):
        collect(store, [1], algorithms=["lda", "xgboost"])


def test_what_is_evaluated_is_described_again_where_metafeatures_have_changed(store, pool):
    pool(*QUICK)
    collect(store, [1], n_workers=1)
    rows = store.read_evaluations()
    store.describe_dataset("openml:1", {"old": 1.0}, METAFEATURES_VERSION - 1, 0.0)
    summary = collect(store, [1], n_workers=1)
    assert (summary.outcomes, summary.undescribed) == ({}, {})
    known = store.dataset("openml:1")
    assert known["metafeatures_version"] == METAFEATURES_VERSION
    assert known["metafeatures"]["nr_inst"] == 150
    assert store.read_evaluations().equals(rows)


def test_faults_are_outcomes_and_the_run_goes_on(store, pool):
    pool("hang_in_c", "segfault", "exhaust_memory", "nan", "warn", "call_exit", QUICK[0])
    summary = collect(store, [1], n_workers=2, limits=Limits(seconds=6.0, memory_bytes=2**29))
    assert summary.outcomes == {"timeout": 1, "crashed": 1, "memory": 1, "failed": 2, "ok": 40}
    rows = store.read_evaluations().astype({"configuration_id": str, "message": str}).set_index("configuration_id")
    assert rows.loc["segfault-default", "message"] == "the process died twice, by SIGSEGV"
    assert (rows.loc["warn-default", "message"] == "UserWarning: did not converge").all()
    assert rows.loc["hang_in_c-default", "n_train"] == 0
    assert collect(store, [1], n_workers=1).outcomes == {}  # failures are not tried again


def test_not_applicable_is_an_outcome(store, pool, monkeypatch):
    pool(QUICK[0], Configuration("gaussian_process", {}))
    monkeypatch.setattr("recommender.algorithms.applying.find_algorithm", lambda name: _of_few_rows(ALGORITHMS[name]))
    summary = collect(store, [1], n_workers=1)
    assert summary.outcomes == {"ok": 20, "not_applicable": 1}
    rows = store.read_evaluations()
    message = rows.loc[rows["status"] == "not_applicable", "message"].item()
    assert message == "gaussian_process is not applied to more than 100 rows, and there are 150"
    assert collect(store, [1], n_workers=1).outcomes == {}


def _of_few_rows(algorithm):
    return replace(algorithm, max_samples=100) if algorithm.name == "gaussian_process" else algorithm


def test_sizes_take_the_core_and_what_a_dataset_has(store, pool, monkeypatch):
    pool(*QUICK)
    monkeypatch.setattr("recommender.evidence.request.core_for", lambda task: QUICK[:1])
    summary = collect(store, [1, 2], n_workers=2, sizes=[10_000, 200, 30_000])
    assert summary.outcomes == {"ok": 20 + 10 + 5}
    assert summary.n_datasets == 2
    rows = store.read_evaluations().astype({"dataset_id": str})
    assert_whole(rows)
    found = rows.groupby(["dataset_id", "size"])[["fold", "n_train"]].max().to_dict("index")
    assert {key: value["fold"] for key, value in found.items()} == {
        ("openml:1", 10_000): 19,
        ("openml:2", 200): 4,
        ("openml:2", 10_000): 9,
    }
    assert found["openml:2", 200]["n_train"] == 200
    assert (rows["threads"] == 1).all()
    assert collect(store, [1, 2], n_workers=1, sizes=[200]).outcomes == {}
    with pytest.raises(UnknownNameError, match="unknown size '300'"):
        collect(store, [1], sizes=[300])


def test_limits_of_rows_are_asked_at_each_size(store, pool, monkeypatch):
    core = pool(QUICK[0])
    monkeypatch.setattr("recommender.evidence.request.core_for", lambda task: core)
    few = replace(ALGORITHMS["naive_bayes"], max_samples=200)
    monkeypatch.setattr("recommender.algorithms.applying.find_algorithm", lambda name: few)
    assert collect(store, [2], n_workers=2, sizes=[200, 10_000]).outcomes == {"ok": 5, "not_applicable": 1}


def test_every_dataset_has_its_first_folds_before_any_has_more(store, pool):
    pool(*QUICK)
    seen = []

    collect(
        store,
        [1, 2],
        n_workers=1,
        on_progress=lambda p: p.evaluation and seen.append((p.dataset_name, p.evaluation.fold)),
    )

    n_first = {name: n_first_folds(1 + max(fold for other, fold in seen if other == name)) for name, _ in seen}
    is_first = [fold < n_first[name] for name, fold in seen]
    assert len(n_first) == 2
    assert is_first == sorted(is_first, reverse=True)


def test_hopeless_configurations_are_stopped(store, pool):
    rivals = [Configuration("k_neighbors", {"n_neighbors": k}) for k in range(3, 15)]
    pool(*rivals, "fine")
    summary = collect(store, [2], n_workers=1)
    assert summary.outcomes == {"ok": 12 * 10 + 5, "stopped": 1}
    rows = store.read_evaluations()
    stopped = rows[rows["configuration_id"] == "fine-default"]
    assert stopped["status"].tolist() == ["ok"] * 5 + ["stopped"]
    assert "behind the median of 12 configurations by every metric, after 5 of 10 folds" in stopped["message"].iloc[-1]
    assert collect(store, [2], n_workers=1).outcomes == {}


def test_nothing_is_stopped_on_request(store, pool):
    pool(*[Configuration("naive_bayes", {"var_smoothing": 10.0**-k}) for k in range(3, 14)], "fine")
    assert collect(store, [2], n_workers=1, stop_hopeless=False).outcomes == {"ok": 12 * 10}


def test_a_killed_worker_costs_nothing(store, pool):
    pool("killed_once", *QUICK)
    mark = killed_mark(os.getpid())
    mark.unlink(missing_ok=True)  # of an earlier process with this number
    try:
        summary = collect(store, [3], n_workers=2)
        assert mark.exists()
    finally:
        mark.unlink(missing_ok=True)
    assert summary.outcomes == {"ok": 60}
    assert_whole(store.read_evaluations())


def test_a_collection_goes_on_after_its_database_server_was_restarted(mortal_server, openml_server, openml_cache):
    given = {"faults": ["slow", "fine"], "tasks": [3], "n_workers": 1}
    collector = Collector(mortal_server.address, openml_server, openml_cache, **given)
    collector.wait_for(5)
    mortal_server.stop()
    mortal_server.start()
    assert collector.result()["outcomes"] == {"ok": 40}
    store = Store(mortal_server.address)
    rows = store.read_evaluations()
    assert_whole(rows)
    assert len(rows) == 40
    assert Leases(store).held_by_others() == set()
    store.close()


def test_what_others_kill_again_and_again_is_left_named_and_tried_again_the_next_time(store, pool):
    pool("killed", QUICK[0])
    for outcomes in ({"ok": 20}, {}):
        summary = collect(store, [1], n_workers=2)
        assert summary.outcomes == outcomes
        ((left, reason),) = summary.killed.items()
        assert left.startswith("killed-default on ")
        assert reason == "the process was killed 3 times, the last time by SIGKILL"
    assert set(store.read_evaluations()["configuration_id"]) == {"naive_bayes-default"}
    assert Leases(store).held_by_others() == set()


def test_killed_run_goes_on_where_it_was(tmp_path, openml_server, openml_cache, pool, monkeypatch):
    path = tmp_path / "store.sqlite"
    faults = ["slow", "fine", "warn"]
    first = Collector(path, openml_server, openml_cache, faults=faults, tasks=[3], n_workers=1)
    first.wait_for(8)
    first.process.kill()
    first.process.wait()
    first.process.stdout.close()
    store = Store(path)
    before = store.read_evaluations()
    assert_whole(before)
    assert 5 <= len(before) < 60
    pool(*faults)
    monkeypatch.setattr("recommender.evidence.collect.POLL_SECONDS", 0.2)
    assert collect(store, [3], n_workers=1).outcomes == {"ok": 60 - len(before)}
    rows = store.read_evaluations()
    assert_whole(rows)
    assert len(rows) == 60
    kept = rows.merge(before, on=["dataset_id", "configuration_id", "fold"], suffixes=("", "_before"))
    assert len(kept) == len(before)
    assert (kept["fit_seconds"] == kept["fit_seconds_before"]).all()
    assert Leases(store).held_by_others() == set()
    store.close()


def test_two_collectors_share_the_work(tmp_path, openml_server, openml_cache):
    path = tmp_path / "store.sqlite"
    given = {"faults": ["slow", "fine", "warn", "nan"], "tasks": [3, 2], "n_workers": 1}
    both = [Collector(path, openml_server, openml_cache / str(i), **given) for i in range(2)]
    results = [collector.result()["outcomes"] for collector in both]
    store = Store(path)
    rows = store.read_evaluations()
    assert_whole(rows)
    assert len(rows) == 3 * (20 + 10) + 2
    assert sum(sum(result.values()) for result in results) == len(rows)
    assert all(result["ok"] >= 10 for result in results)
    assert Leases(store).held_by_others() == set()
    store.close()


def test_what_a_dead_collector_had_leased_is_done_after_all(store, pool, monkeypatch):
    monkeypatch.setattr("recommender.evidence.collect.POLL_SECONDS", 0.1)
    pool(*QUICK)
    with monkeypatch.context() as context:
        context.setattr("recommender.evidence.leases.LEASE_SECONDS", 5.0)
        Leases(store).take("openml:1", QUICK[0].id)
    assert collect(store, [1], n_workers=1).outcomes == {"ok": 40}


def test_what_another_collector_does_meanwhile_is_left_to_it(store, pool, monkeypatch):
    monkeypatch.setattr("recommender.evidence.collect.POLL_SECONDS", 0.1)
    pool(*QUICK)
    theirs = Leases(store)
    theirs.take("openml:1", QUICK[0].id)

    def work_as_other(progress):
        if progress.evaluation and progress.evaluation.fold == 19:
            other = [Evaluation(QUICK[0].id, fold, "ok") for fold in range(20)]
            store.add_evaluations("openml:1", other, str(store.read_evaluations()["environment_id"][0]))
            theirs.give_all_back()

    assert collect(store, [1], n_workers=1, on_progress=work_as_other).outcomes == {"ok": 20}
    assert len(store.read_evaluations()) == 40


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_cleanly_with_a_summary(sign, tmp_path, openml_server, openml_cache):
    path = tmp_path / "store.sqlite"
    command = [sys.executable, "-m", "recommender", "collect", "--task", "3", "--store", str(path), "--workers", "1"]
    command += ["--server", openml_server, "--cache", str(openml_cache), "--configurations", "40"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    _wait_for_rows(path, 5)
    os.killpg(run.pid, sign)
    output, errors = run.communicate(timeout=30)
    assert run.returncode == 130
    assert output.startswith("1 dataset in ")
    assert " ok" in output
    assert errors.strip() == "stopped before the end: run the same command to go on"
    store = Store(path)
    rows = store.read_evaluations()
    assert_whole(rows)
    assert f"{len(rows)} ok" in output
    assert Leases(store).held_by_others() == set()
    store.close()


def _wait_for_rows(path: Path, n_rows: int) -> None:
    import sqlite3
    import time
    from contextlib import closing

    end = time.monotonic() + 60
    while time.monotonic() < end:
        if path.exists():
            with closing(sqlite3.connect(path)) as connection:
                try:
                    if connection.execute("SELECT count(*) FROM evaluations").fetchone()[0] >= n_rows:
                        return
                except sqlite3.OperationalError:  # no table yet
                    pass
        time.sleep(0.1)
    raise AssertionError("nothing was recorded")


def test_a_broken_table_of_one_task_is_skipped_and_tried_again(store, pool, monkeypatch):
    pool(*QUICK)
    whole = openml_stub.arff
    monkeypatch.setattr(openml_stub, "arff", lambda n: "@DATA\n1,2" if n == 1 else whole(n))
    summary = collect(store, [1, 3], n_workers=1)
    assert "openml:1" in summary.skipped[1]
    assert list(store.read_datasets()["id"]) == ["openml:3"]
    monkeypatch.setattr(openml_stub, "arff", whole)
    assert collect(store, [1, 3], n_workers=1).skipped == {}
    assert list(store.read_datasets()["id"]) == ["openml:1", "openml:3"]
