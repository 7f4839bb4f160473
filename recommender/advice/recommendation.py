"""Recommending: which configurations to fit first on a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.advice.filters import Limit, choose
from recommender.advice.outside import why_outside
from recommender.advice.suspicions import suspicions
from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import Configuration
from recommender.errors import RecommendationError
from recommender.evaluation.metrics import Metric
from recommender.metafeatures import extract_metafeatures
from recommender.metamodel.model import Prediction
from recommender.metamodel.training import INPUTS, Trained, load_trained, sizes_of
from recommender.tables.dataset import Dataset, Task
from recommender.tables.loading import load_dataset

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from recommender.advice.reasons import Reasons
    from recommender.fitting.session import Session
    from recommender.fitting.trials import Refinement
    from recommender.fitting.warm_start import SearchSpace

WORTH_A_WORD = 0.02
"""From what difference in normalized regret on a user is told of a choice that is not, or cannot be, made."""
SLOW, QUICKER = 60.0, 0.1
"""From so many seconds to fit on a user is told of the first of the ranking that takes such a share of them."""


@dataclass(frozen=True, eq=False)
class RecommendedConfiguration:
    """One configuration of a recommendation, with what can be expected of it.

    Parameters
    ----------
    rank : int
        Its place, from 1.
    configuration : Configuration
        Algorithm and hyperparameters.
    expected_score : float
        In the metric's own unit, as cross-validation on the dataset would measure it; for regression as if no fit were
        worse than an R² of -1, or an error of 1.41 standard deviations of the target.
    interval : (float, float)
        Holds the score with probability 0.8, judged on families that were left out.
    expected_regret : float
        Normalized: 0 is as good as the best of the pool, 1 is as its median or worse.
    fit_seconds : float
        Expected for all rows, on one thread of the machine that made the knowledge base.
    predict_seconds : float
        Expected for 1,000 rows, likewise.
    model_bytes : float
        Expected size of the fitted pipeline when serialised; NaN where the knowledge base has no sizes.
    """

    rank: int
    configuration: Configuration
    expected_score: float
    interval: tuple[float, float]
    expected_regret: float
    fit_seconds: float
    predict_seconds: float
    model_bytes: float
    _dataset: Dataset = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The algorithm's name."""
        return self.configuration.algorithm

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The hyperparameters that differ from the library's defaults."""
        return dict(self.configuration.hyperparameters)

    @property
    def estimator(self) -> Pipeline:
        """A new, unfitted scikit-learn pipeline that takes the raw table, preprocessing included."""
        return build_pipeline(self.configuration, self._dataset)


