"""Training: from a knowledge base to what a recommendation needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pool import safe_defaults
from recommender.errors import KnowledgeBaseError
from recommender.evaluation.costs import PREDICT_TERMS, SecondsModel
from recommender.evaluation.metrics import METRICS, Metric
from recommender.evidence.knowledge import KnowledgeBase, winners
from recommender.manifest import write_manifest
from recommender.metafeatures import LEVELS, METAFEATURES, METAFEATURES_VERSION
from recommender.metamodel.model import MetaModel
from recommender.metamodel.regrets import normalized_regret
from recommender.metamodel.seen import Seen
from recommender.metamodel.trained import FORMAT, INPUTS, METAMODEL, Trained, save_trained, sizes_of
from recommender.outputs import check_folder
from recommender.tables.dataset import Task

MIN_DATASETS = 8
"""With fewer datasets than this nothing is trained."""
MIN_SEEN = 10
"""A dataset of which fewer configurations were evaluated, and less than half of what the most have, is not learnt from:
the better of two says little of what is best. Its scores count where it is the very table that is asked about."""
MIN_SHARE = 0.5
"""A configuration that was evaluated on a smaller share of the datasets is left out."""


def train(knowledge: KnowledgeBase, metric: Metric, *, random_state: int = 0) -> Trained:
    """Train the meta-model for a metric, on the datasets of every task that it judges.

    Binary and multiclass tasks are learnt together: what wins on the ones wins on the others.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from.
    metric : Metric
        The metric.
    random_state : int, default=0
        Seed of the meta-model.

    Raises
    ------
    KnowledgeBaseError
        If the knowledge base holds fewer than 8 datasets of these tasks.
    """
    seen = scores_seen(knowledge, metric)
    performance = scores_to_learn(knowledge, metric)
    if len(performance) < MIN_DATASETS:
        raise KnowledgeBaseError(
            f"the knowledge base holds {len(performance)} {' or '.join(metric.tasks)} datasets with evaluations, and "
            f"at least {MIN_DATASETS} are needed. Collect more with `recommender collect`"
        )
    _check_versions(knowledge.datasets.loc[performance.index])
    about = knowledge.datasets.loc[performance.index]
    model = MetaModel(random_state=random_state).fit(
        inputs_of(knowledge.metafeatures.loc[performance.index]),
        performance,
        families=about["family"],
        defaults=safe_defaults(),
        levels=LEVELS,
    )
    ids = list(performance.columns)
    sizes, fit_seconds, predict_seconds = measured_seconds(knowledge, performance)
    bytes_ = _model_bytes(knowledge.standard).reindex(index=about.index, columns=ids)
    best = pd.concat([winners(knowledge, task, metric.name) for task in metric.tasks])
    return Trained(
        metric,
        model,
        SecondsModel.fit(sizes, fit_seconds),
        SecondsModel.fit(sizes, predict_seconds, PREDICT_TERMS),
        SecondsModel.fit(sizes, bytes_),
        {i: knowledge.configuration(i) for i in ids},
        about[["name", "n_samples", "n_features", "n_classes", "fingerprint", "family"]].assign(
            winner=best["algorithm"], winning_hyperparameters=best["hyperparameters"], winning_score=best[metric.name]
        ),
        Seen.of(seen[ids], knowledge.datasets),
    )


def metric_to_learn(knowledge: KnowledgeBase, metric: Metric) -> Metric:
    """The metric itself, or the nearest one where too few evaluations have its score.

    That is on fewer than 8 datasets, or on less than half of the datasets that have a score of the nearest one.
    """
    if metric.nearest is None:
        return metric
    nearest, own = METRICS[metric.nearest], len(scores_to_learn(knowledge, metric))
    tasks = knowledge.datasets["task"].reindex(scores_to_learn(knowledge, nearest).index)
    return metric if own >= max(MIN_DATASETS, tasks.isin(metric.tasks).sum() / 2) else nearest


def scores_of(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores on the datasets of every task that a metric judges, larger is better: datasets by configurations."""
    return pd.concat([knowledge.performance(task, metric) for task in metric.tasks]).sort_index(axis=1)


