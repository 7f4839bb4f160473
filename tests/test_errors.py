from __future__ import annotations

import pytest

from recommender.errors import one_line, unknown_name


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("two\n  lines"), "two lines"),
        (ValueError("a\0b"), "ab"),  # PostgreSQL takes no NUL
        (ValueError(), "ValueError"),
        ("x" * 300, "x" * 200),
    ],
)
def test_an_error_is_told_on_one_line(error, line):
    assert one_line(error) == line


def test_an_unknown_name_lists_the_choices_and_the_nearest_one():
    assert str(unknown_name("metric", "acuracy", ["accuracy", "r2"])) == (
        "unknown metric 'acuracy'. Did you mean 'accuracy'? Choose from: accuracy, r2"
    )