@dataclass(frozen=True, eq=False)
class Recommendation:
    """A ranking of configurations for one dataset.

    Parameters
    ----------
    dataset : Dataset
        What it is for.
    metafeatures : DataFrame of shape (1, n_metafeatures)
        How the dataset was described.
    metric : Metric
        What the ranking is by.
    items : tuple of RecommendedConfiguration
        Best first.
    """

    dataset: Dataset
    metafeatures: pd.DataFrame
    metric: Metric
    items: tuple[RecommendedConfiguration, ...]
    _trained: Trained = field(repr=False)
    _why_outside: tuple[str, ...] = field(repr=False)
    _missing: str | None = field(default=None, repr=False)

    @property
    def task(self) -> Task:
        """What is to be predicted: binary, multiclass or regression."""
        return self.dataset.task

    @property
    def best(self) -> RecommendedConfiguration:
        """The configuration to fit first."""
        return self.items[0]

    def portfolio(self, k: int) -> list[RecommendedConfiguration]:
        """At most `k` configurations that complement each other, the best first.

        Unlike the first `k` of the ranking these are no twins: each is there for the case that those before it
        disappoint.
        """
        if k < 1:
            raise RecommendationError(f"a portfolio holds at least one configuration, and {k} were asked for")
        by_id = {item.configuration.id: item for item in self.items}
        return [by_id[i] for i in self._trained.model.portfolio(self.metafeatures, k, among=by_id)]

    @cached_property
    def known(self) -> str | None:
        """The id of the dataset of the knowledge base that has the same content, or None."""
        return self._trained.id_of(self.dataset)

    @property
    def outside(self) -> bool:
        """Whether the dataset is unlike anything that the knowledge base has seen."""
        return bool(self._why_outside)

    @property
    def why_outside(self) -> tuple[str, ...]:
        """In what the dataset differs from everything that the knowledge base has seen, a clause each."""
        return self._why_outside

    def neighbours(self, k: int = 5) -> pd.DataFrame:
        """The `k` known datasets most like this one, with similarity in [0, 1] and what won on each."""
        found = self._trained.model.neighbours(self.metafeatures, k).set_index("dataset")
        return found.join(self._trained.datasets.drop(columns=["fingerprint", "family"]))

    def notes(self) -> list[str]:
        """What a user should know before trusting the ranking, a sentence each; often nothing."""
        notes = [*self.dataset.notes]
        if self.known:
            name = str(self._trained.datasets["name"][self.known])
            notes.append(f"this dataset is in the knowledge base, as {name} ({self.known}): what is expected was seen")
        if self.outside:
            why = "; ".join(self._why_outside)
            notes.append(f"this dataset lies outside what was seen: {why}. Expect less of the ranking")
        if self._missing:
            notes.append(self._missing)
        if any(item.expected_regret < self.best.expected_regret - WORTH_A_WORD for item in self.items):
            notes.append(f"{self.best.configuration.id} comes first as the safer choice, not for the least regret")
        best, most = self.best, QUICKER * self.best.fit_seconds
        quicker = next((item for item in self.items if item.fit_seconds <= most), None)
        if best.fit_seconds > SLOW and quicker:
            notes.append(
                f"{best.configuration.id} is expected to take {best.fit_seconds:.0f} s to fit, number {quicker.rank}, "
                f"{quicker.configuration.id}, {quicker.fit_seconds:.1f} s: max_fit_time={most:.0f} leaves out the slow"
            )
        repeated = float(self.metafeatures["duplicate_rows_share"].iloc[0])
        notes.extend(suspicions(self.dataset, duplicate_rows_share=repeated))
        return notes

    def explain(self) -> Reasons:
        """The reasons: similar known datasets and what won there, and which meta-features moved the choice."""
        from recommender.advice.reasons import explain

        return explain(self)

    def plot(self) -> np.ndarray:
        """Two matplotlib Axes: expected scores against fit seconds, and the dataset among the known ones.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        from recommender.showing.plots import plot

        return plot(self)

    def session(self) -> Session:
        """A `Session`: what to try next, given the scores that were seen."""
        from recommender.fitting.session import Session

        return Session(self)

    def refine(self, X: Any, y: Any = None, *, seconds: float = 60.0) -> Refinement:
        """Try configurations for some seconds: a `Refinement` with the best one, fitted, and a leaderboard."""
        from recommender.fitting.trials import refine

        return refine(self, X, y, seconds=seconds)

    def to_optuna(self, study: Any) -> SearchSpace:
        """The `SearchSpace` for an Optuna study's objective; the study begins with the portfolio."""
        from recommender.fitting.warm_start import enqueue

        return enqueue(self, study)

    def to_flaml(self) -> dict[str, list[dict[str, Any]]]:
        """The ``starting_points`` of `flaml.AutoML.fit`; its ``estimator_list`` are their keys."""
        from recommender.fitting.warm_start import flaml_points

        return flaml_points(self)

    def to_configspace(self) -> SearchSpace:
        """The `SearchSpace`: a ConfigSpace with the algorithms to choose from, and the portfolio as first points."""
        from recommender.fitting.warm_start import search_space

        return search_space(self)

    def to_frame(self) -> pd.DataFrame:
        """The ranking as a table, a row for each configuration, by expected regret and the risk that comes with it."""
        return pd.DataFrame(
            {
                "algorithm": [item.algorithm for item in self.items],
                "hyperparameters": [item.hyperparameters for item in self.items],
                "expected_score": [item.expected_score for item in self.items],
                "lower": [item.interval[0] for item in self.items],
                "upper": [item.interval[1] for item in self.items],
                "expected_regret": [item.expected_regret for item in self.items],
                "fit_seconds": [item.fit_seconds for item in self.items],
                "predict_seconds": [item.predict_seconds for item in self.items],
                "model_bytes": [item.model_bytes for item in self.items],
                "configuration_id": [item.configuration.id for item in self.items],
            },
            index=pd.Index([item.rank for item in self.items], name="rank"),
        )

    def _repr_html_(self) -> str:
        from recommender.showing.report import render_table

        return render_table(self)

    def __repr__(self) -> str:
        return (
            f"<Recommendation for {self.dataset.name} ({self.task}, {self.dataset.n_samples} x "
            f"{self.dataset.n_features}): {self.best.configuration}, expected {self.metric.name} "
            f"{self.best.expected_score:.3f}>"
        )


