"""Calls that overlap share one limit on threads, give the answers of calls one after another, and leave no trace."""

from __future__ import annotations

import asyncio
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from threadpoolctl import ThreadpoolController, threadpool_limits

from recommender import recommend
from recommender.fitting import fits_here
from recommender.metafeatures.one_thread import one_thread
from recommender.tables.loading import load_dataset

WAIT = 60
"""Seconds after which a test that waits has failed."""


def blas_threads() -> list[int]:
    """How many threads linear algebra has in this process."""
    return [found["num_threads"] for found in ThreadpoolController().info() if found["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def three_threads():
    """Linear algebra has three threads, however many processors there are."""
    np.linalg.inv(np.eye(2))
    before = blas_threads()
    controller = ThreadpoolController().select(user_api="blas")
    for library in controller.lib_controllers:
        library.set_num_threads(3)
    clear_ownership()
    assert set(blas_threads()) == {3}
    yield
    for library, n_threads in zip(controller.lib_controllers, before, strict=True):
        library.set_num_threads(n_threads)
    clear_ownership()


def clear_ownership() -> None:
    """Let threads set limits again, which newer versions of threadpoolctl leave to the last one that did."""
    with threadpool_limits(None):
        pass


def test_the_limit_lasts_until_the_last_one_ends_in_whatever_order_they_do():
    begun, first_may_end, last_may_end = (threading.Event() for _ in range(3))

    def first():
        with one_thread():
            begun.set()
            first_may_end.wait(WAIT)

    def last():
        with one_thread(with_learners=True):
            first_may_end.set()
            last_may_end.wait(WAIT)
            seen.append(blas_threads())

    seen: list[list[int]] = []
    threads = [threading.Thread(target=target) for target in (first, last)]
    threads[0].start()
    begun.wait(WAIT)
    threads[1].start()
    threads[0].join(WAIT)
    assert set(blas_threads()) == {1}
    last_may_end.set()
    threads[1].join(WAIT)
    assert set(seen[0]) == {1}
    assert set(blas_threads()) == {3}


def test_it_nests_in_one_thread_and_ends_with_errors():
    with pytest.raises(ZeroDivisionError), one_thread(), one_thread(with_learners=True):
        1 / (set(blas_threads()) - {1} != set())  # no other than 1: a division by zero
    assert set(blas_threads()) == {3}


def test_a_limit_that_the_caller_has_set_is_there_afterwards():
    with threadpool_limits(2):
        with one_thread():
            pass
        assert set(blas_threads()) == {2}
    assert set(blas_threads()) == {3}


def answer(data) -> list[tuple[str, float]]:
    ranking = recommend(data)
    return [(item.configuration.id, item.expected_score) for item in ranking.items]


def test_recommendations_at_once_are_those_one_after_another_and_leave_the_process_as_it_was():
    tables = [load_iris(), load_diabetes()]
    one_after_another = [answer(table) for table in tables]
    filters, errors = list(warnings.filters), np.geterr()

    async def at_once():
        return await asyncio.gather(*(asyncio.to_thread(answer, table) for table in tables))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(answer, tables)) == one_after_another
    assert asyncio.run(at_once()) == one_after_another
    assert set(blas_threads()) == {3}
    assert (warnings.filters, np.geterr()) == (filters, errors)


def test_fits_that_overlap_leave_linear_algebra_as_it_was(monkeypatch):
    dataset = load_dataset(load_iris(as_frame=True))
    item = recommend(dataset, include=["lda"]).best
    first_has_begun, last_has_begun, first_has_ended = (threading.Event() for _ in range(3))

    def fitted(dataset, configuration, fold, *_, **__):
        (last_has_begun if fold else first_has_begun).set()
        (first_has_ended if fold else last_has_begun).wait(WAIT)
        return set(blas_threads())

    def fit(fold):
        here = fits_here.Here(dataset, [(np.arange(100), np.arange(100, 150))] * 2)
        if fold:
            first_has_begun.wait(WAIT)
        found = here.fit(
            item.configuration, fold, here.preparation(item.configuration, fold), seconds=WAIT, within=WAIT
        )
        first_has_ended.set()
        return found

    monkeypatch.setattr(fits_here, "evaluate", fitted)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(fit, (0, 1))) == [{1}, {1}]
    assert set(blas_threads()) == {3}
