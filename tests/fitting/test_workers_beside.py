from __future__ import annotations

import sys
import time

import pytest
from sklearn.datasets import load_iris

from recommender import recommend
from recommender.evaluation.limits import Limits
from recommender.fitting.tries import Try
from recommender.fitting.workers_beside import Room
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(load_iris(as_frame=True))


def test_real_workers_are_started_beside_and_ended(dataset):
    room, splits = Room(), split(dataset)[:2]
    main = sys.modules["__main__"]
    room.start(dataset, splits, None, n_workers=1, limits=Limits(60.0))
    assert vars(sys.modules["__main__"]).get("__file__") is None
    end = time.monotonic() + 240
    while room.beside is None and time.monotonic() < end:
        time.sleep(0.1)
    attempt = Try(recommend(dataset).best)
    room.beside.begin(attempt, 1, within=60.0)
    found = room.beside.ended(240)
    room.stop()
    assert [(one, evaluation.status, evaluation.fold) for one, evaluation, *_ in found] == [(attempt, "ok", 1)]
    assert len(found[0][1].predictions[0]) == len(splits[1][1])
    assert found[0][-1] == 60.0  # within so many seconds boosting was to end
    wait_for(main)


def test_the_script_of_the_caller_is_back_however_rooms_overlap(dataset, monkeypatch):
    def late(*how):
        time.sleep(1.0)  # longer than the end of a room is waited for
        raise OSError("no workers today")

    monkeypatch.setattr("recommender.fitting.workers_beside._workers", late)
    main = sys.modules["__main__"]
    for _ in range(2):  # the second is opened before the first has ended
        room = Room()
        room.start(dataset, split(dataset)[:1], None, n_workers=1, limits=Limits(60.0))
        room.stop()
        assert vars(sys.modules["__main__"]).get("__file__") is None
    room.stop()
    wait_for(main)


def wait_for(main):
    end = time.monotonic() + 60
    while sys.modules["__main__"] is not main and time.monotonic() < end:
        time.sleep(0.1)
    assert sys.modules["__main__"] is main
