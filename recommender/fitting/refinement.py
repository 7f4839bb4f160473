"""Refining: spend some seconds on trying what a recommendation holds; the best model comes back, fitted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.errors import RecommendationError
from recommender.fitting.budget import Budget
from recommender.fitting.effort import Effort, TrialProgress
from recommender.fitting.folds import asked_folds
from recommender.fitting.row_weights import RowWeights, checked_weights, row_weights
from recommender.fitting.session import N_SHOWN
from recommender.fitting.trials import search
from recommender.fitting.validation import check_rows_stay
from recommender.fitting.weighing_rows import weighing_rows
from recommender.notebook import html_table
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.words import duration, score_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration


@dataclass(frozen=True, eq=False)
class Refined:
    """The best of what was tried.

    Parameters
    ----------
    estimator : Pipeline, VotingClassifier, VotingRegressor or Thresholded
        Fitted on all rows: one pipeline, or the weighted mean of several; under other thresholds of decision than equal
        ones where the metric has any and they raise it.
    configuration : RecommendedConfiguration
        The best single one, with what is expected of it after all that was seen; of a new setting, what was expected of
        the one that it is near.
    leaderboard : DataFrame indexed by rank
        A row for each configuration that was tried, the best first: algorithm, hyperparameters, expected score, score
        (the mean over folds of what was asked to be good at, in its own unit, NaN where it failed; under thresholds
        that the other folds choose; of one that was stopped after some folds, the best one's less how far it was behind
        on these), deviation (the standard deviation over folds, NaN of a single one), weight in the fitted model,
        n_folds, fit_seconds (processor seconds, mean over folds), seconds (by the clock, all folds), status, message
        and configuration_id.
    score : float
        Of the fitted model on left-out rows: the ensemble's, where there is one; NaN where nothing was tried.
    seconds : float
        Really taken, by the clock.
    history : DataFrame
        A row for each try in the order of time: seconds since the beginning, algorithm, score, the best score and the
        ensemble's by then.
    metric : str
        What is scored.
    greater_is_better : bool
        Whether a larger score is better.
    ending : str
        Why trying ended: the time was up, nothing was gained by the last tries, or there was nothing more to try.
    """

    estimator: Any
    configuration: RecommendedConfiguration
    leaderboard: pd.DataFrame
    score: float = np.nan
    seconds: float = np.nan
    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    metric: str = ""
    greater_is_better: bool = True
    ending: str = ""

    def __repr__(self) -> str:
        tried = f"the best of {len(self.leaderboard)} tried" if len(self.leaderboard) else "for which nothing was tried"
        took = f" in {duration(self.seconds)}" if self.seconds == self.seconds else ""
        return f"<Refinement: {self._what}{tried}{took}{f': {self.ending}' if self.ending else ''}>"

    @property
    def n_members(self) -> int:
        """How many configurations the fitted model averages."""
        return int((self.leaderboard["weight"] > 0).sum()) if "weight" in self.leaderboard else 1

    @property
    def _what(self) -> str:
        """What is fitted, with its score on left-out rows."""
        one = self.configuration.configuration
        if self.n_members < 2:
            return f"{one}, {self._single_score}"
        together = f"an ensemble of {self.n_members}, score {score_in_words(self.score)}"
        return f"{together}, alone {one.id}, {self._single_score}"

    @property
    def _single_score(self) -> str:
        """What the best single one has scored; nothing where it was not tried to the end."""
        rows = self.leaderboard[self.leaderboard["configuration_id"] == self.configuration.configuration.id]
        if rows.empty or rows["score"].isna().all():
            return ""
        row = rows.iloc[0]
        spread = f" ± {score_in_words(row['deviation'])}" if row["deviation"] == row["deviation"] else ""
        return f"score {score_in_words(row['score'])}{spread}, "

    def _repr_html_(self) -> str:
        names = ["algorithm", "hyperparameters", "score", "deviation", "weight", "n_folds", "fit_seconds", "status"]
        frame = self.leaderboard[[name for name in names if name in self.leaderboard]].head(N_SHOWN)
        rows = [{str(name).replace("_", " "): v for name, v in row.items()} for row in frame.to_dict("records")]
        more = len(self.leaderboard) - len(frame)
        return html_table(repr(self)[1:-1], rows, below=f"{more} more in leaderboard" if more else "")


def refine(
    recommendation: Ranking,
    X: Any,
    y: Any = None,
    *,
    seconds: float = 60.0,
    ensemble: bool = True,
    patience: int | None = None,
    n_jobs: int | None = None,
    memory: float | None = None,
    cluster: str | None = None,
    cv: Any = None,
    groups: Any = None,
    time: Any = None,
    sample_weight: Any = None,
    on_progress: Callable[[TrialProgress], None] = lambda progress: None,
) -> Refined:
    """The best model that some seconds can find: one pipeline, or an ensemble, fitted on all rows.

    Configurations are cross-validated one after another, the first recommendation first; then the one by which the most
    is expected to be gained for a second, after all that was seen. After the first fold, what is hopeless is stopped.
    Once the pool's best are known, every other try is a new setting near the best ones. What is small is fitted in this
    process, the rest in worker processes, which are started where they pay. Nothing is begun that is not expected to
    end in time, the last fits on all rows included.

    An ensemble is the mean of some of the best under greedily chosen weights. It is fitted only where rows that did not
    choose it say that it is better than the best single one.

    Interrupting (Ctrl-C) ends the trying, not the call: the best so far is fitted and returned. Where nothing could be
    tried, a warning says so, and what was expected to do well is fitted.

    Parameters
    ----------
    recommendation : Ranking
        What is tried, and the metric or scorer by which it is judged; what is tried next is what the metric that ranked
        expects the most of. Its limits on prediction time and memory hold for an ensemble as a whole.
    X : DataFrame or array of shape (n_samples, n_features)
        The features, with the columns of the table that was recommended for. Missing values are welcome.
    y : array-like of shape (n_samples,)
        The target.
    seconds : float, default=60
        By the clock, for everything. Only a last fit that lasts longer than expected exceeds them.
    ensemble : bool, default=True
        Whether an ensemble may be returned; never one where the recommendation is of interpretable models.
    patience : int, optional
        Trying ends early after so many tries without a gain; 100 if not given, fewer above 10,000 rows.
    n_jobs : int, optional
        How many processes fit at once, at most 8 for each processor; as many as there are processors if not given, or
        -1.
    memory : float, optional
        Gigabytes that each of these processes may take for a fit, beyond what it begins with; 6 if not given. What is
        small is fitted in this process, without a limit.
    cluster : str, optional
        The address of a Dask scheduler, such as ``tcp://host:8786``, whose workers fit instead.
    cv, groups, time : optional
        How rows are divided, as `recommender.fitting.validation.validation_folds` has it: a number of folds or any
        splitter of scikit-learn; what rows belong together by; what they are ordered by, past before future. By the
        rule of `recommender.tables.splits`, as many folds as there is time for, if none is given.
    sample_weight : array-like of shape (n_samples,), optional
        How much each row counts, in fitting and in comparing; nothing at 0, as if it were not there. For a
        recommendation with ``weighted=True``.
    on_progress : callable(TrialProgress), optional
        Called after each fit, several times a second while waiting for some, and once more when trying has ended,
        unless it was interrupted.

    Raises
    ------
    DatasetError
        If nothing can be learnt from the table as it is.
    RecommendationError
        If the columns differ from those of the recommendation, or `seconds` or `n_jobs` is not positive.
    LimitError
        If the memory is not above 0, or there are many more processes than processors.
    ClusterError
        If the cluster cannot be reached.
    """
    budget = Budget(seconds=seconds)
    how: dict[str, Any] = {"patience": patience, "n_jobs": n_jobs, "memory": memory, "cluster": cluster}
    effort = Effort(ensemble=ensemble, on_progress=on_progress, **how)
    effort.check()
    dataset = load_dataset(X, y, task=recommendation.task)
    if list(dataset.X.columns) != list(recommendation.dataset.X.columns):
        raise RecommendationError(
            f"the table's columns ({dataset.n_features}) are not those ({recommendation.dataset.n_features}) that the "
            "recommendation is for: give the same in the same order, or ask for a recommendation for this table"
        )
    if y is not None:
        check_rows_stay(cv, n_given=len(y), n_left=dataset.n_samples, why="rows without a target")
    weights = _weights(sample_weight, dataset, recommendation)
    splits = asked_folds(dataset, cv=cv, groups=groups, time=time)
    dataset, weights, splits = weighing_rows(dataset, weights, splits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search(recommendation, dataset, budget, weights=weights, effort=replace(effort, splits=splits))
    if why := found.why_untested():
        warnings.warn(why, UserWarning, stacklevel=3)
    history = pd.DataFrame(found.standing.history, columns=["seconds", "algorithm", "score", "best", "ensemble"])
    return Refined(
        found.fitted.estimator,
        found.best,
        found.leaderboard(),
        found.standing.score,
        found.seconds,
        history,
        recommendation.judge.name,
        recommendation.judge.greater_is_better,
        found.ending,
    )


def _weights(sample_weight: Any, dataset: Dataset, recommendation: Ranking) -> RowWeights:
    if sample_weight is None:
        return RowWeights()
    if not recommendation.filters.weighted:
        raise RecommendationError(
            "sample_weight= goes with a recommendation of algorithms that take weights: ask for one with weighted=True"
        )
    return row_weights(dataset.y, checked_weights(sample_weight, dataset.n_samples), None)
