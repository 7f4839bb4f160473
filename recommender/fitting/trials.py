"""Trials: within a budget, try what a recommendation holds, and fit the best of it, or an ensemble, on all rows."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.evaluation.evaluate import Evaluation, evaluate
from recommender.fitting.beside import END_SECONDS, Beside, Room, n_processors
from recommender.fitting.budget import Budget, OutOfTime, Pace, cut_off
from recommender.fitting.effort import Effort, Found, TrialProgress
from recommender.fitting.folds import folds_of, is_once_at_most
from recommender.fitting.last_fits import Fitted, fit_first, fit_members
from recommender.fitting.near import near
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.session import Session
from recommender.fitting.standing import CHECKS, Standing
from recommender.fitting.tries import Judging, Shelf, Try, why_hopeless
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

AIM = 20
"""So many configurations should be tried; where that takes less than all folds, fewer folds are used."""
MIN_FOLDS = 3
SINGLE_FOLD_ROWS = 5_000
"""From so many rows on one fold is enough where there is no time for more."""
CAUTION = 1.3
"""By how much a fit on all rows is taken to last longer than a fold's and the number of rows say."""
FOLD_SECONDS = 0.02
"""What a fold takes besides fitting."""
QUICK_TIMES = 3.0
"""So many times what the quickest takes is about as quick."""
GLANCE_SECONDS = 0.1
UNKNOWN_SHARE, KNOWN_SHARE = 0.02, 0.2
"""A fold that is expected to take a larger share of what is left is not fitted in this process; before and after it is
known how quick the machine is."""
START_SECONDS = 10.0
"""What it takes to start workers, on a machine that is not busy; they are, where work and time are twice that."""
LONGEST_SECONDS = 86_400.0
"""No fit in a worker may take longer."""
LIMIT_TIMES, LIMIT_SHARE = 6.0, 0.25
"""A fit in this process is cut off after so many times what is expected, and so much of what is left."""
ONE_THREAD_SECONDS = 300.0
"""With less for everything the last fits have one thread, as the tries had by whose seconds they are expected."""
REFIT_SHARE = 0.3
"""Such a share of the budget may go into fitting the members of an ensemble on all rows."""
FROM_POOL = 15
"""So many of the pool are tried before new settings are, near the best ones, every other time."""
PATIENCE, PATIENCE_ROWS, MIN_PATIENCE = 100, 10_000, 25
"""Trying ends after so many tries without a gain; beyond so many rows fewer, in proportion, down to the last."""


UNWEIGHTED, AS_USUAL = RowWeights(), Effort()


def search(
    ranking: Ranking, dataset: Dataset, budget: Budget, *, weights: RowWeights = UNWEIGHTED, effort: Effort = AS_USUAL
) -> Found:
    """Try one configuration after another until the budget is spent, and fit what is best on all rows.

    Parameters
    ----------
    ranking : Ranking
        What is tried, and by what it is judged.
    dataset : Dataset
        On what.
    budget : Budget
        Seconds by the clock, in which everything is done, or tries.
    weights : RowWeights
        Of the rows.
    effort : Effort
        How.
    """
    trials = Trials(ranking, dataset, budget, weights=weights, effort=effort)
    room = Room()
    try:
        try:
            trials.run(room)
        finally:
            room.stop()
    except KeyboardInterrupt:  # what is known by now is what was asked for
        pass
    trials.end()
    return trials.found()


