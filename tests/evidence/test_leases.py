from __future__ import annotations

import time

import pytest

from recommender.evidence.database import Database
from recommender.evidence.leases import Leases

HERE = ("openml:1", "lda-default", 10_000)
THERE = ("openml:1", "lda-default", 200)


@pytest.fixture
def database(address):
    opened = Database(address)
    yield opened
    opened.close()


def test_a_lease_is_one_collectors(database):
    mine, yours = Leases(database), Leases(database)
    assert mine.take(*HERE)
    assert mine.take(*HERE)
    assert not yours.take(*HERE)
    assert yours.take(*THERE)
    assert mine.held_by_others() == {THERE}
    mine.give_back(*HERE)
    assert yours.take(*HERE)
    yours.give_all_back()
    assert mine.held_by_others() == set()


def test_a_lease_that_is_not_renewed_lapses(database, monkeypatch):
    mine, yours = Leases(database), Leases(database)

    def last(seconds: float) -> None:
        monkeypatch.setattr("recommender.evidence.leases.LEASE_SECONDS", seconds)

    last(-1)
    mine.take(*HERE)
    assert yours.held_by_others() == set()
    last(60)
    mine.renew()
    assert not yours.take(*HERE)
    last(-1)
    mine.renew()
    last(60)
    assert yours.take(*HERE)


def test_leases_are_renewed_for_as_long_as_a_collector_is_at_work_and_given_back_at_its_end(database, monkeypatch):
    monkeypatch.setattr("recommender.evidence.leases.LEASE_SECONDS", 0.3)
    yours = Leases(database)
    with Leases(database) as mine:
        mine.take(*HERE)
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            assert yours.held_by_others() == {HERE}
            time.sleep(0.02)
    assert yours.held_by_others() == set()