def recommend(
    dataset: Any,
    y: Any = None,
    *,
    target: str | None = None,
    task: Task | None = None,
    metric: str | None = None,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] = (),
    max_fit_time: float | None = None,
    max_predict_time: float | None = None,
    max_memory: float | None = None,
    interpretable: bool = False,
    knowledge: Path | str | Trained | None = None,
    random_state: int = 0,
) -> Recommendation:
    """Which algorithm with which hyperparameters to fit first.

    Nothing of the pool is fitted: the dataset is described by meta-features, among them how small learners compare on
    some of its rows, and the answer comes from what was seen on the datasets of OpenML that resemble it.

    Parameters
    ----------
    dataset : DataFrame, array of shape (n_samples, n_features), path, "openml:ID" or Bunch
        The features (with `y`), or a whole table (with `target`). Files are CSV, Parquet or ARFF. Missing values,
        categoricals, text and dates are welcome.
    y : array-like of shape (n_samples,), optional
        The target, when `dataset` holds only the features. It may not have missing values.
    target : str, optional
        The target's column, when `dataset` is a whole table.
    task : {"binary", "multiclass", "regression"}, optional
        Inferred from the target when not given.
    metric : str, optional
        What to be good at: ``roc_auc`` (default), ``log_loss``, ``accuracy``, ``balanced_accuracy`` or ``f1_macro`` for
        classes; ``r2`` (default), ``rmse`` or ``mae`` for numbers.
    include, exclude : iterable of str, optional
        Names of algorithms to consider only, or not at all.
    max_fit_time : float, optional
        Seconds that fitting may be expected to take.
    max_predict_time : float, optional
        Seconds that predicting 1,000 rows may be expected to take.
    max_memory : float, optional
        Megabytes that the fitted pipeline may be expected to take when serialised, which is about what it takes where
        it is loaded. What fitting takes at its peak was not recorded, and is not limited.
    interpretable : bool, default=False
        Whether to consider only algorithms whose fitted model a person can read: linear models, linear discriminant
        analysis and naive Bayes.
    knowledge : path or Trained, optional
        A folder written by ``recommender train``, or what `load_trained` returned; what is shipped by default.
    random_state : int, default=0
        Seed of the meta-features that are measured on subsamples.

    Returns
    -------
    Recommendation
        A ranking by expected regret, whose ``best.estimator`` is an unfitted scikit-learn pipeline for the raw table.
        The risk to fall behind a safe default, CatBoost's or LightGBM's, counts as regret.

    Raises
    ------
    DatasetError
        If nothing can be learnt from the table as it is.
    UnknownNameError
        If a column, metric or algorithm does not exist.
    RecommendationError
        If no configuration is left by `include`, `exclude` and the limits; the message says what would be.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> recommendation = recommend(X, y)
    >>> recommendation.task, recommendation.metric.name
    ('multiclass', 'roc_auc')
    >>> float(recommendation.best.estimator.fit(X, y).score(X, y)) > 0.9
    True
    """
    data = load_dataset(dataset, y, target=target, task=task)
    if isinstance(knowledge, Trained):
        trained = knowledge
        if data.task not in trained.metric.tasks:
            tasks = " and ".join(trained.metric.tasks)
            raise RecommendationError(f"the meta-model given is for {tasks} tasks, and this is {data.task}")
    else:
        trained = load_trained(data.task, metric, Path(knowledge) if knowledge else None)
    values = extract_metafeatures(data, groups=INPUTS, random_state=random_state).values
    metafeatures = pd.DataFrame([values])
    prediction = trained.model.predict(metafeatures)
    unit = float(data.y.std()) if trained.metric.in_target_units else 1.0
    table = _expected(trained, prediction, sizes_of(metafeatures).assign(n_predicted=1_000), unit)
    limits = (
        Limit("max_fit_time", "fit_seconds", max_fit_time),
        Limit("max_predict_time", "predict_seconds", max_predict_time),
        Limit("max_memory", "model_bytes", max_memory, unit="MB", scale=1e6),
    )
    table = choose(table, trained, data, include=include, exclude=exclude, interpretable=interpretable, limits=limits)
    table, missing = _installed(table, trained)
    order = trained.model.preference(metafeatures, among=table.index).iloc[0].sort_values(kind="stable").index
    items = tuple(
        RecommendedConfiguration(
            rank,
            trained.configurations[str(i)],
            row["score"],
            (row["lower"], row["upper"]),
            row["regret"],
            row["fit_seconds"],
            row["predict_seconds"],
            row["model_bytes"],
            data,
        )
        for rank, (i, row) in enumerate(table.loc[order].to_dict("index").items(), start=1)
    )
    outside = why_outside(data, metafeatures, trained, is_far=bool(prediction.outside.iloc[0]))
    return Recommendation(data, metafeatures, trained.metric, items, trained, outside, missing)


