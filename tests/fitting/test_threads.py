"""How many threads the fits of this process have."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_regression

from recommender import recommend
from recommender.fitting import threads, trials


@pytest.mark.parametrize(("seconds", "expected"), [([0.004, 0.002], 4), ([0.004, 0.0039], 1), ([0.004, 5.0], 1)])
def test_threads_pay_where_they_are_clearly_quicker(monkeypatch, seconds, expected):
    answers = iter(seconds)
    monkeypatch.setattr(threads, "_seconds", lambda booster, enough: next(answers))
    assert threads.threads_that_pay(4) == expected


def test_one_thread_is_not_compared_with_itself(monkeypatch):
    monkeypatch.delattr(threads, "_seconds")
    assert threads.threads_that_pay(1) == 1


def test_what_was_measured_decides():
    assert threads.threads_that_pay(2) in (1, 2)


def test_trees_that_take_much_too_long_are_not_waited_for_again(monkeypatch):
    clock = iter(np.arange(0.0, 100.0, 1.0))
    monkeypatch.setattr(threads.time, "perf_counter", clock.__next__)

    class Booster:
        n_trees = 0

        def update(self):
            self.n_trees += 1

    slow, quick = Booster(), Booster()
    assert threads._seconds(slow, 0.1) == 1.0
    assert threads._seconds(quick, 10.0) == 1.0
    assert (slow.n_trees, quick.n_trees) == (1, threads.ROUNDS)


@pytest.mark.parametrize(("n_rows", "pay", "used", "kept"), [(600, 2, 1, 1), (6_000, 1, 1, 1), (6_000, 2, 2, None)])
def test_fits_on_many_rows_have_the_threads_that_pay(monkeypatch, n_rows, pay, used, kept):
    monkeypatch.setattr(threads, "threads_that_pay", lambda most: pay)
    monkeypatch.setattr(trials, "n_processors", lambda: 2)
    asked, begin = [], trials.Here.__init__

    def spy(self, *args, threads):
        asked.append(threads)
        begin(self, *args, threads=threads)

    monkeypatch.setattr(trials.Here, "__init__", spy)
    X, y = make_regression(n_rows, 5, random_state=0)
    found = recommend(X, y, include=["lightgbm"]).refine(X, y, seconds=60, patience=1, ensemble=False)
    assert asked == [used]
    given = found.estimator[-1].get_params().items()
    assert [value for name, value in given if name.rpartition("__")[2] == "n_jobs"] == [kept]