class Trials:
    """What was tried so far, and what there is still time for."""

    def __init__(
        self,
        ranking: Ranking,
        dataset: Dataset,
        budget: Budget,
        *,
        weights: RowWeights = UNWEIGHTED,
        effort: Effort = AS_USUAL,
    ) -> None:
        self.ranking, self.dataset, self.budget, self.weights, self.effort = ranking, dataset, budget, weights, effort
        self.session, self.pace, self.shelf = Session(ranking), Pace(), Shelf()
        self.rng = np.random.default_rng(effort.random_state)
        judge = ranking.judge
        self.n_workers = effort.n_jobs or (n_processors() if math.isfinite(budget.seconds) else 1)
        moves = judge.has_thresholds(dataset.y, weights.judging) and is_once_at_most(effort.splits)
        once = moves or math.isinf(budget.seconds)
        self.splits = list(effort.splits) or folds_of(dataset, effort.random_state, no_row_twice=once)
        self.share = float(np.mean([len(train) for train, _ in self.splits] or [1])) / dataset.n_samples
        self.judging = Judging(judge, ranking.metric, moves)
        self.standing = Standing(
            self.judging,
            ensemble=effort.ensemble and not ranking.filters.interpretable,
            filters=ranking.filters,
            rows_ratio=CAUTION / self.share,
            random_state=effort.random_state,
        )
        self.n_folds = self._affordable_folds()
        self.begun: set[str] = set()
        self.waiting: dict[Try, list[int]] = {}
        self.beside: Beside | None = None

    # -----------------------------------------------------------------------------------------------------------------
    # What it costs

    def _affordable_folds(self) -> int:
        """As many folds as let enough configurations be tried."""
        is_single_enough = self.dataset.n_samples >= SINGLE_FOLD_ROWS and not self.judging.moves
        least = 1 if is_single_enough else min(MIN_FOLDS, len(self.splits))
        if self.effort.splits or not self.splits or not math.isfinite(self.budget.seconds):
            return len(self.splits)
        cost = np.median([self._fold_seconds(item) for item in self.ranking.portfolio(AIM)])
        return int(np.clip(0.5 * self.budget.left * self.n_workers / (AIM * cost), least, max(least, len(self.splits))))

    def _fit_seconds(self, item: RecommendedConfiguration) -> float:
        """Expected for all rows, here; a second where the knowledge base does not say."""
        return self.pace.ratio * (item.fit_seconds if item.fit_seconds == item.fit_seconds else 1.0)

    def _fold_seconds(self, item: RecommendedConfiguration) -> float:
        return self.pace.ratio * FOLD_SECONDS + self._fit_seconds(item) * self.share

    def _trying_seconds(self, item: RecommendedConfiguration) -> float:
        """By the clock: a look, and then the other folds."""
        at_once = self.beside.n_workers if self.beside is not None else 1
        return self._fold_seconds(item) * (1 + math.ceil((self.n_folds - 1) / at_once))

    def _is_small(self, item: RecommendedConfiguration) -> bool:
        """Whether a fold may be fitted in this process: a call into a library cannot be cut off."""
        share = KNOWN_SHARE if self.pace.is_known else UNKNOWN_SHARE
        return self._fold_seconds(item) < share * max(self.budget.left, 0.0)

    def reserve(self) -> float:
        """Seconds to keep for the last fits of what is best by now, and for ending."""
        ending = END_SECONDS if self.beside is not None else 0.0
        members = [attempt for attempt in self.standing.tries if self.standing.weights.get(attempt.id)]
        if not members:
            return ending + CAUTION * self._fit_seconds(self.fallback(self.budget.seconds / 2))
        fits = sum(self.standing.refit_seconds(attempt) for attempt in members)
        return ending + fits + CHECKS * self.standing.weighing_seconds

    def affords(self, item: RecommendedConfiguration) -> bool:
        """Whether trying it, and fitting it or what is best by now, is expected to end in time."""
        kept = max(self.reserve(), CAUTION * self._fit_seconds(item))
        return self._trying_seconds(item) + kept < self.budget.left

    # -----------------------------------------------------------------------------------------------------------------
    # What comes next

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
        return max(left, key=lambda item: gains[item.configuration.id] / (self._trying_seconds(item) + share))

    def _is_possible(self, item: RecommendedConfiguration, *, small: bool) -> bool:
        if item.configuration.id in self.begun or (small and not self._is_small(item)):
            return False
        return self.affords(item)

    def _wants_new(self) -> bool:
        return math.isfinite(self.budget.seconds) and len(self.begun) >= FROM_POOL and len(self.begun) % 2 == 1

    def _new(self, *, small: bool) -> RecommendedConfiguration | None:
        """A setting near the best ones of the best algorithms."""
        if not math.isfinite(self.budget.seconds):
            return None
        best: dict[str, RecommendedConfiguration] = {}
        for attempt in self.standing.whole:
            best.setdefault(attempt.item.algorithm, attempt.item)
        known = self.begun | {item.configuration.id for item in self.ranking.items}
        item = near(list(best.values()), self.dataset, known=known, rng=self.rng)
        return item if item is not None and self._is_possible(item, small=small) else None

    def _next_fit(self, *, small: bool = False) -> tuple[Try, int] | None:
        """A fold of a configuration that has begun, or the first one of another."""
        for attempt, folds in self.waiting.items():
            if folds and not (small and not self._is_small(attempt.item)):
                return attempt, folds.pop(0)
        item = self.next_item(small=small)
        if item is None:
            return None
        self.begun.add(item.configuration.id)
        known = {one.configuration.id for one in self.ranking.items}
        attempt = Try(item, is_new=item.configuration.id not in known)
        self.waiting[attempt] = []
        return attempt, 0

    # -----------------------------------------------------------------------------------------------------------------
    # Trying

    def run(self, room: Room) -> None:
        """Try until the budget is spent, or nothing more is expected to be gained."""
        if self.budget.tries == 1 and not self.judging.moves:  # there is nothing to compare
            return
        while self.n_folds and self.budget.left > self.reserve() and not self._is_patience_over():
            self._start_beside(room)
            if self.beside is not None:
                self._feed(self.beside)
                if self.beside.is_idle:
                    return
                for found in self.beside.ended(GLANCE_SECONDS):
                    self._took(*found)
            elif (here := self._next_fit(small=True)) is not None:
                self._fit_here(*here)
            elif room.is_starting:
                time.sleep(GLANCE_SECONDS)
            else:
                return
            self._tell()

    def _start_beside(self, room: Room) -> None:
        """Start workers where they pay, and give them everything as soon as they are ready."""
        if room.was_asked:
            self.beside = room.beside
        elif self.effort.cluster or self._is_worth_starting():
            room.start(
                self.dataset,
                self.splits,
                self.weights.fitting,
                n_workers=self.n_workers,
                seconds=min(self.budget.left, LONGEST_SECONDS),
                cluster=self.effort.cluster,
            )

    def _is_worth_starting(self) -> bool:
        """Whether work and time are enough, as soon as it is known how quick this machine is."""
        left = [item for item in self.ranking.items if item.configuration.id not in self.begun]
        is_known = self.standing.tries or not self._is_small(self.ranking.best)
        is_needed = math.isfinite(self.budget.seconds) and not all(map(self._is_small, left))
        if not is_known or not (self.n_workers > 1 or is_needed):
            return False
        work = sum(map(self._trying_seconds, left))
        return min(work, self.budget.left) > 2 * START_SECONDS * max(self.pace.ratio, 1.0)

    def _feed(self, beside: Beside) -> None:
        while beside.n_free > 0 and (fit := self._next_fit()) is not None:
            beside.begin(*fit)

    def _fit_here(self, attempt: Try, fold: int) -> None:
        """A fold in this process, cut off where it lasts much longer than expected, or the time is up."""
        started, left = self.budget.clock(), self.budget.left - self.reserve()
        limit = max(LIMIT_TIMES * self._fold_seconds(attempt.item), LIMIT_SHARE * left)
        try:
            with cut_off(max(min(limit, left), 0.01)):
                evaluation = evaluate(
                    self.dataset,
                    attempt.item.configuration,
                    fold,
                    self.splits[fold],
                    keep_predictions=True,
                    sample_weight=self.weights.fitting,
                )
        except OutOfTime:
            if left < limit:  # not its own fault
                return
            evaluation = Evaluation(attempt.id, fold, "timeout", f"not done after {limit:.1f} seconds")
        self._took(attempt, evaluation, self.budget.clock() - started)

    def _took(self, attempt: Try, evaluation: Evaluation, seconds: float) -> None:
        """Take in what came of a fold; end the configuration, or let its other folds be done."""
        if attempt not in self.waiting:  # it was stopped meanwhile
            return
        self.pace.saw(seconds, expected=self._fold_seconds(attempt.item) / self.pace.ratio)
        if self.beside is None and len(self.begun) == 1 and not attempt.scores:  # how quick this machine is, is known
            self.n_folds = self._affordable_folds()
        judging = None if self.weights.judging is None else self.weights.judging[self.splits[evaluation.fold][1]]
        attempt.take(self.shelf.keep(evaluation), seconds, self.judging, judging)
        if attempt.failed or len(attempt.scores) == self.n_folds:
            return self._end(attempt)
        why = why_hopeless(attempt, self.standing.whole, self.judging.judge, n_folds=self.n_folds)
        if why is not None:
            attempt.stop(why, self.standing.best, self.judging.judge)
            return self._end(attempt)
        if len(attempt.scores) == 1:
            self.waiting[attempt] = list(range(1, self.n_folds))
        return None

    def _end(self, attempt: Try) -> None:
        del self.waiting[attempt]
        if self.beside is not None:
            self.beside.give_up(attempt)
        attempt.end(self.judging)
        attempt.at = self.budget.spent
        if not attempt.is_new:
            self.session.tell(attempt.learnt_score(self.standing.best), attempt.item)
        self.standing.add(attempt, most_refit=self._most_refit())

    def _most_refit(self) -> float:
        return REFIT_SHARE * self.budget.seconds

    def _is_patience_over(self) -> bool:
        by_rows = max(MIN_PATIENCE, PATIENCE * min(1.0, PATIENCE_ROWS / self.dataset.n_samples))
        patience = self.effort.patience if self.effort.patience is not None else by_rows
        return math.isfinite(self.budget.seconds) and self.standing.n_idle >= patience

    def _tell(self) -> None:
        standing, last = self.standing, self.standing.tries[-1:]
        leaders = [(one.item.algorithm, one.score, standing.weights.get(one.id, 0.0)) for one in standing.whole[:5]]
        name, score = (leaders[0][0], leaders[0][1]) if leaders else (None, np.nan)
        self.effort.on_progress(
            TrialProgress(
                last[0].item.algorithm if last else "",
                len(standing.tries),
                name,
                score,
                standing.score,
                self.budget.seconds,
                max(self.budget.left, 0.0),
                tuple(leaders),
            )
        )

    def end(self) -> None:
        """Close what has begun and is not done."""
        for attempt in list(self.waiting):
            attempt.stop("the time was up before all folds were done", self.standing.best, self.judging.judge)
            if attempt.scores:
                self._end(attempt)

    # -----------------------------------------------------------------------------------------------------------------
    # What it comes to

    def fallback(self, seconds: float) -> RecommendedConfiguration:
        """The best expected one that so many seconds are enough to fit, or of those that are about as quick as any."""
        least = min(map(self._fit_seconds, self.ranking.items))
        enough = max(seconds / CAUTION, QUICK_TIMES * least)
        return next(item for item in self.ranking.items if self._fit_seconds(item) <= enough)

    def found(self) -> Found:
        """The best, or an ensemble, fitted on all rows."""
        left = max(self.budget.left, 0.0)
        chosen = self.standing.settle(most_refit=min(self._most_refit(), left), left=left)
        how: dict[str, Any] = {"weights": self.weights, "random_state": self.effort.random_state}
        if math.isfinite(self.budget.seconds) and self.budget.seconds < ONE_THREAD_SECONDS:
            how["n_jobs"] = 1  # threads that wait for each other on a busy machine take many times as long
        first = self.fallback(self.budget.left) if chosen is None else chosen.members[0][0].item
        fitted = None
        with warnings.catch_warnings():
            if self.standing.tries:
                warnings.simplefilter("ignore")  # what warned was judged by left-out rows
            if chosen is not None and len(chosen.members) > 1:
                fitted = fit_members(chosen, self.dataset, budget=self.budget, **how)
            if chosen is None and math.isfinite(self.budget.seconds):
                fitted = self._fitted_in_time(first, how)
            if fitted is None:
                best = [attempt.item for attempt in self.standing.whole]
                thresholds = chosen.thresholds if chosen is not None and len(chosen.members) == 1 else None
                first = first if chosen is not None else self.fallback(self.budget.left)
                spare = [first, *best, *_one_of_each(self.ranking)]
                fitted = fit_first(_unique(spare), self.dataset, thresholds=thresholds, **how)
        self.shelf.clear()
        return Found(fitted, self._best_of(fitted), self.standing, self.budget.spent)

    def _fitted_in_time(self, item: RecommendedConfiguration, how: dict[str, Any]) -> Fitted | None:
        """One that nothing is known of, fitted before the time is up; None where that is too much for it."""
        try:
            with cut_off(max(self.budget.left, 0.01)):
                return fit_first([item], self.dataset, **how)
        except (OutOfTime, Exception):  # others are left to be fitted
            return None

    def _best_of(self, fitted: Fitted) -> RecommendedConfiguration:
        """The best single one, or what was fitted in its place, with what is expected of it by now."""
        best, heaviest = self.standing.best, max(fitted.weights, key=fitted.weights.__getitem__)
        is_there = best is not None and (best.id in fitted.weights or len(fitted.weights) > 1)
        name = best.id if best is not None and is_there else heaviest
        known = {attempt.id: attempt.item for attempt in self.standing.tries} | self.session.expected()
        return known[name]


def _one_of_each(ranking: Ranking) -> list[RecommendedConfiguration]:
    """The best of each algorithm, for the case that what was chosen fails on the table."""
    first = {item.algorithm: item for item in reversed(ranking.items)}
    return sorted(first.values(), key=lambda item: item.rank)


def _unique(items: Iterable[RecommendedConfiguration]) -> list[RecommendedConfiguration]:
    return list({item.configuration.id: item for item in items}.values())
