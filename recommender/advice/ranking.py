"""A ranking: the configurations to fit first on one dataset, with what can be expected of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.advice.belonging import belonging
from recommender.advice.filters import Filters
from recommender.advice.suspicions import suspicions
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import RecommendationError
from recommender.evaluation.metrics import Metric
from recommender.metamodel.scenarios import Scenarios
from recommender.metamodel.trained import Trained
from recommender.notebook import html_table
from recommender.tables.dataset import Dataset, Task
from recommender.tables.noticed import describe_columns, notes_on_columns
from recommender.tables.splits import SIZES
from recommender.words import count, duration, regret_in_words, score_in_words

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

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
        worse than an R² of -1, or an error of 1.41 standard deviations of the target; for classes of predicting the
        likeliest one, and no worse than always predicting the most frequent one.
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
    peak_bytes : float
        Expected memory that fitting takes at its peak beside the table, and no less than the fitted pipeline.
    """

    rank: int
    configuration: Configuration
    expected_score: float
    interval: tuple[float, float]
    expected_regret: float
    fit_seconds: float
    predict_seconds: float
    model_bytes: float
    peak_bytes: float
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

    @property
    def _expected(self) -> str:
        low, high = map(score_in_words, self.interval)
        return f"{score_in_words(self.expected_score)} ({low} to {high})"

    def __repr__(self) -> str:
        return (
            f"<RecommendedConfiguration {self.rank}: {self.configuration}, expected score {self._expected}, "
            f"{regret_in_words(self.expected_regret)}, {duration(self.fit_seconds)} to fit>"
        )

    def _repr_html_(self) -> str:
        row = {
            "algorithm": self.algorithm,
            "hyperparameters": self.hyperparameters,
            "expected score": self._expected,
            "of all that was tried": regret_in_words(self.expected_regret),
            "to fit": duration(self.fit_seconds),
        }
        return html_table(f"Number {self.rank} on {self._dataset.name}", [row])


@dataclass(frozen=True, eq=False)
class Ranking:
    """A ranking of configurations for one dataset.

    Parameters
    ----------
    dataset : Dataset
        What it is for.
    metafeatures : DataFrame of shape (1, n_metafeatures)
        How the dataset was described.
    metric : Metric
        What the ranking is by, and expected scores are in.
    judge : Metric
        What was asked to be good at, and comparisons judge by. It differs from `metric` where the knowledge base has
        nothing to learn of it, and the nearest metric ranks in its place.
    items : tuple of RecommendedConfiguration
        Best first.
    trained : Trained
        What the ranking was made by.
    scenarios : Scenarios
        What may happen on the dataset.
    why_outside : tuple of str
        In what the dataset differs from everything that the knowledge base has seen, a clause each.
    missing : str, optional
        A word on an algorithm that is not installed and would be expected to do better.
    filters : Filters
        What narrowed it; its limits are kept by ensembles, too.
    """

    dataset: Dataset
    metafeatures: pd.DataFrame
    metric: Metric
    judge: Metric
    items: tuple[RecommendedConfiguration, ...]
    trained: Trained = field(repr=False)
    scenarios: Scenarios = field(repr=False)
    why_outside: tuple[str, ...]
    missing: str | None = None
    filters: Filters = field(default_factory=Filters, repr=False)

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} for {self.dataset.name} ({self.task}, {self.dataset.n_samples} x "
            f"{self.dataset.n_features}): {self.best.configuration}, expected {self.metric.name} "
            f"{score_in_words(self.best.expected_score)}>"
        )

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
        return [by_id[i] for i in self.scenarios.portfolio(k, among=by_id)]

    @cached_property
    def columns(self) -> pd.DataFrame:
        """How each column was read: a row for each, with reading, unit, share of missing values, and a note."""
        return describe_columns(self.dataset)

    @cached_property
    def known(self) -> str | None:
        """The id of the dataset of the knowledge base that has the same content, or None."""
        return self.trained.id_of(self.dataset)

    @cached_property
    def n_seen(self) -> int:
        """How many configurations of the knowledge base were evaluated on a dataset with the same content."""
        return int(np.isfinite(self.trained.seen.on(self.dataset)).sum())

    @property
    def outside(self) -> bool:
        """Whether the dataset is unlike anything that the knowledge base has seen."""
        return bool(self.why_outside)

    def neighbours(self, k: int = 5) -> pd.DataFrame:
        """The `k` known datasets most like this one, with similarity in [0, 1] and what won on each.

        A large one is there at the ``size``, its training rows at most, at which it is most like this one.
        """
        found = self.trained.model.neighbours(self.metafeatures, len(SIZES) * k).set_index("dataset")
        found = found.join(self.trained.datasets.drop(columns=["fingerprint", "family"]))
        return found.drop_duplicates("dataset_id").head(k)

    def notes(self) -> list[str]:
        """What a user should know before trusting the ranking, a sentence each; often nothing."""
        return list(self._notes)

    @cached_property
    def _notes(self) -> list[str]:
        notes = [*self.dataset.notes, *notes_on_columns(self.dataset)]
        if self.judge != self.metric:
            notes.append(
                f"nothing was learnt of {self.judge.name} itself: the ranking and the expected scores are by "
                f"{self.metric.name}, the nearest metric; what is tried on the table is judged by {self.judge.name}"
            )
        if self.judge.has_thresholds(self.dataset.y):
            notes.append(
                f"expected scores are of predicting the likeliest class; RecommendedClassifier and `refine` move the "
                f"thresholds of decision where that raises {self.judge.name}"
            )
        if self.known:
            name = str(self.trained.datasets["name"][self.known])
            notes.append(f"this dataset is in the knowledge base, as {name} ({self.known}): what is expected was seen")
        elif self.n_seen:
            evaluated = count(self.n_seen, "configuration was", "configurations were")
            notes.append(f"{evaluated} evaluated on this very table before: that counts")
        if self.outside:
            why = "; ".join(self.why_outside)
            notes.append(f"this dataset lies outside what was seen: {why}. Expect less of the ranking")
        if self.missing:
            notes.append(self.missing)
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
        return [*notes, *suspicions(self.dataset, duplicate_rows_share=repeated), *belonging(self.dataset)]

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
                "peak_bytes": [item.peak_bytes for item in self.items],
                "configuration_id": [item.configuration.id for item in self.items],
            },
            index=pd.Index([item.rank for item in self.items], name="rank"),
        )
