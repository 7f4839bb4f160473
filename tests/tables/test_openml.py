from __future__ import annotations

import warnings

import pytest

from recommender.errors import ServerError
from recommender.tables.loading import load_dataset
from recommender.tables.openml import read_dataset, read_suite, read_task, set_server


def test_task_gives_dataset_and_splits(openml_cache):
    task = read_task(1)
    assert (task.dataset.name, task.dataset.task, task.dataset.source) == ("iris", "multiclass", "openml:1")
    splits = task.splits()
    assert len(splits) == 5
    assert sorted(row for _, test in splits for row in test) == list(range(150))


def test_regression_task_stays_regression(openml_cache):
    assert read_task(4).dataset.task == "regression"


def test_suite_lists_tasks_that_are_gone_too(openml_cache):
    assert read_suite("sklearn") == [1, 2, 3, 4, 99]
    assert read_suite(7) == [1, 2, 3, 4, 99]


def test_second_read_asks_the_network_nothing(openml_cache, stub):
    read_dataset(2)
    stub.requests.clear()
    read_dataset(2)
    assert stub.requests == []


def test_dataset_by_address(openml_cache):
    dataset = load_dataset("openml:3")
    assert (dataset.name, dataset.task, dataset.n_samples) == ("wine", "multiclass", 178)


def test_reading_warns_of_nothing(openml_cache):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_task(3).splits()


def test_gone_task_says_who_does_not_have_it(openml_cache):
    with pytest.raises(ServerError, match="does not have task 99"):
        read_task(99)


def test_other_kinds_of_task_are_refused(openml_cache):
    with pytest.raises(ServerError, match="clustering"):
        read_task(5)


def test_unknown_suite(openml_cache):
    with pytest.raises(ServerError, match="suite 'nonsense'"):
        read_suite("nonsense")


def test_unreachable_server_is_one_error(openml_cache):
    set_server("http://127.0.0.1:9")
    with pytest.raises(ServerError, match=r"cannot read task 1 from http://127.0.0.1:9"):
        read_task(1)
