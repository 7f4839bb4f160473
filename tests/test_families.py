from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.families import find_families
from recommender.sources import load_dataset

RNG = np.random.default_rng(0)


def table(names: str, n: int = 80) -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(n, len(names.split()))), columns=names.split())


def families(**datasets: tuple[pd.DataFrame, pd.Series]) -> dict[str, str]:
    loaded = [load_dataset(X, y, name=name.replace("__", "-")) for name, (X, y) in datasets.items()]
    rows = [{"name": d.name, "signatures": d.described_columns} for d in loaded]
    return find_families(pd.DataFrame(rows, index=list(datasets))).to_dict()


def target(n: int = 80) -> pd.Series:
    return pd.Series(RNG.normal(size=n), name="y")


def test_a_binarised_copy_is_of_the_family_whatever_its_name():
    X, y = table("a b c d"), target()
    found = families(wages=(X, y), other=(X.add_prefix("col_"), (y > 0).astype(int)))
    assert found["wages"] == found["other"]


def test_samples_of_one_process_share_their_columns_names():
    found = families(jm=(table("loc branches effort"), target()), kc=(table("loc branches effort"), target()))
    assert len(set(found.values())) == 1


def test_names_that_mean_nothing_make_no_family():
    found = families(wages=(table("x1 x2 x3"), target()), trees=(table("x1 x2 x3"), target()))
    assert len(set(found.values())) == 2


def test_versions_and_prefixes():
    found = families(
        puma8NH=(table("p q"), target()),
        puma32H=(table("r s"), target()),
        mfeat__zernike=(table("t u"), target()),
        mfeat__fourier=(table("v w"), target()),
        iris=(table("h i"), target()),
    )
    assert found["puma8NH"] == found["puma32H"]
    assert found["mfeat__zernike"] == found["mfeat__fourier"]
    assert len(set(found.values())) == 3


def test_families_are_connected_groups():
    X = table("a b c d")
    first, second = X.assign(e=RNG.normal(size=80)), X[["c", "d"]].assign(f=RNG.normal(size=80), g=RNG.normal(size=80))
    third = second[["f", "g"]].assign(k=RNG.normal(size=80))
    found = families(wages=(first, target()), trees=(second, target()), birds=(third, target()))
    assert len(set(found.values())) == 1
