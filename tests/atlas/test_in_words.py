from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.atlas.in_words import dataset_in_words


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
