from __future__ import annotations

import gc
import time

import pytest

from recommender import __main__
from recommender.cli import app, clock
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


def test_leaving_does_not_look_through_all_that_is_loaded(monkeypatch):
    monkeypatch.setattr(app, "main", lambda: 2)
    with pytest.raises(SystemExit) as left:
        __main__.main()
    n_frozen = gc.get_freeze_count()
    gc.unfreeze()
    assert left.value.code == 2
    assert n_frozen > 1_000
