"""Forecasts: how long fits are expected to take on this machine, by what was recorded and the pace that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from recommender.algorithms.growth import growth, stops_early
from recommender.fitting.budget import Budget
from recommender.fitting.pace import Pace, kind_of

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration

CAUTION = 1.3
"""By how much a fit on all rows is taken to last longer than a fold's and the number of rows say, where it cannot end
before it is done."""
RUSHED = 2.0
"""Boosting that stops early is fitted where there is time for such a part of what it is expected to take: it ends with
the rounds that it has."""
REFIT_SHARE = 0.3
"""Such a share of the budget may go into the fits on all rows."""
MOST_KEPT = 0.5
"""Such a share of the budget is kept at most for a fit on all rows that ends in time."""
FOLD_SECONDS = 0.02
"""What a fold takes besides fitting."""
UNKNOWN_SECONDS = 1.0
"""What a fit is taken to last where the knowledge base does not say."""
QUICK_TIMES = 3.0
"""So many times what the quickest takes is about as quick."""
BRIEF_SECONDS = 5.0
"""In a larger budget quick models are tried first."""
UNKNOWN_SHARE, KNOWN_SHARE = 0.02, 0.2
"""A fold that is expected to take a larger share of what is left is not fitted in this process; before and after it is
known how quick the machine is."""


class Forecast:
    """Seconds by the clock that are expected within a budget.

    Parameters
    ----------
    budget : Budget
        Of which there is something left.
    n_rows, n_fold_rows : int
        How many rows there are, and on how many of them a fold trains.
    n_left_out : int, default=0
        Of how many others it predicts.

    Attributes
    ----------
    preparing : float
        Seconds by the clock that the steps before the model take on a fold, as far as it is known.
    prepares_each : bool
        Whether each fit takes them; else they are kept from one to the next.
    """

    def __init__(self, budget: Budget, *, n_rows: int, n_fold_rows: int, n_left_out: int = 0) -> None:
        self.budget, self.n_rows, self.n_fold_rows, self.n_left_out = budget, n_rows, n_fold_rows, n_left_out
        self.pace, self.preparing, self.prepares_each = Pace(), 0.0, False
        self._predicting: dict[str, float] = {}

    @property
    def most_refit(self) -> float:
        """Of all fits on all rows together."""
        return REFIT_SHARE * self.budget.seconds

    def fold_seconds(self, item: RecommendedConfiguration) -> float:
        """Of a fold, its predictions included."""
        pace, kind = self._pace_of(item), kind_of(item.configuration)
        modelling = pace * self._usual_fold_seconds(item)
        if kind in self._predicting:
            predicting = modelling * self._predicting[kind]
        else:
            predicting = pace * np.nan_to_num(item.predict_seconds) * self.n_left_out / 1_000
        return float(modelling + predicting + self.preparing * self.prepares_each)

    def _usual_fold_seconds(self, item: RecommendedConfiguration) -> float:
        """Of a fold's model alone, without predicting, on the machine of the knowledge base."""
        return FOLD_SECONDS + _modelling(item) / self._growth(item)

    def _pace_of(self, item: RecommendedConfiguration) -> float:
        return self.pace.of(kind_of(item.configuration))

    def _growth(self, item: RecommendedConfiguration) -> float:
        """Of a fit on all rows, from a fold's, which is shortened."""
        return growth(item.configuration, self.n_rows, self.n_fold_rows, shortened=True)

    def refit_seconds(self, item: RecommendedConfiguration, *, modelling: float, preparing: float) -> float:
        """To keep for a fit on all rows, by what a fold has taken.

        Boosting that stops early needs one booster, and is kept the seconds of several where these are no large share
        of the budget. Since it ends in time, no more than half of the budget is kept for it, or half of its own time.

        Parameters
        ----------
        item : RecommendedConfiguration
            What is fitted.
        modelling, preparing : float
            Seconds by the clock of a fold's model, and of the steps before it.
        """
        needed = self._needed(item, modelling, preparing)
        if not stops_early(item.configuration):
            return needed
        return max(needed / RUSHED, min(needed, MOST_KEPT * self.budget.seconds))

    def last_seconds(self, item: RecommendedConfiguration) -> float:
        """Of a fit on all rows, with caution, before there was a fold."""
        return self._needed(item, self._pace_of(item) * _modelling(item) / self._growth(item), self.preparing)

    def _needed(self, item: RecommendedConfiguration, modelling: float, preparing: float) -> float:
        rows = self.n_rows / self.n_fold_rows
        least, whole = (modelling * times + preparing * rows for times in (rows, self._growth(item)))
        caution = 1.0 if stops_early(item.configuration) else CAUTION
        return min(caution * whole, max(caution * least, self.most_refit))

    def saw_fold(
        self,
        item: RecommendedConfiguration,
        modelling: float,
        *,
        preparing: float,
        predicting: float,
        within: float | None = None,
    ) -> None:
        """Take into account how long a fold took, in seconds by the clock.

        Parameters
        ----------
        item : RecommendedConfiguration
            What was fitted.
        modelling : float
            Of the model's fit.
        preparing : float
            Of the steps before the model, each time they are fitted.
        predicting : float
            Of what it says of the left-out rows.
        within : float, optional
            After so many boosting that stops early has ended in any case: it may have needed more.
        """
        self.preparing = max(self.preparing, preparing)
        kind, expected = kind_of(item.configuration), self._usual_fold_seconds(item)
        may_be_cut = within is not None and modelling >= within
        least = self._pace_of(item) * expected if may_be_cut else 0.0
        self.pace.saw(kind, max(modelling, least), expected=expected)
        self._predicting[kind] = predicting / max(modelling, FOLD_SECONDS)

    def is_small(self, item: RecommendedConfiguration) -> bool:
        """Whether a fold may be fitted in this process: it is too small to need cutting off.

        In a brief budget whatever ends in time may be, since there is hardly time for more than one try.
        """
        if self.budget.seconds < BRIEF_SECONDS and stops_early(item.configuration):
            return True
        share = KNOWN_SHARE if self.pace.is_known else UNKNOWN_SHARE
        return self.fold_seconds(item) < share * max(self.budget.left, 0.0)

    def fallback(self, items: Sequence[RecommendedConfiguration], seconds: float) -> RecommendedConfiguration:
        """The first that so many seconds are enough to fit, or of those that are about as quick as any."""
        least = min(map(self.last_seconds, items))
        enough = max(seconds, QUICK_TIMES * least)
        return next(item for item in items if self.last_seconds(item) <= enough)


def _modelling(item: RecommendedConfiguration) -> float:
    """Seconds that a model of all rows is expected to take on the machine of the knowledge base."""
    return item.fit_seconds if item.fit_seconds == item.fit_seconds else UNKNOWN_SECONDS