def _expected(trained: Trained, prediction: Prediction, sizes: pd.DataFrame, unit: float) -> pd.DataFrame:
    """What is expected of every configuration, scores in the metric's own unit."""
    table = pd.DataFrame(
        {
            "regret": prediction.regret.iloc[0],
            "score": prediction.score.iloc[0],
            "lower": prediction.lower.iloc[0],
            "upper": prediction.upper.iloc[0],
            "fit_seconds": trained.fit_seconds.predict(sizes).iloc[0],
            "predict_seconds": trained.predict_seconds.predict(sizes).iloc[0],
            "model_bytes": trained.model_bytes.predict(sizes).iloc[0],
        }
    )
    if not trained.metric.greater_is_better:
        table[["score", "lower", "upper"]] = -table[["score", "upper", "lower"]].to_numpy()
    table[["score", "lower", "upper"]] *= unit
    return table


def _installed(table: pd.DataFrame, trained: Trained) -> tuple[pd.DataFrame, str | None]:
    """The configurations whose library is there, and a word on one that is not where it is expected to do better."""
    algorithms = {i: find_algorithm(trained.configurations[str(i)].algorithm) for i in table.index}
    here = table[[algorithms[i].is_installed for i in table.index]]
    if len(here) == len(table):
        return here, None
    best = algorithms[table["regret"].idxmin()]
    how = f"pip install recommender[{best.extra}]"
    if here.empty:
        raise RecommendationError(f"{best.name} is not installed, and nothing else was asked for: {how}")
    gain = float(here["regret"].min() - table["regret"].min())
    if gain < WORTH_A_WORD:
        return here, None
    return here, f"{best.name} would be expected to do better (normalized regret lower by {gain:.2f}): {how}"
