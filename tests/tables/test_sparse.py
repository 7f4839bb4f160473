"""Sparse matrices of numbers: their zeros are not written out, neither in recommending nor by linear models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.preprocessing import MaxAbsScaler

from recommender import RecommendedClassifier, load, recommend, save
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import DatasetError
from recommender.evaluation.spooled import read_spooled, spool
from recommender.tables.frames import as_frame
from recommender.tables.loading import load_dataset
from recommender.tables.sparse import SparseReader, as_matrix

RNG = np.random.default_rng(0)
DENSE = np.where(RNG.random((80, 12)) < 0.2, RNG.normal(size=(80, 12)), 0.0)
CLASSES = np.where(DENSE @ RNG.normal(size=12) > 0, "yes", "no")
NUMBERS = DENSE @ RNG.normal(size=12) + RNG.normal(size=80)
LINEAR = {"logistic_regression": CLASSES, "linear_svm": CLASSES, "ridge": NUMBERS, "lasso": NUMBERS}
LINEAR["elastic_net"] = NUMBERS


def widened(matrix):
    """A matrix with places of 64 bits."""
    for name in ("indices", "indptr", "row", "col", "offsets"):
        if isinstance(getattr(matrix, name, None), np.ndarray):
            setattr(matrix, name, getattr(matrix, name).astype(np.int64))
    return matrix


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.parametrize("form", ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"])
def test_every_format_in_both_widths_is_read_to_the_same(form, kind, wide):
    given = getattr(sp, f"{form}_{kind}")(DENSE)
    given = widened(given) if wide else given
    reader = SparseReader().fit(given)
    read = reader.transform(given)
    assert (read.format, read.indices.dtype, read.nnz) == ("csr", np.int32, np.count_nonzero(DENSE))
    np.testing.assert_array_equal(read.toarray(), DENSE)
    dataset = load_dataset(given, CLASSES)
    assert dataset.is_sparse
    assert dataset.fingerprint == load_dataset(DENSE, CLASSES).fingerprint


@pytest.mark.parametrize("algorithm", LINEAR)
def test_linear_models_scale_without_centring(algorithm):
    given, y = sp.csc_array(DENSE), LINEAR[algorithm]
    model = build_pipeline(Configuration(algorithm, {}), load_dataset(given, y)).fit(given, y)
    scaled = model[:-1].transform(given)
    assert scaled.nnz == np.count_nonzero(DENSE)
    np.testing.assert_allclose(scaled.toarray(), MaxAbsScaler().fit_transform(DENSE))
    for later in (DENSE, sp.coo_matrix(DENSE), pd.DataFrame(DENSE), as_frame(given)):
        np.testing.assert_array_equal(model.predict(later), model.predict(given))


def test_trees_and_what_else_reads_zeros_take_them_written_out():
    given = sp.csr_matrix(DENSE)
    for configuration in (
        Configuration("random_forest", {"n_estimators": 5}),
        Configuration("naive_bayes", {}),
        Configuration("logistic_regression", {"numbers": "splines"}),
    ):
        model = build_pipeline(configuration, load_dataset(given, CLASSES)).fit(given, CLASSES)
        assert list(model.named_steps) == ["read", "preprocess", "model"]
        np.testing.assert_array_equal(model.predict(DENSE), model.predict(given))


def test_what_is_missing_or_infinite_is_imputed():
    given = sp.lil_matrix(DENSE)
    given[0, 0], given[1, 0] = np.nan, np.inf
    pipeline = build_pipeline(Configuration("logistic_regression", {}), load_dataset(given, CLASSES))
    scaled = pipeline.fit(given, CLASSES)[:-1].transform(given)
    assert scaled.toarray()[:2, 0].tolist() == [0.0, 0.0]  # the median of mostly zeros


def test_the_callers_matrix_is_not_changed():
    parts = sp.csc_matrix((np.ones(4), np.array([2, 0, 0, 1]), np.array([0, 3, 4])), shape=(3, 2))
    assert as_frame(parts).to_numpy().tolist() == [[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    assert (parts.indices.tolist(), parts.nnz) == ([2, 0, 0, 1], 4)


def test_a_table_of_sparse_columns_is_taken_by_name_in_any_order():
    table = pd.DataFrame.sparse.from_spmatrix(sp.csr_matrix(DENSE)).add_prefix("word ")
    model = recommend(table, CLASSES, include=["logistic_regression"]).best.estimator.fit(table, CLASSES)
    np.testing.assert_array_equal(model.predict(table[table.columns[::-1]]), model.predict(table))
    with pytest.raises(DatasetError, match="lacks 1 of the columns"):
        model.predict(table.drop(columns="word 3"))


def test_an_estimator_fits_predicts_and_is_saved(tmp_path):
    given = sp.coo_array(DENSE)
    model = RecommendedClassifier(include=["logistic_regression"]).fit(given, CLASSES)
    assert "sparse" in model.estimator_.named_steps
    save(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load(tmp_path / "model.skops").predict(given), model.predict(DENSE))


def test_workers_get_a_sparse_table_as_one(tmp_path):
    dataset = load_dataset(sp.csr_matrix(DENSE), CLASSES)
    read = read_spooled(spool(dataset, tmp_path / "table.parquet")).dataset
    assert read.is_sparse
    np.testing.assert_array_equal(as_matrix(read.X).toarray(), DENSE)


def test_other_tables_are_no_sparse_ones():
    mixed = as_frame(sp.csr_matrix(DENSE)).assign(colour=["red", "blue"] * 40)
    assert not load_dataset(mixed, CLASSES).is_sparse
    assert not load_dataset(DENSE, CLASSES).is_sparse


def test_what_models_could_not_write_out_is_one_error():
    with pytest.raises(DatasetError, match="is too large: most models take it written out"):
        recommend(sp.coo_matrix((10**6, 10**6)), [0, 1])
