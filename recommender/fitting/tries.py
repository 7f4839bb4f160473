"""Tries: one configuration on fold after fold, what came of it, and whether the rest of its folds can be spared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender.errors import MetricError
from recommender.evaluation.evaluate import FAILURES, Evaluation, Status, message_of
from recommender.evaluation.metrics import Metric
from recommender.evaluation.scratch import Scratch
from recommender.fitting.thresholds import Floats, LeftOut, decide

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration

HOPELESS = 2.0
"""So many standard errors of the difference to the best one, on the same folds, are beyond chance."""
MIN_RIVALS = 2
"""Nothing is stopped before so many others, beside the best one, have shown how much differences vary over folds."""
LARGE_BYTES = 2**23
"""Predictions of a fold that take more are kept on disk."""


@dataclass(frozen=True, eq=False)
class Judging:
    """By what tries are judged.

    Parameters
    ----------
    judge : Metric
        What was asked to be good at.
    metric : Metric
        What the ranking is by.
    moves : bool
        Whether thresholds of decision may raise the judge.
    """

    judge: Metric
    metric: Metric
    moves: bool


@dataclass(eq=False)
class Try:
    """A configuration that is tried.

    Parameters
    ----------
    item : RecommendedConfiguration
        What is tried.
    said : dict of int to LeftOut
        By fold, what it says of the rows that are left out there.
    scores : dict of int to float
        By fold, in the judge's own unit, where the likeliest class is predicted.
    learnt : dict of int to float
        By fold, in the unit of what ranks.
    thresholds : array of shape (n_classes,), optional
        Under which a fitted model predicts; None where it predicts the likeliest class.
    moved : sequence of float
        The scores under thresholds that the other folds choose, where that was looked at.
    status : str
        As an `Evaluation` has it; "stopped" where folds were spared.
    message : str
        The error, or why it was stopped.
    fit_seconds : list of float
        Processor seconds of each fit.
    seconds : float
        By the clock, on all folds.
    modelling, preparing : float
        What models took of these, and what the steps before them would have taken, had others not prepared the same.
    at : float
        When it was done, in seconds of the budget.
    is_new : bool
        Whether it is none of the recommendation, but near one.
    refusal : MetricError, optional
        What a scorer raised.
    """

    item: RecommendedConfiguration
    said: dict[int, LeftOut] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    learnt: dict[int, float] = field(default_factory=dict)
    thresholds: Floats | None = None
    moved: Sequence[float] = ()
    status: Status = "ok"
    message: str = ""
    fit_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    modelling: float = 0.0
    preparing: float = 0.0
    at: float = 0.0
    is_new: bool = False
    refusal: MetricError | None = None
    _estimate: float | None = None

    @property
    def id(self) -> str:
        """The configuration's."""
        return self.item.configuration.id

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return self.status in FAILURES

    @property
    def folds(self) -> list[LeftOut]:
        """What it says of the left-out rows, in the order of the folds."""
        return [self.said[fold] for fold in sorted(self.said)]

    @property
    def _known(self) -> list[float]:
        return [score for score in self.moved or self.scores.values() if score == score]

    @property
    def score(self) -> float:
        """The mean over folds; NaN where it failed.

        Of one that was stopped, the best one's less how far it was behind on the folds that it has.
        """
        if self._estimate is not None:
            return self._estimate
        return np.nan if self.failed or not self._known else float(np.mean(self._known))

    @property
    def plain_score(self) -> float:
        """The same where the likeliest class is predicted."""
        return _mean_known(self.scores.values()) if self.moved and not self.failed else self.score

    @property
    def deviation(self) -> float:
        """The standard deviation over folds; NaN where there are not two."""
        return np.nan if self.failed or len(self._known) < 2 else float(np.std(self._known))

    def learnt_score(self, best: Try | None) -> float:
        """What the session is told, as if all folds were there."""
        if self.failed:
            return np.nan
        if best is None or best is self or self.status != "stopped":
            return _mean_known(self.learnt.values())
        gaps = [score - best.learnt[fold] for fold, score in self.learnt.items() if fold in best.learnt]
        return _mean_known(best.learnt.values()) + _mean_known(gaps)

    def take(
        self,
        evaluation: Evaluation,
        seconds: float,
        judging: Judging,
        sample_weight: Floats | None,
        rows: NDArray[np.intp] | None = None,
    ) -> None:
        """Take in what came of a fold; it is judged here, by the weights of its left-out rows where there are any."""
        self.seconds += seconds
        self.fit_seconds.append(evaluation.fit_seconds)
        if self.failed:
            return
        self.status, self.message = evaluation.status, evaluation.message
        if evaluation.predictions is None:
            return
        found = LeftOut(*evaluation.predictions, sample_weight, rows)
        try:
            score, learnt = found.score(judging.judge), found.score(judging.metric)
        except MetricError as error:
            self.status, self.message, self.refusal = "failed", message_of(error), error
            return
        if np.isinf(score):
            self.status, self.message = "failed", f"its {judging.judge.name} is infinite"
            return
        self.said[evaluation.fold], self.scores[evaluation.fold] = found, score
        self.learnt[evaluation.fold] = learnt

    def end(self, judging: Judging) -> None:
        """Choose thresholds, under which each fold is then judged as the other folds choose."""
        if self.status != "ok" or not judging.moves:
            return
        try:
            decision = decide(self.folds, judging.judge)
            scores = [fold.score(judging.judge) for fold in decision.left_out]
        except MetricError as error:
            self.status, self.message, self.refusal = "failed", message_of(error), error
            return
        self.thresholds, self.moved = decision.thresholds, scores

    def stop(self, why: str, best: Try | None, judge: Metric) -> None:
        """Spare the rest of the folds; how far it is behind the best on those that it has is its score."""
        self.status, self.message = "stopped", why
        if best is not None and best is not self and self.scores:
            self._estimate = best.score - judge.sign * behind(self, best, judge)

    def forget(self) -> None:
        """Let the predictions go, which only an ensemble needs."""
        self.said = {}


