from __future__ import annotations

import numpy as np
import pytest

from recommender.algorithms.configuration import Configuration
from recommender.cli.app import main
from recommender.errors import KnowledgeBaseError
from recommender.evaluation.limits import Limits
from recommender.evidence.collect import collect
from recommender.evidence.store import Store
from recommender.evidence.workload import estimate_workload

QUICK = (Configuration("naive_bayes", {}), Configuration("lda", {}))


@pytest.fixture
def nothing_shipped(monkeypatch):
    def load_knowledge():
        raise KnowledgeBaseError("nothing here")

    monkeypatch.setattr("recommender.evidence.workload.load_knowledge", load_knowledge)


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.pool_for", lambda task: QUICK)


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def test_it_counts_the_work_and_does_none(store, pool, openml_cache, nothing_shipped):
    found = estimate_workload(store, [1, 2, 99], n_workers=2)
    assert found.datasets["evaluations"].tolist() == [40, 20]
    assert found.datasets["size"].tolist() == [10_000, 10_000]
    assert (found.n_left, list(found.skipped)) == (60, [99])
    assert np.isnan(found.seconds)
    assert store.read_datasets().empty
    assert estimate_workload(store, [1, 2], algorithms=["lda"]).datasets["evaluations"].tolist() == [20, 10]


def test_what_was_recorded_tells_how_long_the_rest_takes(store, pool, openml_cache, nothing_shipped):
    summary = collect(store, [1], n_workers=1)
    found = estimate_workload(store, [1, 2], n_workers=2)
    assert found.datasets["recorded"].tolist() == [40, 0]
    assert found.datasets["left"].tolist() == [0, 20]
    assert 0.05 * summary.fit_and_predict_seconds < found.seconds < 20 * summary.fit_and_predict_seconds
    capped = estimate_workload(store, [2], limits=Limits(seconds=1e-9))
    assert capped.seconds < 1e-6
    assert estimate_workload(store, [1]).seconds == 0


def test_what_is_left_is_counted_for_each_size(store, pool, openml_cache, nothing_shipped, monkeypatch):
    monkeypatch.setattr("recommender.evidence.request.core_for", lambda task: QUICK[:1])
    found = estimate_workload(store, [1, 2, 3], sizes=[200, 500])
    assert found.datasets[["id", "size", "left"]].to_numpy().tolist() == [["openml:2", 200, 5]]
    collect(store, [2], n_workers=1, sizes=[200])
    collect(store, [2], n_workers=1)
    found = estimate_workload(store, [1, 2], sizes=[10_000, 200])
    assert found.by_size()[["datasets", "recorded", "left"]].to_dict("index") == {
        200: {"datasets": 1, "recorded": 5, "left": 0},
        10_000: {"datasets": 2, "recorded": 10, "left": 20},
    }


def test_dry_run_says_it_and_makes_no_store(tmp_path, capsys, openml_server, openml_cache, nothing_shipped):
    path = tmp_path / "none.sqlite"
    arguments = [
        "collect",
        "--task",
        "1",
        "--store",
        str(path),
        "--server",
        openml_server,
        "--cache",
        str(openml_cache),
    ]
    assert main([*arguments, "--configurations", "3", "--workers", "2", "--dry-run"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "1 dataset, 60 evaluations left at most, 0 recorded; how long that takes cannot be told" in output
    assert not path.exists()
    assert main([*arguments, "--configurations", "2", "--algorithm", "lda", "--dry-run"]) == 0
    assert "1 dataset, 40 evaluations left at most" in capsys.readouterr().out
    assert main([*arguments, "--algorithm", "lad"]) == 2
    assert "unknown algorithm 'lad'. Did you mean 'lda'?" in capsys.readouterr().err
    assert not path.exists()
