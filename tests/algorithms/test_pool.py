from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from recommender.algorithms.catalogue import ALGORITHMS, algorithms_for
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import core_for, draw, pool_for
from recommender.tables.dataset import TASKS


def core(task: str) -> list[Configuration]:
    """The pool as it is without any extra."""
    return [c for c in pool_for(task) if ALGORITHMS[c.algorithm].extra is None]


@pytest.mark.parametrize("task", TASKS)
def test_it_is_large_enough_and_about_a_quarter_lightgbm(task):
    pool = core(task)
    assert len(pool) >= 90
    share = sum(c.algorithm == "lightgbm" for c in pool) / len(pool)
    assert 0.2 < share < 0.35


@pytest.mark.parametrize("task", TASKS)
def test_every_algorithm_is_there_with_its_default_first(task):
    pool = pool_for(task)
    names = {a.name for a in ALGORITHMS.values() if task in a.tasks and a.is_installed}
    assert {c.algorithm for c in pool} == names
    n_core = sum(a.extra is None for a in ALGORITHMS.values() if task in a.tasks)
    for default in pool[:n_core]:
        assert default.hyperparameters == ({} if task == "regression" else ALGORITHMS[default.algorithm].for_classes)


@pytest.mark.parametrize("task", TASKS)
def test_ids_are_unique_and_name_their_algorithm(task):
    pool = pool_for(task)
    assert len({c.id for c in pool}) == len(pool)
    assert all(c.id.startswith(f"{c.algorithm}-") for c in pool)


@pytest.mark.parametrize(
    ("task", "digest"),
    [("binary", "af05146a123702b1"), ("multiclass", "af05146a123702b1"), ("regression", "95f26f4c8c9cb48c")],
)
def test_ids_and_their_order_never_change(task, digest):
    """Evaluations that are recorded under an id would be lost by a change of it.

    An addition to the pool comes with a new digest here, after it was seen that every id of before is still there.
    """
    ids = " ".join(c.id for c in core(task))
    assert hashlib.sha256(ids.encode()).hexdigest()[:16] == digest


def test_ids_depend_on_neither_order_nor_process():
    one = Configuration("rbf_svm", {"C": 10.0, "gamma": 0.01})
    other = Configuration("rbf_svm", {"gamma": 0.01, "C": 10.0})
    assert one.id == other.id
    code = (
        "from recommender.algorithms.configuration import Configuration\n"
        "print(Configuration('rbf_svm', {'gamma': 0.01, 'C': 10.0}).id)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == one.id


@pytest.mark.parametrize("task", TASKS)
def test_settings_survive_json(task):
    for configuration in pool_for(task):
        settings = json.loads(json.dumps(dict(configuration.hyperparameters)))
        assert Configuration(configuration.algorithm, settings).id == configuration.id


@pytest.mark.parametrize("name", ["lightgbm", "mlp", "k_neighbors"])
def test_drawing_more_changes_nothing_that_was_drawn(name):
    algorithm = ALGORITHMS[name]
    before = list(draw(algorithm, "binary"))
    after = list(draw(replace(algorithm, n_drawn=3 * algorithm.n_drawn), "binary"))
    assert after[: len(before)] == before


def test_a_new_algorithm_changes_no_other(monkeypatch):
    before = {c.id for c in pool_for("binary")}
    monkeypatch.setitem(ALGORITHMS, "another", replace(ALGORITHMS["mlp"], name="another"))
    after = {c.id for c in pool_for("binary")}
    assert before < after
    assert {i for i in after - before if not i.startswith("another-")} == set()


def test_any_beginning_is_balanced():
    for n in (20, 40, 80):
        beginning = [c.algorithm for c in pool_for("binary")[:n]]
        assert len(set(beginning)) >= 11
        assert beginning.count("lightgbm") <= 0.4 * n


@pytest.mark.parametrize("task", TASKS)
def test_core_has_the_first_settings_of_those_that_have_a_part_in_it(task):
    found = core_for(task)
    assert set(found) <= set(pool_for(task))
    for algorithm in algorithms_for(task):
        mine = [c for c in found if c.algorithm == algorithm.name]
        assert mine == [c for c in pool_for(task) if c.algorithm == algorithm.name][: algorithm.n_core]
    assert found[0].id == "lightgbm-default"
    assert 15 <= len(found) <= 25


def test_core_has_the_strong_settings_after_the_default(monkeypatch):
    monkeypatch.setitem(ALGORITHMS, "ridge", replace(ALGORITHMS["ridge"], n_core=2))
    mine = [c for c in core_for("regression") if c.algorithm == "ridge"]
    assert [dict(c.hyperparameters) for c in mine] == [{}, {"alpha": 10.0}]
