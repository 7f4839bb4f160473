"""Scorers of scikit-learn and functions as metrics: `metric=` takes them, and the nearest known metric ranks."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING, Any

from recommender.errors import MetricError, one_line
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric, find_metric, metrics_for

if TYPE_CHECKING:
    import numpy as np

    from recommender.tables.dataset import Dataset, Task

Judge = str | Callable[..., Any]
"""What `metric=` takes: a name of ours or of scikit-learn's scorers, a scorer, or ``f(y_true, y_pred)``."""

NEAREST = {
    "roc_auc": ("roc_auc_score",),
    "log_loss": ("log_loss", "d2_log_loss_score"),
    "accuracy": ("accuracy_score",),
    "balanced_accuracy": ("balanced_accuracy_score",),
    "r2": ("r2_score", "explained_variance_score"),
    "rmse": ("root_mean_squared_error", "mean_squared_error", "max_error"),
    "mae": ("mean_absolute_error", "d2_absolute_error_score", "mean_pinball_loss", "d2_pinball_score"),
    "average_precision": ("average_precision_score",),
    "f1": ("f1_score", "fbeta_score", "precision_score", "recall_score", "jaccard_score"),
    "mcc": ("matthews_corrcoef", "cohen_kappa_score"),
    "brier": ("brier_score_loss", "d2_brier_score"),
    "mape": ("mean_absolute_percentage_error",),
    "medae": ("median_absolute_error",),
    "rmsle": ("root_mean_squared_log_error", "mean_squared_log_error"),
    "poisson": ("mean_poisson_deviance", "mean_gamma_deviance", "mean_tweedie_deviance"),
}
"""Functions of scikit-learn, by the metric that is nearest."""

ACCEPTED = "Give a scorer of sklearn.metrics.make_scorer, or a function of (y_true, y_pred) where greater is better"
N_TRIED = 1_000
"""A scorer is tried on about so many rows of a table before anything is fitted."""


def judge_of(metric: Judge | None, dataset: Dataset) -> Metric:
    """The metric of that name, or one that judges as a scorer or function does and names the nearest known one.

    A scorer is tried on made-up predictions for some rows of the dataset, so that a mistake in it is told at once.

    Raises
    ------
    UnknownNameError
        If there is no such name.
    MetricError
        If the scorer raises, or gives no finite number.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> iris = load_dataset(load_iris(as_frame=True))
    >>> judge_of("f1_macro", iris).name
    'f1_macro'
    >>> judge_of("f1_weighted", iris).nearest, judge_of(lambda y_true, y_pred: (y_true == y_pred).mean(), iris).nearest
    ('f1_macro', 'accuracy')
    """
    scorer = _scorer_of(metric)
    if scorer is None:
        return find_metric(metric, dataset.task)  # type: ignore[arg-type]
    name = metric if isinstance(metric, str) else _name_of(scorer)
    name = f"{name} as given" if name in METRICS else name
    found = Metric(
        name,
        title=name,
        meaning="as the scorer measures it, greater is better",
        tasks=(dataset.task,),
        measure=partial(_measured, scorer, name, dataset.task == "regression"),
        lower=-math.inf,
        upper=math.inf,
        nearest=_nearest(scorer, dataset.task),
    )
    value = found.measure(*_made_up(dataset))
    if not math.isfinite(value):
        raise MetricError(f"the metric {name} gives {value}, where a finite number is needed. {ACCEPTED}")
    return found


def task_asked_by(metric: Judge | None) -> Task | None:
    """The task that a metric, scorer or function of scikit-learn asks for, where it judges only one.

    Examples
    --------
    >>> task_asked_by("r2"), task_asked_by("neg_mean_absolute_error"), task_asked_by("accuracy"), task_asked_by(None)
    ('regression', 'regression', None, None)
    """
    known = METRICS.get(metric) if isinstance(metric, str) else None
    scorer = _scorer_of(metric)
    if scorer is not None:
        known = METRICS.get(_by_name(scorer) or "")
    tasks = known.tasks if known is not None else ()
    return "regression" if tasks == ("regression",) else None


