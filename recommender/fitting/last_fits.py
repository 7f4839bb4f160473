"""The last fits: what was chosen, fitted on all rows as long as there is time, or what can be fitted in its place."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.algorithms.growth import stops_early
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.shortening import kept_time
from recommender.errors import RecommendationError
from recommender.evaluation.evaluate import message_of
from recommender.fitting.budget import Budget, OutOfTime, cut_off
from recommender.fitting.ensemble import Member, voting
from recommender.fitting.forecast import RUSHED, Forecast
from recommender.fitting.row_weights import RowWeights
from recommender.fitting.standing import Chosen
from recommender.fitting.thresholds import Floats, Thresholded, with_thresholds
from recommender.fitting.tries import Try
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration


BOOSTING_SHARE, LEAST_SHARE = 0.8, 0.05
"""Boosting that stops early has such a share of what is left for its last fit, since the steps before it need the rest;
and such a share of all seconds, even if they are over."""


@dataclass(eq=False)
class Fitted:
    """What was fitted on all rows.

    Parameters
    ----------
    estimator : estimator
        The fitted model.
    weights : dict of str to float
        Of the configurations in it, by id; they add up to 1.
    messages : dict of str to str
        Errors of those that could not be fitted, by id.
    seconds : dict of str to float
        By the clock, that the fits took, by id.
    """

    estimator: Any
    weights: dict[str, float]
    messages: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def fit_chosen(
    chosen: Chosen,
    spare: Sequence[RecommendedConfiguration],
    dataset: Dataset,
    *,
    budget: Budget,
    refit_seconds: Callable[[Try], float],
    **how: Any,
) -> Fitted:
    """What was chosen, fitted; where that cannot be, its heaviest member alone, or the first one that can.

    Parameters
    ----------
    chosen : Chosen
        What to fit.
    spare : sequence of RecommendedConfiguration
        What to fit instead, in the order of preference.
    dataset : Dataset
        All rows.
    budget : Budget
        What is left of it is for the members of an ensemble. One alone is never cut off, but boosting that stops early
        ends in time with the rounds that it has.
    refit_seconds : callable(Try) -> float
        What a member is expected to take.
    **how
        Weights, seed and threads, as `fit_first` has them.
    """
    is_ensemble = len(chosen.members) > 1
    fitted = fit_members(chosen, dataset, budget=budget, refit_seconds=refit_seconds, **how) if is_ensemble else None
    if fitted is not None:
        return fitted
    thresholds = None if is_ensemble else chosen.thresholds
    return fit_first([chosen.members[0][0].item, *spare], dataset, budget=budget, thresholds=thresholds, **how)


def fit_untried(
    items: Sequence[RecommendedConfiguration], dataset: Dataset, *, forecast: Forecast, **how: Any
) -> Fitted:
    """The best expected one that there is time for, where nothing was tried; what is quick where it takes too long.

    Parameters
    ----------
    items : sequence of RecommendedConfiguration
        The best expected one first.
    dataset : Dataset
        All rows.
    forecast : Forecast
        What fits are expected to take, and what is left of the budget.
    **how
        Weights, seed and threads, as `fit_first` has them.
    """
    budget = forecast.budget
    if math.isfinite(budget.seconds):
        with suppress(OutOfTime, Exception), cut_off(max(budget.left, 0.01)):  # others are left to be fitted
            in_time = [item for item in items if stops_early(item.configuration) or forecast.is_small(item)] or items
            return fit_first([forecast.fallback(in_time, budget.left)], dataset, budget=budget, **how)
    return fit_first([forecast.fallback(items, budget.left), *best_of_each(items)], dataset, budget=budget, **how)


def best_of_each(items: Sequence[RecommendedConfiguration]) -> list[RecommendedConfiguration]:
    """The first of each algorithm, in their order."""
    first = {item.algorithm: item for item in reversed(items)}
    return sorted(first.values(), key=lambda item: item.rank)


def fit_first(
    items: Iterable[RecommendedConfiguration],
    dataset: Dataset,
    *,
    weights: RowWeights,
    random_state: int,
    budget: Budget,
    thresholds: Floats | None = None,
    n_jobs: int | None = None,
) -> Fitted:
    """The first of some configurations that can be fitted.

    Parameters
    ----------
    items : iterable of RecommendedConfiguration
        In the order of preference; one that is there twice is fitted once.
    dataset : Dataset
        All rows.
    weights : RowWeights
        Theirs.
    random_state : int
        Seed of the models.
    budget : Budget
        At its end, boosting that stops early ends with the rounds that it has.
    thresholds : array of shape (n_classes,), optional
        Under which the first one predicts.
    n_jobs : int, optional
        Threads, where a model has a choice; None leaves it to its library.

    Raises
    ------
    Exception
        What the first of them raised, if none can be fitted.
    """
    first: Exception | None = None
    messages: dict[str, str] = {}
    seconds: dict[str, float] = {}
    for item in {item.configuration.id: item for item in items}.values():
        started = time.monotonic()
        try:
            pipeline = build_pipeline(item.configuration, dataset, random_state=random_state, n_jobs=n_jobs)
            model = with_thresholds(pipeline, None if messages else thresholds)
            with kept_time(pipeline, _at_least(budget)):
                model.fit(dataset.X, dataset.y, **weights.for_pipeline)
        except Exception as error:  # whatever a model raises is its outcome on this table
            first, messages[item.configuration.id] = first or error, message_of(error)
        else:
            return Fitted(model, {item.configuration.id: 1.0}, messages, seconds)
        finally:
            seconds[item.configuration.id] = time.monotonic() - started
    raise first or RecommendationError("there is no configuration to fit")


def fit_members(
    chosen: Chosen,
    dataset: Dataset,
    *,
    weights: RowWeights,
    random_state: int,
    budget: Budget,
    refit_seconds: Callable[[Try], float],
    n_jobs: int | None = None,
) -> Fitted | None:
    """The fitted mean of several members, of those that can be fitted before the time is up; None if none can.

    Parameters
    ----------
    chosen : Chosen
        What to fit, the heaviest first.
    dataset : Dataset
        All rows.
    weights : RowWeights
        Theirs.
    random_state : int
        Seed of the models.
    budget : Budget
        At whose end a member is cut off, unless it is the first one; without half of its time it is not begun.
    refit_seconds : callable(Try) -> float
        What a member is expected to take: so much is left to those that come after, or a share of it.
    n_jobs : int, optional
        Threads, where a model has a choice; None leaves it to its library.
    """
    y = dataset.y if dataset.task == "regression" else np.unique(np.asarray(dataset.y), return_inverse=True)[1]
    given = {} if weights.fitting is None else {"sample_weight": weights.fitting}
    fitted: list[tuple[str, Member, float]] = []
    messages: dict[str, str] = {}
    seconds: dict[str, float] = {}
    to_come = sum(refit_seconds(attempt) for attempt, _ in chosen.members)
    for attempt, weight in chosen.members:
        needed, left = refit_seconds(attempt), budget.left if fitted else _at_least(budget)
        to_come -= needed
        if fitted and RUSHED * left < needed:
            continue
        model = Member(
            build_pipeline(attempt.item.configuration, dataset, random_state=random_state, n_jobs=n_jobs).steps
        )
        started = time.monotonic()
        try:
            within = _share(left, needed, to_come)
            with cut_off(max(budget.left, 0.0) if fitted else np.inf), kept_time(model, within):
                fitted.append((attempt.id, model.fit(dataset.X, y, **given), weight))
        except OutOfTime:
            break
        except KeyboardInterrupt:  # what is fitted by now is enough
            if not fitted:
                raise
            break
        except Exception as error:  # the others can do without it
            messages[attempt.id] = message_of(error)
        seconds[attempt.id] = time.monotonic() - started
    if not fitted:
        return None
    total = sum(weight for _, _, weight in fitted)
    members = [(name, model, weight / total) for name, model, weight in fitted]
    ensemble = voting(members, dataset.task, dataset.X, dataset.y)
    if chosen.thresholds is not None:
        ensemble = Thresholded.around(ensemble, chosen.thresholds)
    return Fitted(ensemble, {name: weight for name, _, weight in members}, messages, seconds)


def _at_least(budget: Budget) -> float:
    """Seconds that are left to boosting, and not fewer than it needs to be of any use."""
    return max(BOOSTING_SHARE * budget.left, LEAST_SHARE * budget.seconds)


def _share(left: float, needed: float, to_come: float) -> float:
    """Seconds for a member: what those that come after it leave, or a share of all where they leave too little."""
    return max(left - to_come, left * needed / (needed + to_come)) if needed > 0 else left - to_come
