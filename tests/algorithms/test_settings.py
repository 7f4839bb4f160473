from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import pool_for
from recommender.algorithms.settings import _asked_of_spaces, _taken_by, why_not_taken
from recommender.tables.dataset import TASKS


@pytest.mark.parametrize("task", TASKS)
def test_all_of_the_pool_is_taken(task):
    assert {str(c): why for c in pool_for(task) if (why := why_not_taken(c))} == {}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_row_has_what_the_spaces_have(name):
    taken = _taken_by(ALGORITHMS[name])
    assert ALGORITHMS[name].takes
    assert {n: v for n, v in _asked_of_spaces(ALGORITHMS[name]) if n not in taken} == {}
    assert [(n, v) for n, v in _asked_of_spaces(ALGORITHMS[name]) if isinstance(v, str) and v not in taken[n]] == []


def test_an_algorithm_whose_row_does_not_say_is_asked(monkeypatch):
    monkeypatch.setitem(ALGORITHMS, "mine", replace(ALGORITHMS["k_neighbors"], name="mine", takes=""))
    assert why_not_taken(Configuration("mine", {"weights": "distance", "p": 1})) is None
    assert why_not_taken(Configuration("mine", {"depth": 1})) == "mine takes no hyperparameter 'depth'"


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [
        ("ridge", {"alpha=1.0))\nimport os  #": 1}),
        ("ridge", {"solver": "a-b;c"}),
        ("ridge", {"random_state": 1}),
        ("ridge", {"alpha": "__import__('os')"}),
        ("ridge", {"alpha": float("nan")}),
        ("ridge", {"alpha": 1e300}),
        ("ridge", {"alpha": [1.0]}),
        ("ridge", {"alpha": np.array([1.0])}),
        ("ridge", {"numbers": "sideways"}),
        ("ridge", {"numbers": "gini"}),
        ("ridge", {"numbers": 1}),
        ("random_forest", {"n_estimators": "gini"}),
        ("ridge", ["alpha"]),
        ("no_such", {}),
        (None, {}),
        (["ridge"], {}),
    ],
)
def test_what_is_not_known_is_told(algorithm, settings):
    assert why_not_taken(Configuration(algorithm, settings))


def test_other_parameters_of_the_library_are_taken():
    assert why_not_taken(Configuration("ridge", {"alpha": 1.0, "solver": "svd"})) is None