def _mean_known(scores: Iterable[float]) -> float:
    """The mean of those that are numbers; NaN where none is."""
    known = [score for score in scores if np.isfinite(score)]
    return float(np.mean(known)) if known else np.nan


def behind(attempt: Try, best: Try, judge: Metric) -> float:
    """How far a try is behind another one on the folds that both have, positive where it is worse."""
    common = [fold for fold in attempt.scores if fold in best.scores]
    gaps = [judge.sign * (best.scores[fold] - attempt.scores[fold]) for fold in common]
    known = [gap for gap in gaps if gap == gap]
    return float(np.mean(known)) if known else 0.0


def why_hopeless(attempt: Try, whole: Sequence[Try], judge: Metric, *, n_folds: int) -> str | None:
    """Why the rest of a try's folds can be spared, or None where they should be done.

    It is hopeless where it is behind the best one on the same folds by more than two standard errors. How much such a
    difference varies from fold to fold is the median of what those show that were tried on all folds.

    Parameters
    ----------
    attempt : Try
        With at least one fold.
    whole : sequence of Try
        Those with all folds, the best first.
    judge : Metric
        By which they are judged.
    n_folds : int
        How many folds a whole try has.
    """
    done = len(attempt.scores)
    if not done or done >= n_folds or len(whole) <= MIN_RIVALS:
        return None
    best, rivals = whole[0], whole[1:]
    noise = float(np.median([_variation(rival, best) for rival in rivals]))
    gap = behind(attempt, best, judge)
    if not gap > HOPELESS * noise / np.sqrt(done):
        return None
    return f"behind {best.item.algorithm} by more than chance, after {done} of {n_folds} folds"


def _variation(one: Try, other: Try) -> float:
    """How much the difference of two tries varies from fold to fold."""
    differences = [one.scores[fold] - other.scores[fold] for fold in one.scores if fold in other.scores]
    known = [difference for difference in differences if difference == difference]
    return float(np.std(known, ddof=1)) if len(known) > 1 else np.inf


class Shelf:
    """Where predictions are kept: in memory, and on disk where they are large."""

    def __init__(self) -> None:
        self._folder: Scratch | None = None
        self._n = 0

    def keep(self, evaluation: Evaluation) -> Evaluation:
        """The same evaluation, with large predictions mapped from a file."""
        if evaluation.predictions is None:
            return evaluation
        y, said = evaluation.predictions
        margins = None if said.margins is None else self._kept(said.margins)
        return replace(evaluation, predictions=(y, replace(said, labels=self._kept(said.labels), margins=margins)))

    def _kept(self, values: np.ndarray) -> np.ndarray:
        if values.nbytes < LARGE_BYTES:
            return values
        self._folder = self._folder or Scratch()
        path = Path(self._folder.name) / f"{self._n}.npy"
        self._n += 1
        np.save(path, values)
        mapped: np.ndarray = np.load(path, mmap_mode="r")
        return mapped

    def clear(self) -> None:
        """Give the disk back."""
        if self._folder is not None:
            self._folder.cleanup()
