from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation.costs import PREDICT_TERMS, SecondsModel


def sizes(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "n_samples": rng.integers(100, 10_000, n),
            "n_features": rng.integers(2, 200, n),
            "n_categorical": rng.integers(0, 5, n),
            "n_classes": rng.integers(2, 6, n),
        }
    )


def noisy(seconds: pd.Series) -> pd.Series:
    return seconds * np.random.default_rng(1).lognormal(0, 0.1, len(seconds))


def test_what_rows_and_columns_cost_is_found_again():
    known = sizes(60)
    seconds = pd.DataFrame(
        {
            "quick": 1e-5 * known["n_samples"],
            "slow": 0.1 + 1e-6 * known["n_samples"] * known["n_features"],
            "pairs": 1e-8 * known["n_samples"] ** 2,
        }
    )
    model = SecondsModel.fit(known, seconds.apply(noisy))
    new = pd.DataFrame({"n_samples": [50_000], "n_features": [20], "n_categorical": [0], "n_classes": [2]})
    found = model.predict(new).loc[0].to_dict()
    assert found == pytest.approx({"quick": 0.5, "slow": 1.1, "pairs": 25.0}, rel=0.5)


def test_wide_tables_are_dear_for_covariances_and_cheap_for_trees():
    known = sizes(60)
    trees, covariances = known["n_samples"] * known["n_features"], known["n_features"] ** 3
    seconds = pd.DataFrame({"trees": 1e-6 * trees, "covariances": 1e-3 + 1e-7 * covariances})
    model = SecondsModel.fit(known, seconds.apply(noisy))
    wide = pd.DataFrame({"n_samples": [100], "n_features": [5_000], "n_categorical": [0], "n_classes": [2]})
    expected = model.predict(wide).loc[0]
    assert 0.2 < expected["trees"] < 5
    assert 3_000 < expected["covariances"] < 30_000  # 12,500


def test_one_odd_measurement_says_little_of_wide_tables():
    known = sizes(60)
    known.loc[0, "n_features"] = 500
    seconds = noisy(1e-5 * known["n_samples"])
    seconds[0] *= 4
    model = SecondsModel.fit(known, seconds.to_frame("a"))
    wide = known.iloc[[0]].assign(n_features=5_000)
    assert model.predict(wide).iloc[0, 0] < 10 * seconds[0]


def test_a_call_costs_something_of_its_own():
    known = sizes(60).assign(n_predicted=np.geomspace(20, 5_000, 60))
    seconds = (0.01 + 1e-5 * known["n_predicted"]).to_frame("a")
    model = SecondsModel.fit(known, seconds.apply(noisy), PREDICT_TERMS)
    expected = model.predict(known.assign(n_predicted=1_000))["a"]
    assert expected.to_numpy() == pytest.approx(0.02, rel=0.25)


def test_missing_measurements_borrow_from_the_others():
    known = sizes(40)
    law = 1e-4 * known["n_samples"]
    seconds = pd.DataFrame({"seen": law, "hardly": law.where(known.index < 2), "never": np.nan})
    model = SecondsModel.fit(known, seconds)
    ratio = model.predict(known)["hardly"] / law
    assert ratio.median() == pytest.approx(1, rel=0.3)
    assert np.isfinite(model.predict(known).to_numpy()).all()


def test_arrays_give_the_model_again():
    known = sizes(20)
    model = SecondsModel.fit(known, pd.DataFrame({"a": np.linspace(0.1, 2, 20)}))
    again = SecondsModel.from_arrays(model.to_arrays())
    pd.testing.assert_frame_equal(again.predict(known), model.predict(known))
