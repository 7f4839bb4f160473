from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from faults import Faulty

from recommender.errors import LimitError, RecommenderError
from recommender.evaluation.jobs import Described, Job, Killed
from recommender.evaluation.limits import Limits
from recommender.evaluation.spooled import Spooled, spool
from recommender.evaluation.workers import LocalWorkers, _sockets
from recommender.tables.loading import load_dataset

HERE = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def spooled(tmp_path_factory) -> Spooled:
    from sklearn.datasets import load_iris

    return spool(load_dataset(load_iris(as_frame=True)), tmp_path_factory.mktemp("spool") / "iris.parquet")


@pytest.fixture(scope="module")
def workers():
    started = LocalWorkers(2, Limits(seconds=5, memory_bytes=2**29))
    yield started
    started.stop()


def outcome(workers, spooled, fault: str):
    job = Job(spooled, Faulty(fault, {}), 0)
    return workers.outcome(job, workers.submit(job))


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_until(condition, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ("fine", "ok", ""),
        ("warn", "ok", "UserWarning: did not converge"),
        ("nan", "failed", "the model predicts NaN or infinity"),
        ("call_exit", "failed", "SystemExit: enough"),
        ("exhaust_memory", "memory", "Unable to allocate"),
        ("fail_as_cpp", "memory", "bad_alloc"),
    ],
)
def test_whatever_a_configuration_does_is_an_outcome(workers, spooled, fault, status, message):
    found = outcome(workers, spooled, fault)
    assert found.status == status
    assert message in found.message


def test_what_hangs_is_cut_off(workers, spooled):
    jobs = [Job(spooled, Faulty(fault, {}), 0) for fault in ("hang", "hang_in_c")]
    futures = [workers.submit(job) for job in jobs]  # side by side
    for job, future in zip(jobs, futures, strict=True):
        found = workers.outcome(job, future)
        assert (found.status, found.message) == ("timeout", "not done after 5 seconds")


@pytest.mark.parametrize(("fault", "how"), [("segfault", "by SIGSEGV"), ("leave", "with exit code 3")])
def test_death_is_an_outcome_after_another_try(workers, spooled, fault, how):
    job = Job(spooled, Faulty(fault, {}), 0)
    assert workers.outcome(job, workers.submit(job)) is None
    # rarely all workers break down with it, and then it cannot be told whose fault that was
    tries = (workers.outcome(job, workers.submit(job)) for _ in range(4))
    found = next(filter(None, tries))
    assert found.status == "crashed"
    assert how in found.message


@pytest.fixture
def alone():
    """One worker, which has something to do as soon as it is there, and which is not one of others."""
    others = {child.pid for child in multiprocessing.active_children()}
    started = LocalWorkers(1, Limits(seconds=120))
    started.pids = lambda: [child.pid for child in multiprocessing.active_children() if child.pid not in others]
    yield started
    started.stop()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_killed_from_outside_says_nothing_of_its_job(alone, spooled, number):
    job = Job(spooled, Faulty("hang", {}), 0)
    found = [killed_at(alone, job, number) for _ in range(3)]
    # rarely all workers break down with it, and then it cannot be told whose fault that was
    found += [killed_at(alone, job, number) for _ in range(3) if found[-1] is None]
    assert found[:2] == [None, None]
    assert Killed(f"the process was killed 3 times, the last time by {number.name}") in found


def killed_at(alone, job, number):
    """What comes of a job whose worker is killed."""
    future = alone.submit(job)
    assert wait_until(lambda: future.running() or future.done(), 120)
    for pid in alone.pids():
        os.kill(pid, number)
    return alone.outcome(job, future)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no server that starts workers")
def test_workers_end_with_the_process_that_starts_them_and_others_come(alone, spooled):
    job = Job(spooled, Faulty("hang_in_c", {}), 0)
    future = alone.submit(job)
    assert wait_until(future.running, 120)
    before = alone.pids()
    os.kill(multiprocessing.forkserver._forkserver._forkserver_pid, signal.SIGKILL)
    assert wait_until(lambda: not any(map(is_alive, before)), 20)
    assert alone.outcome(job, future) is None
    assert (outcome(alone, spooled, "fine") or outcome(alone, spooled, "fine")).status == "ok"


