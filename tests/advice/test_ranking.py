"""A ranking says how the columns of its dataset were read."""

from __future__ import annotations

import pandas as pd
from messy import messy_table

from recommender import recommend


def test_columns_say_how_each_was_read():
    table = messy_table()
    columns = recommend(table, target="sold").columns
    assert list(columns) == ["column", "reading", "unit", "missing", "note"]
    assert columns["column"].tolist() == [name for name in table.columns if name != "sold"]
    found = columns.set_index("column")
    assert found["reading"][["share", "listed", "extras", "x"]].tolist() == ["number", "date", "list", "number"]
    assert found.loc["total"].to_dict() == {"reading": "number", "unit": "$", "missing": 0.0, "note": ""}


def test_a_clean_table_has_plain_columns():
    table = pd.DataFrame({"a": [0.5, 1.5, 2.25] * 20, "b": ["u", "v"] * 30, "y": [0, 1] * 30})
    columns = recommend(table, target="y").columns
    assert columns[["reading", "unit", "note"]].to_numpy().tolist() == [["number", "", ""], ["category", "", ""]]
