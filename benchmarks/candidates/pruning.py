"""Which configurations a pool can do without: the rule, and what the pool's virtual best loses by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.evaluation.metrics import Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.noise import standard_error
from recommender.tables.dataset import Task

Floats = NDArray[np.float64]

NOISE = 1.0
"""A configuration counts as the best of a dataset within so many standard errors of a difference."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How far behind the best each configuration is on each dataset, in standard errors.

    Parameters
    ----------
    behind : DataFrame of shape (n_datasets, n_configurations)
        0 is the best; missing where there is nothing.
    seconds : Series of float
        Of each configuration: the mean over datasets of a fit's seconds, as shares of what all of them take.
    """

    behind: pd.DataFrame
    seconds: pd.Series

    @classmethod
    def of(cls, knowledge: KnowledgeBase, task: Task, metric: Metric) -> Standing:
        """Of the datasets of a task."""
        performance = knowledge.performance(task, metric)
        rows = knowledge.standard[knowledge.standard["status"] == "ok"]
        errors = {}
        for dataset, mine in rows[rows["dataset_id"].isin(performance.index)].groupby("dataset_id", observed=True):
            table = mine.pivot(index="configuration_id", columns="fold", values=metric.name).dropna()
            if len(table) > 1:
                errors[str(dataset)] = standard_error(table, float((mine["n_test"] / mine["n_train"]).mean()))
        error = pd.Series(errors).reindex(performance.index)
        known = error > 0
        behind = performance.rsub(performance.max(axis=1), axis=0).div(error, axis=0)[known]
        seconds = knowledge.outcomes["fit_seconds"].unstack().loc[behind.index, behind.columns]
        return cls(behind, seconds.div(seconds.sum(axis=1), axis=0).mean())


def prune(standing: Standing, kept: set[str]) -> list[str]:
    """The configurations that may go, in the order in which they do.

    The dearest one for what it gives goes first: one by one, as long as on every dataset something is left that cannot
    be told from the best of all by more than `NOISE` standard errors, or nothing cheaper to lose was there before.

    Parameters
    ----------
    standing : Standing
        Of all configurations.
    kept : set of str
        What stays in any case, as the defaults do.

    Examples
    --------
    >>> behind = pd.DataFrame({"a": [0.0, 3.0], "b": [0.5, 0.0], "c": [4.0, 0.2]})
    >>> prune(Standing(behind, pd.Series({"a": 0.5, "b": 0.3, "c": 0.2})), kept=set())
    ['a', 'c']
    """
    within = (standing.behind <= NOISE).to_numpy()
    names = list(standing.behind.columns)
    left = np.ones(len(names), dtype=bool)
    gone = []
    for name in standing.seconds[names].sort_values(ascending=False, kind="stable").index:
        i = names.index(name)
        others = left.copy()
        others[i] = False
        covered_before, covered_after = within[:, left].any(axis=1), within[:, others].any(axis=1)
        if name not in kept and covered_after.sum() == covered_before.sum():
            left, gone = others, [*gone, name]
    return gone


def loss_of_best(standing: Standing, gone: list[str]) -> Floats:
    """For each dataset, how far the best that is left is behind the best of all, in standard errors."""
    best: Floats = standing.behind.drop(columns=gone).min(axis=1).to_numpy(np.float64)
    return best
