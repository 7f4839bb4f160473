from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import FAULTY, Faulty
from sklearn.datasets import load_iris

from recommender import recommend
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.errors import ClusterError
from recommender.evaluation.cluster import ClusterWorkers
from recommender.evaluation.limits import Limits
from recommender.evidence.collect import collect, describe_environment
from recommender.evidence.leases import Leases
from recommender.evidence.store import Store
from recommender.fitting.budget import Budget
from recommender.fitting.effort import Effort
from recommender.fitting.trials import Trials
from recommender.fitting.workers_beside import Room
from recommender.tables.loading import load_dataset

HERE = Path(__file__).parent.parent
LIMITS = Limits(seconds=6.0, memory_bytes=2**29)

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own deprecations are not ours


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, n_workers: int, folder: Path) -> None:
        self.folder = folder
        file = folder / "scheduler.json"
        self.processes = [self._start("dask", "scheduler", "--port", "0", "--scheduler-file", str(file))]
        self.workers = [self.add_worker(file) for _ in range(n_workers)]
        self.address = self._address(file)

    def _start(self, *command: str) -> subprocess.Popen:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder}
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)])}
        return subprocess.Popen(
            [sys.executable, "-m", *command, "--no-dashboard"], env=environment, start_new_session=True, **quiet
        )

    def add_worker(self, file: Path) -> subprocess.Popen:
        command = ["dask", "worker", "--scheduler-file", str(file), "--nthreads", "1", "--nworkers", "1"]
        self.processes.append(self._start(*command))
        return self.processes[-1]

    def _address(self, file: Path) -> str:
        from distributed import Client

        end = time.monotonic() + 60
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=60)
            return client.scheduler.address

    def kill_a_worker(self) -> None:
        """As when its machine goes: nanny, worker and all that they have started."""
        os.killpg(self.workers.pop().pid, signal.SIGKILL)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    started = Cluster(3, tmp_path_factory.mktemp("cluster"))
    yield started
    started.stop()


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def pool(monkeypatch, openml_cache):
    def set_to(*names: str) -> None:
        chosen = tuple(Faulty(n, {}) if n in FAULTY else Configuration(n, {}) for n in names)
        monkeypatch.setattr("recommender.evidence.request.pool_for", lambda task: chosen)
        for name in set(names) & set(FAULTY):
            monkeypatch.setitem(ALGORITHMS, name, FAULTY[name])

    return set_to


def test_a_cluster_evaluates_within_limits_and_loses_a_worker_on_the_way(cluster, store, pool):
    pool("slow", "hang_in_c", "segfault", "exhaust_memory", "nan", "lda", "naive_bayes")
    killed = []

    def kill_one(progress):
        if progress.evaluation and not killed:
            killed.append(True)
            cluster.kill_a_worker()

    summary = collect(store, [2], limits=LIMITS, cluster=cluster.address, on_progress=kill_one)
    assert killed
    assert summary.outcomes == {"ok": 30, "timeout": 1, "crashed": 1, "memory": 1, "failed": 1}
    rows = store.read_evaluations()
    assert len(rows) == 34
    assert rows.loc[rows["status"] == "ok", "roc_auc"].notna().all()
    assert store.dataset("openml:2")["metafeatures"]["nr_inst"] == 569
    assert Leases(store).held_by_others() == set()
    assert collect(store, [2], limits=LIMITS, cluster=cluster.address).outcomes == {}


def test_what_is_recorded_is_what_processes_of_this_machine_record(cluster, store, pool, tmp_path):
    pool("lda", "lightgbm")
    collect(store, [1], limits=LIMITS, cluster=cluster.address)
    local = Store(tmp_path / "local.sqlite")
    collect(local, [1], limits=LIMITS, n_workers=1)
    measured = ["fit_seconds", "predict_seconds", "peak_bytes"]
    there, here = (s.read_evaluations().drop(columns=measured) for s in (store, local))
    local.close()
    assert len(here) == 40
    assert there.equals(here)


def test_a_budget_is_spent_on_a_cluster(cluster, monkeypatch):
    X, y = load_iris(return_X_y=True, as_frame=True)
    effort = Effort(cluster=cluster.address, patience=3, memory=1.5)
    ranking = recommend(X, y, include=["lda", "qda", "naive_bayes"])
    trials = Trials(ranking, load_dataset(X, y), Budget(seconds=300), effort=effort)
    monkeypatch.setattr(trials.under_way, "next_here", lambda *, alone: None)
    room = Room()
    trials.run(room)
    assert isinstance(room.beside._workers, ClusterWorkers)
    assert room.beside._workers.limits.memory_bytes == 1.5 * 2**30
    room.stop()
    board = trials.standing.leaderboard()
    assert len(board) > 3
    assert set(board["status"]) <= {"ok", "stopped"}
    assert board["score"].max() > 0.95


def test_a_worker_with_other_versions_is_refused(cluster):
    from recommender.evaluation.cluster import ClusterWorkers

    with pytest.raises(ClusterError, match=r"has lightgbm .*, and here it is 0.0: .*Install the same versions"):
        ClusterWorkers(cluster.address, LIMITS, describe_environment(LIMITS) | {"lightgbm": "0.0"})


def test_a_scheduler_that_is_not_there():
    from recommender.evaluation.cluster import ClusterWorkers

    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        ClusterWorkers("tcp://127.0.0.1:9", LIMITS, {})


def test_what_listens_and_is_no_scheduler(monkeypatch):
    from recommender.evaluation.cluster import ClusterWorkers

    monkeypatch.setattr("recommender.evaluation.cluster.ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterError, match=f"no Dask scheduler answers at {address}"):
            ClusterWorkers(address, LIMITS, {})


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "tcp://host", "tcp://:8786", "tcp://host:99999", "tcp://host:x", "http://host:80", "::1", 8786],
)
def test_what_is_no_address(address):
    from recommender.evaluation.cluster import check_cluster

    with pytest.raises(ClusterError, match=r"is no address of a Dask scheduler: give .* such as 'tcp://host:8786'"):
        check_cluster(address)


def test_without_dask_the_extra_is_named(monkeypatch):
    from recommender.evaluation.cluster import ClusterWorkers

    monkeypatch.setattr("recommender.evaluation.cluster.distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'recommender\[cluster\]'"):
        ClusterWorkers("tcp://127.0.0.1:9", LIMITS, {})
