from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.seconds import SecondsModel


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


def test_power_laws_are_found_again():
    known = sizes(60)
    seconds = pd.DataFrame(
        {"quick": 1e-5 * known["n_samples"], "slow": 1e-6 * known["n_samples"] * known["n_features"]}
    )
    model = SecondsModel.fit(known, seconds)
    new = pd.DataFrame({"n_samples": [50_000], "n_features": [20], "n_categorical": [0], "n_classes": [2]})
    assert model.predict(new).loc[0].to_dict() == pytest.approx({"quick": 0.5, "slow": 1.0}, rel=0.2)


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
