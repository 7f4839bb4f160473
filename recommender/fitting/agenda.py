"""The agenda: what to try next, of what there is still time for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from recommender.algorithms.growth import stops_early
from recommender.fitting.folds import AIM
from recommender.fitting.forecast import RUSHED, Forecast
from recommender.fitting.new_settings import near
from recommender.fitting.session import Session
from recommender.fitting.standing import CHECKS, Standing
from recommender.fitting.tries import Try, behind
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

FROM_POOL = 15
"""So many of the pool are tried before new settings are, near the best ones, every other time."""
DRAWS = 5
"""So many new settings are drawn, of which there may be no time for the first ones."""


class Agenda:
    """What is to be tried, and what was begun.

    Parameters
    ----------
    ranking : Ranking
        What is tried.
    dataset : Dataset
        On what.
    forecast : Forecast
        What fits are expected to take, and what is left of the budget.
    standing : Standing
        Of what was tried.
    random_state : int
        Seed of new settings.

    Attributes
    ----------
    n_folds : int
        How many folds a try has.
    at_once : int
        How many fits run at once.
    ending_seconds : float
        What ending takes besides the last fits.
    waiting : dict of Try to list of int
        What has begun and is not done, with the folds that no one is at.
    """

    def __init__(
        self, ranking: Ranking, dataset: Dataset, forecast: Forecast, standing: Standing, *, random_state: int
    ) -> None:
        self.ranking, self.dataset, self.forecast, self.standing = ranking, dataset, forecast, standing
        self.budget, self.session = forecast.budget, Session(ranking)
        self.begun: set[str] = set()
        self.waiting: dict[Try, list[int]] = {}
        self.n_folds, self.at_once, self.ending_seconds = 1, 1, 0.0
        self._pool = {item.configuration.id for item in ranking.items}
        self._rng = np.random.default_rng(random_state)

    # -----------------------------------------------------------------------------------------------------------------
    # What there is time for

    def trying_seconds(self, item: RecommendedConfiguration) -> float:
        """By the clock: a look, and then the other folds."""
        return self.forecast.fold_seconds(item) * (1 + math.ceil((self.n_folds - 1) / self.at_once))

    def reserve(self) -> float:
        """Seconds to keep for the last fits of what is best by now, and for ending."""
        members = [attempt for attempt in self.standing.tries if self.standing.weights.get(attempt.id)]
        if not members and (begun := [attempt for attempt in self.waiting if attempt.scores]):
            return self.ending_seconds + max(map(self.standing.refit_seconds, begun))
        if not members:
            quick = self.forecast.fallback(self.ranking.items, self.budget.seconds / 2)
            return self.ending_seconds + self.forecast.last_seconds(quick)
        fits = sum(self.standing.refit_seconds(attempt) for attempt in members)
        leading = max((self.standing.refit_seconds(attempt) for attempt in self._leading()), default=0.0)
        return self.ending_seconds + max(fits, leading) + CHECKS * self.standing.weighing_seconds

    def _leading(self) -> list[Try]:
        """What has begun and is ahead of the best on half of its folds, with which it may be chosen."""
        best, judge = self.standing.best, self.standing.judging.judge
        half = (attempt for attempt in self.waiting if 2 * len(attempt.scores) >= self.n_folds)
        return [attempt for attempt in half if best is not None and behind(attempt, best, judge) < 0]

    def affords(self, item: RecommendedConfiguration) -> bool:
        """Whether trying it, and fitting it or what is best by now, is expected to end in time.

        As soon as this machine's pace is known, boosting that stops early may end before it is done.
        """
        return self._affords(item, may_be_rushed=self.forecast.pace.is_known)

    def _affords(self, item: RecommendedConfiguration, *, may_be_rushed: bool) -> bool:
        share = 1 / RUSHED if may_be_rushed and stops_early(item.configuration) else 1.0
        kept = max(self.reserve(), share * self.forecast.last_seconds(item))
        return share * self.trying_seconds(item) + kept < self.budget.left

    def fold_limit(self, attempt: Try) -> float:
        """Seconds that boosting may take on the next fold, if its fit on all rows is to end with as many rounds."""
        fold = self.forecast.fold_seconds(attempt.item)
        folds_left = self.n_folds - len(attempt.scores)
        left, whole = self.budget.left, folds_left * fold + self.forecast.last_seconds(attempt.item)
        return min(left - self.reserve(), left * fold / whole) if math.isfinite(left) else left

    # -----------------------------------------------------------------------------------------------------------------
    # What comes next

    def next_try(self, *, small: bool = False) -> Try | None:
        """The next try, which has begun with that; None where there is none, or no time for any.

        Parameters
        ----------
        small : bool, default=False
            Whether it must be small enough to be fitted in this process.
        """
        return self._begin(self.next_item(small=small))

    def next_large(self) -> Try | None:
        """The next try in this process, though it is not small.

        If this machine's pace is not known, the quickest, of those that end in time on any machine if there are any.
        """
        if self.forecast.pace.is_known:
            return self.next_try()
        possible = [item for item in self._left() if self._affords(item, may_be_rushed=True)]
        end_in_time = [item for item in possible if stops_early(item.configuration)]
        quickest = min(end_in_time or possible, key=self.forecast.fold_seconds, default=None)
        return self._begin(None if len(self.begun) >= self.budget.tries else quickest)

    def has_more(self) -> bool:
        """Whether there is something that was not tried, if there were time."""
        return bool(self._left()) or self._near_best() is not None

    def _begin(self, item: RecommendedConfiguration | None) -> Try | None:
        if item is None:
            return None
        self.begun.add(item.configuration.id)
        return Try(item, is_new=item.configuration.id not in self._pool)

    def next_item(self, *, small: bool = False) -> RecommendedConfiguration | None:
        """What is most worth trying of what there is time for: the gain that is expected for a second.

        What a try takes counts beside an even share of the time that is left.
        """
        if len(self.begun) >= self.budget.tries:
            return None
        if self._wants_new() and (new := self._new(small=small)) is not None:
            return new
        left = [item for item in self.session.untried() if self._is_possible(item, small=small)]
        gains = self.session.gains()
        if not left:
            return self._new(small=small)
        if not gains or not math.isfinite(self.budget.seconds):
            return left[0]
        share = max(self.budget.left, 0.0) / AIM
        return max(left, key=lambda item: gains[item.configuration.id] / (self.trying_seconds(item) + share))

    def untried_seconds(self) -> float:
        """What it would take to try all of the recommendation that has not begun."""
        return sum(map(self.trying_seconds, self._left()))

    def are_all_small(self) -> bool:
        """Whether all of it may be fitted in this process."""
        return all(map(self.forecast.is_small, self._left()))

    def _left(self) -> list[RecommendedConfiguration]:
        return [item for item in self.ranking.items if item.configuration.id not in self.begun]

    def _is_possible(self, item: RecommendedConfiguration, *, small: bool) -> bool:
        if item.configuration.id in self.begun or (small and not self.forecast.is_small(item)):
            return False
        return self.affords(item)

    def _wants_new(self) -> bool:
        return math.isfinite(self.budget.seconds) and len(self.begun) >= FROM_POOL and len(self.begun) % 2 == 1

    def _new(self, *, small: bool) -> RecommendedConfiguration | None:
        """A setting near the best ones, of which there is time for a try."""
        drawn = (self._near_best() for _ in range(DRAWS))
        return next((item for item in drawn if item is not None and self._is_possible(item, small=small)), None)

    def _near_best(self) -> RecommendedConfiguration | None:
        """A setting near the best ones of the best algorithms, if seconds are counted."""
        if not math.isfinite(self.budget.seconds):
            return None
        best: dict[str, RecommendedConfiguration] = {}
        for attempt in self.standing.whole:
            best.setdefault(attempt.item.algorithm, attempt.item)
        return near(list(best.values()), self.dataset, known=self.begun | self._pool, rng=self._rng)
