"""Trials: within a budget, try what a recommendation holds, and fit the best of it, or an ensemble, on all rows."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import config_context
from threadpoolctl import ThreadpoolController

from recommender.algorithms.growth import stops_early
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.limits import n_processors
from recommender.fitting import endings
from recommender.fitting.agenda import Agenda
from recommender.fitting.budget import Budget, OutOfTime
from recommender.fitting.effort import Effort, TrialProgress
from recommender.fitting.fits_here import Here
from recommender.fitting.folds import AIM, folds_of, is_once_at_most, most_left_out, n_affordable
from recommender.fitting.forecast import Forecast
from recommender.fitting.found import Found
from recommender.fitting.last_fits import Fitted, best_of_each, fit_chosen, fit_untried
from recommender.fitting.preparations import Preparation
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.standing import Standing
from recommender.fitting.threads import threads_for
from recommender.fitting.tries import Judging, Shelf, Try
from recommender.fitting.under_way import UnderWay
from recommender.fitting.workers_beside import END_SECONDS, Beside, Room
from recommender.metafeatures.one_thread import one_thread
from recommender.tables.dataset import Dataset
from recommender.tables.splits import with_fewer_test_rows

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

GLANCE_SECONDS = 0.1
"""Workers are waited for so long before progress is told again."""
START_SECONDS = 10.0
"""What it takes to start workers, on a machine that is not busy; they are, where work and time are twice that."""
LONGEST_SECONDS = 86_400.0
"""No fit in a worker may take longer."""
LIMIT_TIMES, LIMIT_SHARE = 6.0, 0.25
"""A fit in this process is cut off after so many times what is expected, and so much of what is left."""
FOLD_SHARE = 0.7
"""Boosting that stops early ends by then with the rounds that it has. In a fold it takes such a share of what is left
at most: predicting needs the rest."""
TELLING = ("ok", "timeout")
"""What fits took that ended so tells of this machine: one that fails may do so at once."""
UNWEIGHTED, AS_USUAL = RowWeights(), Effort()
"""All rows count the same; nothing is asked for but a budget."""


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
    with config_context(enable_metadata_routing=False):  # a pipeline is told for which step weights are
        try:
            try:
                trials.run(room)
            finally:
                room.stop()
        except KeyboardInterrupt:  # what is known by now is what was asked for
            trials.ending = endings.INTERRUPTED
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
        self.shelf, judge = Shelf(), ranking.judge
        self.limits = effort.limits
        self.n_workers = effort.n_workers(counts_seconds=math.isfinite(budget.seconds))
        moves = judge.has_thresholds(dataset.y, weights.judging) and is_once_at_most(effort.splits)
        once = moves or math.isinf(budget.seconds)
        self.splits = list(effort.splits) or folds_of(dataset, effort.random_state, no_row_twice=once)
        n_fold_rows, n_left_out = (
            round(np.mean([len(split[part]) for split in self.splits] or [1])) for part in (0, 1)
        )
        self.forecast = Forecast(budget, n_rows=dataset.n_samples, n_fold_rows=n_fold_rows, n_left_out=n_left_out)
        self.judging = Judging(judge, ranking.metric, moves)
        self.standing = Standing(
            self.judging,
            self.forecast,
            ensemble=effort.ensemble and not ranking.filters.interpretable,
            filters=ranking.filters,
            random_state=effort.random_state,
        )
        self.agenda = Agenda(ranking, dataset, self.forecast, self.standing, random_state=effort.random_state)
        self.agenda.n_folds = self._affordable_folds()
        if self.agenda.n_folds == 1 and not effort.splits:
            self.splits = with_fewer_test_rows(
                self.splits, dataset, most_left_out(budget.seconds), random_state=effort.random_state
            )
            self.forecast.n_left_out = len(self.splits[0][1])
        threads = self._threads() if math.isfinite(budget.seconds) else 1
        self.here = Here(dataset, self.splits, weights.fitting, threads=threads)
        self.under_way = UnderWay(self.agenda, self.splits, weights.judging)
        self.beside: Beside | None = None
        self.ending = ""

    def _threads(self) -> int:
        """How many the fits of this process have, as the machine is now."""
        most = self.effort.n_workers(counts_seconds=True)
        return threads_for(self.dataset.n_samples, seconds=self.budget.seconds, most=most)

    def _affordable_folds(self) -> int:
        """All folds where they were asked for or tries are counted; else as many as there is time for."""
        if self.effort.splits or not self.splits or not math.isfinite(self.budget.seconds):
            return len(self.splits)
        cost = float(np.median([self.forecast.fold_seconds(item) for item in self.ranking.portfolio(AIM)]))
        seconds, n_samples = self.budget.left * self.n_workers, self.dataset.n_samples
        return n_affordable(self.splits, n_samples, seconds=seconds, fold_seconds=cost, moves=self.judging.moves)

    # -----------------------------------------------------------------------------------------------------------------
    # Trying

    def run(self, room: Room) -> None:
        """Try until the budget is spent, or nothing more is expected to be gained."""
        while not (ending := self._why_over()):
            self._start_beside(room)
            if self.beside is not None:
                self._feed(self.beside)
                if self.beside.is_idle:
                    ending = self._why_none_is_left()
                    break
                for found in self.beside.ended(GLANCE_SECONDS):
                    self._took(*found)
            elif (here := self.under_way.next_here(alone=not room.is_awaited)) is not None:
                self._fit_here(*here)
            elif room.is_awaited:
                time.sleep(GLANCE_SECONDS)
            else:
                ending = self._why_none_is_left()
                break
            self.effort.on_progress(TrialProgress.of(self.standing, self.budget))
        self.ending = ending
        if ending != endings.NOTHING:
            self.effort.on_progress(TrialProgress.of(self.standing, self.budget, ending))

    def _why_over(self) -> str:
        """Why trying ends; empty while it goes on."""
        if not self.agenda.n_folds or (self.budget.tries == 1 and not self.judging.moves):
            return endings.NOTHING
        if self.budget.left <= self.agenda.reserve():
            return self._out_of_time()
        n_idle, asked = self.standing.n_idle, self.effort.patience
        most = endings.patience_for(self.dataset.n_samples) if asked is None else asked
        if math.isfinite(self.budget.seconds) and n_idle >= most:
            return endings.without_gain(n_idle)
        return ""

    def _why_none_is_left(self) -> str:
        """Why nothing comes next, though there are seconds left."""
        if len(self.agenda.begun) >= self.budget.tries:
            return endings.ENOUGH
        return self._out_of_time() if self.under_way.has_folds_left or self.agenda.has_more() else endings.EVERYTHING

    def _out_of_time(self) -> str:
        is_something_known = self.standing.tries or self.under_way.has_scores
        return endings.TIME if is_something_known else endings.TOO_LITTLE

    def _start_beside(self, room: Room) -> None:
        """Start workers where they pay, and give them everything as soon as they are ready."""
        if room.was_asked:
            self.beside = room.beside
            if self.beside is not None:
                self.agenda.at_once, self.agenda.ending_seconds = self.beside.n_workers, END_SECONDS
                self.forecast.prepares_each = True
        elif self.effort.cluster or self._is_worth_starting():
            room.start(
                self.dataset,
                self.splits,
                self.weights.fitting,
                n_workers=self.n_workers,
                limits=replace(self.limits, seconds=min(self.budget.left, LONGEST_SECONDS)),
                cluster=self.effort.cluster,
            )

    def _is_worth_starting(self) -> bool:
        """Whether work and time are enough, as soon as it is known how quick this machine is."""
        is_known = self.standing.tries or not self.forecast.is_small(self.ranking.best)
        is_needed = math.isfinite(self.budget.seconds) and not self.agenda.are_all_small()
        if not is_known or not (self.n_workers > 1 or is_needed):
            return False
        enough = 2 * START_SECONDS * max(self.forecast.pace.ratio, 1.0)
        return min(self.agenda.untried_seconds(), self.budget.left) > enough

    def _feed(self, beside: Beside) -> None:
        while beside.n_free > 0 and (fit := self.under_way.next_fit()) is not None:
            beside.begin(*fit, within=self.agenda.fold_limit(fit[0]))

    def _fit_here(self, attempt: Try, fold: int) -> None:
        """A fold in this process, cut off where it lasts much longer than expected, or the time is up."""
        configuration = attempt.item.configuration
        self.here.load(configuration)
        started, left = self.budget.clock(), self.budget.left - self.agenda.reserve()
        limit = max(LIMIT_TIMES * self.forecast.fold_seconds(attempt.item), LIMIT_SHARE * left)
        preparation = self.here.preparation(configuration, fold)
        within = min(limit, FOLD_SHARE * left, self.agenda.fold_limit(attempt))
        seconds = left if stops_early(configuration) else min(limit, left)
        try:
            evaluation = self.here.fit(configuration, fold, preparation, seconds=seconds, within=within)
        except OutOfTime:
            if seconds == left:  # not its own fault
                return
            evaluation = Evaluation(attempt.id, fold, "timeout", f"not done after {limit:.1f} seconds")
        self._took(attempt, evaluation, self.budget.clock() - started, within, preparation)

    def _took(
        self,
        attempt: Try,
        evaluation: Evaluation,
        seconds: float,
        within: float | None = None,
        preparation: Preparation | None = None,
    ) -> None:
        """Take in what came of a fold, and what it says of this machine."""
        if attempt not in self.agenda.waiting:  # it was stopped meanwhile
            return
        preparing, spent = (preparation.seconds, preparation.spent) if preparation else [self.forecast.preparing] * 2
        predicting = evaluation.predict_seconds / (evaluation.threads or 1)
        predicting = predicting if predicting > 0 else 0.0  # NaN where it failed
        modelling = max(seconds - spent - predicting, 0.0)
        if evaluation.status in TELLING:
            self.forecast.saw_fold(attempt.item, modelling, preparing=preparing, predicting=predicting, within=within)
        attempt.modelling += modelling
        attempt.preparing += preparing
        if self.beside is None and len(self.agenda.begun) == 1 and not attempt.scores:  # the machine's pace is known
            self.agenda.n_folds = self._affordable_folds()
        is_over = self.under_way.took(attempt, self.shelf.keep(evaluation), seconds)
        if is_over and self.beside is not None:
            self.beside.give_up(attempt)

    def end(self) -> None:
        """Close what has begun and is not done."""
        self.under_way.end(f"{self.ending} before all folds were done")

    # -----------------------------------------------------------------------------------------------------------------
    # What it comes to

    def found(self) -> Found:
        """The best, or an ensemble, fitted on all rows."""
        left = max(self.budget.left, 0.0)
        chosen = self.standing.settle(most_refit=min(self.forecast.most_refit, left), left=left)
        threads = self._threads()
        how: dict[str, Any] = {"weights": self.weights, "random_state": self.effort.random_state}
        how |= {"n_jobs": threads if threads < n_processors() else None}  # no number of this machine in what is saved
        with (
            warnings.catch_warnings(),
            one_thread(),
            ThreadpoolController().limit(limits=threads, user_api="openmp"),
        ):
            if self.standing.tries:
                warnings.simplefilter("ignore")  # what warned was judged by left-out rows
            if chosen is None:
                fitted = fit_untried(self._without_failures(), self.dataset, forecast=self.forecast, **how)
            else:
                spare = [*(attempt.item for attempt in self.standing.whole), *best_of_each(self._without_failures())]
                fitted = fit_chosen(
                    chosen,
                    spare,
                    self.dataset,
                    budget=self.budget,
                    refit_seconds=self.standing.refit_seconds,
                    **how,
                )
        self.standing.was_fitted(fitted.weights, getattr(fitted.estimator, "thresholds", None))
        self.shelf.clear()
        return Found(fitted, self._best_of(fitted), self.standing, self.budget.spent, self.ending)

    def _without_failures(self) -> Sequence[RecommendedConfiguration]:
        """What was recommended and has not failed; all of it where all has."""
        failed = {attempt.id for attempt in self.standing.tries if attempt.failed}
        return [item for item in self.ranking.items if item.configuration.id not in failed] or self.ranking.items

    def _best_of(self, fitted: Fitted) -> RecommendedConfiguration:
        """The best single one, or what was fitted in its place, with what is expected of it by now."""
        best, heaviest = self.standing.best, max(fitted.weights, key=fitted.weights.__getitem__)
        is_there = best is not None and (best.id in fitted.weights or len(fitted.weights) > 1)
        name = best.id if best is not None and is_there else heaviest
        known = {attempt.id: attempt.item for attempt in self.standing.tries} | self.agenda.session.expected()
        return known[name]
