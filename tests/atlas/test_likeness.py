from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

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
