"""What TabArena calls: the recommendation, and defaults to hold against it, as systems that do everything themselves.

It needs the package `tabarena`, whose `ExternalSystemModel` says what a system is given and what it gives back.
"""

from __future__ import annotations

from typing import Any, Self

import pandas as pd
from tabarena.benchmark.exec_models import ExternalSystemModel

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.tables.loading import load_dataset

METRICS = {
    "roc_auc": "roc_auc",
    "log_loss": "log_loss",
    "root_mean_squared_error": "rmse",
    "rmse": "rmse",
    "mean_absolute_error": "mae",
    "r2": "r2",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "f1_macro": "f1_macro",
    "mcc": "mcc",
    "average_precision": "average_precision",
}
"""The arena's names of metrics, and ours. By one that is not here we choose as for the task's default."""


class _System(ExternalSystemModel):
    """A fitted estimator of scikit-learn's kind, in `_model`, gives what the arena asks for."""

    _model: Any

    def _predict(self, X: pd.DataFrame) -> pd.Series:
        return pd.Series(self._model.predict(X), index=X.index)

    def _predict_proba(self, X: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(self._model.predict_proba(X), columns=self._model.classes_, index=X.index)

    def cleanup(self) -> None:
        self._model = None


class RecommenderSystem(_System):
    """The first recommendation, fitted; or with `search`, what the arena's time limit finds, an ensemble included.

    Parameters
    ----------
    search : bool, default=False
        Whether to try configurations for as long as the arena allows.
    knowledge : str, optional
        A folder that ``recommender train`` or `benchmarks.without_family` wrote; what is shipped by default.
    """

    def __init__(self, *, search: bool = False, knowledge: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.search = search
        self.knowledge = knowledge

    def _fit_system(self, X: pd.DataFrame, y: pd.Series, **given: Any) -> Self:
        """Choose and fit by the training rows alone, within the seconds, on the processors and with the seed given."""
        estimator = RecommendedRegressor if given["problem_type"] == "regression" else RecommendedClassifier
        model = estimator(
            metric=METRICS.get(given["eval_metric"].name),
            seconds=given["time_limit"] if self.search else None,
            n_jobs=given["num_cpus"],
            knowledge=self.knowledge,
            random_state=given["random_state"] or 0,
        )
        about = given["validation_metadata"]
        groups = about.group_on if isinstance(about.group_on, str) else None
        self._model = model.fit(X, y, groups=groups, time=about.time_on)
        return self


class DefaultSystem(_System):
    """One of our algorithms with its library's own hyperparameters, in the pipeline that it always gets.

    Parameters
    ----------
    algorithm : str
        Its name, as ``recommender algorithms`` lists them.
    """

    def __init__(self, *, algorithm: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.algorithm = algorithm

    def _fit_system(self, X: pd.DataFrame, y: pd.Series, **given: Any) -> Self:
        """Fit it, whatever the metric and the limits are."""
        dataset = load_dataset(X, y, task=given["problem_type"])
        seed = given["random_state"] or 0
        pipeline = build_pipeline(
            Configuration(self.algorithm, {}), dataset, random_state=seed, n_jobs=given["num_cpus"]
        )
        self._model = pipeline.fit(dataset.X, dataset.y)
        return self
