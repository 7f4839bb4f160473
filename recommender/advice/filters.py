"""Filters: which configurations apply to a dataset, were asked for, and keep the limits on time and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import pandas as pd

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.applying import why_not
from recommender.algorithms.catalogue import encoding_of, find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import Encoding
from recommender.algorithms.preprocessing import encoded_width
from recommender.algorithms.training_rows import TrainingRows
from recommender.errors import KnowledgeBaseError, RecommendationError
from recommender.metamodel.trained import Trained
from recommender.tables.dataset import Dataset


@dataclass(frozen=True)
class CostLimit:
    """A limit on what a configuration may be expected to cost.

    Parameters
    ----------
    name : str
        The option that sets it.
    column : str
        The cost, as a recommendation's table names it.
    most : float, optional
        What it may be, in `unit`; None for no limit.
    unit : str
        For messages.
    scale : float
        How many of the column's own units one `unit` is.
    """

    name: str
    column: str
    most: float | None
    unit: str = "seconds"
    scale: float = 1.0


@dataclass(frozen=True)
class Filters:
    """What narrows a ranking; `recommend` says what each of them does.

    Parameters
    ----------
    include, exclude : iterable of str
        Names of algorithms to consider only (None for all), or not at all.
    max_fit_time, max_predict_time : float, optional
        Seconds.
    max_memory : float, optional
        Megabytes.
    interpretable : bool
        Whether a person must be able to read the fitted model.
    weighted : bool
        Whether it must take weights of rows.
    """

    include: Iterable[str] | None = None
    exclude: Iterable[str] = ()
    max_fit_time: float | None = None
    max_predict_time: float | None = None
    max_memory: float | None = None
    interpretable: bool = False
    weighted: bool = False

    def admit(self, algorithm: Algorithm) -> bool:
        """Whether an algorithm is of the kinds that were asked for."""
        readable = algorithm.is_interpretable or not self.interpretable
        return readable and (algorithm.takes_weights or not self.weighted)

    @property
    def kinds(self) -> list[str]:
        """The kinds of algorithms that were asked for, as they are given to `recommend`."""
        return [f"{name}=True" for name in ("interpretable", "weighted") if getattr(self, name)]

    @property
    def limits(self) -> tuple[CostLimit, ...]:
        """The limits on costs."""
        return (
            CostLimit("max_fit_time", "fit_seconds", self.max_fit_time),
            CostLimit("max_predict_time", "predict_seconds", self.max_predict_time),
            CostLimit("max_memory", "peak_bytes", self.max_memory, unit="MB", scale=1e6),
        )


def choose(table: pd.DataFrame, trained: Trained, dataset: Dataset, filters: Filters) -> pd.DataFrame:
    """The rows of the configurations that apply to the dataset, were asked for, and keep the limits.

    Raises
    ------
    UnknownNameError
        If an algorithm does not exist.
    RecommendationError
        If no configuration is left; the message says what would be.
    KnowledgeBaseError
        If a limit is on a cost of which the meta-model knows nothing.
    """
    table = _asked_for(table, trained, dataset, filters)
    for limit in filters.limits:
        if limit.most is not None:
            table = _within(table, limit, limit.most, trained)
    return table


def _asked_for(table: pd.DataFrame, trained: Trained, dataset: Dataset, filters: Filters) -> pd.DataFrame:
    configurations = [trained.configurations[str(i)] for i in table.index]
    rows = cache(lambda encoding: TrainingRows(dataset, encoded_width(dataset, encoding)))
    names = [c.algorithm if _can_be_fitted(c, rows) else "" for c in configurations]
    applying = set(names) - {""}
    included = None if filters.include is None else _names(filters.include)
    excluded = _names(filters.exclude)
    wanted = (applying if included is None else included) - excluded
    wanted = {name for name in wanted if filters.admit(find_algorithm(name))}
    table = table[[name in wanted for name in names]]
    if table.empty:
        raise RecommendationError(_why_none(applying, included, excluded, filters, dataset))
    return table


def _within(table: pd.DataFrame, limit: CostLimit, most: float, trained: Trained) -> pd.DataFrame:
    if table[limit.column].isna().all():
        raise KnowledgeBaseError(
            f"{limit.name} cannot be kept: the meta-model was trained without {limit.column}. "
            f"Train it again with `recommender train`"
        )
    within = table[table[limit.column] / limit.scale <= most]
    if within.empty:
        least = str(table[limit.column].idxmin())
        value = _rounded_up(float(table[limit.column].min()) / limit.scale)
        raise RecommendationError(
            f"no configuration is expected to keep {limit.name}={most:g} {limit.unit}. Of the {len(table)} "
            f"that the other choices leave, {trained.configurations[least]} comes nearest: "
            f"{limit.name}={value} would do"
        )
    return within


def _can_be_fitted(configuration: Configuration, rows: Callable[[Encoding], TrainingRows]) -> bool:
    """Whether a configuration applies to a dataset of that size, and can be fitted on the rows of every fold."""
    algorithm = find_algorithm(configuration.algorithm)
    here = rows(encoding_of(configuration))
    dataset = here.dataset
    if why_not(configuration, dataset, n_samples=dataset.n_samples, n_features=here.n_features) is not None:
        return False
    return algorithm.can_fit is None or algorithm.can_fit(configuration.hyperparameters, here)


def _names(given: Iterable[str]) -> set[str]:
    """The names of algorithms, or of one; an unknown one's error lists the choices."""
    return {find_algorithm(name).name for name in ([given] if isinstance(given, str) else given)}


def _why_none(
    applying: set[str], included: set[str] | None, excluded: set[str], filters: Filters, dataset: Dataset
) -> str:
    given = [] if included is None else [f"include={sorted(included)}"]
    given += [f"exclude={sorted(excluded)}"] if excluded else []
    given += filters.kinds
    usable = sorted(name for name in applying if filters.admit(find_algorithm(name)))
    without = f"Without {' and '.join(filters.kinds)} something would be"
    choices = f"Choose from: {', '.join(usable)}" if usable else without
    return (
        f"no configuration is left by {' and '.join(given)} that can be fitted on this {dataset.task} table. {choices}"
    )


def _rounded_up(value: float) -> str:
    """Two digits that, given as the limit, would do."""
    text = f"{value:.2g}"
    return text if float(text) >= value else f"{value * 1.05:.2g}"
