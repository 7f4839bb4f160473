"""Recommending: which configurations to fit first on a table, and what one can do from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.advice.advising import rank_configurations
from recommender.advice.filters import Filters
from recommender.advice.ranking import Ranking
from recommender.errors import RecommendationError
from recommender.evaluation.metrics import METRICS
from recommender.evaluation.scorers import Judge, judge_of, task_asked_by
from recommender.fitting.refinement import Refined, refine
from recommender.metamodel.trained import Trained, load_trained
from recommender.tables.dataset import Task
from recommender.tables.loading import load_dataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recommender.advice.reasons import Reasons
    from recommender.fitting.effort import TrialProgress
    from recommender.fitting.session import Session
    from recommender.fitting.warm_start import SearchSpace


class Refinement(Refined):
    """The best of what was tried, and its plot; attributes are those of `Refined`."""

    def plot(self) -> Figure:
        """A matplotlib Figure: every try at its second, the best score and the ensemble's by then.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        from recommender.showing.refinement_plot import plot_refinement

        return plot_refinement(self)


class Recommendation(Ranking):
    """A ranking of configurations for one dataset, and the doors to what follows it.

    It is a `Ranking` and has its attributes and methods: ``best``, ``items``, ``portfolio``, ``neighbours``,
    ``notes``, ``to_frame``.
    """

    def explain(self) -> Reasons:
        """The reasons: similar known datasets and what won there, and which meta-features moved the choice."""
        from recommender.advice.reasons import explain

        return explain(self)

    def plot(self) -> Figure:
        """A matplotlib Figure: expected scores against fit seconds, and the dataset among the known ones.

        ``plot().savefig("plot.png")`` writes it to a file. A colour means one algorithm, a number is a place in the
        ranking.

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

    def refine(
        self,
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
        verbose: bool = False,
        on_progress: Callable[[TrialProgress], None] | None = None,
    ) -> Refinement:
        """The best model that some seconds can find, fitted, with its leaderboard: a `Refinement`.

        `recommender.fitting.refinement.refine` says what the options are; with `verbose`, a notebook shows a
        leaderboard that changes, and elsewhere lines on standard error tell of what gains.
        """
        from recommender.showing.live import Live

        how: dict[str, Any] = {"patience": patience, "n_jobs": n_jobs, "memory": memory, "cluster": cluster}
        how |= {"cv": cv, "groups": groups, "time": time, "sample_weight": sample_weight}
        told = on_progress or (Live() if verbose else lambda progress: None)
        found = refine(self, X, y, seconds=seconds, ensemble=ensemble, on_progress=told, **how)
        return Refinement(**{field.name: getattr(found, field.name) for field in fields(found)})

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

    def _repr_html_(self) -> str:
        from recommender.showing.report import render_table

        return render_table(self)


def recommend(
    dataset: Any,
    y: Any = None,
    *,
    target: str | None = None,
    task: Task | None = None,
    metric: Judge | None = None,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] = (),
    max_fit_time: float | None = None,
    max_predict_time: float | None = None,
    max_memory: float | None = None,
    interpretable: bool = False,
    weighted: bool = False,
    knowledge: Path | str | Trained | None = None,
    random_state: int = 0,
    name: str | None = None,
) -> Recommendation:
    """Which algorithm with which hyperparameters to fit first.

    Nothing of the pool is fitted: the dataset is described by meta-features, among them how small learners compare on
    some of its rows, and the answer comes from what was seen on the datasets of OpenML that resemble it.

    Parameters
    ----------
    dataset : DataFrame, array of shape (n_samples, n_features), path, "openml:ID" or Bunch
        The features (with `y`), or a whole table (with `target`), as `load_dataset` takes them. Missing values,
        categoricals, text and dates are welcome.
    y : array-like of shape (n_samples,), optional
        The target, when `dataset` holds only the features. Rows without one are left out, up to half of them.
    target : str, optional
        The target's column, when `dataset` is a whole table.
    task : {"binary", "multiclass", "regression"}, optional
        Inferred from the target when not given; a metric of regression asks for regression.
    metric : str or callable, optional
        What to be good at: ``roc_auc`` (default), ``log_loss``, ``accuracy``, ``balanced_accuracy``, ``f1_macro``,
        ``average_precision``, ``mcc``, ``brier`` or, of two classes, ``f1``; for numbers ``r2`` (default), ``rmse``,
        ``mae``, ``mape``, ``medae``, ``rmsle``, ``pinball_10``, ``pinball_90`` or ``poisson``. Or a scorer of
        scikit-learn, made by `make_scorer` or by its name (``f1_weighted``), or a function of ``(y_true, y_pred)``
        where greater is better. What nothing was learnt of is ranked by the nearest of these, a note says so, and
        what is tried on the table, by `refine` and the estimators, is judged by it itself.
    include, exclude : iterable of str, optional
        Names of algorithms to consider only, or not at all.
    max_fit_time : float, optional
        Seconds that fitting may be expected to take.
    max_predict_time : float, optional
        Seconds that predicting 1,000 rows may be expected to take.
    max_memory : float, optional
        Megabytes that fitting may be expected to take at its peak, beside the table; what the fitted pipeline takes
        where it is loaded is counted where that is more.
    interpretable : bool, default=False
        Whether to consider only algorithms whose fitted model a person can read: linear models, linear discriminant
        analysis and naive Bayes.
    weighted : bool, default=False
        Whether to consider only algorithms whose model takes weights of rows, which are given to a pipeline as
        ``fit(X, y, model__sample_weight=weights)``.
    knowledge : path or Trained, optional
        A folder written by ``recommender train``, or what `load_trained` returned; what is shipped by default.
    random_state : int, default=0
        Seed of the meta-features that are measured on subsamples.
    name : str, optional
        What to call the table in titles; a file's own name, where there is one, if not given.

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
    MetricError
        If a scorer or function given as metric raises, or gives no finite number.
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
    data = load_dataset(dataset, y, target=target, task=task or task_asked_by(metric), name=name)
    if name is not None and data.name != name:  # of what has a name of its own
        data = replace(data, name=name)
    judge = judge_of(metric, data) if metric is not None else None
    if isinstance(knowledge, Trained):
        trained = knowledge
        if data.task not in trained.metric.tasks:
            tasks = " and ".join(trained.metric.tasks)
            raise RecommendationError(f"the meta-model given is for {tasks} tasks, and this is {data.task}")
    else:
        learnt = None if judge is None else judge.name if judge.name in METRICS else judge.nearest
        trained = load_trained(data.task, learnt, Path(knowledge) if knowledge else None)
    filters = Filters(include, exclude, max_fit_time, max_predict_time, max_memory, interpretable, weighted)
    ranking = rank_configurations(data, trained, filters, judge=judge, random_state=random_state)
    return Recommendation(**{field.name: getattr(ranking, field.name) for field in fields(ranking)})
