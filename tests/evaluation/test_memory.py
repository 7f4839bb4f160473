from __future__ import annotations

import time

import numpy as np
import pytest

from recommender.evaluation import memory
from recommender.evaluation.memory import PeakMemory

on_linux = pytest.mark.skipif(PeakMemory().n_bytes is None, reason="the system does not say what was the peak")


@on_linux
def test_a_peak_is_seen_although_it_is_over():
    peak = PeakMemory()
    np.ones(25_000_000).sum()
    assert peak.n_bytes == pytest.approx(200e6, rel=0.2)


@on_linux
def test_what_was_before_is_not_counted():
    np.ones(25_000_000).sum()
    assert PeakMemory().n_bytes < 20e6


@on_linux
def test_memory_that_was_freed_and_kept_counts_again():
    def fill() -> list[bytes]:
        return [b"%100d" % i for i in range(500_000)]

    fill()
    peak = PeakMemory()
    fill()
    assert peak.n_bytes > 50e6


@on_linux
def test_it_takes_next_to_no_time():
    def seconds() -> float:
        started = time.perf_counter()
        assert PeakMemory().n_bytes is not None
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.005


def test_a_system_that_does_not_say_is_no_obstacle(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "HERE", tmp_path / "no such folder")
    assert PeakMemory().n_bytes is None
