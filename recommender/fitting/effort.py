"""How a budget is spent, where the spending is, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from recommender.fitting.budget import Budget
from recommender.fitting.last_fits import Fitted
from recommender.fitting.standing import Standing, row_of
from recommender.fitting.tries import Try
from recommender.tables.splits import Split
from recommender.words import duration

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration

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
    """

    algorithm: str
    n_tried: int
    best: str | None
    best_score: float
    ensemble_score: float
    seconds: float
    seconds_left: float
    leaders: tuple[tuple[str, float, float], ...] = ()

    @classmethod
    def of(cls, standing: Standing, budget: Budget) -> TrialProgress:
        """Where the trying is, by the standing of the tries and what is left of the budget."""
        last = standing.tries[-1].item.algorithm if standing.tries else ""
        leaders = [
            (one.item.algorithm, one.score, standing.weights.get(one.id, 0.0)) for one in standing.whole[:N_LEADERS]
        ]
        best, score = leaders[0][:2] if leaders else (None, math.nan)
        left = max(budget.left, 0.0)
        return cls(last, len(standing.tries), best, score, standing.score, budget.seconds, left, tuple(leaders))


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
        How many processes fit at once; all processors if not given, but none beside this one for a budget of tries.
    cluster : str, optional
        The address of a Dask scheduler, whose workers fit instead.
    splits : sequence of (train, test), optional
        The folds; by the rule of `recommender.tables.splits`, as many as there is time for, if not given.
    random_state : int, default=0
        Seed of folds, models and new settings.
    on_progress : callable(TrialProgress)
        Called after each fit, and several times a second while waiting for some.
    """

    ensemble: bool = True
    patience: int | None = None
    n_jobs: int | None = None
    cluster: str | None = None
    splits: Sequence[Split] = ()
    random_state: int = 0
    on_progress: Callable[[TrialProgress], None] = lambda progress: None


@dataclass(frozen=True, eq=False)
class Found:
    """What came of a budget.

    Parameters
    ----------
    fitted : Fitted
        The model.
    best : RecommendedConfiguration
        The best single configuration, with what is expected of it by now.
    standing : Standing
        Of all tries.
    seconds : float
        Really taken.
    """

    fitted: Fitted
    best: RecommendedConfiguration
    standing: Standing
    seconds: float

    def leaderboard(self) -> pd.DataFrame:
        """A row for each try, the best score first, with weights as they were fitted."""
        board = self.standing.leaderboard()
        ids = board["configuration_id"]
        weights = [self.fitted.weights.get(name, 0.0) for name in ids]
        messages = [self.fitted.messages.get(name, said) for name, said in zip(ids, board["message"], strict=True)]
        return board.assign(weight=weights, message=messages)

    def board_of_fits(self, items: Iterable[RecommendedConfiguration]) -> pd.DataFrame:
        """The same with what was fitted, or failed to be, without a try; the heaviest first; seconds of all fits."""
        board, fits = self.leaderboard(), self.fitted.seconds
        tried = set(board["configuration_id"])
        more = [Try(item, message=self.fitted.messages.get(item.configuration.id, "")) for item in items]
        rows = [
            row_of(one) | {"weight": self.fitted.weights.get(one.id, 0.0)}
            for one in more
            if one.id in fits and one.id not in tried
        ]
        found = [part for part in (board, pd.DataFrame(rows, columns=board.columns)) if len(part)]
        board = pd.concat(found) if found else board
        board = board.assign(seconds=board["seconds"] + [fits.get(name, 0.0) for name in board["configuration_id"]])
        board = board.sort_values("weight", ascending=False, kind="stable")
        return board.set_axis(pd.RangeIndex(1, len(board) + 1, name="rank"))

    def why_nothing_was_tried(self) -> str:
        """A warning for the case that there was no time for any try."""
        return (
            f"nothing could be tried in {duration(self.seconds)}: {self.best.configuration.id}, of which much was "
            "expected, is fitted as it is"
        )
