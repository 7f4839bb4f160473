from __future__ import annotations

import numpy as np
import pytest

from recommender.tables.cells.orders import fit_order, positions

ORDERS = [
    ["<1", "1", "2", "10", "20", ">20"],
    ["<18", "18-25", "26-35", "65+"],
    ["10-49", "50-99", "1000+"],
    ["<10", "10/49", "50-99", "100-500", "500-999", "1000-4999", "5000-9999", "10000+"],
    ["0-10k", "10-20k", "20k+"],
    ["<$20k", "$20k-$40k", "$40k-$60k", "$120k+"],
    ["35-44", "45-54", "55-64 years", "75+"],
    ["0 - 3 years", "4 - 6 years", "> 6 years"],
    ["Less than 1 year", "1-2 years", "3-5 years", "More than 10 years"],
    ["< 1 year", "2 years", "3 years", "10+ years"],
    ["0 to 5", "6 to 10", "more than 10"],
    ["2", "3", "4", "5more"],
    ["2", "4", "more"],
    ["never", "1", "2", "3", ">4"],
    ["16-20", "21-25", "26-30"],
    ["low", "high"],
    ["low", "medium", "high"],
    ["very low", "Low", "High", "Very High"],
    ["low", "med", "high", "vhigh"],
    ["low risk", "mid risk", "high risk"],
    ["1-Low", "2-Medium", "3-High"],
    ["small", "MEDIUM", "Large"],
    ["XS", "S", "M", "L", "XL", "XXL", "3XL"],
    ["never", "rarely", "sometimes", "often", "always"],
    ["no", "Sometimes", "Frequently", "Always"],
    ["Non-Travel", "Travel_Rarely", "Travel_Frequently"],
    ["yearly", "quarterly", "monthly", "weekly", "daily"],
    ["poor", "fair", "good", "excellent"],
    ["Po", "Fa", "TA", "Gd", "Ex"],
    ["No", "Mn", "Av", "Gd"],
    ["Fair", "Good", "Very Good", "Premium", "Ideal"],
    ["strongly disagree", "Disagree", "Neutral", "Agree", "Strongly Agree"],
    ["very dissatisfied", "neutral", "Very satisfied"],
    ["not important", "important", "very important"],
    ["Beginner", "intermediate", "advanced", "expert"],
    ["EN", "MI", "SE", "EX"],
    ["F", "C", "B", "A-", "A+"],
    ["F", "D", "C", "B", "A"],
    ["G", "B", "A", "A++"],
    ["<=3cm", ">3cm"],
    ["[0-10)", "[10-20)", "[60-70)"],
    ["(0, 5]", "(5, 10]", "(10, 25]"],
    ["$", "$$ - $$$", "$$$$"],
    [
        "Less than $1 million (USD)",
        "$50 to $100 million (USD)",
        "$500 million to $1 billion (USD)",
        "$10+ billion (USD)",
    ],
    ["15-24", "25-39", "40-"],
    ["non-stop", "1 stop", "2 stops"],
    ["3:Sm", "2:Med", "1:Lg"],
    ["BBB", "AA+", "AAA"],
    ["none", "mild", "moderate", "severe"],
    ["first", "second", "third"],
    ["1st Class", "2nd Class", "3rd Class"],
    ["Stage I", "Stage II", "Stage III"],
    ["two", "four"],
    ["Jan", "Feb", "Mar"],
    ["May", "June", "July"],
    ["Mon", "Tue", "Sunday"],
    ["Early_Morning", "Morning", "Evening", "Night"],
    ["Q1", "Q2", "Q3"],
    ["primary", "secondary", "tertiary"],
    ["1st-4th", "11th", "HS-grad", "Some-college", "Bachelors", "Masters", "Doctorate"],
    ["some high school", "high school", "some college", "associate's degree", "bachelor's degree", "master's degree"],
    ["Basic", "Standard", "Premium"],
    ["Blue", "Silver", "Gold", "Platinum"],
]

NO_ORDERS = [
    ["1", "2", "3"],
    ["01", "02", "03"],
    ["1.5", "2.5", "3"],
    ["10-20", "15-30", "12-14"],
    ["red", "green", "blue"],
    ["blue", "silver", "gold"],
    ["low", "red", "high"],
    ["S", "M"],
    ["M", "F"],
    ["yes", "no"],
    ["no", "gold"],
    ["A", "B", "C"],
    ["A", "B", "AB", "O"],
    ["A", "B", "C", "D", "E", "F"],
    ["1/1", "1/2", "2/2"],
    ["I", "V", "X"],
    ["may", "june"],
    ["single", "married", "divorced"],
    ["first", "last"],
    ["low"],
    ["?", "n/a"],
    [f"level {i}-{i + 1}" for i in range(50)],
    [],
]


@pytest.mark.parametrize("levels", ORDERS)
def test_levels_are_ordered_whatever_order_they_come_in(levels):
    for texts in (levels, levels[::-1], sorted(levels), [*levels[1:], "?", levels[0], "unknown"]):
        assert fit_order(texts) == tuple(levels)


@pytest.mark.parametrize("texts", NO_ORDERS)
def test_names_and_plain_numbers_are_no_order(texts):
    assert fit_order(texts) is None


def test_of_several_ways_to_write_a_level_the_first_counts():
    levels = fit_order(["Low", "low ", "HIGH", "medium", "High"])
    assert levels == ("Low", "medium", "HIGH")
    assert positions(levels, ["LOW", "high", "Medium"]).tolist() == [0, 2, 1]


def test_unknown_levels_are_missing():
    found = positions(("low", "medium", "high"), ["low", "blue", None, "high"])
    np.testing.assert_array_equal(found, [0, np.nan, np.nan, 2])


def test_new_bounds_lie_between_the_known_ones():
    found = positions(("<18", "18-25", "36-45", "65+"), ["18-25", "26-35", "200", "soon"])
    assert found[0] == 1
    assert 1 < found[1] < 2
    assert found[2] == 3
    assert np.isnan(found[3])
