"""Hostile tables: each gets a clear error, or a recommendation that fits and predicts with the caller's own objects."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks.faults.hostile import run
from benchmarks.faults.hostile.judging import judged, judged_by_estimator
from benchmarks.faults.hostile.tables import N_KINDS, hostile_table
from recommender.errors import DatasetError
from recommender.showing import report
from recommender.tables.dataset import Dataset

QUICK = ("lda", "logistic_regression", "naive_bayes", "ridge", "lasso")
"""Algorithms that fit in no time: enough for most tables, since all of them are given what the preprocessing makes."""
N_BATCHES = 32
SEEDS = [seed for seed in range(N_KINDS) if seed % 4]
"""Three of four kinds."""
PLAIN = set(SEEDS[::45])
"""The tables whose plain recommendation is fitted, whatever it is."""


@pytest.fixture
def few_reasons(monkeypatch):
    """The reasons, which take long and are numbers alone, are found for one table of each task."""
    found = cache(lambda task: [])

    def explain(ranking, asked=report.explain):
        reasons = found(ranking.task)
        return reasons[0] if reasons else reasons.append(asked(ranking)) or reasons[0]

    monkeypatch.setattr(report, "explain", explain)


def test_there_are_many_of_them():
    assert len(SEEDS) > 400
    names = {hostile_table(seed).name.partition(": ")[2] for seed in range(N_KINDS)}
    assert len(names) > 500


def test_a_seed_always_gives_the_same():
    first, again = hostile_table(0), hostile_table(0)
    assert first.name == again.name
    assert first.X.equals(again.X)


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_a_clear_error_or_a_recommendation_that_fits(batch, few_reasons):
    fits = 0
    seeds = SEEDS[batch::N_BATCHES]
    for seed in seeds:
        table = hostile_table(seed)
        try:
            fits += judged(table, include=None if seed in PLAIN else QUICK) is None
        except Exception as error:
            raise AssertionError(f"table {table.name}") from error
    assert fits > len(seeds) / 3


def test_an_estimator_fits_or_raises_a_clear_error():
    fits = 0
    for seed in range(0, N_KINDS, 60):
        table = hostile_table(seed)
        if not isinstance(table.X, Dataset):
            try:
                fits += judged_by_estimator(table, include=QUICK) is None
            except Exception as error:
                raise AssertionError(f"table {table.name}") from error
    assert fits > 1


def test_the_command_prints_figures(capsys, monkeypatch):
    monkeypatch.setattr(run, "judged", lambda table: "an error" if "floats" in table.name else None)
    assert run.main(["--tables", "5"]) == 0
    assert capsys.readouterr().out == "5 tables: 2 clear errors, 3 with a recommendation that fits, 0 failed\n"


def test_the_command_tells_what_failed(capsys, monkeypatch):
    def fail(table):
        raise DatasetError("no") if table.X is None else TypeError("never\nmind")

    monkeypatch.setattr(run, "judged", fail)
    assert run.main(["--tables", "2", "--first", "7"]) == 1
    shown = capsys.readouterr()
    assert shown.out.endswith("2 tables: 0 clear errors, 0 with a recommendation that fits, 2 failed\n")
    assert shown.err.startswith("table 7: ")
    assert "TypeError: never mind" in shown.err


def test_what_is_judged_can_fail(monkeypatch):
    from recommender.algorithms import preprocessing

    monkeypatch.setattr(preprocessing, "_numeric_step", lambda dataset, encoding: np.log)
    with pytest.raises(SyntaxError):  # of the script
        judged(hostile_table(0), include=QUICK)
