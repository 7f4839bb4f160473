"""Where pymfe defines a value, ours is the same; and what comes from pymfe itself."""

import subprocess
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets as sets
from threadpoolctl import threadpool_limits

from recommender.metafeatures import METAFEATURES, PYMFE_METAFEATURES, extract_metafeatures
from recommender.tables.loading import load_dataset

GROUPS = ["simple", "statistical", "information", "model_based"]


def digits_in_part():
    X, y = sets.load_digits(return_X_y=True)
    X = X[:500, 18:30]
    return X[:, X.std(axis=0) > 0], y[:500]


def blobs(n, p, classes, seed):
    return sets.make_classification(n, p, n_informative=p - 2, n_redundant=0, n_classes=classes, random_state=seed)


TABLES = {
    "iris": lambda: sets.load_iris(return_X_y=True),
    "wine": lambda: sets.load_wine(return_X_y=True),
    "breast cancer": lambda: sets.load_breast_cancer(return_X_y=True),
    "digits": digits_in_part,
    "seven classes": lambda: blobs(700, 8, 7, 0),
    "more than 12 columns": lambda: blobs(300, 16, 2, 1),
    "collinear columns": lambda: sets.make_classification(300, 8, n_redundant=3, n_repeated=1, random_state=0),
    "whole numbers": lambda: (lambda X, y: (np.round(2 * X), y))(*blobs(250, 5, 3, 2)),
    "two columns": lambda: (blobs(200, 4, 2, 3)[0][:, :2], blobs(200, 4, 2, 3)[1]),
}


def from_pymfe(X, y, groups, random_state=0):
    from pymfe.mfe import MFE

    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model = MFE(groups=groups, summary=["mean", "sd", "max"], random_state=random_state)
        model.fit(np.asarray(X, dtype=float), np.asarray(y), cat_cols=None, suppress_warnings=True)
        return dict(zip(*model.extract(suppress_warnings=True), strict=True))


@pytest.mark.parametrize("name", TABLES)
def test_values_equal_pymfes(name):
    X, y = TABLES[name]()
    theirs = from_pymfe(X, y, ["general", "statistical", "info-theory", "model-based"])
    ours = extract_metafeatures(load_dataset(X, y), groups=GROUPS).values
    shared = [n for n in ours if n in theirs]
    assert len(shared) == 98
    defined = [n for n in shared if np.isfinite(theirs[n])]
    assert len(defined) >= 88
    if name == "collinear columns":
        defined.remove("sd_ratio") if "sd_ratio" in defined else None  # a ratio of determinants that are zero
    differing = {n: (ours[n], theirs[n]) for n in defined if ours[n] != pytest.approx(theirs[n], rel=1e-6, abs=1e-6)}
    assert not differing
    undefined_here_only = {n for n in defined if np.isnan(ours[n])}
    assert not undefined_here_only


def test_every_name_of_pymfes_groups_is_here_except_its_landmarkers():
    X, y = sets.load_iris(return_X_y=True)
    names = set(from_pymfe(X, y, ["general", "statistical", "info-theory", "model-based"]))
    assert {n for n in names if not n.endswith(".max")} <= set(METAFEATURES)


def test_missing_values_leave_a_columns_statistics_those_of_its_other_values():
    rng = np.random.default_rng(0)
    column = rng.lognormal(size=200)
    y = np.arange(200) % 2
    X = pd.DataFrame({"a": column})
    X.loc[::4, "a"] = np.nan
    kept = np.arange(200) % 4 != 0
    one_column = [n for n, m in METAFEATURES.items() if m.group == "statistical" and n.endswith(".mean")]
    one_column = [n for n in one_column if n.split(".")[0] not in {"cor", "cov", "eigenvalues", "can_cor", "explained"}]
    holed = extract_metafeatures(load_dataset(X, y), groups=["statistical"]).values
    whole = extract_metafeatures(load_dataset(X[kept], y[kept]), groups=["statistical"]).values
    assert {n: holed[n] for n in one_column} == pytest.approx({n: whole[n] for n in one_column}, rel=1e-9)


def test_categories_enter_the_information_group_by_their_values():
    X = pd.DataFrame({"a": list("xyz") * 40, "b": list("uv") * 60})
    y = pd.Series(["yes" if v == "x" else "no" for v in X["a"]])
    values = extract_metafeatures(load_dataset(X, y), groups=["information"]).values
    class_entropy = -(1 / 3 * np.log2(1 / 3) + 2 / 3 * np.log2(2 / 3))
    assert values["class_ent"] == pytest.approx(class_entropy)
    assert values["attr_ent.mean"] == pytest.approx((np.log2(3) + 1) / 2)
    assert values["mut_inf.max"] == pytest.approx(class_entropy, abs=1e-5)


# ---------------------------------------------------------------------------------------------------------------------
# Groups that come from pymfe


def test_a_group_from_pymfe_has_pymfes_values():
    X, y = sets.load_iris(return_X_y=True)
    result = extract_metafeatures(load_dataset(X, y), groups=["clustering"], time_limit=120)
    assert not result.missing_groups
    theirs = from_pymfe(X, y, ["clustering"])
    assert set(result.values) == {n for n, m in PYMFE_METAFEATURES.items() if m.group == "clustering"}
    assert result.values == pytest.approx({n: theirs[n] for n in result.values}, rel=1e-6)
    assert result.seconds["clustering"] > 0


def test_a_group_from_pymfe_takes_categories_missing_values_and_numeric_targets():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=40), "b": rng.choice(["x", "y"], 40)})
    X.loc[3, "a"] = X.loc[5, "b"] = None
    result = extract_metafeatures(load_dataset(X, rng.normal(size=40)), groups=["itemset"], time_limit=120)
    assert not result.missing_groups
    assert np.isfinite(list(result.values.values())).all()


def test_a_group_that_does_not_finish_is_missing_and_said_to_be():
    X, y = sets.load_iris(return_X_y=True)
    result = extract_metafeatures(load_dataset(X, y), groups=["complexity", "simple"], time_limit=0.05)
    assert "0.05 seconds" in result.missing_groups["complexity"]
    assert np.isnan(result.values["c1"])
    assert result.values["nr_inst"] == 150
    assert result.seconds["complexity"] < 5


def test_a_group_that_fails_is_missing_with_the_reason(monkeypatch):
    from recommender.metafeatures import pymfe_groups

    monkeypatch.setattr(pymfe_groups, "_packed", lambda table: b"not arrays")
    X, y = sets.load_iris(return_X_y=True)
    result = extract_metafeatures(load_dataset(X, y), groups=["concept"], time_limit=120)
    assert "ended with code 1" in result.missing_groups["concept"]
    assert np.isnan(list(result.values.values())).all()


def test_a_group_that_needs_too_much_memory_is_missing_with_the_reason(monkeypatch):
    from recommender.metafeatures import pymfe_groups

    said = b"MemoryError: Unable to allocate 12 GiB\n\nException\n"
    ended = subprocess.CompletedProcess([], 1, stdout=b"", stderr=said)
    monkeypatch.setattr(pymfe_groups.subprocess, "run", lambda *_, **__: ended)
    X, y = sets.load_iris(return_X_y=True)
    result = extract_metafeatures(load_dataset(X, y), groups=["complexity"])
    assert result.missing_groups == {"complexity": "it needs more than 8 GiB of memory"}