def _scorer_of(metric: Judge | None) -> Callable[..., Any] | None:
    """The scorer or function that was meant, or None where one of our metrics was, or nothing that there is."""
    if metric is None or (isinstance(metric, str) and metric in METRICS):
        return None
    if isinstance(metric, str):
        from sklearn.metrics import get_scorer, get_scorer_names

        return get_scorer(metric) if metric in get_scorer_names() else None
    if not callable(metric):
        raise MetricError(f"{metric!r} is not a metric. {ACCEPTED}, or one of these names: {', '.join(METRICS)}")
    if getattr(metric, "__module__", "").startswith("sklearn.metrics") and not _is_scorer(metric):
        raise MetricError(
            f"scikit-learn's {_name_of(metric)} does not say whether greater is better. "
            f"Give make_scorer({_name_of(metric)}, greater_is_better=...)"
        )
    return metric


def _is_scorer(scorer: Callable[..., Any]) -> bool:
    """Whether it is called with a model; scikit-learn has no public word for it."""
    return hasattr(scorer, "_score_func")


def _function_of(scorer: Callable[..., Any]) -> Callable[..., Any]:
    return getattr(scorer, "_score_func", scorer)


def _name_of(scorer: Callable[..., Any]) -> str:
    return one_line(getattr(scorer, "__name__", scorer))


def _by_name(scorer: Callable[..., Any]) -> str | None:
    """The metric that is nearest to a function of scikit-learn."""
    function = getattr(_function_of(scorer), "__name__", "")
    name = next((name for name, functions in NEAREST.items() if function in functions), None)
    averaged = getattr(scorer, "_kwargs", {}).get("average", "binary") != "binary"
    return "f1_macro" if name == "f1" and averaged else name


def _nearest(scorer: Callable[..., Any], task: Task) -> str:
    """The nearest metric of a task: by the function's name, else by what it is asked of a model."""
    named = METRICS.get(_by_name(scorer) or "")
    if named is not None and task not in named.tasks and named.nearest:
        named = METRICS[named.nearest]
    if named is not None and task in named.tasks:
        return named.name
    asked = getattr(scorer, "_response_method", "predict")
    by_kind = "accuracy" if asked == "predict" else "log_loss" if asked == "predict_proba" else "roc_auc"
    return by_kind if task != "regression" else metrics_for(task)[0].name


def _measured(
    scorer: Callable[..., Any],
    name: str,
    of_numbers: bool,
    y: np.ndarray,
    predicted: Predicted,
    sample_weight: np.ndarray | None = None,
) -> float:
    """What a scorer or function says of predictions; weights are passed to those that take them."""
    import numpy as np

    from recommender.evaluation.predictions_as_model import PredictedClasses, PredictedNumbers, classes_of

    model: Any = PredictedNumbers(predicted) if of_numbers else PredictedClasses(predicted)
    rows, truth = np.arange(len(y))[:, None], y if of_numbers else classes_of(predicted)[y]
    given = (model, rows, truth) if _is_scorer(scorer) else (truth, model.predict(rows))
    weights = {} if sample_weight is None or not _takes_weights(scorer) else {"sample_weight": sample_weight}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that do not occur, as in comparisons
            value = scorer(*given, **weights)
    except Exception as error:
        said = f"{type(error).__name__}: {one_line(error)}"
        raise MetricError(f"the metric {name} cannot judge: it raises {said}. {ACCEPTED}") from error
    if not isinstance(value, Real):
        raise MetricError(f"the metric {name} gives {one_line(repr(value))}, where a number is needed. {ACCEPTED}")
    return float(value)


def _takes_weights(scorer: Callable[..., Any]) -> bool:
    try:
        return "sample_weight" in inspect.signature(_function_of(scorer)).parameters
    except (TypeError, ValueError):  # a function of C tells nothing
        return False


def _made_up(dataset: Dataset) -> tuple[np.ndarray, Predicted]:
    """The truth of some rows, every class among them, and predictions that are right for most."""
    import numpy as np

    if dataset.task == "regression":
        y = dataset.y.to_numpy(np.float64)[:N_TRIED]
        return y, Predicted((y + y.mean()) / 2)
    classes, first, codes = np.unique(np.asarray(dataset.y), return_index=True, return_inverse=True)
    y = codes[np.union1d(first, np.arange(min(N_TRIED, len(codes))))]
    labels = np.where(np.arange(len(y)) % 3 == 0, np.roll(y, 1), y)
    margins = np.eye(len(classes))[labels] * 0.8 + 0.2 / len(classes)
    return y, Predicted(labels, margins, are_probabilities=True, classes=classes)
