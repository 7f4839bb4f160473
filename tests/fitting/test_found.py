from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from recommender.evaluation.metrics import METRICS
from recommender.fitting.budget import Budget
from recommender.fitting.forecast import Forecast
from recommender.fitting.found import Found
from recommender.fitting.standing import Standing
from recommender.fitting.tries import Judging, Try

ITEM = SimpleNamespace(configuration=SimpleNamespace(id="lda-default"), algorithm="lda")


def found(*scores: float) -> Found:
    """What came of a try for each score, which is of its only fold."""
    judging = Judging(METRICS["roc_auc"], METRICS["roc_auc"], False)
    standing = Standing(judging, Forecast(Budget(), n_rows=150, n_fold_rows=135), ensemble=False, filters=None)
    for score in scores:
        attempt = Try(ITEM)
        attempt.scores = {0: score}
        standing.add(attempt, most_refit=1.0)
    return Found(None, ITEM, standing, seconds=2.0)


def test_what_was_compared_needs_no_warning():
    assert found(0.8, np.nan).why_untested() == ""


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        ((), "nothing could be tried in 2.00 s"),
        ((np.nan, np.nan), "none of what was tried (2) has a score by roc_auc"),
    ],
    ids=["no time", "no score"],
)
def test_what_was_not_compared_is_said(scores, why):
    said = found(*scores).why_untested()
    assert said.startswith(why)
    assert said.endswith("lda-default, of which much was expected, is fitted as it is")
