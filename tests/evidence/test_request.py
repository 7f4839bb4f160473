from __future__ import annotations

import pytest

from recommender.algorithms.pool import core_for, pool_for
from recommender.errors import MissingExtraError, UnknownNameError
from recommender.evidence.request import Request, Turn, make_request
from recommender.tables.dataset import TASKS


def test_turns_have_every_configuration_once_and_the_first_ones_first():
    turns = Request((1, 2)).turns
    pool = Request((1, 2)).configurations("binary")
    assert sorted(c.id for c in pool) == sorted(c.id for c in pool_for("binary"))
    assert [c for turn in turns[:-1] for c in pool[turn.begin : turn.end]] == list(pool)
    assert all(turn.first_folds for turn in turns[:-1])
    assert list(pool[turns[-1].begin : turns[-1].end]) == list(pool)
    assert [len(pool[turn.begin : turn.end]) for turn in turns[:4]] == [8, 8, 16, 32]
    assert {turn.size for turn in turns} == {10_000}


@pytest.mark.parametrize("task", TASKS)
def test_core_comes_before_the_rest_of_the_pool(task):
    core = core_for(task)
    configurations = Request((1,)).configurations(task)
    assert configurations[: len(core)] == tuple(c for c in pool_for(task) if c in core)
    assert configurations[len(core) :] == tuple(c for c in pool_for(task) if c not in core)


def test_one_dataset_has_all_in_one_turn():
    [turn] = Request((1,)).turns
    assert (turn.begin, turn.end) == (0, None)


def test_sizes_ask_for_the_core_the_smallest_first():
    request = make_request([1, 2], sizes=[2_000, 200, 200])
    assert [turn.size for turn in request.turns] == [200, 2_000]
    assert request.configurations("binary") == core_for("binary")


def test_what_there_is_not_cannot_be_asked_for(monkeypatch):
    with pytest.raises(UnknownNameError, match=r"unknown size '201'\. Did you mean '200'"):
        make_request([1], sizes=[201])
    with pytest.raises(UnknownNameError, match="Did you mean 'catboost'"):
        make_request([1], algorithms=["catbost"])
    monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: False)
    with pytest.raises(MissingExtraError, match="xgboost is not installed"):
        make_request([1], algorithms=["xgboost"])


@pytest.mark.parametrize(("n_folds", "until"), [(20, 5), (5, 3), (2, 2), (1, 1)])
def test_first_folds_are_as_many_as_tell_the_hopeless(n_folds, until):
    assert Turn(first_folds=True).until(n_folds) == until
    assert Turn().until(n_folds) == n_folds
