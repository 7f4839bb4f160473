"""Refining: spend some seconds on trying what a recommendation holds, and return the best of it, fitted."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import MetricError, RecommendationError
from recommender.evaluation.evaluate import Evaluation, message_of
from recommender.evaluation.metrics import METRICS
from recommender.evaluation.workers import Job, Limits, LocalWorkers, Outcome, Spooled, spool
from recommender.fitting.candidates import VALIDATION_FOLDS
from recommender.fitting.session import N_SHOWN, Session
from recommender.fitting.thresholds import Floats, LeftOut, decide, with_thresholds
from recommender.notebook import html_table
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split
from recommender.words import score_in_words

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.advice.ranking import Ranking, RecommendedConfiguration

AIM = 20
"""So many configurations should be tried; where that takes less than all folds, fewer folds are used."""
MIN_FOLDS = 3
CAUTION = 1.5
"""By how much the last fit, on all rows, is taken to last longer than expected."""
FOLD_SECONDS = 0.02
"""What a fold takes besides fitting."""
END_SECONDS = 0.5
"""What it takes to end the workers."""
GLANCE_SECONDS = 0.1


@dataclass(frozen=True)
class TrialProgress:
    """Where the trying is.

    Parameters
    ----------
    algorithm : str
        What is being tried.
    n_tried : int
        How many configurations were tried.
    best : str or None
        The algorithm with the best score so far.
    best_score : float
        That score; NaN before there is one.
    seconds, seconds_left : float
        The budget, and what is left of it.
    """

    algorithm: str
    n_tried: int
    best: str | None
    best_score: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True, eq=False)
class Refinement:
    """The best of what was tried.

    Parameters
    ----------
    estimator : Pipeline or Thresholded
        Fitted on all rows; under other thresholds of decision than equal ones where the metric has any and they raise
        it.
    configuration : RecommendedConfiguration
        What it is, with what is expected of it after all that was seen.
    leaderboard : DataFrame indexed by rank
        A row for each configuration that was tried, the best first: algorithm, hyperparameters, score (the mean over
        folds of what was asked to be good at, in its own unit, NaN where it failed; under thresholds that the other
        folds choose), deviation (the standard deviation over folds), n_folds, fit_seconds (processor seconds, mean over
        folds), status, message and configuration_id.
    """

    estimator: Pipeline
    configuration: RecommendedConfiguration
    leaderboard: pd.DataFrame

    def __repr__(self) -> str:
        tried = f"the best of {len(self.leaderboard)} tried" if len(self.leaderboard) else "for which nothing was tried"
        return f"<Refinement: {self.configuration.configuration}, {self._score}{tried}>"

    @property
    def _score(self) -> str:
        """What the one that was chosen has scored; nothing where it was not tried to the end."""
        rows = self.leaderboard[self.leaderboard["configuration_id"] == self.configuration.configuration.id]
        if rows.empty or rows["score"].isna().all():
            return ""
        row = rows.iloc[0]
        return f"score {score_in_words(row['score'])} ± {score_in_words(row['deviation'])}, "

    def _repr_html_(self) -> str:
        names = ["algorithm", "hyperparameters", "score", "deviation", "n_folds", "fit_seconds", "status"]
        frame = self.leaderboard[names].head(N_SHOWN)
        rows = [{str(name).replace("_", " "): v for name, v in row.items()} for row in frame.to_dict("records")]
        more = len(self.leaderboard) - len(frame)
        return html_table(repr(self)[1:-1], rows, below=f"{more} more in leaderboard" if more else "")


def refine(
    recommendation: Ranking,
    X: Any,
    y: Any = None,
    *,
    seconds: float = 60.0,
    on_progress: Callable[[TrialProgress], None] = lambda progress: None,
) -> Refinement:
    """Cross-validate one configuration after another for some seconds, and fit the best on all rows.

    A `Session` says what is tried next. Folds are those of `recommender.tables.splits`, as many as let about 20
    configurations be tried, and are evaluated in worker processes, one thread each, on all processors. What is not
    done when the time is up is ended. A configuration that is not expected to be evaluated, and then fitted, in the
    time that is left is not started. If none comes to its end, one that was expected to do well is fitted.
    Interrupting (Ctrl-C) ends the trying, not the call: the best so far is fitted and returned.

    Parameters
    ----------
    recommendation : Ranking
        What is tried, and the metric or scorer by which it is judged; what is tried next is what the metric that ranked
        expects the most of.
    X : DataFrame or array of shape (n_samples, n_features)
        The features, with the columns of the table that was recommended for. Missing values are welcome.
    y : array-like of shape (n_samples,)
        The target.
    seconds : float, default=60
        By the clock, for everything. Only a last fit that lasts longer than expected exceeds them.
    on_progress : callable(TrialProgress), optional
        Called several times a second.

    Raises
    ------
    DatasetError
        If nothing can be learnt from the table as it is.
    RecommendationError
        If the columns differ from those of the recommendation, or `seconds` is not positive.
    """
    if not seconds > 0:
        raise RecommendationError(f"{seconds!r} seconds leave no time to try anything: give more than 0")
    ends = time.monotonic() + seconds
    dataset = load_dataset(X, y, task=recommendation.task)
    if list(dataset.X.columns) != list(recommendation.dataset.X.columns):
        raise RecommendationError(
            f"the table's {dataset.n_features} columns are not the {recommendation.dataset.n_features} that the "
            "recommendation is for: give the same in the same order, or ask for a recommendation for this table"
        )
    trials = _Trials(recommendation, dataset, ends, on_progress)
    try:
        with TemporaryDirectory() as folder, _main_left_alone():
            workers = LocalWorkers(trials.n_workers, Limits(seconds=seconds))
            try:
                trials.run(workers, spool(dataset, Path(folder) / "table.parquet"))
            finally:
                workers.stop()
    except KeyboardInterrupt:  # what is known by now is what was asked for
        pass
    chosen = trials.choice()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = build_pipeline(chosen.configuration, dataset)
        estimator = with_thresholds(pipeline, trials.thresholds.get(chosen.configuration.id)).fit(dataset.X, dataset.y)
    return Refinement(estimator, chosen, trials.leaderboard())


class _Trials:
    """What was tried so far, and what there is still time for."""

    def __init__(
        self,
        recommendation: Ranking,
        dataset: Dataset,
        ends: float,
        on_progress: Callable[[TrialProgress], None] = lambda progress: None,
    ) -> None:
        self.on_progress = on_progress
        self.session = Session(recommendation)
        self.metric, self.judge = recommendation.metric, recommendation.judge
        self.items = {item.configuration.id: item for item in recommendation.items}
        self.ends, self.seconds = ends, ends - time.monotonic()
        self.rows: list[dict[str, Any]] = []
        self.thresholds: dict[str, Floats | None] = {}
        self.clock = self.expected = 1.0  # seconds that trying took and was expected to take
        folds = split(dataset)
        self.moves = self.judge.has_thresholds(dataset.y)
        folds = folds[:VALIDATION_FOLDS] if self.moves else folds  # no row may choose thresholds twice
        self.share = len(folds[0][0]) / dataset.n_samples
        cost = np.median([self._fold_seconds(item) for item in recommendation.portfolio(AIM)])
        n_processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        affordable = 0.5 * self.left * n_processors / (AIM * cost)
        self.n_folds = int(np.clip(affordable, min(MIN_FOLDS, len(folds)), len(folds)))
        self.n_workers = min(n_processors, self.n_folds)

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    @property
    def pace(self) -> float:
        """Seconds by the clock for each that was expected."""
        return self.clock / self.expected

    def _fold_seconds(self, item: RecommendedConfiguration) -> float:
        return FOLD_SECONDS + item.fit_seconds * self.share

    def _trying_seconds(self, item: RecommendedConfiguration) -> float:
        return self._fold_seconds(item) * -(-self.n_folds // self.n_workers)

    def _reserve(self, item: RecommendedConfiguration) -> float:
        """Seconds to keep for ending the workers and fitting a configuration on all rows."""
        return END_SECONDS + CAUTION * self.pace * item.fit_seconds

    def _next(self) -> RecommendedConfiguration | None:
        """The one most worth trying of those that there is time for."""
        kept = self._reserve(self.choice())
        for item in self.session.untried():
            if self.pace * self._trying_seconds(item) + max(self._reserve(item), kept) < self.left:
                return item
        return None

    def run(self, workers: LocalWorkers, spooled: Spooled) -> None:
        """Try one after another until the time is up or nothing is left."""
        while (item := self._next()) is not None:
            started = time.monotonic()
            found = self._evaluate(workers, spooled, item)
            if found is None:
                return
            self._record(item, found)
            if len(self.rows) > 1:  # the first one waits for the workers to start
                self.clock += time.monotonic() - started
                self.expected += self._trying_seconds(item)

    def _evaluate(
        self, workers: LocalWorkers, spooled: Spooled, item: RecommendedConfiguration
    ) -> list[Evaluation] | None:
        """Every fold of a configuration, the first failure as the last one; None if the time is up before."""
        keep = self.judge.name not in METRICS or self.moves  # workers send what is judged here
        jobs = [Job(spooled, item.configuration, fold, keep_predictions=keep) for fold in range(self.n_folds)]
        running: dict[Future[Outcome], Job] = {workers.submit(job): job for job in jobs}
        found: list[Evaluation] = []
        while running:
            done, _ = wait(running, timeout=GLANCE_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                job = running.pop(future)
                evaluation = workers.outcome(job, future)
                if evaluation is None:
                    running[workers.submit(job)] = job
                elif isinstance(evaluation, Evaluation):
                    evaluation = self._judged(evaluation)
                    found.append(evaluation)
                    if evaluation.status != "ok":
                        for rest in running:
                            rest.cancel()
                        return found
            self._tell(item)
            if self.left < self._reserve(self.choice()):
                return None
        return found

    def _judged(self, evaluation: Evaluation) -> Evaluation:
        """An evaluation with its score by a scorer that workers do not know; failed, where that refuses."""
        if evaluation.predictions is None or self.judge.name in METRICS:
            return evaluation
        try:
            score = self.judge.measure(*evaluation.predictions)
        except MetricError as error:
            return replace(evaluation, status="failed", message=message_of(error), predictions=None)
        return replace(evaluation, scores={**evaluation.scores, self.judge.name: score}, predictions=None)

    def _tell(self, item: RecommendedConfiguration) -> None:
        best = self._best()
        name, score = (best["algorithm"], best["score"]) if best else (None, np.nan)
        self.on_progress(TrialProgress(item.algorithm, len(self.rows), name, score, self.seconds, max(self.left, 0.0)))

    def _best(self) -> dict[str, Any] | None:
        """The row of the best score so far."""
        known = [row for row in self.rows if np.isfinite(row["score"])]
        return max(known, key=lambda row: self.judge.sign * row["score"], default=None)

    def _record(self, item: RecommendedConfiguration, found: list[Evaluation]) -> None:
        last = found[-1]
        learnt, scores = (
            np.array([evaluation.scores.get(metric.name, np.nan) for evaluation in found])
            for metric in (self.metric, self.judge)
        )
        if self.moves and last.status == "ok":
            decision = decide([LeftOut(*each.predictions) for each in found if each.predictions], self.judge)
            self.thresholds[item.configuration.id] = decision.thresholds
            scores = np.array([fold.score(self.judge) for fold in decision.left_out])
        self.session.tell(float(learnt.mean()) if last.status == "ok" else np.nan, item)
        self.rows.append(
            {
                "algorithm": item.algorithm,
                "hyperparameters": item.hyperparameters,
                "score": float(scores.mean()) if last.status == "ok" else np.nan,
                "deviation": float(scores.std()) if last.status == "ok" else np.nan,
                "n_folds": len(found),
                "fit_seconds": float(np.mean([evaluation.fit_seconds for evaluation in found])),
                "status": last.status,
                "message": last.message,
                "configuration_id": item.configuration.id,
            }
        )

    def choice(self) -> RecommendedConfiguration:
        """The best that was seen; where nothing was, the best expected one that half of the time is enough to fit."""
        best = self._best()
        if best is not None:
            return self.session.expected()[best["configuration_id"]]
        quickest = min(self.items.values(), key=lambda item: item.fit_seconds)
        return next((item for item in self.items.values() if self._reserve(item) < self.seconds / 2), quickest)

    def leaderboard(self) -> pd.DataFrame:
        names = ["algorithm", "hyperparameters", "score", "deviation", "n_folds", "fit_seconds", "status", "message"]
        table = pd.DataFrame(self.rows, columns=[*names, "configuration_id"])
        table = table.sort_values(
            "score", ascending=not self.judge.greater_is_better, kind="stable", na_position="last"
        )
        return table.set_axis(pd.RangeIndex(1, len(table) + 1, name="rank"))


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """Workers started meanwhile do not run the caller's script again, as they otherwise would without a guard in it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
