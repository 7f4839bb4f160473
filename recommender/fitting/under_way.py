"""What is under way: configurations that have begun, the folds that they have left, and when they are done."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.evaluation.evaluate import Evaluation
from recommender.fitting.agenda import Agenda
from recommender.fitting.thresholds import Floats
from recommender.fitting.tries import Try, why_hopeless
from recommender.tables.splits import Split


class UnderWay:
    """Configurations that have begun.

    Parameters
    ----------
    agenda : Agenda
        What comes next; what has begun waits there.
    splits : sequence of Split
        The rows of each fold.
    weights : array of shape (n_samples,), optional
        By which rows left-out predictions are judged.
    """

    def __init__(self, agenda: Agenda, splits: Sequence[Split], weights: Floats | None) -> None:
        self.agenda, self.standing, self.forecast = agenda, agenda.standing, agenda.forecast
        self.waiting, self.splits, self.weights = agenda.waiting, splits, weights

    @property
    def has_folds_left(self) -> bool:
        """Whether a fold waits."""
        return any(self.waiting.values())

    @property
    def has_scores(self) -> bool:
        """Whether anything is known of what is not done."""
        return any(attempt.scores for attempt in self.waiting)

    # -----------------------------------------------------------------------------------------------------------------
    # The next fold

    def next_fit(self, *, here: bool = False, small: bool = False) -> tuple[Try, int] | None:
        """A fold of a configuration that has begun, or the first one of another.

        Parameters
        ----------
        here : bool, default=False
            Whether it is fitted in this process, where it may not be more than there is time for.
        small : bool, default=False
            Whether another one must be small enough to be cut off in time.
        """
        for attempt, folds in self.waiting.items():
            if folds and not (here and self._is_too_long(attempt)):
                return attempt, folds.pop(0)
        return self._begun(self.agenda.next_try(small=small))

    def next_here(self, *, alone: bool) -> tuple[Try, int] | None:
        """What to fit in this process: what is small; where no workers will come, whatever is to end in time."""
        found = self.next_fit(here=True, small=True)
        return self._begun(self.agenda.next_large()) if found is None and alone else found

    def _begun(self, attempt: Try | None) -> tuple[Try, int] | None:
        """The first fold of another one; the others wait until it is known."""
        if attempt is None:
            return None
        self.waiting[attempt] = []
        return attempt, 0

    def _is_too_long(self, attempt: Try) -> bool:
        """Whether another fold of what has begun, and its fit on all rows, would not end in time, by those it has."""
        kept = max(self.agenda.reserve(), self.standing.refit_seconds(attempt))
        return attempt.seconds / len(attempt.fit_seconds) + kept > self.forecast.budget.left

    # -----------------------------------------------------------------------------------------------------------------
    # What came of it

    def took(self, attempt: Try, evaluation: Evaluation, seconds: float) -> bool:
        """Take in what came of a fold; end the configuration, or let its other folds be done.

        Returns
        -------
        is_over : bool
            Whether it has ended.
        """
        judging, n_folds = self.standing.judging, self.agenda.n_folds
        rows = self.splits[evaluation.fold][1]
        attempt.take(evaluation, seconds, judging, None if self.weights is None else self.weights[rows], rows)
        why = why_hopeless(attempt, self.standing.whole, judging.judge, n_folds=n_folds)
        if attempt.failed or len(attempt.scores) == n_folds:
            self._end(attempt)
        elif why is not None:
            self._stop(attempt, why)
        elif len(attempt.scores) == 1:
            self.waiting[attempt] = list(range(1, n_folds))
        return attempt not in self.waiting

    def end(self, why: str) -> None:
        """Close what is not done; of what has a fold, it is known how far it was behind."""
        for attempt in list(self.waiting):
            if attempt.scores:
                self._stop(attempt, why)

    def _stop(self, attempt: Try, why: str) -> None:
        attempt.stop(why, self.standing.best, self.standing.judging.judge)
        self._end(attempt)

    def _end(self, attempt: Try) -> None:
        del self.waiting[attempt]
        attempt.end(self.standing.judging)
        attempt.at = self.forecast.budget.spent
        if not attempt.is_new:
            self.agenda.session.tell(attempt.learnt_score(self.standing.best), attempt.item)
        self.standing.add(attempt, most_refit=self.forecast.most_refit)
