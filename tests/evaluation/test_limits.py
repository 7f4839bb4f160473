from __future__ import annotations

import pytest

from recommender.errors import LimitError
from recommender.evaluation import limits
from recommender.evaluation.limits import Limits, check_n_workers, n_processors


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e9])
def test_limits_that_limit_nothing_or_everything_are_refused(seconds):
    with pytest.raises(LimitError, match="cannot be limited to"):
        Limits(seconds=seconds)
    with pytest.raises(LimitError, match="bytes: give more than 0"):
        Limits(memory_bytes=seconds * 1e9)


def test_more_processes_than_processors_are_allowed_but_not_many_more(monkeypatch):
    monkeypatch.setattr(limits, "n_processors", lambda: 2)
    check_n_workers(16)
    with pytest.raises(
        LimitError, match=r"^17 processes were asked for, and 2 processors may be used here: give at most 16"
    ):
        check_n_workers(17)


def test_there_is_a_processor():
    assert n_processors() >= 1
