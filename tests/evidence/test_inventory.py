from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from recommender.evidence.folder import load_knowledge
from recommender.evidence.inventory import by_algorithm, by_dataset, by_size, by_task, by_training_size


@pytest.fixture(scope="module")
def shipped():
    return load_knowledge()


@pytest.mark.parametrize("counted", [by_dataset, by_task, by_size, by_training_size, by_algorithm])
def test_every_evaluation_is_counted_once(shipped, counted):
    assert counted(shipped)["evaluations"].sum() == len(shipped.evaluations)


def test_a_configuration_that_failed_on_a_dataset_is_one_failure(shipped):
    rows, failed = shipped.evaluations, shipped.outcomes["failed"].groupby(level=0).sum()
    standard = replace(shipped, evaluations=rows[rows["size"] == shipped.size])
    assert by_dataset(standard)["failed"].sort_index().to_dict() == failed.sort_index().to_dict()
    assert by_algorithm(standard)["failed"].sum() == failed.sum()


def test_sizes_of_training_are_told_apart(shipped):
    rows = shipped.evaluations.iloc[:300]
    some = replace(shipped, evaluations=pd.concat([rows, rows.iloc[:40].assign(size=200)], ignore_index=True))
    assert by_training_size(some)["evaluations"].to_dict() == {200: 40, 10_000: 300}


def test_sizes_are_in_order(shipped):
    assert list(by_size(shipped).index) == [
        "under 500 rows",
        "500 to 1,999 rows",
        "2,000 to 9,999 rows",
        "10,000 rows and more",
    ]
