"""What the lessons say of training on more rows: the same tables and configurations at every size."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.lessons.sizes import PANELS, summarize_sizes, tabulate_overtaking, tabulate_rounds, tabulate_sizes
from recommender.evidence.folder import load_knowledge


@pytest.fixture(scope="module")
def sizes() -> pd.DataFrame:
    return tabulate_sizes(load_knowledge())


def test_a_panel_has_the_same_tables_at_every_size(sizes):
    assert set(sizes["largest"]) == {panel[-1] for panel in PANELS}
    assert sizes["regret"].between(0, 1).all()
    for largest, part in sizes.groupby("largest"):
        by_size = part.groupby("size").apply(lambda rows: set(zip(rows["dataset"], rows["algorithm"], strict=True)))
        assert list(by_size.index) == list(next(panel for panel in PANELS if panel[-1] == largest))
        assert all(found == by_size.iloc[0] for found in by_size)


def test_who_is_ahead_at_the_most_rows_has_the_lower_regret_there():
    rows = [
        ("numbers", 30_000, f"d{i}", algorithm, size, regret)
        for i in range(6)
        for size, regrets in ((500, {"ridge": 0.1, "mlp": 0.8}), (30_000, {"ridge": 0.9, "mlp": 0.2}))
        for algorithm, regret in regrets.items()
    ]
    sizes = pd.DataFrame(rows, columns=["target", "largest", "dataset", "algorithm", "size", "regret"])
    found = tabulate_overtaking(sizes).iloc[0]
    assert (found["algorithm"], found["other"], found["tables"]) == ("mlp", "ridge", 6)
    assert (found["ahead_at_500"], found["ahead_at_largest"]) == (0, 1)
    assert summarize_sizes(sizes)["algorithm"].tolist() == ["mlp", "ridge"]


def test_rounds_are_those_of_early_stopping():
    rounds = tabulate_rounds(load_knowledge())
    assert set(rounds["algorithm"]) <= {"lightgbm", "xgboost", "catboost"}
    assert rounds["median"].between(1, 1_000).all()
