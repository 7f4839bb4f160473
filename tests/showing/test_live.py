from __future__ import annotations

import io
import math
from dataclasses import replace

from recommender.fitting.effort import TrialProgress
from recommender.showing.live import Live, _Page, in_words


def progress(n: int, best: float, ensemble: float, left: float = 30.0) -> TrialProgress:
    return TrialProgress("lda", n, "lda", best, ensemble, 60.0, left, (("lda", best, 0.7), ("<qda>", 0.8, 0.3)))


def test_a_line_for_each_gain():
    stream = io.StringIO()
    live = Live(stream)
    for found in (progress(1, 0.9, 0.9), progress(2, 0.9, 0.9, 25.0), progress(3, 0.9, 0.91, 20.0)):
        live(found)
    assert stream.getvalue().splitlines() == [
        "1 tried, best lda with 0.900, ensemble 0.900, 30 s left",
        "3 tried, best lda with 0.900, ensemble 0.910, 20 s left",
    ]


def test_at_last_it_says_why_it_ended():
    stream = io.StringIO()
    Live(stream)(replace(progress(12, 0.9, 0.91), ending="time was up"))
    assert stream.getvalue() == "12 tried, best lda with 0.900, ensemble 0.910: time was up\n"


def test_nothing_is_said_of_nothing():
    stream = io.StringIO()
    Live(stream)(TrialProgress("lda", 1, None, math.nan, math.nan, 60.0, 50.0))
    assert stream.getvalue() == ""


def test_a_budget_of_tries_has_no_seconds_left():
    assert in_words(progress(2, 0.5, 0.6, math.inf)) == "2 tried, best lda with 0.500, ensemble 0.600"


def test_a_notebook_shows_the_best():
    page = _Page(progress(2, 0.9, 0.95))._repr_html_()
    assert "&lt;qda&gt;" in page
    assert '<td class="number">0.700</td>' in page
