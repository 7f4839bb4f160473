from __future__ import annotations

import pytest
from sklearn.datasets import load_diabetes, load_wine

from recommender import recommend
from recommender.errors import RecommendationError


@pytest.fixture(scope="module")
def recommendation():
    return recommend(load_wine(as_frame=True))


def test_a_session_begins_with_the_portfolio_and_never_repeats(recommendation):
    session = recommendation.session()
    begin = [item.configuration.id for item in recommendation.portfolio(2)]
    tried = []
    for score in (0.9, 0.95, 0.92, 0.97, 0.91):
        item = session.suggest()
        assert session.suggest().configuration.id == item.configuration.id
        tried.append(item.configuration.id)
        session.tell(score)
    assert tried[:2] == begin
    assert len(set(tried)) == 5
    assert session.best.configuration.id == tried[3]
    frame = session.to_frame()
    assert frame.loc[tried, "score"].tolist() == [0.9, 0.95, 0.92, 0.97, 0.91]
    assert frame["tried"].sum() == 5
    assert (frame["lower"] <= frame["expected_score"]).all()
    assert (frame["expected_score"] <= frame["upper"]).all()


def test_suggestions_fit_the_table(recommendation):
    X, y = load_wine(return_X_y=True, as_frame=True)
    session = recommendation.session()
    assert session.suggest().estimator.fit(X, y).score(X, y) > 0.8


def test_low_scores_lower_what_is_expected_of_the_rest():
    X, y = load_wine(return_X_y=True, as_frame=True)
    recommendation = recommend(X[::2], y[::2])  # of the whole table the knowledge base has scores of its own
    high, low = recommendation.session(), recommendation.session()
    for session, score in ((high, 0.99), (low, 0.6)):
        session.suggest()
        session.tell(score)
    untried = ~high.to_frame()["tried"]
    rest = untried.index[untried]
    assert (low.to_frame().loc[rest, "expected_score"] < high.to_frame().loc[rest, "expected_score"]).all()


def test_errors_are_told_in_the_target_s_own_unit():
    session = recommend(load_diabetes(as_frame=True), metric="rmse").session()
    before = session.suggest()
    session.tell(55.0)
    session.tell(80.0, session.suggest())
    frame = session.to_frame()
    assert frame.loc[before.configuration.id, "score"] == pytest.approx(55.0)
    assert session.best.configuration.id == before.configuration.id
    assert frame["expected_score"].between(30, 120).all()


@pytest.mark.parametrize("failure", [None, float("nan")])
def test_a_failure_is_not_tried_again_and_says_nothing_of_the_rest(recommendation, failure):
    session = recommendation.session()
    failed = session.suggest()
    session.tell(failure)
    assert session.best is None
    assert session.suggest().configuration.id != failed.configuration.id
    assert session.suggest().expected_score == recommendation.portfolio(2)[1].expected_score


def test_everything_tried_is_said():
    session = recommend(load_wine(as_frame=True), include=["naive_bayes"]).session()
    n = len(session.to_frame())
    for _ in range(n):
        session.suggest()
        session.tell(None)
    with pytest.raises(
        RecommendationError, match=f"{n} configurations have been tried, and there are no more; the best is none"
    ):
        session.suggest()


def test_what_cannot_be_told(recommendation):
    session = recommendation.session()
    with pytest.raises(RecommendationError, match="before anything was suggested"):
        session.tell(0.9)
    session.suggest()
    for score in ("good", float("inf")):
        with pytest.raises(RecommendationError, match="is not a score"):
            session.tell(score)
    other = recommend(load_diabetes(as_frame=True), include=["ridge"]).best
    with pytest.raises(RecommendationError, match="is none of the"):
        session.tell(0.9, other)
