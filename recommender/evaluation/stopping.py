"""Which configurations are hopeless on a dataset after their first folds, so that the rest can be spared."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from recommender.evaluation.evaluate import FAILURES, Evaluation
from recommender.evaluation.metrics import metrics_for
from recommender.tables.dataset import Task

STANDARD_ERRORS = 1.0
"""How far behind, in standard errors of a difference between two configurations on the folds seen."""
MIN_RIVALS = 10
"""Nothing is stopped before so many other configurations have been seen on the same folds."""


def n_first_folds(n_folds: int) -> int:
    """After how many folds a configuration is judged: half of them, at least 2 and at most 5.

    Examples
    --------
    >>> [n_first_folds(n) for n in (20, 10, 5, 3)]
    [5, 5, 3, 2]
    """
    return min(max(2, -(-n_folds // 2)), 5)


class Standings:
    """How the configurations of a dataset compare on its first folds.

    A configuration is hopeless when it is behind the median of all others on the same folds, by every metric that it
    and enough of them have, and by more than one standard error of such a difference; that every metric is asked adds
    to the margin. The noise is what is left of the scores when each configuration's and each fold's mean are taken out;
    the larger of its own and the others' median counts.

    Normalized regret is 1 for all that is behind the median, however far: what is spared would have said nothing more.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
        The dataset's task.
    n_folds : int
        How many folds the dataset has.
    """

    def __init__(self, task: Task, n_folds: int) -> None:
        self.n_folds, self.n_first = n_folds, n_first_folds(n_folds)
        self._metrics = metrics_for(task)
        self._scores: dict[str, np.ndarray] = {}  # metrics by folds, larger is better
        self._failed: set[str] = set()

    def add(self, evaluation: Evaluation) -> None:
        """Take an evaluation into account."""
        self._add(evaluation.configuration_id, evaluation.fold, evaluation.status, evaluation.scores)

    def add_rows(self, rows: pd.DataFrame) -> None:
        """Take evaluations into account that a store has recorded."""
        for row in rows[rows["fold"] <= self.n_first].to_dict("records"):
            self._add(row["configuration_id"], row["fold"], row["status"], row)

    def _add(self, configuration_id: str, fold: int, status: str, scores: object) -> None:
        if status in FAILURES:
            self._failed.add(configuration_id)
        if status != "ok" or fold >= self.n_first:
            return
        empty = np.full((len(self._metrics), self.n_first), np.nan)
        mine = self._scores.setdefault(configuration_id, empty)
        for i, metric in enumerate(self._metrics):
            mine[i, fold] = metric.sign * scores.get(metric.name, np.nan)  # type: ignore[attr-defined]

    def why_hopeless(self, configuration_id: str) -> str | None:
        """Why the rest of a configuration's folds can be spared, or None where they should be done."""
        mine = self._scores.get(configuration_id)
        if mine is None or self.n_first >= self.n_folds:
            return None
        rivals = [scores for i, scores in self._scores.items() if i != configuration_id and i not in self._failed]
        if len(rivals) < MIN_RIVALS:
            return None
        table = np.stack(rivals)
        judged = [m for m in range(len(self._metrics)) if _is_judged(mine[m], table[:, m])]
        n_failed = len(self._failed - {configuration_id})
        if not judged or not all(_is_behind(mine[m], table[:, m], n_failed) for m in judged):
            return None
        return (
            f"behind the median of {len(rivals) + n_failed} configurations by every metric, "
            f"after {self.n_first} of {self.n_folds} folds"
        )


def _is_judged(mine: np.ndarray, rivals: np.ndarray) -> bool:
    """Whether a metric is known of enough to compare by it; rivals of before it was recorded do not have it."""
    return bool(np.isfinite(mine).all() and np.isfinite(rivals).all(axis=1).sum() >= MIN_RIVALS)


def _is_behind(mine: np.ndarray, rivals: np.ndarray, n_failed: int) -> bool:
    """Whether scores on some folds are behind the median of the rivals' by more than noise; failures are worst."""
    rivals = rivals[np.isfinite(rivals).all(axis=1)]
    k = len(mine)
    means, folds = rivals.mean(axis=1), rivals.mean(axis=0) - rivals.mean()
    noise = ((rivals - means[:, None] - folds) ** 2).sum(axis=1) / (k - 1)
    own = ((mine - mine.mean() - folds) ** 2).sum() / (k - 1)
    standard_error = np.sqrt(2 * max(float(np.median(noise)), float(own)) / k)
    median = np.median(np.concatenate([means, np.full(n_failed, -np.inf)]))
    return bool(median - mine.mean() > STANDARD_ERRORS * standard_error)


def stopped(configuration_id: str, folds: Iterable[int], reason: str) -> Evaluation:
    """The record of a configuration that was stopped: its first fold that was spared, without scores."""
    return Evaluation(configuration_id, min(folds), "stopped", reason)
