"""One fold of a task of the AutoML Benchmark: choose, fit and predict within its seconds.

Many of the benchmark's datasets are in our knowledge base. So for each fold the meta-model is trained anew, without the
dataset and all that shares its origin; that takes a part of the seconds. The test rows serve for this comparison alone.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from recommender import RecommendedClassifier, RecommendedRegressor
from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.measuring.openml_tasks import relatives
from recommender.metamodel.trained import Trained
from recommender.metamodel.training import metric_to_learn, train
from recommender.tables.loading import load_dataset

log = logging.getLogger(__name__)

METRICS = {
    "acc": "accuracy",
    "auc": "roc_auc",
    "auc_ovr": "roc_auc",
    "balacc": "balanced_accuracy",
    "logloss": "log_loss",
    "pr_auc": "average_precision",
    "mae": "mae",
    "mse": "rmse",
    "rmse": "rmse",
    "msle": "rmsle",
    "rmsle": "rmsle",
    "mape": "mape",
    "r2": "r2",
}
"""The benchmark's names of metrics, and ours. By one that is not here we choose as for the task's default."""


def run(dataset: Any, config: Any) -> dict[str, Any]:
    """The predictions for a fold's test rows.

    Parameters
    ----------
    dataset : object
        With ``train`` and ``test``, each with ``X`` and ``y``, and ``problem_type``.
    config : object
        With ``type``, ``metric``, ``name``, ``seed``, ``cores``, ``max_runtime_seconds``, ``output_predictions_file``
        and ``framework_params``: ``_first`` asks for the first recommendation alone, ``_leave_out: false`` lets the
        shipped meta-model choose, which may know the dataset.
    """
    from frameworks.shared.callee import result

    started, params = time.perf_counter(), config.framework_params
    metric = METRICS.get(config.metric)
    known = without_relatives(dataset, config.name, metric) if params.get("_leave_out", True) else None
    left = config.max_runtime_seconds - (time.perf_counter() - started)
    estimator = RecommendedClassifier if config.type == "classification" else RecommendedRegressor
    model = estimator(
        metric=metric,
        seconds=None if params.get("_first") else max(left, 1.0),
        n_jobs=config.cores,
        knowledge=known,
        random_state=config.seed,
    )
    model.fit(dataset.train.X, column(dataset.train.y))
    fitted = time.perf_counter()
    log.info("fitted %s", model.best_configuration_)
    return result(
        output_file=config.output_predictions_file,
        target_is_encoded=False,
        **predicted(model, dataset.test.X),
        models_count=int((model.leaderboard_["weight"] > 0).sum()) if "weight" in model.leaderboard_ else 1,
        training_duration=fitted - started,
        predict_duration=time.perf_counter() - fitted,
    )


def predicted(model: Any, X: Any) -> dict[str, Any]:
    """What the benchmark scores; labels as text of fixed width, which any version of numpy reads from a file."""
    if not is_classifier(model):
        return {"predictions": model.predict(X)}
    probabilities = model.predict_proba(X)
    labels = np.asarray([str(label) for label in model.classes_])
    return {
        "predictions": labels[np.searchsorted(model.classes_, model.predict(X))],
        "probabilities": probabilities,
        "probabilities_labels": labels.tolist(),
    }


def without_relatives(dataset: Any, name: str, metric: str | None) -> Trained:
    """A meta-model that knows neither the dataset nor what shares its origin."""
    knowledge = load_knowledge()
    X = pd.concat([dataset.train.X, dataset.test.X], ignore_index=True)
    y = pd.concat([column(dataset.train.y), column(dataset.test.y)], ignore_index=True)
    whole = load_dataset(X, y, task=dataset.problem_type, name=name)
    family = relatives(knowledge, whole)
    log.info("without %d known datasets: %s", len(family), ", ".join(family))
    known = knowledge.without(family)
    return train(known, metric_to_learn(known, find_metric(metric, dataset.problem_type)))


def column(values: Any) -> pd.Series:
    """The target as one column, whether it came as a table of one or as an array."""
    return values.iloc[:, 0] if isinstance(values, pd.DataFrame) else pd.Series(np.ravel(values), name="target")


if __name__ == "__main__":
    from frameworks.shared.callee import call_run

    call_run(run)
