from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.atlas.in_words import dataset_in_words
from recommender.atlas.lessons import held_out
from recommender.atlas.likeness import likeness, places


def test_datasets_that_share_too_few_configurations_are_not_compared():
    scores = pd.DataFrame(np.arange(24.0).reshape(2, 12), index=["one", "two"])
    assert likeness(scores).loc["one", "two"] == pytest.approx(1.0)
    scores.iloc[1, 3:] = np.nan
    assert likeness(scores).loc["one", "two"] == 0.0


def test_alike_datasets_lie_near_each_other_on_the_map():
    rng = np.random.default_rng(0)
    rising, falling = np.arange(20.0), np.arange(20.0)[::-1]
    scores = pd.DataFrame([*(rising + rng.random(20) for _ in range(3)), *(falling + rng.random(20) for _ in range(3))])
    found = places(likeness(scores)).to_numpy()
    assert found.min() >= 0
    assert found.max() <= 100
    near = np.linalg.norm(found[0] - found[1])
    assert near < np.linalg.norm(found[0] - found[4]) / 3


def test_a_choice_is_judged_on_other_folds_than_it_was_made_on():
    values = np.array([[0.9, 0.5], [0.1, 0.5], [0.9, 0.5], [0.1, 0.5]])  # the first is lucky on every second fold
    tuned, default = held_out(values, np.arange(4), at=1)
    assert tuned == pytest.approx(0.3)
    assert default == pytest.approx(0.5)


def test_a_dataset_is_told_in_sentences():
    found = {"nr_inst": 900, "nr_attr": 12, "nr_num": 9, "nr_cat": 2, "nr_date": 1, "nr_class": 3}
    found |= {"missing_share": 0.004, "missing_columns_share": 0.5, "majority_share": 0.6, "minority_share": 0.002}
    told = dataset_in_words(pd.DataFrame([found | {"duplicate_rows_share": 0.2}]), "multiclass")
    assert told == [
        "900 rows and 12 columns: 9 numbers, 2 categories and 1 date.",
        "Under 1% of the values are missing, in 50% of the columns.",
        "3 classes: the largest holds 60% of the rows, the smallest under 1%.",
        "20% of the rows repeat another one.",
    ]


def test_what_is_not_known_is_not_told():
    assert dataset_in_words(pd.DataFrame([{"nr_inst": np.nan}]), "binary") == []
    skewed = dataset_in_words(pd.DataFrame([{"target_skewness": -3.0}]), "regression")
    assert skewed == ["The target is skewed: a few values are very small, most are large."]
