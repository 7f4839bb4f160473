from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender import recommend
from recommender.advice.outside import why_outside
from recommender.metamodel.trained import load_trained
from recommender.tables.loading import load_dataset


def table(n_samples: int, n_features: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(n_samples, n_features))).assign(y=rng.integers(0, 2, n_samples))


@pytest.fixture(scope="module")
def trained():
    """What is shipped, as if its datasets had 100 to 1,000 rows and 4 to 40 columns."""
    shipped = load_trained("binary")
    n, ids = len(shipped.datasets), shipped.datasets.index
    rows, columns = np.geomspace(100, 1000, n).astype(int), np.geomspace(4, 40, n).round().astype(int)
    about = shipped.datasets.assign(dataset_id=ids, size=10_000, n_samples=rows, n_features=columns)
    return replace(shipped, datasets=about)


@pytest.mark.parametrize(
    ("n_samples", "n_features", "reason"),
    [
        (4_000, 5, "it has 4,000 rows, and the largest known dataset 1,000"),
        (40, 5, "it has 40 rows, and the smallest known dataset 100"),
        (300, 100, "it has 100 columns, and the largest known dataset 40"),
        (300, 1, "it has 1 column, and the smallest known dataset 4"),
    ],
)
def test_sizes_far_from_the_known_ones_are_outside(trained, n_samples, n_features, reason):
    recommendation = recommend(table(n_samples, n_features), target="y", knowledge=trained)
    assert recommendation.outside
    assert reason in " ".join(recommendation.notes())


@pytest.mark.parametrize(("n_samples", "n_features"), [(100, 4), (1_000, 40), (1_500, 60), (70, 3)])
def test_sizes_near_the_known_ones_are_no_reason(trained, n_samples, n_features):
    dataset = load_dataset(table(n_samples, n_features), target="y")
    assert why_outside(dataset, trained.model.metafeatures_.iloc[[0]], trained, is_far=False) == ()


def test_a_single_large_dataset_is_not_enough(trained):
    rows = trained.datasets["n_samples"].where(trained.datasets["n_samples"] < 1_000, 8_000)
    alone = replace(trained, datasets=trained.datasets.assign(n_samples=rows))
    dataset = load_dataset(table(15_000, 5), target="y")
    n = len(rows)
    assert why_outside(dataset, trained.model.metafeatures_.iloc[[0]], alone, is_far=False) == (
        f"it has 15,000 rows, and only 1 of {n} known datasets half as many",
    )


@pytest.mark.parametrize(
    ("n_samples", "reasons"),
    [(20_000, ()), (20_001, ("it has 20,001 rows, and configurations were tried on at most 10,000",))],
)
def test_rows_that_nothing_was_trained_on_are_not_known(trained, n_samples, reasons):
    large = replace(trained, datasets=trained.datasets.assign(n_samples=30_000))
    dataset = load_dataset(table(n_samples, 5), target="y")
    assert why_outside(dataset, trained.model.metafeatures_.iloc[[0]], large, is_far=False) == reasons


def test_a_task_that_was_never_seen_is_outside(trained):
    dataset = load_dataset(table(300, 5), target="y")
    multiclass = replace(trained, datasets=trained.datasets.assign(n_classes=3))
    reasons = why_outside(dataset, trained.model.metafeatures_.iloc[[0]], multiclass, is_far=False)
    assert reasons == (f"none of the {len(trained.datasets)} known datasets is binary",)


def test_a_known_dataset_is_inside(trained):
    dataset = load_dataset(table(40_000, 5), target="y")
    same = {"fingerprint": dataset.fingerprint, "n_samples": dataset.n_samples}
    known = replace(trained, datasets=trained.datasets.assign(**same))
    assert why_outside(dataset, trained.model.metafeatures_.iloc[[0]], known, is_far=True) == ()


def test_meta_features_beyond_what_is_known_are_named(trained):
    metafeatures = trained.model.metafeatures_.iloc[[0]].assign(**{"inst_to_attr": 1e6})
    (reason,) = why_outside(load_dataset(table(300, 5), target="y"), metafeatures, trained, is_far=True)
    assert "above all by inst_to_attr = 1e+06 (known:" in reason
