from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import browser
import numpy as np
import pandas as pd
import pytest
from browser import needs_browser, needs_driver
from messy import messy_table
from sklearn.datasets import load_wine

from recommender import recommend
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.cli import app as cli
from recommender.evaluation.metrics import METRICS
from recommender.showing.report import render_table, write_report
from recommender.showing.script import write_script
from recommender.words import regret_in_words

HOSTILE = "<script>alert('x')</script>"
HOSTILE_CELL = "<img src=x onerror=alert(1)>"


class Reader(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def hostile_table(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    names = [HOSTILE, '" onload="alert(1)', "a" * 300, "</pre></td>", "&amp;{{ 7 * 7 }}{% raw %}"]
    return pd.DataFrame(rng.normal(size=(n, 5)), columns=names).assign(**{"<b>target</b>": rng.integers(0, 2, n)})


WIDTHS = (360, 760, 761, 820, 821, 1000, 1600)
"""A telephone, the widest window in which cells are shown one below the other, the next, two beside the next limit, and
a screen."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> str:
    """The report that the command line writes on a table whose every name is an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / ("<img src=x onerror=alert(1)>" + "long" * 30 + ".csv")
    hostile_table().to_csv(file, index=False)
    ask = ["recommend", str(file), "--target", "<b>target</b>", "--top", "12", "--html", str(folder / "report.html")]
    assert cli.main(ask) == 0
    return (folder / "report.html").read_text()


def test_page_has_all_that_is_promised():
    recommendation = recommend(load_wine(as_frame=True))
    page = write_report(recommendation, file="wine.csv", target="class", top=7)
    text = Reader(page).text
    for heading in (
        "What to fit first on",
        "Why",
        "The alternatives and what they cost",
        "Similar datasets",
        "The code",
    ):
        assert heading in text
    for item in recommendation.items[:7]:
        assert f"{item.rank}. {item.algorithm}" in text
    for name in recommendation.neighbours()["name"]:
        assert name in text
    assert write_script(recommendation.best, file="wine.csv", target="class", metric=recommendation.judge) in text


def test_answer_comes_first_and_reasons_are_sentences():
    recommendation = recommend(load_wine(as_frame=True))
    text = Reader(write_report(recommendation, file="wine.csv", target="class")).text
    parts = [
        "Recommended first",
        regret_in_words(recommendation.best.expected_regret),
        *recommendation.explain().sentences(),
    ]
    places = [
        text.index(part) for part in [*parts, "How small learners of each kind", "The alternatives", "The code to run"]
    ]
    assert places == sorted(places)


def test_every_configuration_is_a_point_of_the_picture():
    recommendation = recommend(load_wine(as_frame=True))
    page = write_report(recommendation, file="wine.csv", target="class", top=4)
    counted = [len(re.findall(f'<span class="{kind}[ "]', page)) for kind in ("point", "range", "label")]
    assert counted == [4, 4, 4]
    dust = re.search(r'<path class="dust" d="([^"]*)"', page).group(1)
    assert 0 < dust.count("M") <= len(recommendation.items) - 4


def test_page_warns_of_what_the_notes_warn_of():
    recommendation = replace(recommend(load_wine()), why_outside=("it has 9 rows",))
    text = Reader(write_report(recommendation, file="wine.csv", target="class")).text
    assert "Before you rely on this" in text
    assert "it has 9 rows" in text


def test_names_are_text_and_never_markup(hostile):
    reader = Reader(hostile)
    assert not {"script", "img", "b", "iframe", "object"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "<b>target</b>" in reader.text
    assert HOSTILE in reader.text
    assert "{{ 7 * 7 }}" in reader.text


def test_page_refers_to_nothing_outside_itself(hostile):
    addresses = [value for name, value in Reader(hostile).attributes if name in {"src", "href", "srcset", "action"}]
    assert addresses == ["data:,"]
    assert "url(" not in hostile
    assert "@import" not in hostile


@needs_browser
def test_browser_shows_it_narrow_and_wide_without_complaint(hostile, tmp_path):
    seen = browser.open_page(hostile, tmp_path, widths=WIDTHS)
    assert [frame["width"] for frame in seen.frames] == list(WIDTHS)
    assert [frame["overflow"] for frame in seen.frames] == [0] * len(WIDTHS)
    assert min(frame["contrast"] for frame in seen.frames) >= 4.5  # WCAG AA for text of any size
    assert [frame["scripts"] for frame in seen.frames] == [0] * len(WIDTHS)
    assert all("<b>target</b>" in frame["text"] for frame in seen.frames)
    assert seen.console == []
    assert sorted(seen.requests) == ["page.test/", *["page.test/page"] * len(WIDTHS)]


@needs_driver
def test_screen_readers_and_keyboards_are_served(hostile, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(hostile, encoding="utf-8")
    with browser.driven() as driver:
        for width, dark in ((360, False), (1600, True)):
            with browser.opened(driver, file, width=width, dark=dark) as page:
                page.add_style_tag(content="details::details-content { content-visibility: visible; height: auto; }")
                assert browser.violations(page) == []
        with browser.opened(driver, file) as page:
            assert not page.get_by_text("cross_val_score(").is_visible()
            page.locator("details.code summary").focus()
            page.keyboard.press("Enter")
            assert page.get_by_text("cross_val_score(").is_visible()
            page.emulate_media(media="print", color_scheme="dark")
            assert (
                page.evaluate("getComputedStyle(document.querySelector('.page')).backgroundColor")
                == "rgb(255, 255, 255)"
            )


@needs_driver
def test_axe_would_notice(tmp_path):
    file = tmp_path / "page.html"
    file.write_text('<p style="color: #bbb">pale</p><input>', encoding="utf-8")
    with browser.driven() as driver, browser.opened(driver, file) as page:
        found = " ".join(browser.violations(page))
    assert all(rule in found for rule in ("color-contrast", "html-has-lang", "label"))


@needs_browser
def test_browser_would_notice(tmp_path):
    page = """<body><p style="width: 900px; color: #bbb">wide and pale</p><img src="http://elsewhere.test/x.png">
    <script>console.error("broken")</script>"""
    seen = browser.open_page(page, tmp_path, widths=(380,))
    assert seen.frames[0]["overflow"] > 500
    assert seen.frames[0]["contrast"] < 2
    assert "elsewhere.test/x.png" in seen.requests
    assert "broken" in " ".join(seen.console)


def rows_of(page: str, name: str) -> int:
    return page.count(f'<th role="rowheader" scope="row" class="lead given">{name}</th>')


def test_every_column_is_shown_as_it_was_read():
    page = write_report(recommend(messy_table(), target="sold"), file="messy.csv", target="sold")
    reader = Reader(page)
    assert 'class="columns"' not in page
    assert not {"img", "b"} & set(reader.tags)
    assert [rows_of(page, name) for name in ("id", "share", "size", "total")] == [1, 1, 1, 1]
    for said in (HOSTILE_CELL, "number and unit", "pcs", "lowest first: 'S', 'M', 'L'", "-999 read as missing"):
        assert said in reader.text


def test_many_columns_are_folded_and_their_notes_are_not():
    table = messy_table().assign(**{f"x{i}": np.arange(60) % (i + 5) for i in range(20)})
    page = write_report(recommend(table, target="sold"), file="messy.csv", target="sold")
    shown, folded = page.split('<details class="columns">')
    assert [rows_of(shown, name) for name in ("id", "size", "temperature", "x", "x3")] == [1, 1, 1, 0, 0]
    assert [rows_of(folded, name) for name in ("id", "size", "temperature", "x", "x3")] == [1, 1, 1, 1, 1]
    assert "What deserves a second look:" in shown
    assert "<summary>All 32 columns</summary>" in folded


def test_of_many_notes_on_columns_the_first_are_shown():
    table = pd.DataFrame({f"<i>{i}": ["low", "medium", "high"] * 20 for i in range(30)}).assign(y=np.arange(60) % 2)
    page = write_report(recommend(table, target="y"), file="levels.csv", target="y")
    shown, folded = page.split('<details class="columns">')
    assert "What deserves a second look, the first 12 of 30:" in shown
    assert [shown.count("lowest first"), folded.count("lowest first")] == [12, 30]
    assert "i" not in Reader(page).tags


def test_every_algorithm_and_metric_has_plain_words():
    assert all(algorithm.description for algorithm in ALGORITHMS.values())
    assert all(metric.title and metric.meaning for metric in METRICS.values())


def test_notebooks_get_a_table():
    recommendation = recommend(hostile_table(), target="<b>target</b>")
    reader = Reader(recommendation._repr_html_())
    assert reader.tags.count("tr") == 11
    assert "script" not in reader.tags
    assert recommendation.best.algorithm in reader.text
    assert "★" in reader.text
    assert render_table(recommendation) == recommendation._repr_html_()


def test_report_that_cannot_be_written_is_one_line(tmp_path, capsys):
    load_wine(as_frame=True).frame.to_csv(tmp_path / "wine.csv", index=False)
    nowhere = Path(tmp_path / "missing" / "report.html")
    assert cli.main(["recommend", str(tmp_path / "wine.csv"), "--target", "target", "--html", str(nowhere)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_one_column_and_one_configuration_are_one():
    table = pd.DataFrame({"a": np.arange(60.0), "y": np.arange(60) % 2})
    found = recommend(table, target="y", include=["lda"])
    one = replace(found, items=found.items[:1])
    for page in (write_report(one, file="one.csv", target="y"), render_table(one)):
        text = Reader(page).text
        assert "60 rows, 1 column" in text
        assert "1 columns" not in text
        assert "1 configurations" not in text
        assert "complement each other" not in text


def test_a_name_written_from_right_to_left_turns_nothing_else_round():
    table = pd.DataFrame({"a": np.arange(60.0), "מחיר": np.arange(60) % 2})
    found = recommend(table, target="מחיר", include=["lda"], name="טבלה")
    page = write_report(found, file="t.csv", target="מחיר")
    assert "“<bdi>מחיר</bdi>” · 60 rows" in page
    assert "<bdi>טבלה</bdi>: binary, 60 rows" in render_table(found)


def test_a_page_does_not_promise_an_algorithm_that_it_leaves_out():
    page = write_report(recommend(load_wine(), include=["lda"]), file="wine.csv", target="class")
    assert "comes first wherever" not in page


def test_small_scores_are_no_zeros():
    table = pd.DataFrame({"a": np.arange(60.0) % 7, "y": 1e-6 * (np.arange(60.0) % 7) + 1e-8 * (np.arange(60) % 3)})
    found = recommend(table, target="y", metric="mae", include=["ridge"])
    text = Reader(write_report(found, file="t.csv", target="y")).text
    assert f"mean absolute error {found.best.expected_score:.3g}:" in text
