"""Which pairs of columns tell most of what a short model leaves open."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.candidates.telling_pairs import Look, Made, calculate, codes_of, find_telling, look

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(RNG.uniform(1, 9, (2_000, 4)), columns=[*"abcd"])
TOWNS = pd.Series(RNG.integers(0, 10, 2_000)).map("town {}".format).astype("category")


def _look(residuals: np.ndarray, n_columns: int = 4) -> Look:
    return Look(residuals[:, None], residuals**2, np.ones(n_columns))


@pytest.mark.parametrize(("operation", "columns"), [("+", (0, 1)), ("-", (1, 3)), ("*", (0, 2)), ("/", (3, 2))])
def test_what_makes_the_residuals_tells_most(operation, columns):
    made = calculate(operation, *(TABLE.iloc[:, i].to_numpy() for i in columns))
    residuals = np.sign(made - np.median(made)) + RNG.normal(size=2_000)

    found = find_telling(TABLE, _look(residuals))

    assert found[0].columns in (columns, columns[::-1])
    assert found[0].operation == operation


def test_a_pair_that_tells_no_more_than_one_of_its_columns_is_not_made():
    residuals = np.sign(TABLE["a"].to_numpy() - 5) + RNG.normal(size=2_000)

    assert find_telling(TABLE, _look(residuals)) == []


def test_categories_tell_by_their_mean_where_they_are_many():
    table = pd.DataFrame({"town": TOWNS, "coast": pd.Series(TOWNS.cat.codes > 5).astype("category")})
    residuals = (TOWNS.cat.codes > 5) + RNG.normal(size=2_000)

    assert find_telling(table, _look(residuals.to_numpy(), 2)) == [Made("mean", (0,))]


def test_where_nothing_is_left_open_nothing_tells():
    assert find_telling(TABLE, _look(np.zeros(2_000))) == []


def test_a_look_is_at_rows_that_the_model_has_not_seen():
    noise = RNG.normal(size=2_000)

    of_noise = look(TABLE, noise, regression=True, random_state=0)

    assert of_noise.losses.mean() > noise.var()
    assert of_noise.residuals.shape == (2_000, 1)
    assert of_noise.gains.shape == (4,)


def test_a_look_at_classes_leaves_probabilities_open():
    y = np.where(TABLE["a"] > 5, "high", np.where(TABLE["a"] > 3, "middle", "low"))

    of_classes = look(TABLE, y, regression=False, random_state=0)

    assert of_classes.residuals.sum(axis=1) == pytest.approx(np.zeros(2_000), abs=1e-9)
    assert of_classes.gains.argmax() == 0


def test_overflow_and_division_by_zero_are_missing():
    assert np.isnan(calculate("*", np.array([1e30]), np.array([1e30]))).all()
    assert np.isnan(calculate("/", np.array([1.0, 0.0]), np.array([0.0, 0.0]))).all()
    assert np.isnan(calculate("+", np.array([np.inf, np.nan]), np.array([1.0, 1.0]))).all()


def test_a_missing_category_is_one_of_its_own():
    assert codes_of(pd.Series(pd.Categorical(["b", None, "a"]))).tolist() == [2, 0, 1]
