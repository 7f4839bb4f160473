from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from recommender.errors import DatasetError, RecommenderError
from recommender.evaluation.metrics import METRICS
from recommender.fitting.new_rows import columns_of, new_rows, predictions, score_held_out
from recommender.fitting.thresholds import Thresholded

rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)})
NAMES = np.where(X["a"] + rng.normal(size=200) > 0, "yes", "no")
CLASSIFIER = LogisticRegression().fit(X, NAMES)


def test_columns_are_found_by_name_and_others_left_aside():
    found = new_rows(CLASSIFIER, X.assign(c=1)[["c", "b", "a"]])
    assert list(found.X) == ["a", "b"]
    assert found.others == ("c",)


def test_the_columns_of_a_model_inside_of_another_are_known():
    assert columns_of(Thresholded(LogisticRegression(), [0.5, 0.5]).fit(X, NAMES)) == ["a", "b"]
    assert columns_of(LogisticRegression().fit(X.to_numpy(), NAMES)) is None


def test_missing_columns_are_named():
    with pytest.raises(DatasetError, match=r"lacks 1 column of the 2 that the model was fitted on: 'a'\. Add them"):
        new_rows(CLASSIFIER, X[["b"]])
    with pytest.raises(DatasetError, match="no rows"):
        new_rows(CLASSIFIER, X[:0])


def test_probabilities_are_a_column_for_each_class():
    found = predictions(CLASSIFIER, X, probabilities=True)
    assert list(found) == ["prediction", "probability of no", "probability of yes"]
    assert (found["prediction"] == CLASSIFIER.predict(X)).all()
    np.testing.assert_allclose(found.iloc[:, 1:].sum(axis=1), 1)
    with pytest.raises(RecommenderError, match="has no probabilities"):
        predictions(LinearRegression().fit(X, X["a"]), X, probabilities=True)


def test_a_cell_that_the_model_cannot_take_is_an_error_for_people():
    with pytest.raises(
        DatasetError, match=r"cannot take what the table holds: could not convert string to float: '\?'"
    ):
        predictions(CLASSIFIER, X.astype(object).assign(a="?"))


def test_all_metrics_of_the_task_have_an_interval_around_their_score():
    found = score_held_out(CLASSIFIER, X, pd.Series(NAMES))
    assert set(found.scores.index) == {name for name, metric in METRICS.items() if "binary" in metric.tasks}
    assert found.n_rows == 200
    assert not found.scores.isna().any(axis=None)
    assert ((found.scores["lower"] < found.scores["score"]) & (found.scores["score"] < found.scores["upper"])).all()
    assert found.scores.loc["accuracy", "score"] == CLASSIFIER.score(X, NAMES)


def test_names_may_differ_in_case_and_spaces():
    found = new_rows(CLASSIFIER, X.rename(columns={"a": " A "}))
    assert list(found.X) == ["a", "b"]
    assert found.taken_for == {" A ": "a"}
    with pytest.raises(DatasetError, match="lacks 1 column of the 2"):  # which of them is it?
        new_rows(CLASSIFIER, X.rename(columns={"a": "A"}).assign(**{"a ": 1}))


def test_an_interval_covers_what_a_binomial_one_does():
    found = score_held_out(CLASSIFIER, X, pd.Series(NAMES)).scores.loc["accuracy"]
    deviation = np.sqrt(found["score"] * (1 - found["score"]) / 200)
    assert found["upper"] - found["lower"] == pytest.approx(2 * 1.96 * deviation, rel=0.15)


def test_numbers_are_judged_as_they_are_written():
    model = LinearRegression().fit(X, 1000 * X["a"])
    y = pd.Series([f"${value:,.2f}" for value in 1000 * X["a"]])
    found = score_held_out(model, X, y)
    assert found.scores.loc["r2", "score"] == pytest.approx(1)
    assert found.scores.loc["mae", "score"] < 0.01


def test_rows_without_a_truth_or_of_unseen_classes_are_left_out_and_said():
    y = pd.Series(NAMES, dtype=object)
    y[:3] = None
    y[3] = "perhaps"
    found = score_held_out(CLASSIFIER, X, y)
    assert found.n_rows == 196
    assert found.notes == (
        "rows without a target are left out: 3",
        "rows of classes that the model never saw ('perhaps') are left out: 1",
    )
    assert found.scores.loc["accuracy", "score"] == CLASSIFIER.score(X[4:], NAMES[4:])
    with pytest.raises(DatasetError, match="no row is left to judge the model by and rows of classes"):
        score_held_out(CLASSIFIER, X, pd.Series(["perhaps"] * 200))


def test_classes_that_are_numbers_may_be_written_as_text():
    model = LogisticRegression().fit(X, np.where(NAMES == "yes", 1, 0))
    found = score_held_out(model, X, pd.Series(np.where(NAMES == "yes", "1", "0")))
    assert found.scores.loc["accuracy", "score"] == CLASSIFIER.score(X, NAMES)


def test_the_same_rows_give_the_same_intervals():
    one, two = (score_held_out(CLASSIFIER, X, pd.Series(NAMES)).scores for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
