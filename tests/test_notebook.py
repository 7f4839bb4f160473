"""What people see of an object that they hold: short, without digits that say nothing, without addresses."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender import RecommendedClassifier, recommend
from recommender.fitting import endings
from recommender.notebook import html_table
from recommender.recommendation import Refinement

LONG = re.compile(r"\d\.\d{7,}")
TABLE = pd.DataFrame({"a": [0.5, 1.5, 2.25, 7.0] * 20, "b": ["<u>", "v"] * 40, "y": [0, 0, 1, 1, 0] * 16})
LINEAR = ["logistic_regression", "lda"]


@pytest.fixture(scope="module")
def found():
    return recommend(TABLE, target="y", include=LINEAR, name="churn <1>")


def session_of(found):
    session = found.session()
    session.tell(0.123456789, session.suggest())
    return session


def refinement_of(found):
    row = {"algorithm": "lda", "hyperparameters": {}, "score": 0.123456789, "deviation": 0.0123456789, "n_folds": 5}
    row |= {"fit_seconds": 0.0123456789, "status": "ok", "message": "", "configuration_id": found.best.configuration.id}
    return Refinement(found.best.estimator, found.best, pd.DataFrame([row], index=pd.Index([1], name="rank")))


def ensemble_of(found):
    row = {"algorithm": "lda", "hyperparameters": {}, "score": 0.123456789, "deviation": 0.0123456789, "n_folds": 5}
    row |= {"fit_seconds": 0.0123456789, "status": "ok", "message": "", "weight": 0.5}
    ids = [item.configuration.id for item in found.items[:2]]
    board = pd.DataFrame([row | {"configuration_id": name} for name in ids], index=pd.Index([1, 2], name="rank"))
    return Refinement(found.best.estimator, found.best, board, 0.234567891, 9.87654321)


HELD = {
    "recommendation": lambda found: found,
    "best": lambda found: found.best,
    "session": session_of,
    "refinement": refinement_of,
    "ensemble": ensemble_of,
    "estimator of a meta-model": lambda found: RecommendedClassifier(knowledge=found.trained),
    "estimator": lambda found: RecommendedClassifier(include=["lda"]).fit(TABLE[["a"]], TABLE["y"]),
}


@pytest.mark.parametrize("what", HELD)
def test_whatever_a_user_holds_is_readable(found, what):
    held = HELD[what](found)
    text, page = repr(held), held._repr_html_()
    assert len(text) < 200
    assert " object at 0x" not in text + page
    assert not LONG.search(text)
    assert not LONG.search(re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.DOTALL))
    assert "<table" in page
    assert "churn <1>" not in page


def test_the_words_say_what_was_found(found):
    assert repr(found).startswith("<Recommendation for churn <1> (binary, 80 x 2): ")
    assert repr(found.best).startswith(f"<RecommendedConfiguration 1: {found.best.configuration}, expected score 0.")
    assert repr(found.session()) == f"<Session for churn <1>: 0 of {len(found.items)} configurations tried>"
    assert f"the best is {found.best.configuration} with roc_auc 0.123" in repr(session_of(found))
    assert (
        repr(refinement_of(found))
        == f"<Refinement: {found.best.configuration}, score 0.123 ± 0.012, the best of 1 tried>"
    )


def test_a_single_fold_shows_no_deviation(found):
    one = refinement_of(found)
    one = replace(one, leaderboard=one.leaderboard.assign(deviation=np.nan), ending="time was up")
    assert repr(one) == f"<Refinement: {found.best.configuration}, score 0.123, the best of 1 tried: time was up>"
    assert "nan" not in one._repr_html_()


def test_an_ensemble_is_named_with_its_best(found):
    one = found.best.configuration.id
    expected = f"an ensemble of 2, score 0.235, alone {one}, score 0.123 ± 0.012, the best of 2 tried in 9.88 s"
    assert repr(ensemble_of(found)) == f"<Refinement: {expected}>"


def test_the_longest_ending_leaves_it_a_line(found):
    for ending in (endings.without_gain(100), endings.TIME, endings.TOO_LITTLE, endings.NOTHING):
        assert len(repr(replace(ensemble_of(found), ending=ending))) < 200


def test_what_is_behind_a_recommendation_is_short_too(found):
    assert repr(found.trained).startswith("<Trained for roc_auc: ")
    assert " at 0x" not in repr(found.metric)


def test_a_refinement_of_which_nothing_was_tried_says_so(found):
    empty = refinement_of(found).leaderboard.iloc[:0]
    assert "nothing was tried" in repr(Refinement(found.best.estimator, found.best, empty))
    assert "nothing was tried" in Refinement(found.best.estimator, found.best, empty)._repr_html_()


def test_a_fitted_estimator_says_what_was_fitted():
    model = RecommendedClassifier(include=["lda"])
    assert "fitted" not in model._repr_html_().split("<style>")[0]
    model.fit(TABLE[["a"]], TABLE["y"])
    assert f"fitted: {model.best_configuration_}" in model._repr_html_()


def test_a_table_has_a_name_of_its_own(found):
    assert found.dataset.name == "churn <1>"
    assert recommend(found.dataset, include=LINEAR, name="again").dataset.name == "again"
    assert recommend(TABLE, target="y", include=LINEAR).dataset.name == "dataset"


def test_cells_are_text_and_never_markup():
    page = html_table(
        "<b>",
        [{"<i>": "<script>", "n": 1200, "x": np.nan, "s": {}, "t": {"C": 0.1, "gamma": 0.057404875}}],
        below="a & b",
    )
    assert "<script>" not in page
    assert "<i>" not in page
    assert "a &amp; b" in page
    assert all(cell in page for cell in (">1,200<", 'number"></td>', ">its defaults<", ">C=0.1, gamma=0.0574<"))
