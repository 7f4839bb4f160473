"""Drop-in estimators: scikit-learn models that ask for a recommendation when they are fitted, and fit it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, is_regressor
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.utils import Tags, check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_is_fitted, validate_data

from recommender.algorithms.configuration import Configuration
from recommender.errors import DatasetError, one_line
from recommender.evaluation.scorers import Judge
from recommender.fitting.budget import Budget
from recommender.fitting.effort import Effort
from recommender.fitting.folds import asked_folds
from recommender.fitting.row_weights import RowWeights, checked_weights, row_weights
from recommender.fitting.trials import search
from recommender.fitting.validation import check_rows_stay
from recommender.metamodel.trained import Trained
from recommender.notebook import html_table
from recommender.recommendation import Recommendation, recommend
from recommender.showing.live import Live
from recommender.tables.dataset import Dataset, Task
from recommender.tables.frames import as_array, as_column, as_frame, has_names, is_sparse, native, unique_names
from recommender.tables.targets import fit_target
from recommender.words import count


class _Recommended(BaseEstimator):
    """What both estimators share."""

    def __init__(
        self,
        *,
        metric: Judge | None = None,
        seconds: float | None = None,
        n_candidates: int | None = None,
        ensemble: bool = True,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] = (),
        max_fit_time: float | None = None,
        max_predict_time: float | None = None,
        max_memory: float | None = None,
        interpretable: bool = False,
        cv: Any = None,
        n_jobs: int | None = None,
        memory: float | None = None,
        cluster: str | None = None,
        verbose: bool = False,
        knowledge: Path | str | Trained | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.metric = metric
        self.seconds = seconds
        self.n_candidates = n_candidates
        self.ensemble = ensemble
        self.include = include
        self.exclude = exclude
        self.max_fit_time = max_fit_time
        self.max_predict_time = max_predict_time
        self.max_memory = max_memory
        self.interpretable = interpretable
        self.cv = cv
        self.n_jobs = n_jobs
        self.memory = memory
        self.cluster = cluster
        self.verbose = verbose
        self.knowledge = knowledge
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, groups: Any = None, time: Any = None) -> Self:
        """Ask for a recommendation and fit it.

        Parameters
        ----------
        X : DataFrame of any library, or array-like, of shape (n_samples, n_features)
            The features as they are: missing values, categories, text and dates need no preparation.
        y : Series of any library, or array-like, of shape (n_samples,)
            The target, without missing values. For a regressor ``$1,234.50`` is 1234.5.
        sample_weight : array-like of shape (n_samples,), optional
            How much each row counts, in fitting and in comparing; nothing at 0. Algorithms that take no weights are
            not considered then.
        groups, time : str or array-like of shape (n_samples,), optional
            What rows belong together by, or are ordered by: candidates are then compared on rows of other groups, or on
            later ones. The name of a column, or values beside the table.

        Returns
        -------
        self
            Fitted. Where nothing can be learnt, since the target or every column is constant or no class has a second
            row, with a warning and a constant prediction.

        Raises
        ------
        ValueError
            If the table or the target is not what scikit-learn's estimators take.
        RecommendationError
            If no configuration is left by the choices and limits.
        MetricError
            If a scorer or function given as metric raises, or gives no finite number.
        LimitError
            If the memory is not above 0, or there are many more processes than processors.
        ClusterError
            If the cluster cannot be reached.
        """
        one = 1 if self.n_candidates is None and self.seconds is None else self.n_candidates
        budget, effort = Budget(seconds=self.seconds, tries=one), self._effort()
        effort.check()
        table = self._table(X, y, reset=True)
        y = self._target(y, reset=True)
        check_consistent_length(table, y)
        target = pd.Series(y, index=table.index, name="target")
        if sample_weight is not None:
            sample_weight = checked_weights(sample_weight, len(table))
            counts = sample_weight > 0
            table, target, sample_weight = table[counts], target[counts], sample_weight[counts]
            groups, time = (_rows_of(values, counts) for values in (groups, time))
            check_rows_stay(self.cv, n_given=len(counts), n_left=len(table), why="rows of weight 0")
        dataset = Dataset(table, target, self._task(target), from_array=not hasattr(self, "feature_names_in_"))
        self.recommendation_: Recommendation | None = None
        self.leaderboard_ = pd.DataFrame()
        reason = _why_nothing_to_learn(dataset)
        if reason:
            warnings.warn(f"{reason}: the same will be predicted for every row", UserWarning, stacklevel=2)
            self.best_configuration_: Configuration | None = None
            self.estimator_ = DummyRegressor() if dataset.task == "regression" else DummyClassifier()
            self.estimator_.fit(table, target, sample_weight)
            return self
        weights = row_weights(target, sample_weight, getattr(self, "class_weight", None))
        self._fit_recommended(dataset, weights, budget, effort, {"cv": self.cv, "groups": groups, "time": time})
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The predicted class or number of each row of a table of shape (n_samples, n_features)."""
        check_is_fitted(self)
        return self.estimator_.predict(self._table(X))

    def _html_repr(self) -> str:
        """What scikit-learn shows in a notebook, and below it what was fitted and compared."""
        shown: str = super()._html_repr()
        if getattr(self, "best_configuration_", None) is None:
            return shown
        compared = [row for row in self.leaderboard_.to_dict("records") if row.get("score") == row.get("score")]
        names = ("algorithm", "hyperparameters", "score", "weight", "seconds")
        rows = [{name: row[name] for name in names if name in row} for row in compared]
        return shown + html_table(f"fitted: {self.best_configuration_}", rows)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Without the recommendation, which holds the training table."""
        state = super().__getstate__()
        return state | {"recommendation_": None} if "recommendation_" in state else state

    def _effort(self) -> Effort:
        how: dict[str, Any] = {"n_jobs": self.n_jobs, "memory": self.memory, "cluster": self.cluster}
        how |= {"on_progress": Live()} if self.verbose else {}
        return Effort(ensemble=self.ensemble, **how)

    def _fit_recommended(
        self, dataset: Dataset, weights: RowWeights, budget: Budget, effort: Effort, division: dict[str, Any]
    ) -> None:
        seed = self.random_state
        if not isinstance(seed, Integral):
            seed = check_random_state(seed).randint(2**31 - 1)
        recommendation = self._recommendation(dataset, int(seed), weighted=weights.fitting is not None)
        splits = asked_folds(dataset, random_state=int(seed), **division)
        effort = replace(effort, splits=splits, random_state=int(seed))
        found = search(recommendation, dataset, budget, weights=weights, effort=effort)
        tries = found.standing.tries
        refusals = [one.refusal for one in tries if one.refusal]
        if refusals and len(refusals) == len(tries):
            raise refusals[0]
        if (self.seconds is not None or tries) and (why := found.why_untested()):
            warnings.warn(why, UserWarning, stacklevel=3)
        self.estimator_, self.recommendation_ = found.fitted.estimator, recommendation
        self.leaderboard_ = found.board_of_fits(recommendation.items)
        by_id = {item.configuration.id: item.configuration for item in recommendation.items}
        by_id |= {one.id: one.item.configuration for one in tries}
        self.best_configuration_ = by_id[self.leaderboard_["configuration_id"].iloc[0]]

    def _recommendation(self, dataset: Dataset, seed: int, *, weighted: bool) -> Recommendation:
        return recommend(
            dataset,
            metric=self.metric,
            include=self.include,
            exclude=self.exclude,
            max_fit_time=self.max_fit_time,
            max_predict_time=self.max_predict_time,
            max_memory=self.max_memory,
            interpretable=self.interpretable,
            weighted=weighted,
            knowledge=self.knowledge,
            random_state=seed,
        )

    def _table(self, X: Any, y: Any = "no_validation", *, reset: bool = False) -> pd.DataFrame:
        """The features as a DataFrame under the names that they had, or under positions, when this was fitted."""
        if has_names(X):
            X = self._under_names(as_frame(X), reset=reset)
            if not len(X):
                raise DatasetError("the table has no rows: give one at least")
        elif not isinstance(X, np.ma.MaskedArray):
            array = X if is_sparse(X) else as_array(X, "the features")
            taken: dict[str, Any] = {"accept_sparse": True, "dtype": None, "ensure_all_finite": False}
            X = check_array(array, **taken, estimator=self, input_name="X")
        validate_data(self, X, y, reset=reset, skip_check_array=True)
        names = getattr(self, "feature_names_in_", range(self.n_features_in_))
        return as_frame(X).set_axis(names, axis=1)

    def _under_names(self, frame: pd.DataFrame, *, reset: bool) -> pd.DataFrame:
        """Names that are no text may come in another order; for those that are, scikit-learn allows only one."""
        are_text = {isinstance(name, str) for name in frame.columns}
        if len(are_text) > 1 or not frame.columns.is_unique:  # scikit-learn takes names of one type, each once
            frame = frame.set_axis(unique_names(frame.columns), axis=1)
        if reset:
            self._names = list(frame.columns)
        elif are_text != {True} and set(self._names) <= set(frame.columns):
            return frame[self._names]
        return frame

    def _task(self, y: pd.Series) -> Task:
        raise NotImplementedError

    def _target(self, y: Any, *, reset: bool = False) -> np.ndarray:
        """The target as it is read: numbers that are written as text, booleans that are held as objects."""
        found = y if isinstance(y, (pd.Series, np.ma.MaskedArray)) else native(y)
        if found is None or isinstance(found, pd.DataFrame):
            found = column_or_1d(as_array(y, "the target"), warn=True)
        given = as_column(found)
        if reset:
            self._reading = fit_target(given, numeric=is_regressor(self))
        values = self._reading.read(given)
        if n := values.isna().sum():
            raise ValueError(f"Input y contains NaN: {count(n, 'row has', 'rows have')} no target. Leave out such rows")
        return self._checked_target(values)

    def _checked_target(self, y: pd.Series) -> np.ndarray:
        raise NotImplementedError


class RecommendedClassifier(ClassifierMixin, _Recommended):
    """A classifier that fits what is recommended for the table it is given.

    Parameters
    ----------
    metric : str or callable, optional
        What to be good at: ``roc_auc`` (default), ``log_loss``, ``accuracy``, ``balanced_accuracy``, ``f1_macro``,
        ``average_precision``, ``mcc``, ``brier`` or, of two classes, ``f1``; or a scorer of scikit-learn, its name, or
        a function of ``(y_true, y_pred)`` where greater is better, as for `recommend`. Candidates are compared by it.
    seconds : float, optional
        By the clock, for everything that `fit` does, the recommendation included: as many configurations are tried as
        there is time for, as `recommender.fitting.refinement.refine` does, and the best of them, or an ensemble, is
        fitted. If not given, the number of candidates says when it ends.
    n_candidates : int, optional
        How many configurations are compared by cross-validation on the table at most; if not given, 1, and as many as
        there is time for with `seconds`. One is fitted as it is, but that thresholds are chosen by cross-validation,
        too.
    ensemble : bool, default=True
        Whether several candidates' probabilities, or numbers, may be averaged under the weights that did best in
        cross-validation: where rows that did not choose these say that it is better than the best one alone.
    include, exclude : iterable of str, optional
        Names of algorithms to consider only, or not at all.
    max_fit_time, max_predict_time, max_memory : float, optional
        What is fitted may be expected to cost, as for `recommend`: seconds of fitting one configuration once, and
        for all of an ensemble together seconds of predicting 1,000 rows, and megabytes. Comparing, and choosing
        thresholds, fits up to five times more.
    interpretable : bool, default=False
        Whether to consider only algorithms whose fitted model a person can read.
    class_weight : "balanced" or dict of class to float, optional
        How much the rows of each class count in fitting, beside `sample_weight`; balanced weights are inverse to the
        classes' shares. Algorithms that take no weights are not considered then.
    cv : int, splitter of scikit-learn, or iterable of (train, test), optional
        How rows are divided for comparing: so many folds, or those of the splitter. By the number of rows if not given.
        `fit` takes ``groups`` and ``time`` beside it.
    n_jobs : int, optional
        How many processes fit at once, at most 8 for each processor, -1 for all processors; if not given these, but
        none beside this one without `seconds`.
    memory : float, optional
        Gigabytes that each of these processes may take for a fit, beyond what it begins with; 6 if not given. What is
        small is fitted in this process, without a limit.
    cluster : str, optional
        The address of a Dask scheduler, such as ``tcp://host:8786``, whose workers fit instead.
    verbose : bool, default=False
        Whether to tell of progress: a notebook shows a leaderboard that changes, and elsewhere lines on standard error
        tell of what gains.
    knowledge : path or Trained, optional
        A folder written by ``recommender train``; what is shipped by default.
    random_state : int, RandomState or None, default=0
        Seed of the meta-features, folds and models.

    Attributes
    ----------
    estimator_ : estimator
        What was fitted, preprocessing included: a pipeline, or a `VotingClassifier` of several. A `Thresholded` one
        where the metric is ``f1``, or classes are imbalanced and it is ``balanced_accuracy``, ``f1_macro`` or ``mcc``,
        and other thresholds than equal ones raise it: then `predict` may give another class than the likeliest one.
    recommendation_ : Recommendation or None
        The whole recommendation. It holds the training table, so it does not go with a pickle or copy.
    best_configuration_ : Configuration or None
        What was fitted, or weighs most in an ensemble; None where nothing could be learnt.
    leaderboard_ : DataFrame
        The candidates, the heaviest and then the best first: as a `Refinement` has it, with weight in the fitted
        model and seconds spent on all its fits. The score is NaN where nothing was compared. Expected scores are
        without thresholds.
    classes_ : array of shape (n_classes,)
        The classes.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : array of str
        Names of the columns, where they have any.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> model = RecommendedClassifier(exclude=["mlp"]).fit(X, y)
    >>> model.predict_proba(X).shape, model.score(X, y) > 0.9
    ((178, 3), True)
    """

    def __init__(
        self,
        *,
        metric: Judge | None = None,
        seconds: float | None = None,
        n_candidates: int | None = None,
        ensemble: bool = True,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] = (),
        max_fit_time: float | None = None,
        max_predict_time: float | None = None,
        max_memory: float | None = None,
        interpretable: bool = False,
        class_weight: Mapping[Any, float] | str | None = None,
        cv: Any = None,
        n_jobs: int | None = None,
        memory: float | None = None,
        cluster: str | None = None,
        verbose: bool = False,
        knowledge: Path | str | Trained | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        super().__init__(
            metric=metric,
            seconds=seconds,
            n_candidates=n_candidates,
            ensemble=ensemble,
            include=include,
            exclude=exclude,
            max_fit_time=max_fit_time,
            max_predict_time=max_predict_time,
            max_memory=max_memory,
            interpretable=interpretable,
            cv=cv,
            n_jobs=n_jobs,
            memory=memory,
            cluster=cluster,
            verbose=verbose,
            knowledge=knowledge,
            random_state=random_state,
        )
        self.class_weight = class_weight

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of the columns of `predict_proba`."""
        return self.estimator_.classes_

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, of shape (n_samples, n_classes), in the order of `classes_`."""
        check_is_fitted(self)
        return self.estimator_.predict_proba(self._table(X))

    @available_if(lambda self: hasattr(self.estimator_, "decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """The fitted model's decisions, where it has any: of shape (n_samples,) or (n_samples, n_classes)."""
        return self.estimator_.decision_function(self._table(X))

    def _task(self, y: pd.Series) -> Task:
        return "binary" if y.nunique() <= 2 else "multiclass"

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy on a table of shape (n_samples, n_features) with its target, which is read as when fitted."""
        check_is_fitted(self)
        return super().score(X, self._target(y), sample_weight)

    def _checked_target(self, y: pd.Series) -> np.ndarray:
        classes = y.to_numpy()
        assert_all_finite(classes, input_name="y")
        try:
            check_classification_targets(classes)
        except TypeError as error:  # bytes, and values of several kinds
            raise DatasetError(f"the target holds values that cannot be classes: {one_line(error)}") from error
        return classes


class RecommendedRegressor(RegressorMixin, _Recommended):
    """A regressor that fits what is recommended for the table it is given.

    Parameters and attributes are those of `RecommendedClassifier`, without `class_weight` and `classes_`, and there are
    no probabilities, decisions or thresholds; `metric` is ``r2`` (default), ``rmse``, ``mae``, ``mape``, ``medae``,
    ``rmsle``, ``pinball_10``, ``pinball_90``, ``poisson``, or a scorer or function.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = RecommendedRegressor(n_candidates=2, include=["ridge", "lasso"]).fit(X, y)
    >>> len(model.leaderboard_), model.score(X, y) > 0.4
    (2, True)
    """

    def _task(self, y: pd.Series) -> Task:
        return "regression"

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² on a table of shape (n_samples, n_features) with its target, which is read as when this was fitted."""
        check_is_fitted(self)
        return super().score(X, self._target(y), sample_weight)

    def _checked_target(self, y: pd.Series) -> np.ndarray:
        numbers = y.to_numpy(dtype=np.float64)
        assert_all_finite(numbers, input_name="y")
        return numbers


def _rows_of(values: Any, chosen: np.ndarray) -> Any:
    """Values beside the table, of some of its rows; the name of a column as it is."""
    if np.ndim(values) == 0 or len(values) != len(chosen):  # which is refused later
        return values
    return np.asarray(values)[chosen]


def _why_nothing_to_learn(dataset: Dataset) -> str | None:
    """What leaves nothing to be learnt, or None."""
    if dataset.y.nunique() == 1:
        return "the target is constant"
    if dataset.task != "regression" and dataset.y.nunique() == dataset.n_samples:
        return "no class has a second row"
    return None if any(dataset.kinds) else "every column is constant"
