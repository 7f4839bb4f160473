from __future__ import annotations

import pytest

from recommender.tables.files.headers import Header, find_header

IRIS = [
    ["5.1", "3.5", "setosa"],
    ["4.9", "3.0", "setosa"],
    ["6.2", "2.9", "versicolor"],
    ["5.9", "3.0", "versicolor"],
]


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


PLAIN = {
    "names over numbers": "a,b\n1,2\n3,4",
    "names over text": "colour,shape\nred,round\nblue,square\nred,square",
    "a name for all but the row names": "a,b,y\nr0,1,x,u\nr1,2,z,v",
    "a name for all but the row names, all text": "a,b,y\nr0,s,x,u\nr1,t,z,v",
    "no name for the index": ",a,b\n0,1.5,x\n1,2.5,z",
    "no names for the last columns": "a,b,,\nr,s,t,u\nv,w,x,y",
    "no names for the first columns": ",,a,b\nr,s,t,u\nv,w,x,y",
    "years beside a name": "country,1990,1995,2000\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5",
    "years": "1990,1995,2000\n1.5,2.5,3.5\n2.5,3.5,4.5",
    "numbers as pandas counts columns": "0,1,2\n5,6,7\n0,8,9",
    "numbers and a name": "1,2,3,class\n2,3,1,x\n1,2,3,y\n3,2,1,x\n1,1,1,y",
    "one row": "a,b\n1,2",
    "nothing below": "a,b",
    "numbers and nothing below": "1,2",
    "one column": "1\n2\n3",
    "repeated headers": "a,b\n1,2\na,b\n3,4",
    "a first value that is missing": "size,kind\n?,a\n5,b\n6,a",
    "words for missing values": "a,b,c\nunknown,missing,x\n1,2,y\n3,4,x",
    "own words for missing values": "a,b,c\nlost,lost,x\n1,2,y\nlost,4,x\n" + "3,5,y\n" * 20,
    "text with numbers beside": "name,age\nAnn,5\nBob,six\nCy,7",
    "unique text and a number": "id,size\nr1,1.5\nr2,2.5",
}


@pytest.mark.parametrize("name", PLAIN)
def test_the_first_line_is_the_header(name):
    assert find_header(rows(PLAIN[name])) == Header()


VALUES = {
    "numbers": "5,1.5,7\n6,2.5,8\n7,3.5,9",
    "whole numbers": "63,1,233\n41,0,204\n57,1,354",
    "numbers and classes": "\n".join(map(",".join, IRIS)),
    "numbers that are missing at times": "?,3.5,setosa\n4.9,3.0,setosa\n6.2,2.9,virginica",
    "dates and numbers": "2020-01-01,5.5,a\n2020-01-02,6.5,b\n2020-01-03,7.5,a",
    "letters": "p,x,s,n\ne,x,s,y\np,x,y,n\ne,b,s,y\np,b,s,n",
    "mostly letters": "vhigh,2,small,low,unacc\nvhigh,2,small,med,unacc\nhigh,4,small,low,acc\nlow,2,big,low,acc",
}


@pytest.mark.parametrize("name", VALUES)
def test_values_in_the_first_line_are_no_names(name):
    found = find_header(rows(VALUES[name]))
    width = len(rows(VALUES[name])[0])
    assert (found.above, found.lines) == (0, 0)
    assert found.names == tuple(f"column_{i + 1}" for i in range(width))
    assert f"column_1 to column_{width}" in found.notes[0]
    assert f"--target column_{width}" in found.notes[0]


TITLES = {
    "one cell": ("Sales of 2024\na,b,c\n1,2,x\n3,4,y", 1),
    "one cell among empty ones": ("Sales of 2024,,\na,b,c\n1,2,x\n3,4,y", 1),
    "one cell in the middle": (",Sales of 2024,\na,b,c\n1,2,x\n3,4,y", 1),
    "one cell over text": ("Colours,,\na,b,c\nr,s,t\nu,v,w", 1),
    "one cell over two columns": ("Sales\na,b\n1,2\n3,4", 1),
    "several lines": (
        "Source,World Bank,,,\nUpdated,2020,,,\nname,code,unit,1990,1991\nA,a,m,1.5,2.5\nB,b,m,2.5,3.5",
        2,
    ),
    "an empty line between": ("Sales\n,,\na,b,c\n1,2,x\n3,4,y", 2),
    "nothing but empty lines": (",,\n,,\na,b,c\n1,2,x\n3,4,y", 2),
}


@pytest.mark.parametrize("name", TITLES)
def test_lines_above_the_names_are_skipped(name):
    text, above = TITLES[name]
    found = find_header(rows(text))
    assert (found.above, found.lines, found.names) == (above, 1, ())
    assert bool(found.notes) == ("nothing" not in name)


def test_what_is_skipped_is_said():
    assert find_header(rows(TITLES["one cell"][0])).notes == ("the line above the table was skipped: 'Sales of 2024'",)
    several = find_header(rows(TITLES["several lines"][0])).notes
    assert several == ("2 lines above the table were skipped; the first is 'Source World Bank'",)


def test_a_title_above_values():
    found = find_header([["flowers of Fisher"], *IRIS])
    assert (found.above, found.lines, len(found.notes)) == (1, 0, 2)


UNITS = {
    "units": ("size,mass,name\ncm,kg,\n1.5,60,Ann\n2.5,70,Bob", ("size cm", "mass kg", "name")),
    "equal units": ("size,mass\n(cm),(cm)\n1.5,60\n2.5,70", ("size (cm)", "mass (cm)")),
    "a dash for no unit": (
        "size,ratio,speed,name\ncm,-,m/s,-\n1.5,60,1,Ann\n2.5,70,2,Bob",
        ("size cm", "ratio", "speed m/s", "name"),
    ),
    "names below names": (
        "size,,mass,\nleast,most,least,most\n1,2,3,4\n5,6,7,8",
        ("size least", "size most", "mass least", "mass most"),
    ),
    "names that come again": ("size,size\ncm,cm\n1.5,60\n2.5,70", ("size cm", "size cm.2")),
}


@pytest.mark.parametrize("name", UNITS)
def test_two_lines_of_names_are_joined(name):
    text, names = UNITS[name]
    found = find_header(rows(text))
    assert (found.above, found.lines, found.names) == (0, 2, names)
    assert found.notes == (f"the names take two lines, which were joined, as in {names[0]!r}",)


def test_units_below_a_title():
    found = find_header([["People"], *rows(UNITS["units"][0])])
    assert (found.above, found.lines, len(found.notes)) == (1, 2, 2)


def test_no_cells_at_all():
    assert find_header([]) == find_header([[""], [" ", ""]]) == Header()
