from __future__ import annotations

import pytest

from recommender.tables.cells.date_shapes import date_formats


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("2015-01-05 10:00:00.5Z", ("%Y-%m-%d %H:%M:%S.%f%z", "%Y-%d-%m %H:%M:%S.%f%z")),
        ("1/2/2021 5:30 PM", ("%m/%d/%Y %I:%M %p",)),
        ("7-Jan-18", ("%d-%b-%y", "%y-%b-%d")),
        ("Friday, 26 October 2012", ("%A, %d %B %Y",)),
        ("Jan 1st, 2019", ("%b %dst, %Y",)),
        ("20150131", ("%Y%m%d",)),
        ("01 Mar", ("%Y:%d %b",)),
        ("2015-16", ("%Y/%y", "%Y-%m")),
    ],
)
def test_the_shape_tells_the_format(text, formats):
    assert date_formats(text, day_first=False) == formats


@pytest.mark.parametrize(
    "text", ["", "2015", "12:30", "1.2.3", "555-12-1234", "May", "May 5 May 5", "5 May%", "version 1.2.2015", "1" * 80]
)
def test_other_texts_have_no_format(text):
    assert date_formats(text, day_first=False) == ()


def test_the_day_is_first_where_the_column_says_so():
    assert date_formats("01/02/2021", day_first=True) == ("%d/%m/%Y",)
