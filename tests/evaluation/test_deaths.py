"""Deaths of workers are told apart by whose fault they are."""

from __future__ import annotations

import signal

import pytest

from recommender.evaluation import deaths
from recommender.evaluation.deaths import Deaths, how, memory_kills


@pytest.mark.parametrize(
    ("exitcode", "cause"),
    [
        (-signal.SIGSEGV, "crashed"),
        (-signal.SIGABRT, "crashed"),
        (1, "crashed"),
        (3, "crashed"),
        (-signal.SIGKILL, "killed"),
        (-signal.SIGTERM, "killed"),
        (-signal.SIGHUP, "killed"),
        (deaths.GONE, "killed"),
    ],
)
def test_a_fault_of_its_own_is_a_crash_and_a_signal_of_others_is_not(exitcode, cause, monkeypatch):
    monkeypatch.setattr(deaths, "COUNTS", ())
    assert Deaths().cause(exitcode) == cause


def test_a_kill_for_want_of_memory_is_counted_by_the_system(tmp_path, monkeypatch):
    counts = tmp_path / "vmstat"
    counts.write_text("nr_free_pages 7\noom_kill 2\n")
    monkeypatch.setattr(deaths, "COUNTS", ((counts, "oom_kill"), (tmp_path / "none", "oom_kill")))
    assert memory_kills() == 2
    found = Deaths()
    assert found.cause(-signal.SIGKILL) == "killed"
    counts.write_text("oom_kill 3\n")
    assert found.cause(-signal.SIGKILL) == "memory"
    assert found.cause(-signal.SIGKILL) == "killed"


def test_a_job_is_tried_again_until_it_died_too_often_of_one_cause():
    found = Deaths()
    assert [found.is_last("a", "killed") for _ in range(3)] == [False, False, True]
    assert [found.is_last("a", "memory") for _ in range(2)] == [False, True]
    assert not found.is_last("b", "crashed")


def test_exit_codes_have_words():
    assert how(-signal.SIGTERM) == "by SIGTERM"
    assert how(-63) == "by signal 63"
    assert how(2) == "with exit code 2"
    assert "starts workers" in how(deaths.GONE)
