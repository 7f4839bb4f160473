"""Candidates: a few recommended configurations, compared on left-out rows, and the best fitted or all blended."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from recommender.advice.ranking import RecommendedConfiguration
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import MetricError, RecommendationError
from recommender.evaluation.evaluate import message_of, predict
from recommender.evaluation.metrics import Metric
from recommender.fitting.ensemble import Member, blended, mean_score
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.thresholds import Floats, LeftOut, decide, with_thresholds
from recommender.tables.dataset import Dataset
from recommender.tables.splits import split

VALIDATION_FOLDS = 5
"""Candidates are compared on so many folds; on large tables the rule for splits has fewer."""
BLEND_ROUNDS = 25
"""Weights of a blend are multiples of one over this."""
UNWEIGHTED = RowWeights()
"""All rows count the same."""


@dataclass(eq=False)
class Candidate:
    """A recommended configuration that is tried, and what came of it.

    Parameters
    ----------
    item : RecommendedConfiguration
        What is tried.
    predictions : list of LeftOut
        Of each fold's left-out rows.
    scores : list of float
        Of each fold, in the metric's own unit, under thresholds that the other folds choose where the metric has any.
    thresholds : array of shape (n_classes,), optional
        Under which the fitted model predicts; None where it predicts the likeliest class.
    seconds : float
        Spent on it.
    weight : float
        Of the fitted model: 1 for the best alone, shares in a blend.
    message : str
        The error, where it failed.
    """

    item: RecommendedConfiguration
    predictions: list[LeftOut] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    thresholds: Floats | None = None
    seconds: float = 0.0
    weight: float = 0.0
    message: str = ""

    @property
    def score(self) -> float:
        """The mean over folds; NaN where there is none."""
        known = [score for score in self.scores if score == score]
        return np.nan if self.message or not known else float(np.mean(known))


def compare(
    candidates: Iterable[Candidate],
    dataset: Dataset,
    metric: Metric,
    *,
    weights: RowWeights = UNWEIGHTED,
    random_state: int,
) -> list[Candidate]:
    """The candidates with their scores on the same folds, the best first; those that failed are marked so, and last.

    They are left as they are where every class has fewer rows than there would be folds.

    Raises
    ------
    MetricError
        If a scorer can judge none of them.
    """
    candidates = list(candidates)
    if dataset.task != "regression" and dataset.y.value_counts().max() < VALIDATION_FOLDS:
        return candidates
    folds = split(dataset, random_state=random_state)[:VALIDATION_FOLDS]
    refusals: list[MetricError] = []
    for candidate in candidates:
        started = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the final fit shows them
                for train, test in folds:
                    part, given = dataset.take(train), weights.take(train).for_pipeline
                    pipeline = build_pipeline(candidate.item.configuration, part, random_state=random_state)
                    found = predict(pipeline.fit(part.X, part.y, **given), dataset, test)
                    candidate.predictions.append(LeftOut(*found, weights.take(test).judging))
                decision = decide(candidate.predictions, metric)
                candidate.thresholds = decision.thresholds
                candidate.scores = [fold.score(metric) for fold in decision.left_out]
        except Exception as error:  # whatever a model raises is its outcome on this table
            candidate.message = message_of(error)
            refusals += [error] if isinstance(error, MetricError) else []
        candidate.seconds += time.perf_counter() - started
    if refusals and all(candidate.message for candidate in candidates):
        raise refusals[0]
    return sorted(candidates, key=lambda c: -metric.sign * c.score if c.score == c.score else np.inf)


def weigh(candidates: Sequence[Candidate], metric: Metric) -> None:
    """Give candidates the weights under which their blend did best on the left-out rows.

    Starting with none, the candidate whose vote improves the blend most gets one more vote, as often as there are
    rounds (Caruana, Niculescu-Mizil, Crew and Ksikes, ICML 2004).
    """
    able = [candidate for candidate in candidates if candidate.score == candidate.score]
    votes = np.zeros(len(able))
    for _ in range(BLEND_ROUNDS if able else 0):
        tries = [votes + one for one in np.eye(len(able))]
        votes = max(tries, key=lambda weights: metric.sign * _score_of_blend(able, weights, metric))
    for candidate, share in zip(able, votes / BLEND_ROUNDS, strict=True):
        candidate.weight = float(share)


def _score_of_blend(candidates: Sequence[Candidate], weights: np.ndarray, metric: Metric) -> float:
    shares = weights / weights.sum()
    return mean_score(blended([candidate.predictions for candidate in candidates], shares), metric)


def fit_first(
    candidates: Iterable[Candidate],
    dataset: Dataset,
    *,
    weights: RowWeights = UNWEIGHTED,
    random_state: int,
) -> Any:
    """The fitted model of the first candidate that can be fitted, which gets all weight; failures are marked so.

    Raises
    ------
    Exception
        What the first of them raised, if none can be fitted.
    """
    first: Exception | None = None
    for candidate in candidates:
        started = time.perf_counter()
        try:
            pipeline = build_pipeline(candidate.item.configuration, dataset, random_state=random_state)
            model = with_thresholds(pipeline, candidate.thresholds)
            model.fit(dataset.X, dataset.y, **weights.for_pipeline)
        except Exception as error:  # whatever a model raises is its outcome on this table
            first, candidate.message = first or error, message_of(error)
        else:
            candidate.weight = 1.0
            return model
        finally:
            candidate.seconds += time.perf_counter() - started
    raise first or RecommendationError("there is no candidate to fit")


def fit_blend(
    candidates: Sequence[Candidate],
    dataset: Dataset,
    metric: Metric,
    *,
    weights: RowWeights = UNWEIGHTED,
    random_state: int,
) -> Any:
    """The fitted mean of the candidates' probabilities or numbers, under their weights."""
    from sklearn.ensemble import VotingClassifier, VotingRegressor

    kept = [candidate for candidate in candidates if candidate.weight > 0]
    chosen, votes = [c.item.configuration for c in kept], np.array([c.weight for c in kept])
    models = [(one.id, Member(build_pipeline(one, dataset, random_state=random_state).steps)) for one in chosen]
    given = {} if weights.fitting is None else {"sample_weight": weights.fitting}
    if dataset.task == "regression":
        return VotingRegressor(models, weights=votes).fit(dataset.X, dataset.y, **given)
    voting = VotingClassifier(models, voting="soft", weights=votes)
    thresholds = decide(blended([candidate.predictions for candidate in kept], votes), metric).thresholds
    return with_thresholds(voting, thresholds).fit(dataset.X, dataset.y, **given)


def leaderboard(candidates: Iterable[Candidate]) -> pd.DataFrame:
    """What came of the candidates, a row for each."""
    rows = [
        {
            "algorithm": candidate.item.algorithm,
            "hyperparameters": candidate.item.hyperparameters,
            "expected_score": candidate.item.expected_score,
            "score": candidate.score,
            "weight": candidate.weight,
            "seconds": candidate.seconds,
            "message": candidate.message,
            "configuration_id": candidate.item.configuration.id,
        }
        for candidate in candidates
    ]
    return pd.DataFrame(rows).rename_axis("rank").rename(lambda i: i + 1)
