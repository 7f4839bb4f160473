"""Training: from a knowledge base to what a recommendation needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.growth import booster_shares
from recommender.algorithms.pool import safe_defaults
from recommender.errors import KnowledgeBaseError
from recommender.evaluation.costs import PREDICT_TERMS, SecondsModel
from recommender.evaluation.metrics import METRICS, Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.manifest import write_manifest
from recommender.metafeatures import LEVELS, METAFEATURES, METAFEATURES_VERSION
from recommender.metamodel.checking import DATASET
from recommender.metamodel.model import MetaModel
from recommender.metamodel.observations import Observations, observe, scores_seen
from recommender.metamodel.regrets import normalized_regret
from recommender.metamodel.seen import Seen
from recommender.metamodel.trained import FORMAT, INPUTS, METAMODEL, Trained, save_trained, sizes_of
from recommender.outputs import whole_folder
from recommender.tables.dataset import Task

MIN_DATASETS = 8
"""With fewer datasets than this nothing is trained."""


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
    learnt = observe(knowledge, metric)
    n_datasets = learnt.about["dataset_id"].nunique()
    if n_datasets < MIN_DATASETS:
        raise KnowledgeBaseError(
            f"the knowledge base holds {n_datasets} {' or '.join(metric.tasks)} datasets with evaluations, and "
            f"at least {MIN_DATASETS} are needed. Collect more with `recommender collect`"
        )
    _check_versions(learnt.about)
    model = MetaModel(random_state=random_state).fit(
        inputs_of(learnt.metafeatures),
        learnt.scores,
        families=learnt.about["family"],
        defaults=safe_defaults(),
        levels=LEVELS,
    )
    sizes = sizes_fitted(learnt)
    configurations = {str(i): knowledge.configuration(str(i)) for i in learnt.scores.columns}
    shares = booster_shares(configurations.values(), sizes["n_samples"])
    return Trained(
        metric,
        model,
        SecondsModel.fit(sizes, learnt.fit_seconds.div(shares)),
        SecondsModel.fit(sizes, learnt.predict_seconds, PREDICT_TERMS),
        SecondsModel.fit(sizes, learnt.model_bytes),
        SecondsModel.fit(sizes, learnt.peak_bytes),
        configurations,
        learnt.about.loc[model.datasets_, list(DATASET)],
        Seen.of(scores_seen(knowledge, metric)[list(configurations)], knowledge.datasets),
    )


def metric_to_learn(knowledge: KnowledgeBase, metric: Metric) -> Metric:
    """The metric itself, or the nearest one where too few evaluations have its score.

    That is on fewer than 8 datasets, or where less than half of the scores are there that the nearest one has.
    """
    if metric.nearest is None:
        return metric
    nearest = METRICS[metric.nearest]
    own, other = (observe(knowledge, one) for one in (metric, nearest))
    n_own, n_other = (int(one.scores[one.about["task"].isin(metric.tasks)].count().sum()) for one in (own, other))
    is_enough = own.about["dataset_id"].nunique() >= MIN_DATASETS and n_own >= n_other / 2
    return metric if is_enough else nearest


def sizes_fitted(learnt: Observations) -> pd.DataFrame:
    """The sizes of what was fitted and predicted, which seconds depend on."""
    rows = learnt.about[["n_train", "n_test"]]
    return sizes_of(learnt.metafeatures).assign(n_samples=rows["n_train"], n_predicted=rows["n_test"])


def _check_versions(about: pd.DataFrame) -> None:
    old = about["dataset_id"][about["metafeatures_version"] != METAFEATURES_VERSION].unique()
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
) -> dict[Metric, list[str]]:
    """Train for every metric and write the results beside the knowledge base, all of them or none.

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
    dict of Metric to list of str
        What was trained for, and the datasets whose scores go against what all the others say, or are all the same,
        which were not learnt from. A metric that the knowledge base holds on fewer than 8 datasets is left out, and so
        is one that `metric_to_learn` leaves to the nearest one.
    """
    own = [m for m in METRICS.values() if metric_to_learn(knowledge, m) is m]
    metrics = [m for m in own if observe(knowledge, m).about["dataset_id"].nunique() >= MIN_DATASETS]
    if not metrics:
        raise KnowledgeBaseError(
            f"there are no {MIN_DATASETS} datasets with evaluations, neither of classification nor of regression. "
            f"Collect more with `recommender collect`"
        )
    contrary = {}
    with whole_folder(folder / METAMODEL) as part:
        for metric in metrics:
            on_progress(metric.name)
            trained = train(knowledge, metric, random_state=random_state)
            contrary[metric] = trained.model.contrary_
            save_trained(trained, part)
        about = {"metafeatures_version": METAFEATURES_VERSION, "trained": [metric.name for metric in metrics]}
        write_manifest(part, kind="meta-model", version=FORMAT, about=about)
    return contrary
