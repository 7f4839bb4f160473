from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.evidence.families import find_families, find_links
from recommender.tables.loading import load_dataset

RNG = np.random.default_rng(0)


def table(names: str, n: int = 80) -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(n, len(names.split()))), columns=names.split())


def target(n: int = 80) -> pd.Series:
    return pd.Series(RNG.normal(size=n), name="y")


def described(**tables: pd.DataFrame) -> pd.DataFrame:
    """What a store has of some datasets with targets of their own; a double underscore in a name is a hyphen."""
    loaded = [load_dataset(X, target(len(X)), name=name.replace("__", "-")) for name, X in tables.items()]
    rows = [{"name": d.name, "n_samples": d.n_samples, "signatures": d.described_columns} for d in loaded]
    return pd.DataFrame(rows, index=list(tables))


def signs(**tables: pd.DataFrame) -> list[str]:
    return find_links(described(**tables))["sign"].tolist()


def test_a_binarised_copy_is_of_the_family_whatever_its_name():
    X, y = table("a b c d"), target()
    loaded = [
        load_dataset(X, y, name="wages"),
        load_dataset(X.add_prefix("col_").sample(frac=1), y.gt(0).astype(int), name="other"),
    ]
    rows = [{"name": d.name, "n_samples": d.n_samples, "signatures": d.described_columns} for d in loaded]
    assert find_links(pd.DataFrame(rows))["sign"].tolist() == ["content"]


def test_two_choices_of_columns_of_one_table_are_a_family():
    X = table("a b c d e f g h")
    assert signs(wages=X[["a", "b", "c", "d", "e"]], trees=X[["d", "e", "f", "g", "h"]]) == ["content"]
    assert signs(wages=X[["a", "b", "c", "d", "e"]], trees=X[["e", "f", "g", "h"]]) == []  # a single column is in both


def test_samples_of_one_process_share_their_columns_names():
    assert signs(jm=table("loc branches effort"), kc=table("effort LOC branches", 90)) == ["columns"]
    wide = table("loc branches effort volume comments blanks")
    assert signs(jm=wide, kc=table("loc. Branches effort1 volume date", 90)) == ["columns"]
    assert signs(jm=wide, kc=table("loc branches effort date", 90)) == []


@pytest.mark.parametrize("names", ["x1 x2 x3", "attribute#1 attribute#2 attribute#3 irrelevant1", "a b c d e"])
def test_names_that_mean_nothing_make_no_family(names):
    assert signs(wages=table(names), trees=table(names, 90)) == []


def test_as_many_rows_and_the_same_columns_are_one_design():
    assert signs(wages=table("x1 x2 x3", 97), trees=table("X1 X2 X3", 97)) == ["design"]
    assert signs(wages=table("x1 x2 x3", 97), trees=table("x1 x3 x4", 97)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [("puma8NH", "puma32H"), ("monks__problems-1", "monks__problems-2"), ("spect", "SPECTF"), ("adult", "adult_small")],
)
def test_variants_by_name_are_a_family(first, second):
    assert signs(**{first: table("p q"), second: table("r s t", 90)}) == ["name"]


def test_names_that_begin_alike_need_support():
    assert signs(mfeat__zernike=table("t u"), mfeat__fourier=table("v w x")) == ["name"]  # as many rows
    assert signs(bank__marketing=table("t u"), bank8FM=table("v w x", 90)) == []
    assert signs(banknote=table("t u"), bank8FM=table("v w")) == []
    first = table("state salary rank")
    assert signs(colleges__aaup=first, colleges__usnews=table("state tuition fees")) == ["name"]
    assert signs(colleges__aaup=first, colleges__map=table("latitude longitude altitude")) == []


def test_what_nobody_named_is_not_of_one_family():
    assert signs(dataset=table("t u"), dataset_2=table("v w", 90)) == []
    assert signs(train=table("t u v"), train1=table("w x", 90)) == []


def test_families_are_connected_groups_whatever_the_order():
    X = table("a b c d")
    first, second = X.assign(e=RNG.normal(size=80)), X[["c", "d"]].assign(f=RNG.normal(size=80), g=RNG.normal(size=80))
    third = second[["f", "g"]].assign(k=RNG.normal(size=80), m=1.0)
    datasets = described(wages=first, trees=second, birds=third, iris=table("h i"))
    assert len(find_links(datasets)) == 2
    found = find_families(datasets)
    assert found.to_dict() == {"wages": "birds", "trees": "birds", "birds": "birds", "iris": "iris"}
    assert find_families(datasets[::-1]).to_dict() == found.to_dict()


def test_no_datasets_have_no_families():
    assert find_families(described(wages=table("a b"))[:0]).empty
