from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from recommender.evidence.folder import load_knowledge
from recommender.evidence.page import describe, write_page
from recommender.words import visible


@pytest.fixture(scope="module")
def some():
    shipped = load_knowledge()
    return shipped.without(shipped.datasets.index[5:])


def test_the_page_counts_and_lists_what_there_is(some):
    page = describe(some, origin="Made by hand.")
    assert page.startswith("# The knowledge base\n\n5 datasets, ")
    assert f"{len(some.evaluations):,} evaluations" in page
    assert "## Rebuilding it\n\nMade by hand.\n" in page
    assert all(f"| {i} | {name} |" in page for i, name in some.datasets["name"].items())


@pytest.mark.parametrize(("extending", "said"), [(True, "taken together with"), (False, "stands alone")])
def test_ones_own_page_says_whether_it_stands_alone_and_nothing_of_what_is_shipped(some, tmp_path, extending, said):
    write_page(some, tmp_path, extending=extending)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert said in page
    assert "9,000,000" not in page


def test_a_text_that_lies_in_the_folder_tells_where_it_comes_from(some, tmp_path):
    (tmp_path / "origin.md").write_text("Gemessen in Köln.\n", encoding="utf-8")
    write_page(some, tmp_path)
    assert "## Rebuilding it\n\nGemessen in Köln.\n\n## Files" in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["name", "licence"])
def test_names_of_others_are_text(some, column):
    hostile = "\x1b[2J|\n# title\n<img src=https://example.org/x>[a](https://example.org)`"
    page = describe(replace(some, datasets=some.datasets.assign(**{column: hostile})), origin="")
    told = r"\\x1b\[2J/ # title &lt;img src=https://example.org/x&gt;\[a](https://example.org)\`"
    assert page.count(f" {told} |") == len(some.datasets)
    assert visible(page) == page
    assert not [line for line in page.splitlines() if line.startswith("# title")]


def test_the_page_counts_what_was_evaluated_at_other_sizes(some):
    usual = some.evaluations[some.evaluations["size"] == some.size]
    small = usual.iloc[:40].assign(size=200)
    both = replace(some, evaluations=pd.concat([usual, small], ignore_index=True))
    assert "other sizes" not in describe(replace(some, evaluations=usual), origin="")
    page = describe(both, origin="")
    assert "The same folds were cut to other sizes too" in page
    assert "| 200 | 1 | " in page
    assert f" | {len(usual)} | " in page
