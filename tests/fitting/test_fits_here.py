from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import evaluate
from recommender.fitting.fits_here import Here
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split

SPARSE, DENSE = Configuration("logistic_regression", {}), Configuration("lda", {})


@pytest.mark.parametrize("order", [(SPARSE, DENSE), (DENSE, SPARSE)])
def test_a_sparse_table_is_prepared_for_each_model_as_if_it_were_alone(order):
    X = sparse.random(120, 20, density=0.1, random_state=0, format="csr")
    dataset = load_dataset(X, (np.asarray(X.sum(axis=1)).ravel() > 1.0).astype(int))
    splits = split(dataset)[:1]
    here = Here(dataset, splits)
    for configuration in order:
        preparation = here.preparation(configuration, 0)
        found = here.fit(configuration, 0, preparation, seconds=60.0, within=60.0)
        alone = evaluate(dataset, configuration, 0, splits[0])
        assert (found.status, found.message) == ("ok", "")
        assert found.scores == alone.scores
        assert found.model_bytes == alone.model_bytes
