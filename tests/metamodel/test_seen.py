from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris, load_wine

from recommender.metamodel.seen import Seen
from recommender.tables.loading import load_dataset


def test_scores_are_found_by_content_and_survive_their_arrays():
    iris, wine = load_dataset(load_iris()), load_dataset(load_wine())
    scores = pd.DataFrame({"one": [0.5, 0.6, 0.7], "other": [np.nan, np.nan, 0.8]}, index=["a", "b", "c"])
    about = pd.DataFrame(
        {"fingerprint": ["of something else", iris.fingerprint, iris.fingerprint], "n_samples": [150, 150, 150]},
        index=scores.index,
    )
    seen = Seen.from_arrays(Seen.of(scores, about).to_arrays())
    np.testing.assert_allclose(seen.on(iris), [0.7, 0.8], atol=1e-6)  # of two, the one that says most
    assert np.isnan(seen.on(wine)).all()