def scores_to_learn(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores as a meta-model learns them, larger is better: the datasets of a metric's tasks by configurations.

    Datasets with few scores are left out, as one is that was evaluated before the metric was known, and configurations
    that were evaluated on too small a share of the others.
    """
    performance = scores_seen(knowledge, metric)
    n_seen = performance.notna().sum(axis=1)
    performance = performance[n_seen >= min(MIN_SEEN, n_seen.max() / 2)]
    return performance.loc[:, performance.notna().mean() >= MIN_SHARE].dropna(how="all")


def scores_seen(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores, larger is better, on the datasets of a metric's tasks that have one.

    Errors in the target's units are in standard deviations of the target, and no score is lower than the metric's
    floor.
    """
    performance = scores_of(knowledge, metric).dropna(how="all")
    if metric.in_target_units:
        performance = performance.div(knowledge.target_scales().reindex(performance.index), axis=0)
    return performance.clip(lower=metric.floor)


def measured_seconds(
    knowledge: KnowledgeBase, performance: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The sizes of what was fitted and predicted, and the mean seconds of a fit and of a call of predict.

    Each has a row for each dataset of `performance`; the seconds have its columns.
    """
    outcomes = knowledge.outcomes.loc[list(performance.index)]
    rows = outcomes[["n_train", "n_test"]].groupby(level=0).max().loc[performance.index]
    sizes = sizes_of(knowledge.metafeatures.loc[performance.index])
    sizes = sizes.assign(n_samples=rows["n_train"], n_predicted=rows["n_test"])
    fit_seconds, predict_seconds = (
        outcomes[name].unstack().reindex_like(performance) for name in ("fit_seconds", "predict_seconds")
    )
    return sizes, fit_seconds, predict_seconds


def _model_bytes(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Mean serialised sizes of fitted pipelines: datasets by configurations."""
    rows = evaluations[evaluations["model_bytes"] > 0].astype({"dataset_id": str, "configuration_id": str})
    return rows.groupby(["dataset_id", "configuration_id"])["model_bytes"].mean().unstack()


def _check_versions(datasets: pd.DataFrame) -> None:
    old = datasets.index[datasets["metafeatures_version"] != METAFEATURES_VERSION]
    if len(old):
        raise KnowledgeBaseError(
            f"the meta-features of {len(old)} datasets, such as {old[0]}, are not of version {METAFEATURES_VERSION}, "
            f"which this version of recommender computes. `recommender collect` on their tasks brings them up to date"
        )


def single_best(knowledge: KnowledgeBase, task: Task, metric: Metric) -> Configuration:
    """The configuration with the least mean normalized regret, among those with a score on nearly every dataset."""
    if not knowledge.for_task(task):
        raise KnowledgeBaseError(f"the knowledge base holds no {task} datasets, and so no single best for them")
    regret = normalized_regret(knowledge.performance(task, metric))
    return knowledge.configuration(str(regret.loc[:, regret.notna().mean() >= 0.9].mean().idxmin()))


def inputs_of(metafeatures: pd.DataFrame) -> pd.DataFrame:
    """The meta-features that the meta-model learns from; those that others have added stay."""
    others = {name for name, about in METAFEATURES.items() if about.group not in INPUTS}
    return metafeatures.drop(columns=others.intersection(metafeatures.columns))


def train_all(
    knowledge: KnowledgeBase,
    folder: Path,
    *,
    random_state: int = 0,
    on_progress: Callable[[str], None] = lambda metric: None,
) -> list[Metric]:
    """Train for every metric and write the results beside the knowledge base.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from.
    folder : Path
        The knowledge base's folder; a folder ``metamodel`` in it takes the results.
    random_state : int, default=0
        Seed of the meta-models.
    on_progress : callable(metric), optional
        Called with a metric's name before each training.

    Returns
    -------
    list of Metric
        What was trained for. A metric that the knowledge base holds on fewer than 8 datasets is left out, and so is one
        that `metric_to_learn` leaves to the nearest one.
    """
    own = [m for m in METRICS.values() if metric_to_learn(knowledge, m) is m]
    metrics = [m for m in own if len(scores_to_learn(knowledge, m)) >= MIN_DATASETS]
    if not metrics:
        raise KnowledgeBaseError(
            f"there are no {MIN_DATASETS} datasets with evaluations, neither of classification nor of regression. "
            f"Collect more with `recommender collect`"
        )
    folder = folder / METAMODEL
    check_folder(folder)
    for metric in metrics:
        on_progress(metric.name)
        save_trained(train(knowledge, metric, random_state=random_state), folder)
    about = {"metafeatures_version": METAFEATURES_VERSION, "trained": [metric.name for metric in metrics]}
    write_manifest(folder, kind="meta-model", version=FORMAT, about=about)
    return metrics
