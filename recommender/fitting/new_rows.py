"""New rows for a fitted model: its columns by name, its predictions, and how good these are where the truth is told."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_regressor

from recommender.errors import DatasetError, RecommenderError, listed, one_line
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric
from recommender.tables.dataset import Task
from recommender.tables.targets import fit_target, known_values
from recommender.words import count

MOST_RESAMPLES, FEWEST_RESAMPLES = 1_000, 200
"""Intervals are of so many resamples of the rows."""
RESAMPLED_ROWS = 2_000_000
"""Large tables have fewer resamples, of about so many rows in all."""
INTERVAL = (2.5, 97.5)
"""The percentiles of the resamples between which 95 % lie."""


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows for a model.

    Parameters
    ----------
    X : DataFrame
        The columns that the model was fitted on, in their order.
    others : tuple of str
        Columns of the table that the model does not know.
    taken_for : dict of str to str
        Names that differ from the model's in case or spaces alone, and what they are there.
    """

    X: pd.DataFrame
    others: tuple[str, ...]
    taken_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """How good a model is on rows that it was not fitted on.

    Parameters
    ----------
    scores : DataFrame indexed by metric
        Its ``score``, and ``lower`` and ``upper``, between which 95 % of the scores of resampled rows lie.
    n_rows : int
        How many rows were judged.
    notes : tuple of str
        Which rows were not, and why, a sentence each.
    """

    scores: pd.DataFrame
    n_rows: int
    notes: tuple[str, ...] = ()


def columns_of(model: Any) -> list[str] | None:
    """The names of the columns that a model was fitted on; None where they had none, or it does not say."""
    for one in (model, *(getattr(model, "estimators_", None) or [])[:1]):
        names = getattr(one, "feature_names_in_", None)
        if names is not None:
            return [str(name) for name in names]
    return None


def new_rows(model: Any, table: pd.DataFrame) -> NewRows:
    """The rows of a table as a model takes them: its columns by name, whatever stands beside them.

    Raises
    ------
    DatasetError
        If columns are missing, which are named, or there are no rows.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> model = LinearRegression().fit(pd.DataFrame({"a": [1, 2], "b": [3, 1]}), [1, 2])
    >>> found = new_rows(model, pd.DataFrame({"c": [1], "b": [2], "a": [3]}))
    >>> list(found.X), found.others
    (['a', 'b'], ('c',))
    """
    if table.empty:
        raise DatasetError("the table has no rows to predict")
    names = columns_of(model)
    if names is None:
        return NewRows(table, ())
    taken_for = _nearly(names, [name for name in map(str, table.columns) if name not in names])
    table = table.rename(columns=taken_for)
    lacking = [name for name in names if name not in table.columns]
    if lacking:
        raise DatasetError(
            f"the table lacks {count(len(lacking), 'column')} of the {len(names)} that the model was fitted on: "
            f"{listed(lacking)}. Add them; where a value is not known, leave it empty"
        )
    others = tuple(str(name) for name in table.columns if name not in set(names))
    return NewRows(table[names], others, taken_for)


