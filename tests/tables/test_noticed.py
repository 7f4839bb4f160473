"""What was noticed while columns were read: a table of all of them, lines on the less evident, and notes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.noticed import columns_in_words, describe_columns, notes_on_columns

N = 60


def dataset(**columns) -> Dataset:
    return load_dataset(pd.DataFrame(columns), np.arange(N) % 2)


def messy() -> Dataset:
    rng = np.random.default_rng(0)
    return dataset(
        id=np.arange(N) + 1000,
        price=[f"${v:,.2f}" for v in rng.lognormal(7, 1, N)],
        size=rng.choice(["S", "M", "L"], N),
        temperature=np.where(np.arange(N) % 10 == 0, -999, rng.normal(size=N)),
        plain=rng.normal(size=N),
        colour=rng.choice(["red", "blue"], N),
        screen=rng.choice(["1920x1080", "800x600", None], N),
        extras=rng.choice(["wifi, pool", "wifi", "pool, parking, wifi", ""], N),
        weight=[f"{i} {unit}" for i, unit in enumerate(rng.choice(["kg", "pcs"], N))],
        power=["null bhp" if i % 4 == 0 else f"{i} bhp" for i in range(N)],
        day=pd.date_range("2020", periods=N).strftime("%d.%m.%Y"),
        seldom=[None if i else 1.0 for i in range(N)],
        nothing=None,
    )


def test_every_column_has_a_row():
    data = messy()
    table = describe_columns(data).set_index("column")
    assert list(table.index) == list(data.X.columns)
    assert list(table.columns) == ["reading", "unit", "missing", "note"]
    assert table["reading"].to_dict() == {
        "id": "left out",
        "price": "number",
        "size": "ordered",
        "temperature": "number",
        "plain": "number",
        "colour": "category",
        "screen": "2 numbers",
        "extras": "list",
        "weight": "number and unit",
        "power": "number",
        "day": "date",
        "seldom": "number",
        "nothing": "left out",
    }
    assert table["unit"][["price", "power", "plain"]].tolist() == ["$", "bhp", ""]
    assert table["note"]["id"] == "it numbers the rows"
    assert table["note"]["temperature"] == "-999 read as missing"
    assert table["note"]["size"] == "lowest first: 'S', 'M', 'L'"


def test_missing_is_the_share_of_rows_in_which_nothing_is_read():
    data = messy()
    missing = describe_columns(data).set_index("column")["missing"]
    assert missing[["id", "price", "temperature", "power", "seldom", "nothing"]].tolist() == [0, 0, 0.1, 0.25, 0.98, 1]
    assert missing["screen"] == round(data.X["screen"].isna().mean(), 2) > 0
    assert missing["extras"] == round((data.X["extras"] == "").mean(), 2) > 0


def test_what_is_evident_is_not_told():
    rng = np.random.default_rng(0)
    data = dataset(a=rng.normal(size=N), b=pd.array(rng.integers(0, 9, N), "Int64"), c=rng.choice(["u", "v"], N))
    assert columns_in_words(data) == []


def test_a_line_says_reading_unit_missing_values_and_note():
    assert columns_in_words(messy())[:5] == [
        "'id': left out, it numbers the rows",
        "'price': number in $",
        "'size': ordered, lowest first: 'S', 'M', 'L'",
        "'temperature': number, 10% missing, -999 read as missing",
        f"'screen': 2 numbers, {messy().X['screen'].isna().mean():.0%} missing",
    ]


@pytest.mark.parametrize(
    ("n_columns", "last"), [(15, "'c14': number in $"), (16, "... and 1 more"), (40, "... and 25 more")]
)
def test_of_many_columns_the_first_are_told(n_columns, last):
    told = columns_in_words(dataset(**{f"c{i}": [f"${j + i}.50" for j in range(N)] for i in range(n_columns)}))
    assert len(told) == min(n_columns, 16)
    assert told[-1] == last


def test_names_units_and_cells_cannot_steer_a_terminal():
    told = columns_in_words(
        dataset(
            **{
                "\x1b[31m\n<b>": [f"${i}.50" for i in range(N)],
                "x" * 5000: [f"{i} \u202egk" for i in range(N)],
                "odd": [*(f"{i}.5" for i in range(N - 2)), "\x1b[2J", "\x07"],
            }
        )
    )
    assert told[0] == r"'\x1b[31m\n<b>': number in $"
    assert all(line.isprintable() and len(line) < 200 for line in told)
    assert any(r"\x1b[2J" in line for line in told)


def test_notes_say_what_is_left_out_and_what_is_missing():
    assert notes_on_columns(messy()) == [
        "the column 'id' numbers or names the rows, which says nothing about others: it is left out",
        "the column 'temperature' holds -999 where a value seems to be missing: it is read so",
    ]
