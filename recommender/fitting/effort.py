"""Efforts: how a budget is to be spent, and how far the spending has come."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral

from recommender.errors import LimitError, RecommendationError
from recommender.evaluation.limits import Limits, check_n_workers, n_processors
from recommender.fitting.budget import Budget
from recommender.fitting.standing import Standing
from recommender.tables.splits import Split

N_LEADERS = 5
"""So many of the best tries are told of while others go on."""


@dataclass(frozen=True)
class TrialProgress:
    """Where the trying is.

    Parameters
    ----------
    algorithm : str
        What was tried last; empty before there is anything.
    n_tried : int
        How many configurations were tried.
    best : str or None
        The algorithm with the best score so far.
    best_score : float
        That score; NaN before there is one.
    ensemble_score : float
        Of the ensemble so far, or of the best one alone; NaN before there is one.
    seconds, seconds_left : float
        The budget, and what is left of it; infinite for a budget of tries.
    leaders : tuple of (str, float, float)
        The best tries so far: algorithm, score, and weight in the ensemble.
    ending : str, default=""
        Why trying has ended; empty while it goes on.
    """

    algorithm: str
    n_tried: int
    best: str | None
    best_score: float
    ensemble_score: float
    seconds: float
    seconds_left: float
    leaders: tuple[tuple[str, float, float], ...] = ()
    ending: str = ""

    @classmethod
    def of(cls, standing: Standing, budget: Budget, ending: str = "") -> TrialProgress:
        """Where the trying is, by the standing of the tries and what is left of the budget."""
        last = standing.tries[-1].item.algorithm if standing.tries else ""
        leaders = [
            (one.item.algorithm, one.score, standing.weights.get(one.id, 0.0)) for one in standing.whole[:N_LEADERS]
        ]
        best, score = leaders[0][:2] if leaders else (None, math.nan)
        left = max(budget.left, 0.0)
        return cls(last, len(standing.tries), best, score, standing.score, budget.seconds, left, tuple(leaders), ending)


@dataclass(frozen=True, eq=False)
class Effort:
    """How to spend a budget.

    Parameters
    ----------
    ensemble : bool, default=True
        Whether several configurations may be averaged.
    patience : int, optional
        After how many tries without a gain trying ends; by the number of rows if not given.
    n_jobs : int, optional
        How many processes fit at once, at most 8 for each processor, -1 for all processors; if not given these, but
        none beside this one for a budget of tries.
    memory : float, optional
        Gigabytes that each of these processes may take for a fit, beyond what it begins with; 6 if not given.
    cluster : str, optional
        The address of a Dask scheduler, whose workers fit instead.
    splits : sequence of (train, test), optional
        The folds; by the rule of `recommender.tables.splits`, as many as there is time for, if not given.
    random_state : int, default=0
        Seed of folds, models and new settings.
    on_progress : callable(TrialProgress)
        Called after each fit, several times a second while waiting for some, and once more when trying has ended,
        unless it was interrupted.
    """

    ensemble: bool = True
    patience: int | None = None
    n_jobs: int | None = None
    memory: float | None = None
    cluster: str | None = None
    splits: Sequence[Split] = ()
    random_state: int = 0
    on_progress: Callable[[TrialProgress], None] = lambda progress: None

    def check(self) -> None:
        """Say what is wrong with it before anything is looked at.

        Raises
        ------
        RecommendationError
            If the number of processes, or of tries to be patient for, is not a whole number from 1 on.
        LimitError
            If the memory is not above 0, or is absurd, or there are many more processes than processors.
        ClusterError
            If there is a cluster's address, and it is none, or nothing answers there.
        """
        if not (self.n_jobs is None or self.n_jobs == -1 or (isinstance(self.n_jobs, Integral) and self.n_jobs > 0)):
            raise RecommendationError(
                f"n_jobs={self.n_jobs!r:.40} was given: give a number of processes from 1 on, or -1 for all processors"
            )
        if not (self.patience is None or (isinstance(self.patience, Integral) and self.patience > 0)):
            raise RecommendationError(
                f"patience={self.patience!r:.40} was given: give a number of tries from 1 on, after which trying ends "
                "where they gain nothing"
            )
        _ = self.limits
        if self.cluster is not None:
            from recommender.evaluation.cluster import check_cluster

            check_cluster(self.cluster)
        else:
            check_n_workers(self.n_workers(counts_seconds=True))

    def n_workers(self, *, counts_seconds: bool) -> int:
        """How many processes fit at once, where nothing else is said by whether it is seconds that are spent."""
        if self.n_jobs is None:
            return n_processors() if counts_seconds else 1
        return n_processors() if self.n_jobs == -1 else self.n_jobs

    @property
    def limits(self) -> Limits:
        """What each fit in a process of its own may use.

        Raises
        ------
        LimitError
            If the memory is not above 0, or is absurd.
        """
        if self.memory is None:
            return Limits()
        try:
            memory_bytes = int(self.memory * 2.0**30)
        except (TypeError, ValueError, OverflowError):
            raise LimitError(f"memory={self.memory!r:.40} is no number of gigabytes: give one such as 2.5") from None
        return Limits(memory_bytes=memory_bytes)
