"""What a knowledge base says of each dataset, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from recommender.advice.small_learners import compare_kinds
from recommender.algorithms.configuration import Configuration
from recommender.atlas.in_words import dataset_in_words
from recommender.atlas.lessons import algorithm_of
from recommender.atlas.likeness import likeness
from recommender.evaluation.metrics import Metric, metrics_for
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel.regrets import normalized_regret
from recommender.tables.dataset import Task

N_ALIKE = 6
"""So many alike datasets are named."""
N_CURVES = 6
"""So many algorithms have a learning curve."""
NO_SCORE = ["failed", "stopped", "not_applicable"]


@dataclass(frozen=True, eq=False)
class TaskEvidence:
    """The scores of a task, put together once for all of its datasets.

    Parameters
    ----------
    task : {"binary", "multiclass", "regression"}
        Which task.
    metric : Metric
        Its default metric, by which algorithms are compared.
    performance, regret : DataFrame of shape (n_datasets, n_configurations)
        Scores, larger is better, and normalized regrets.
    alike : DataFrame of shape (n_datasets, n_datasets)
        What `likeness` returned.
    """

    task: Task
    metric: Metric
    performance: pd.DataFrame
    regret: pd.DataFrame
    alike: pd.DataFrame

    @property
    def winners(self) -> pd.Series:
        """The id of the best configuration of each dataset."""
        return self.performance.idxmax(axis=1)


def evidence_of(knowledge: KnowledgeBase, task: Task) -> TaskEvidence:
    """The scores of a task by its default metric; datasets without any score are left out."""
    performance = knowledge.performance(task)
    performance = performance[performance.notna().any(axis=1)]
    return TaskEvidence(task, metrics_for(task)[0], performance, normalized_regret(performance), likeness(performance))


def describe_dataset(knowledge: KnowledgeBase, evidence: TaskEvidence, dataset_id: str) -> dict[str, Any]:
    """All that a page says of a dataset, by name."""
    outcomes = pd.DataFrame(knowledge.outcomes_by_size.loc[dataset_id])
    ended = outcomes[~outcomes[NO_SCORE].any(axis=1)]
    metafeatures = knowledge.metafeatures.reindex([dataset_id])
    return {
        "sentences": dataset_in_words(metafeatures, evidence.task),
        "kinds": compare_kinds(metafeatures),
        "winners": winners_by_metric(knowledge, ended, evidence.task),
        "algorithms": compare_algorithms(knowledge, evidence, dataset_id),
        "curves": learning_curves(knowledge, ended, evidence.metric),
        "alike": alike_datasets(knowledge, evidence, dataset_id),
    }


def winners_by_metric(knowledge: KnowledgeBase, ended: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Which configuration is best by each metric at each size: size, metric, algorithm, hyperparameters and score."""
    rows = []
    for size, of_size in ended.groupby(level="size"):
        for metric in metrics_for(task):
            scores = of_size[metric.name].droplevel("size").dropna()
            if len(scores):
                best = str((metric.sign * scores).idxmax())
                about = knowledge.configuration(best)
                rows.append(
                    {
                        "size": int(size),  # type: ignore[call-overload]
                        "metric": metric.title,
                        "algorithm": about.algorithm,
                        "hyperparameters": dict(about.hyperparameters),
                        "score": float(scores[best]),
                    }
                )
    return pd.DataFrame(rows, columns=["size", "metric", "algorithm", "hyperparameters", "score"])


def compare_algorithms(knowledge: KnowledgeBase, evidence: TaskEvidence, dataset_id: str) -> pd.DataFrame:
    """The best configuration of each algorithm, the best algorithm first.

    Returns
    -------
    DataFrame indexed by algorithm
        Hyperparameters, score in the metric's own unit, normalized regret, the score of the defaults, and seconds of
        the best one's fit and prediction.
    """
    sign, scores = evidence.metric.sign, evidence.performance.loc[dataset_id].dropna()
    algorithms = pd.Series(algorithm_of(knowledge, scores.index), index=scores.index)
    best = pd.Series(scores.groupby(algorithms).idxmax()).astype(str)
    costs = pd.DataFrame(knowledge.outcomes.loc[dataset_id]).reindex(best)
    table = pd.DataFrame(
        {
            "hyperparameters": [dict(knowledge.configuration(i).hyperparameters) for i in best],
            "score": sign * scores[best].to_numpy(),
            "regret": evidence.regret.loc[dataset_id].reindex(best).to_numpy(),
            "default": sign * scores.reindex([Configuration(name, {}).id for name in best.index]).to_numpy(),
            "fit_seconds": costs["fit_seconds"].to_numpy(),
            "predict_seconds": costs["predict_seconds"].to_numpy(),
        },
        index=best.index.rename("algorithm"),
    )
    return table.loc[(sign * table["score"]).sort_values(ascending=False, kind="stable").index]


def learning_curves(knowledge: KnowledgeBase, ended: pd.DataFrame, metric: Metric) -> dict[str, pd.Series]:
    """The best score of some algorithms over training rows, those first that are best with the most; often nothing."""
    known = metric.sign * ended[metric.name].dropna()
    if known.empty or len(known.index.unique("size")) < 2:
        return {}
    names = algorithm_of(knowledge, known.index.get_level_values("configuration_id"))
    best = known.groupby([names, known.index.get_level_values("size")]).max().unstack()
    best = best.sort_values(best.columns[-1], ascending=False, kind="stable").head(N_CURVES)
    rows = ended["n_train"].groupby(level="size").max().to_dict()
    curves = {str(name): (metric.sign * scores.dropna()).rename(rows) for name, scores in best.iterrows()}
    return {name: curve for name, curve in curves.items() if len(curve) > 1}


def alike_datasets(knowledge: KnowledgeBase, evidence: TaskEvidence, dataset_id: str) -> pd.DataFrame:
    """The datasets on which the same configurations do well: likeness, name, sizes and what won there."""
    others = evidence.alike[dataset_id].drop(dataset_id).nlargest(N_ALIKE)
    others = others[others > 0]
    table = knowledge.datasets.loc[others.index, ["name", "n_samples", "n_features"]]
    winners = algorithm_of(knowledge, pd.Index(evidence.winners[others.index]))
    return table.assign(likeness=others, winner=winners)
