"""A choice is made only where it changes something, and does no harm."""

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.applying import why_pointless
from recommender.tables.loading import load_dataset

N = 80
RNG = np.random.default_rng(0)
PLAIN = pd.DataFrame({"size": RNG.normal(size=N), "weight": RNG.normal(size=N), "colour": ["red", "blue"] * (N // 2)})
HOLES = PLAIN.assign(size=PLAIN["size"].where(PLAIN["size"] > -1))
CITIES = PLAIN.assign(city=[f"city {i % 35}" for i in range(N)])
SKEWED = RNG.lognormal(size=N)


@pytest.mark.parametrize(
    ("choice", "without", "fits"),
    [
        ({"missing": "indicated"}, PLAIN, HOLES),
        ({"categories": "target"}, PLAIN, CITIES),
        ({"categories": "native"}, PLAIN[["size", "weight"]], PLAIN),
        ({"numbers": "splines"}, PLAIN[["colour"]], PLAIN),
        ({"numbers": "clipped"}, PLAIN[["colour"]], PLAIN),
    ],
)
def test_a_table_must_have_what_is_chosen_for(choice, without, fits):
    assert why_pointless(choice, load_dataset(without, SKEWED)) is not None
    assert why_pointless(choice, load_dataset(fits, SKEWED)) is None


def test_a_logarithm_is_for_skewed_targets():
    choice = {"target": "log"}
    assert why_pointless(choice, load_dataset(PLAIN, SKEWED)) is None
    assert "not skewed" in why_pointless(choice, load_dataset(PLAIN, np.log(SKEWED)))
    assert "not skewed" in why_pointless(choice, load_dataset(PLAIN, PLAIN["size"] > 0))


def test_what_every_configuration_has_always_has_a_point():
    assert why_pointless({}, load_dataset(PLAIN[["colour"]], PLAIN["size"] > 0)) is None
