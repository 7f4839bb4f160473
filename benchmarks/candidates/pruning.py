"""Which configurations a pool can do without: the rule, and what the pool's virtual best loses by it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.metrics import Metric, find_metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.noise import standard_error
from recommender.tables.dataset import Task

Floats = NDArray[np.float64]

NOISE = 1.0
"""A configuration counts as the best of a dataset within so many standard errors of a difference."""
APPLIES = 0.5
"""What applies to a smaller share of the tables is judged by its duels alone."""
N_KEPT = 2
"""So many configurations of each algorithm stay in any case: the default, and something to choose beside it."""


@dataclass(frozen=True, eq=False)
class Standing:
    """How far behind the best each configuration is on each dataset, in standard errors.

    Parameters
    ----------
    behind : DataFrame of shape (n_judgements, n_configurations)
        A row for each dataset and metric; 0 is the best, missing where there is nothing.
    seconds : Series of float
        Of each configuration: the mean over datasets of a fit's seconds, as shares of what all of them take.
    """

    behind: pd.DataFrame
    seconds: pd.Series

    @classmethod
    def of(cls, knowledge: KnowledgeBase, task: Task, metrics: Iterable[str], pool: Collection[str]) -> Standing:
        """Of a pool's configurations on the datasets of a task, by each of some metrics."""
        behind = pd.concat([_behind(knowledge, task, find_metric(name, task), pool) for name in metrics])
        datasets = behind.index.unique()
        seconds = knowledge.outcomes["fit_seconds"].unstack().loc[datasets, behind.columns]
        return cls(behind, seconds.div(seconds.sum(axis=1), axis=0).mean())

    def among(self, names: Collection[str]) -> Standing:
        """The same of some configurations alone, of which the best is 0."""
        behind = self.behind[[i for i in self.behind if i in names]]
        behind = behind.sub(behind.min(axis=1), axis=0).dropna(how="all")
        return Standing(behind, self.seconds[list(behind.columns)])

    def of_most(self) -> Standing:
        """The same of what applies to most of the tables."""
        applies = self.behind.notna().mean() >= APPLIES
        return self.among(set(applies.index[applies]))


def _behind(knowledge: KnowledgeBase, task: Task, metric: Metric, pool: Collection[str]) -> pd.DataFrame:
    performance = knowledge.performance(task, metric)
    performance = performance[[i for i in performance if i in pool]]
    rows = knowledge.compared[
        (knowledge.compared["status"] == "ok") & knowledge.compared["configuration_id"].isin(pool)
    ]
    errors = {}
    for dataset, mine in rows[rows["dataset_id"].isin(performance.index)].groupby("dataset_id", observed=True):
        table = mine.pivot(index="configuration_id", columns="fold", values=metric.name).dropna()
        if len(table) > 1:
            errors[str(dataset)] = standard_error(table, float((mine["n_test"] / mine["n_train"]).mean()))
    error = pd.Series(errors).reindex(performance.index)
    return performance.rsub(performance.max(axis=1), axis=0).div(error, axis=0)[error > 0]


def may_go(standing: Standing, pool: Collection[Configuration]) -> list[str]:
    """The configurations that may go from every pool that somebody may have and that holds them.

    Parameters
    ----------
    standing : Standing
        Of all configurations.
    pool : collection of Configuration
        All of them, the first ones of each algorithm first.
    """
    parts = [standing.among(ids) for ids in pools_of(pool).values()]
    stay = {i for part in parts for i in set(part.seconds.index) - set(prune(part, _kept_anyway(pool)))}
    return [str(i) for i in standing.seconds.index if i not in stay]


def pools_of(pool: Iterable[Configuration]) -> dict[str, set[str]]:
    """The ids of all, of what needs no extra, of what is interpretable, and of what is both."""
    about = {c.id: ALGORITHMS[c.algorithm] for c in pool}
    plain = {i for i, algorithm in about.items() if algorithm.extra is None}
    readable = {i for i, algorithm in about.items() if algorithm.is_interpretable}
    return {
        "all": set(about),
        "no extra": plain,
        "interpretable": readable,
        "interpretable, no extra": plain & readable,
    }


def _kept_anyway(pool: Iterable[Configuration]) -> set[str]:
    """The first configurations of each algorithm, its default among them."""
    by_algorithm: dict[str, list[str]] = {}
    for configuration in pool:
        by_algorithm.setdefault(configuration.algorithm, []).append(configuration.id)
    return {i for ids in by_algorithm.values() for i in ids[:N_KEPT]}


def prune(standing: Standing, kept: Collection[str] = ()) -> list[str]:
    """The configurations that may go, in the order in which they do, the dearest first.

    One goes that is never near the best, or always beside another: wherever it is within `NOISE` standard errors of
    the best, a certain other one that stays, and takes no more seconds, is within as many of it.

    Parameters
    ----------
    standing : Standing
        Of all configurations.
    kept : collection of str, optional
        What stays in any case.

    Examples
    --------
    >>> behind = pd.DataFrame({"a": [0.5, 3.0], "b": [0.0, 0.0], "c": [4.0, 0.2], "d": [9.0, 9.0]})
    >>> prune(Standing(behind, pd.Series({"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1})))
    ['a', 'd']
    """
    behind = standing.behind.fillna(np.inf)
    left = list(behind.columns)
    gone = []
    for name in standing.seconds[left].sort_values(ascending=False, kind="stable").index:
        where = behind[name] <= NOISE
        cheaper = [i for i in left if i != name and standing.seconds[i] <= standing.seconds[name]]
        beside = (behind.loc[where, cheaper].sub(behind.loc[where, name], axis=0) <= NOISE).all()
        if name not in kept and (beside.any() or not where.any()):
            left, gone = [i for i in left if i != name], [*gone, name]
    return gone


def loss_of_best(standing: Standing, gone: list[str]) -> Floats:
    """For each dataset and metric, how far the best that is left is behind the best of all, in standard errors."""
    best: Floats = standing.behind.drop(columns=gone).min(axis=1).to_numpy(np.float64)
    return best