def _nearly(names: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Those of other names that differ from a name in case or spaces alone, where only one does."""
    bare = Counter(map(_bare, [*names, *others]))
    by_bare = {_bare(name): name for name in names}
    return {name: by_bare[_bare(name)] for name in others if _bare(name) in by_bare and bare[_bare(name)] == 2}


def _bare(name: str) -> str:
    return " ".join(name.split()).casefold()


def predictions(model: Any, X: pd.DataFrame, *, probabilities: bool = False) -> pd.DataFrame:
    """What a model predicts of rows: a column ``prediction`` and, if asked for, one for the probability of each class.

    Raises
    ------
    DatasetError
        If the model cannot take what the rows hold.
    RecommenderError
        If probabilities are asked for, and the model has none.
    """
    if probabilities and not hasattr(model, "predict_proba"):
        raise RecommenderError("the model predicts numbers, and has no probabilities: leave --probabilities out")
    found = pd.DataFrame({"prediction": _asked(model.predict, X)})
    if probabilities:
        shares = _asked(model.predict_proba, X)
        for position, name in enumerate(model.classes_):
            found[f"probability of {name}"] = shares[:, position]
    return found


def score_held_out(model: Any, X: pd.DataFrame, y: pd.Series, *, random_state: int = 0) -> HeldOut:
    """All metrics of a model's task on rows whose truth is known, with 95 % intervals by the bootstrap.

    Parameters
    ----------
    model : estimator
        A fitted classifier or regressor.
    X : DataFrame of shape (n_samples, n_features)
        The columns that it was fitted on.
    y : Series of shape (n_samples,)
        The truth. Rows without one, and those of classes that the model never saw, are left out, and notes say so.
    random_state : int, default=0
        Seed of the resampling.

    Raises
    ------
    DatasetError
        If no row is left, or the model cannot take what the rows hold.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = pd.DataFrame({"a": range(20)}), pd.Series(["no"] * 10 + ["yes"] * 10)
    >>> found = score_held_out(LogisticRegression().fit(X, y), X, y)
    >>> found.n_rows, float(found.scores.loc["accuracy", "score"])
    (20, 1.0)
    """
    numeric = is_regressor(model)
    values = fit_target(y, numeric=numeric).read(y)
    known = values.notna().to_numpy(dtype=bool)
    n_unknown = int((~known).sum())
    notes = [f"rows without a target are left out: {n_unknown:,}"] if n_unknown else []
    truth = np.asarray(known_values(values)) if numeric else _codes(model, known_values(values))
    rows = np.flatnonzero(known)
    if not numeric and (truth < 0).any():
        unseen = pd.unique(known_values(values)[truth < 0])
        n_unseen = (truth < 0).sum()
        notes.append(f"rows of classes that the model never saw ({listed(unseen)}) are left out: {n_unseen:,}")
        rows, truth = rows[truth >= 0], truth[truth >= 0]
    if not len(rows):
        raise DatasetError(" and ".join(["no row is left to judge the model by", *notes]))
    truth = truth.astype(np.float64) if numeric else truth
    predicted = _predicted(model, X.iloc[rows], numeric=numeric)
    task: Task = "regression" if numeric else "binary" if len(model.classes_) == 2 else "multiclass"
    metrics = [metric for metric in METRICS.values() if task in metric.tasks]
    return HeldOut(_with_intervals(metrics, truth, predicted, random_state), len(rows), tuple(notes))


def _codes(model: Any, labels: pd.Series) -> np.ndarray:
    """Classes as positions among the model's; -1 for those it never saw."""
    codes = pd.Index(model.classes_).get_indexer(pd.Index(np.asarray(labels)))
    if (codes < 0).all():  # 1 and 0 in one file are "1" and "0" in another
        codes = pd.Index([str(name) for name in model.classes_]).get_indexer(pd.Index(labels.astype(str).to_numpy()))
    return np.asarray(codes)


def _predicted(model: Any, X: pd.DataFrame, *, numeric: bool) -> Predicted:
    labels = _asked(model.predict, X)
    if numeric:
        return Predicted(np.asarray(labels, dtype=np.float64))
    codes = pd.Index(model.classes_).get_indexer(pd.Index(labels))
    if not hasattr(model, "predict_proba"):
        return Predicted(codes)
    return Predicted(codes, _asked(model.predict_proba, X), are_probabilities=True, classes=model.classes_)


def _asked(method: Any, X: pd.DataFrame) -> np.ndarray:
    """What a model says of rows; a cell that it cannot take is the user's mistake."""
    try:
        return np.asarray(method(X))
    except RecommenderError:
        raise
    except (ValueError, TypeError) as error:
        raise DatasetError(
            f"the model cannot take what the table holds: {one_line(error)}. Its columns must be written as those that "
            "it was fitted on"
        ) from error


def _with_intervals(metrics: list[Metric], y: np.ndarray, predicted: Predicted, random_state: int) -> pd.DataFrame:
    n = len(y)
    n_resamples = int(np.clip(RESAMPLED_ROWS // n, FEWEST_RESAMPLES, MOST_RESAMPLES))
    rng = np.random.default_rng(random_state)
    drawn = [rng.integers(0, n, n) for _ in range(n_resamples)]
    rows = {}
    for metric in metrics:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of resamples without one of the classes
            found = [metric.measure(y[some], _some(predicted, some)) for some in drawn]
            lower, upper = np.nanpercentile(found, INTERVAL)
        rows[metric.name] = {"score": metric.measure(y, predicted), "lower": lower, "upper": upper}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")


def _some(predicted: Predicted, rows: np.ndarray) -> Predicted:
    margins = None if predicted.margins is None else predicted.margins[rows]
    return Predicted(predicted.labels[rows], margins, predicted.are_probabilities, predicted.classes)
