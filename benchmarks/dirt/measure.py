"""Cross-validated scores of three methods on one table, whose truth may be known better than its cells say."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from recommender import Recommendation, recommend
from recommender.evaluation.evaluate import one_line, predict, status_of
from recommender.evaluation.metrics import find_metric
from recommender.tables.dataset import Dataset
from recommender.tables.splits import Split

N_FOLDS = 3
LIGHTGBM = "lightgbm-default"
"""The id of the configuration that the second method is."""
THREADS = ("n_jobs", "thread_count")
"""What libraries call the number of threads."""


@dataclass(frozen=True)
class Outcome:
    """What came of a method on a table.

    Parameters
    ----------
    score : float
        Mean over folds of R², or of the area under the ROC curve (one against the rest); NaN where a fit failed.
    status : str
        ``ok``, or how it failed.
    chosen : str
        What was fitted.
    seconds : float
        Processor seconds of the fits and predictions.
    message : str
        The error, in one line.
    """

    score: float
    status: str = "ok"
    chosen: str = ""
    seconds: float = np.nan
    message: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """A table that methods are fitted on, as it is given to them.

    Parameters
    ----------
    y : Series
        The target as its cells say.
    truth : Dataset
        The features as their cells say, the target as numbers or classes, and the task.
    """

    y: pd.Series
    truth: Dataset

    @cached_property
    def recommendation(self) -> Recommendation:
        """What is recommended of the cells alone."""
        found = recommend(self.truth.X, self.y)
        if (found.task == "regression") != (self.truth.task == "regression"):
            raise ValueError(f"the target is taken for {found.task}, and it is {self.truth.task}")
        return found

    @cached_property
    def splits(self) -> list[Split]:
        from sklearn.model_selection import KFold, StratifiedKFold

        folds = KFold if self.truth.task == "regression" else StratifiedKFold
        return list(folds(N_FOLDS, shuffle=True, random_state=0).split(self.truth.X, self.truth.y))


def _recommended(table: Table) -> tuple[str, Any]:
    best = table.recommendation.best
    return best.configuration.id, best.estimator


def _lightgbm(table: Table) -> tuple[str, Any]:
    return LIGHTGBM, next(i.estimator for i in table.recommendation.items if i.configuration.id == LIGHTGBM)


def _skrub(table: Table) -> tuple[str, Any]:
    from skrub import tabular_pipeline

    kind = "regressor" if table.truth.task == "regression" else "classifier"
    return f"tabular_pipeline({kind!r})", tabular_pipeline(kind)


METHODS: dict[str, Callable[[Table], tuple[str, Any]]] = {
    "recommended": _recommended,
    "LightGBM default": _lightgbm,
    "skrub": _skrub,
}
"""From a table to what is fitted and an unfitted model of it. The second is a configuration of our ranking, with our
preprocessing."""


def measured(table: Table, method: str) -> Outcome:
    """What comes of a method, on one thread; whatever it raises is its outcome."""
    from threadpoolctl import threadpool_limits

    chosen = ""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        try:
            chosen, model = METHODS[method](table)
            model.set_params(**{name: 1 for name in model.get_params() if name.endswith(THREADS)})
            started = time.process_time()
            score = float(np.mean([_score(model, table, split) for split in table.splits]))
            seconds = time.process_time() - started
        except Exception as error:
            return Outcome(np.nan, status_of(error), chosen, message=one_line(error))
    if not np.isfinite(score):
        return Outcome(np.nan, "failed", chosen, seconds, "the model predicts NaN or infinity")
    return Outcome(score, "ok", chosen, seconds)


def _score(model: Any, table: Table, split: Split) -> float:
    from sklearn.base import clone

    train, test = split
    fitted = clone(model).fit(table.truth.X.iloc[train], table.y.iloc[train])
    return find_metric(None, table.truth.task).measure(*predict(fitted, table.truth, test))
