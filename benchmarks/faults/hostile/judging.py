"""What comes of a hostile table: one clear error, or a recommendation that fits what it is for."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.faults.hostile.tables import HostileTable
from recommender import RecommendedClassifier, RecommendedRegressor, recommend
from recommender.cli.console import as_json
from recommender.errors import RecommenderError
from recommender.recommendation import Recommendation
from recommender.showing.report import write_report
from recommender.showing.script import write_script
from recommender.tables.dataset import Dataset

MOST_LETTERS = 1500
"""A clear error is one line of at most so many."""


def judged(table: HostileTable, *, n_fits: int = 3, include: Iterable[str] | None = None) -> str | None:
    """The clear error that came of a table; None where its first pipelines fit and predict.

    Raises
    ------
    Exception
        Whatever else came of it, and AssertionError where something is not whole.
    """
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # what a model says of the data is not ours
        try:
            found = recommend(table.X, table.y, include=include)
        except RecommenderError as error:
            return _clear(error)
        _assert_shown(found)
        for item in found.items[:n_fits]:
            _assert_predicts(item.estimator, table, found)
    return None


def judged_by_estimator(table: HostileTable, *, include: Iterable[str] | None = None) -> str | None:
    """The clear error that came of fitting an estimator on a table; None where it fits and predicts."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        numeric = "number" in table.name.rpartition(" to ")[2]
        model = (RecommendedRegressor if numeric else RecommendedClassifier)(include=include)
        try:
            model.fit(table.X, table.y)
        except ValueError as error:  # some of several lines are scikit-learn's own
            return str(error) or "nothing said"
        assert len(model.predict(table.X)) == len(_rows(table.y))
    return None


def _clear(error: Exception) -> str:
    message = str(error)
    assert "\n" not in message, message
    assert 20 < len(message) < MOST_LETTERS, message
    return message


def _assert_shown(found: Recommendation) -> None:
    """Notes, JSON, HTML and script are whole."""
    assert all("\n" not in note for note in found.notes())
    json.dumps(as_json(found, 5), allow_nan=False)
    page = write_report(found, file="table.csv", target="y")
    assert page.rstrip().endswith("</html>")
    page.encode("utf-8", errors="xmlcharrefreplace")
    compile(write_script(found.best, file="table.csv", target="y"), "script", "exec")


def _assert_predicts(model: Any, table: HostileTable, found: Recommendation) -> None:
    """A pipeline fits on what the caller holds, and predicts the caller's classes of it."""
    X, y = (table.X.X, table.X.y) if isinstance(table.X, Dataset) else (table.X, table.y)
    predicted = model.fit(X, y).predict(X)
    rows = _rows(y)
    assert np.shape(predicted) == (len(rows),), np.shape(predicted)
    if found.task == "regression":
        assert np.isfinite(predicted).all()
    else:
        known = {*map(_plain, rows)}
        assert {*map(_plain, predicted)} <= known, (predicted[:3], known)


def _rows(y: Any) -> list[Any]:
    """A target's cells."""
    if isinstance(y, pd.DataFrame):
        y = y.iloc[:, 0]
    if isinstance(y, np.ndarray) and y.dtype.names:
        y = y[y.dtype.names[0]]
    if hasattr(y, "to_series"):
        y = y.to_series()
    if hasattr(y, "toarray"):
        y = y.toarray().ravel()
    if hasattr(y, "to_list"):
        return list(y.to_list())
    return list(y.to_pylist()) if hasattr(y, "to_pylist") else list(np.asarray(y).ravel())


def _plain(label: Any) -> Any:
    if isinstance(label, (np.datetime64, datetime.date)):
        return pd.Timestamp(label)  # a day is its first moment
    return label.item() if isinstance(label, np.generic) else label