def test_killed_worker_loses_only_what_it_was_at(workers, spooled):
    jobs = [Job(spooled, Faulty("slow", {}), fold) for fold in range(6)]
    futures = [workers.submit(job) for job in jobs]
    assert wait_until(lambda: sum(f.running() for f in futures) == 2)  # one that waits may hold the queue's lock
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    found = [workers.outcome(job, future) for job, future in zip(jobs, futures, strict=True)]
    lost = [job for job, evaluation in zip(jobs, found, strict=True) if evaluation is None]
    assert len(lost) <= 1
    assert all(workers.outcome(job, workers.submit(job)).status == "ok" for job in lost)


def test_workers_that_were_all_killed_come_back(workers, spooled):
    assert outcome(workers, spooled, "fine").status == "ok"
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
    found = outcome(workers, spooled, "fine") or outcome(workers, spooled, "fine")
    assert found.status == "ok"


def test_metafeatures_are_a_job_too(workers, spooled):
    job = Job(spooled)
    found = workers.outcome(job, workers.submit(job))
    assert isinstance(found, Described)
    assert found.values["nr_inst"] == 150
    assert found.error == ""


def test_workers_that_cannot_start_are_an_error_and_no_endless_loop(spooled, monkeypatch):
    monkeypatch.setattr("recommender.evaluation.workers.MAX_BROKEN", 1)
    monkeypatch.setattr("recommender.evaluation.workers.start_worker", "not a function")
    broken = LocalWorkers(1, Limits())
    job = Job(spooled, Faulty("fine", {}), 0)

    def until_error():
        while True:
            broken.outcome(job, broken.submit(job))

    try:
        with pytest.raises(RecommenderError, match="died 1 times"):
            until_error()
    finally:
        broken.stop()


def test_a_hundred_thousand_are_refused_before_one_is_started():
    with pytest.raises(LimitError, match="100,000 processes were asked for"):
        LocalWorkers(100_000, Limits())


def test_a_pool_whose_threads_do_not_end_is_not_waited_for(spooled, monkeypatch):
    monkeypatch.setattr("recommender.evaluation.workers.END_SECONDS", 0.1)
    workers = LocalWorkers(1, Limits())
    job = Job(spooled, Faulty("fine", {}), 0)
    assert workers.outcome(job, workers.submit(job)).status == "ok"
    join, never = workers._pool.join, threading.Event()
    monkeypatch.setattr(workers._pool, "join", never.wait)
    started = time.monotonic()
    try:
        workers.stop()
        assert time.monotonic() - started < 30
    finally:
        never.set()
        join()


SCRIPT = """
import multiprocessing, sys, time
from pathlib import Path
from faults import Faulty
from recommender.evaluation.jobs import Job
from recommender.evaluation.limits import Limits
from recommender.evaluation.spooled import Spooled
from recommender.evaluation.workers import LocalWorkers
import recommender.evaluation.workers
if __name__ == "__main__":
    recommender.evaluation.workers.GRACE_SECONDS = 1.0
    workers = LocalWorkers(2, Limits(seconds=4))
    futures = [workers.submit(Job(Spooled("iris", Path(sys.argv[1]), "multiclass"), Faulty(f, {}), 0))
               for f in ("hang", "hang_in_c")]
    while not all(f.running() for f in futures):
        time.sleep(0.05)
    print(*(c.pid for c in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")
def test_workers_end_when_their_parent_is_killed(spooled):
    command = [sys.executable, "-c", SCRIPT, str(spooled.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    assert wait_until(lambda: not any(map(is_alive, pids)), 20)


@pytest.mark.skipif(not Path("/tmp").is_dir(), reason="needs a folder with a short path")
def test_paths_of_sockets_are_short_where_that_of_temporary_files_is_long(tmp_path, monkeypatch):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with _sockets.__wrapped__() as folder:
        assert len(folder) < 40
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    with _sockets.__wrapped__() as folder:
        assert Path(folder).parent == Path("/tmp")
