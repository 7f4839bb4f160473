"""The standing of what was tried: the best one, the ensemble, and how both came about."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.errors import MetricError
from recommender.fitting.ensemble import CostCap, blended, mean_score, nested_gain, select
from recommender.fitting.forecast import CAUTION, Forecast
from recommender.fitting.thresholds import Floats, LeftOut, decide
from recommender.fitting.tries import Judging, Try

if TYPE_CHECKING:
    from recommender.advice.filters import Filters

MOST_CONSIDERED = 12
"""So many of the best tries are considered for an ensemble."""
BUSY = 0.1
"""At most such a share of the seconds goes into weighing while there is something to try."""
CHECKS = 5.0
"""So many times as long as weighing once take weighing at last and its checks."""

COLUMNS = (
    *("algorithm", "hyperparameters", "expected_score", "score", "deviation", "weight", "n_folds", "fit_seconds"),
    *("seconds", "status", "message", "configuration_id"),
)
"""Of a leaderboard."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """What is to be fitted on all rows.

    Parameters
    ----------
    members : sequence of (Try, weight)
        The heaviest first; one alone has all the weight.
    score : float
        Of them together on left-out rows; NaN where nothing was tried.
    thresholds : array of shape (n_classes,), optional
        Under which they predict together.
    """

    members: Sequence[tuple[Try, float]]
    score: float
    thresholds: Floats | None


class Standing:
    """What was tried so far, and what is best of it.

    Parameters
    ----------
    judging : Judging
        How tries are judged.
    forecast : Forecast
        What fits on all rows are expected to take.
    ensemble : bool
        Whether several may be averaged.
    filters : Filters
        Whose limits the ensemble as a whole keeps.
    random_state : int
        Seed of the checks.
    """

    def __init__(
        self, judging: Judging, forecast: Forecast, *, ensemble: bool, filters: Filters, random_state: int = 0
    ) -> None:
        self.judging, self.forecast, self.ensemble, self.filters = judging, forecast, ensemble, filters
        self.random_state = random_state
        self.tries: list[Try] = []
        self.weights: dict[str, float] = {}
        self.score = np.nan
        self.n_idle = 0
        self.history: list[dict[str, float | str]] = []
        self.weighing_seconds = 0.0
        self._weighed_at = -np.inf

    @property
    def whole(self) -> list[Try]:
        """Those that were tried on all folds, the best first."""
        return self._sorted(attempt for attempt in self.tries if attempt.status == "ok")

    @property
    def best(self) -> Try | None:
        """The best one; of those that were stopped only where none was tried on all folds."""
        return next(iter(self.whole or self._sorted(self.tries)), None)

    def _sorted(self, tries: object) -> list[Try]:
        known = [attempt for attempt in tries if attempt.score == attempt.score]  # type: ignore[attr-defined]
        return sorted(known, key=lambda attempt: -self.judging.judge.sign * attempt.score)

    def refit_seconds(self, attempt: Try) -> float:
        """Seconds by the clock that a fit on all rows is expected to take."""
        n_folds = max(len(attempt.fit_seconds), 1)
        modelling, preparing = attempt.modelling / n_folds, attempt.preparing / n_folds
        return self.forecast.refit_seconds(attempt.item, modelling=modelling, preparing=preparing)

    def add(self, attempt: Try, *, most_refit: float) -> None:
        """Take in a try that is done, and weigh the best anew where there is time for that.

        Parameters
        ----------
        attempt : Try
            What is done.
        most_refit : float
            Seconds that fitting all members on all rows may take.
        """
        self.tries.append(attempt)
        considered = self.whole[:MOST_CONSIDERED]
        for other in self.tries:
            if other not in considered:
                other.forget()
        before = self.score
        if attempt in considered and time.monotonic() >= self._weighed_at + self.weighing_seconds / BUSY:
            self._weigh(considered, most_refit)
        elif considered and (not self.weights or self._is_better(considered[0].score, self.score)):
            self._take_single(considered[0])
        improved = before != before or self._is_better(self.score, before)
        self.n_idle = 0 if improved else self.n_idle + 1
        self.history.append(
            {
                "seconds": attempt.at,
                "algorithm": attempt.item.algorithm,
                "score": attempt.score,
                "best": considered[0].score if considered else np.nan,
                "ensemble": self.score,
            }
        )

    def _take_single(self, attempt: Try) -> None:
        self.weights, self.score = {attempt.id: 1.0}, attempt.score

    def _weigh(self, considered: Sequence[Try], most_refit: float) -> None:
        started = time.monotonic()
        chosen = self._chosen(considered, most_refit)
        self.weights = {attempt.id: weight for attempt, weight in chosen.members}
        self.score = chosen.score
        self._weighed_at = time.monotonic()
        self.weighing_seconds = self._weighed_at - started

    def _chosen(self, considered: Sequence[Try], most_refit: float) -> Chosen:
        """The best weights of some; the best one alone where a mean is no better, or cannot be judged."""
        judge, best = self.judging.judge, considered[0]
        alone = Chosen([(best, 1.0)], best.score, best.thresholds)
        if not self.ensemble or len(considered) < 2:
            return alone
        said = [attempt.folds for attempt in considered]
        try:
            weights = select(said, judge, caps=self._caps(considered, most_refit))
            folds: Sequence[LeftOut] = blended(said, weights)
            thresholds = None
            if self.judging.moves:
                decision = decide(folds, judge)
                folds, thresholds = decision.left_out, decision.thresholds
            score = mean_score(folds, judge)
        except MetricError:  # of a mean it may refuse what it takes of each
            return alone
        if (weights > 0).sum() < 2 or not self._is_better(score, best.score):
            return alone
        members = sorted(zip(considered, map(float, weights), strict=True), key=lambda pair: -pair[1])
        return Chosen([(attempt, weight) for attempt, weight in members if weight > 0], score, thresholds)

    def _caps(self, considered: Sequence[Try], most_refit: float) -> list[CostCap]:
        found = [CostCap(np.array([self.refit_seconds(attempt) for attempt in considered]), most_refit)]
        for limit in self.filters.limits:
            if limit.most is not None and limit.name != "max_fit_time":
                cost = "model_bytes" if limit.name == "max_memory" else limit.column  # they are fitted one by one
                costs = np.array([getattr(attempt.item, cost) for attempt in considered]) / limit.scale
                found.append(CostCap(costs, limit.most))
        return found

    def settle(self, *, most_refit: float, left: float = np.inf) -> Chosen | None:
        """What to fit at last: an ensemble only where rows that did not choose it say that it gains.

        One that was cut short by the time is chosen where it does better on half of the folds at least, and can be
        fitted in the seconds that are left.
        """
        best, considered = self.best, self.whole[:MOST_CONSIDERED]
        if best is None:
            return None
        chosen = self._chosen(considered, most_refit) if considered else Chosen([(best, 1.0)], best.score, None)
        if len(chosen.members) > 1 and not self._gains(considered, most_refit):
            chosen = Chosen([(best, 1.0)], best.score, best.thresholds)
        better = next((one for one in self._cut_short(best, left) if self._is_better(one.score, chosen.score)), None)
        if better is not None:
            chosen = Chosen([(better, 1.0)], better.score, None)
        self.weights = {attempt.id: weight for attempt, weight in chosen.members}
        self.score = chosen.score
        return chosen

    def was_fitted(self, weights: Mapping[str, float], thresholds: Floats | None) -> None:
        """Take in what could be fitted in the end: less than was chosen, or something else, has another score.

        Parameters
        ----------
        weights : mapping of str to float
            Of the configurations in it, by id.
        thresholds : array of shape (n_classes,), optional
            Under which they predict.
        """
        if weights.keys() != {name for name, weight in self.weights.items() if weight > 0}:
            self.weights, self.score = dict(weights), self._score_of(weights, thresholds)

    def _score_of(self, weights: Mapping[str, float], thresholds: Floats | None) -> float:
        """Of tries together on left-out rows; NaN where one of them was not tried."""
        tries, judge = [attempt for attempt in self.tries if attempt.id in weights], self.judging.judge
        if len(tries) < len(weights):
            return np.nan
        if len(tries) == 1 and thresholds is None:
            return tries[0].plain_score
        folds = blended([attempt.folds for attempt in tries], np.array([weights[attempt.id] for attempt in tries]))
        try:
            return mean_score(folds if thresholds is None else [fold.under(thresholds) for fold in folds], judge)
        except MetricError:  # of a mean it may refuse what it takes of each
            return np.nan

    def _is_better(self, score: float, other: float) -> bool:
        return self.judging.judge.sign * (score - other) > 0

    def _cut_short(self, best: Try, left: float) -> list[Try]:
        """Those that were stopped after half of the folds, and that there is time to fit."""
        stopped = self._sorted(attempt for attempt in self.tries if attempt.status == "stopped")
        enough = (attempt for attempt in stopped if 2 * len(attempt.scores) >= len(best.scores))
        return [attempt for attempt in enough if self.refit_seconds(attempt) <= CAUTION * left]

    def _gains(self, considered: Sequence[Try], most_refit: float) -> bool:
        said = [attempt.folds for attempt in considered]
        caps = self._caps(considered, most_refit)
        try:
            return nested_gain(said, self.judging.judge, caps=caps, random_state=self.random_state) > 0
        except MetricError:
            return False

    def leaderboard(self) -> pd.DataFrame:
        """A row for each try, the best score first."""
        table = pd.DataFrame(
            [row_of(attempt) | {"weight": self.weights.get(attempt.id, 0.0)} for attempt in self.tries],
            columns=list(COLUMNS),
        )
        ascending = not self.judging.judge.greater_is_better
        table = table.sort_values("score", ascending=ascending, kind="stable", na_position="last")
        return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))


def row_of(attempt: Try) -> dict[str, object]:
    """A row of a leaderboard, without weight."""
    return {
        "algorithm": attempt.item.algorithm,
        "hyperparameters": attempt.item.hyperparameters,
        "expected_score": attempt.item.expected_score,
        "score": attempt.score,
        "deviation": attempt.deviation,
        "n_folds": len(attempt.fit_seconds),
        "fit_seconds": float(np.mean(attempt.fit_seconds)) if attempt.fit_seconds else np.nan,
        "seconds": attempt.seconds,
        "status": attempt.status,
        "message": attempt.message,
        "configuration_id": attempt.id,
    }
