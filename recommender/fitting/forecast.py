"""Forecasts: how long fits are expected to take on this machine, by what was recorded and the pace that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.algorithms.growth import growth
from recommender.fitting.budget import Budget

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration

PRIOR_SECONDS = 0.1
"""So many expected seconds weighs the claim that this machine takes what was expected."""
FORGOTTEN = 0.8
"""What remains of an older measurement's weight with each new one: others come and go on a machine."""
SURPRISE = 3.0
"""A measurement but the first counts as at most so many times what it was taken for: one model is not the machine."""
CAUTION = 1.3
"""By how much a fit on all rows is taken to last longer than a fold's and the number of rows say."""
REFIT_SHARE = 0.3
"""Such a share of the budget may go into the fits on all rows."""
FOLD_SECONDS = 0.02
"""What a fold takes besides fitting."""
UNKNOWN_SECONDS = 1.0
"""What a fit is taken to last where the knowledge base does not say."""
QUICK_TIMES = 3.0
"""So many times what the quickest takes is about as quick."""
UNKNOWN_SHARE, KNOWN_SHARE = 0.02, 0.2
"""A fold that is expected to take a larger share of what is left is not fitted in this process; before and after it is
known how quick the machine is."""


class Pace:
    """Seconds by the clock for each that was expected, as of lately.

    Examples
    --------
    >>> pace = Pace()
    >>> for _ in range(5):
    ...     pace.saw(2.0, expected=1.0)
    >>> 1.9 < pace.ratio < 2
    True
    """

    def __init__(self) -> None:
        self._clock = self._expected = PRIOR_SECONDS
        self._has_seen = False

    def saw(self, seconds: float, *, expected: float) -> None:
        """Take into account how long something took."""
        seen = min(seconds, SURPRISE * self.ratio * expected) if self._has_seen else seconds
        self._has_seen = True
        self._clock = FORGOTTEN * self._clock + seen
        self._expected = FORGOTTEN * self._expected + expected

    @property
    def is_known(self) -> bool:
        """Whether anything was measured."""
        return self._has_seen

    @property
    def ratio(self) -> float:
        """Above 1 where this machine is slower than expected, or busy."""
        return self._clock / self._expected


class Forecast:
    """Seconds by the clock that are expected within a budget.

    Parameters
    ----------
    budget : Budget
        Of which there is something left.
    n_rows, n_fold_rows : int
        How many rows there are, and on how many of them a fold trains.

    Attributes
    ----------
    preparing : float
        Seconds by the clock that the steps before the model take on a fold, as far as it is known.
    prepares_each : bool
        Whether each fit takes them; else they are kept from one to the next.
    """

    def __init__(self, budget: Budget, *, n_rows: int, n_fold_rows: int) -> None:
        self.budget, self.n_rows, self.n_fold_rows, self.pace = budget, n_rows, n_fold_rows, Pace()
        self.preparing, self.prepares_each = 0.0, False

    @property
    def most_refit(self) -> float:
        """Of all fits on all rows together."""
        return REFIT_SHARE * self.budget.seconds

    def fit_seconds(self, item: RecommendedConfiguration) -> float:
        """Of a fit on all rows."""
        return self.pace.ratio * _modelling(item) + self.preparing * self.n_rows / self.n_fold_rows

    def fold_seconds(self, item: RecommendedConfiguration) -> float:
        """Of a fold, its predictions included."""
        modelling = _modelling(item) / self._growth(item)
        return self.pace.ratio * (FOLD_SECONDS + modelling) + self.preparing * self.prepares_each

    def _growth(self, item: RecommendedConfiguration) -> float:
        """Of a fit on all rows, from a fold's, which is shortened."""
        return growth(item.configuration, self.n_rows, self.n_fold_rows, shortened=True)

    def refit_seconds(self, item: RecommendedConfiguration, *, modelling: float, preparing: float) -> float:
        """To keep for a fit on all rows, with caution, by what a fold has taken.

        Early stopping needs one booster, and is kept the seconds of several where these are no large share of all.

        Parameters
        ----------
        item : RecommendedConfiguration
            What is fitted.
        modelling, preparing : float
            Seconds by the clock of a fold's model, and of the steps before it.
        """
        rows = self.n_rows / self.n_fold_rows
        least, whole = (modelling * times + preparing * rows for times in (rows, self._growth(item)))
        return min(CAUTION * whole, max(CAUTION * least, self.most_refit))

    def saw_fold(self, item: RecommendedConfiguration, seconds: float, *, preparing: float, spent: float) -> None:
        """Take into account how long a fold took.

        Parameters
        ----------
        item : RecommendedConfiguration
            What was fitted.
        seconds : float
            By the clock.
        preparing : float
            Of the steps before the model, each time they are fitted.
        spent : float
            Of these seconds, what went into them.
        """
        self.preparing = max(self.preparing, preparing)
        expected = (self.fold_seconds(item) - (self.preparing if self.prepares_each else 0.0)) / self.pace.ratio
        self.pace.saw(max(seconds - spent, 0.0), expected=expected)

    def is_small(self, item: RecommendedConfiguration) -> bool:
        """Whether a fold may be fitted in this process: a call into a library cannot be cut off."""
        share = KNOWN_SHARE if self.pace.is_known else UNKNOWN_SHARE
        return self.fold_seconds(item) < share * max(self.budget.left, 0.0)

    def fallback(self, items: Sequence[RecommendedConfiguration], seconds: float) -> RecommendedConfiguration:
        """The first that so many seconds are enough to fit, or of those that are about as quick as any."""
        least = min(map(self.fit_seconds, items))
        enough = max(seconds / CAUTION, QUICK_TIMES * least)
        return next(item for item in items if self.fit_seconds(item) <= enough)


def _modelling(item: RecommendedConfiguration) -> float:
    """Seconds that a model of all rows is expected to take on the machine of the knowledge base."""
    return item.fit_seconds if item.fit_seconds == item.fit_seconds else UNKNOWN_SECONDS
