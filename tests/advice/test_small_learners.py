from __future__ import annotations

import pandas as pd
import pytest

from recommender.advice.small_learners import compare_kinds, kinds_in_words
from recommender.metafeatures.relative import KINDS, LEARNERS


def told(task: str = "binary", **scores: float) -> str:
    kinds = pd.Series({name.replace("_", " "): score for name, score in scores.items()})
    return " ".join(kinds_in_words(kinds.sort_values(ascending=False), task))


def test_every_small_learner_is_of_one_kind():
    names = [name for kind in KINDS.values() for name in kind]
    assert sorted(names) == sorted(LEARNERS)


def test_kinds_that_were_not_tried_are_left_out():
    kinds = compare_kinds(pd.DataFrame({"trial_linear": [0.9], "trial_knn_5": [float("nan")]}))
    assert kinds.to_dict() == {"linear models": 0.9}
    assert kinds_in_words(compare_kinds(pd.DataFrame({"nr_inst": [4]})), "binary") == []


@pytest.mark.parametrize(
    ("linear", "boosted", "words"),
    [(0.74, 0.735, "do as well here as"), (0.8, 0.7, "linear models do better"), (0.7, 0.8, "boosted trees do better")],
)
def test_linear_models_are_compared_with_boosting(linear, boosted, words):
    assert words in told(linear_models=linear, boosted_trees=boosted, single_trees=0.6)


def test_a_third_kind_that_does_best_is_named():
    words = told("regression", linear_models=0.5, boosted_trees=0.6, kernel_machines=0.8, single_trees=0.4)
    assert "Kernel machines do best of all kinds (R² 0.80)." in words
    assert "do best" not in told(linear_models=0.5, boosted_trees=0.8, kernel_machines=0.8, single_trees=0.4)


def test_next_to_nothing_and_no_difference_are_said():
    assert "0.5 is guessing" in told(linear_models=0.52, boosted_trees=0.51)
    assert "0 is guessing" in told("regression", linear_models=0.01, boosted_trees=-0.2)
    assert "the choice matters little" in told(linear_models=0.995, boosted_trees=0.99, single_trees=0.986)
