from __future__ import annotations

import pytest

from recommender.tables.cells.units import FACTORS, factor, quantity_of, split_unit


@pytest.mark.parametrize(
    ("text", "unit", "rest"),
    [
        ("GB SSD", "GB", "SSD"),
        ("sq. ft.", "sq ft", ""),
        ("sq-yrd", "sq yrd", ""),
        ("km/h", "km/h", ""),
        ("km/l", "", "km/l"),
        ("kmpl", "", "kmpl"),
        ("min read", "min", "read"),
        ("'", "'", ""),
        ("Inch", "Inch", ""),
        ("in stock", "in", "stock"),
        ("indoors", "", "indoors"),
    ],
)
def test_a_known_unit_is_split_from_what_follows(text, unit, rest):
    assert split_unit(text) == (unit, rest)


@pytest.mark.parametrize(
    ("units", "quantity"),
    [
        (["m"], "length"),
        (["m", "h"], "time"),
        (["H", "M"], "time"),
        (["m", "cm"], "length"),
        (["m", "k"], "magnitude"),
        (["M"], "magnitude"),
        (["L"], "volume"),
        (["L", "Cr"], "magnitude"),
        (["g", "kg"], "mass"),
        (["GB", "kg"], ""),
        (["", ""], ""),
    ],
)
def test_letters_with_several_meanings_go_by_their_company(units, quantity):
    assert quantity_of(units) == quantity


@pytest.mark.parametrize(
    ("quantity", "unit", "other", "ratio"),
    [
        ("length", "km", "m", 1000),
        ("length", "ft", "in", 12),
        ("mass", "lb", "oz", 16),
        ("memory", "TB", "GB", 1024),
        ("time", "h", "s", 3600),
        ("time", "year", "day", 365.25),
        ("area", "acre", "sq ft", 43560),
        ("magnitude", "crore", "lakh", 100),
        ("speed", "m/s", "km/h", 3.6),
    ],
)
def test_units_convert(quantity, unit, other, ratio):
    assert factor(quantity, unit) / factor(quantity, other) == pytest.approx(ratio)


def test_no_unit_is_written_twice_in_a_quantity():
    from recommender.tables.cells.units import QUANTITIES

    for quantity, rows in QUANTITIES.items():
        n = sum(len(names.split("|")[0].split()) + len(names.split("|")) - 1 for names in rows.values())
        assert n == len(FACTORS[quantity]), quantity
