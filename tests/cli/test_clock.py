from __future__ import annotations

import time

import pytest

from recommender.cli import clock
from recommender.cli.clock import MOST_SLOWNESS, Clock


def test_seconds_count_from_the_start_of_the_process(monkeypatch):
    monkeypatch.setattr(clock, "_age", lambda: 3.0)
    assert 3.0 <= Clock.of_process().spent < 4.0
    assert Clock.from_now().spent < 1.0


def test_the_age_of_a_process_is_what_the_system_says():
    before = clock._age()
    time.sleep(0.05)
    assert before == 0 or before < clock._age() < 100_000


@pytest.mark.parametrize(
    ("spent", "worked", "expected"), [(1.0, 0.5, 2.0), (1.0, 2.0, 1.0), (100.0, 0.5, MOST_SLOWNESS)]
)
def test_a_busy_machine_is_slow(monkeypatch, spent, worked, expected):
    monkeypatch.setattr("time.monotonic", lambda: 10.0 + spent)
    monkeypatch.setattr("time.process_time", lambda: 5.0 + worked)
    assert Clock(10.0, 5.0).slowness == pytest.approx(expected)
