"""What a meta-model learns from: every dataset at the standard size, and large ones once more at each larger size."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from recommender.algorithms.catalogue import find_algorithm
from recommender.evaluation.metrics import Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metafeatures import with_rows
from recommender.tables.splits import MAX_TRAIN_SAMPLES, SIZES

MIN_SEEN = 10
"""A dataset of which fewer configurations were evaluated, and less than half of what the most have, is not learnt from:
the better of two says little of what is best. Its scores count where it is the very table that is asked about."""
MIN_SHARE = 0.5
"""A configuration that was evaluated on a smaller share of the datasets to which it applies is left out."""
ROWS_PER_TRAINED = 1.5
"""A table's rows for each that a fold trains on: what was trained on so many is learnt as of a table with so many."""


@dataclass(frozen=True, eq=False)
class Observations:
    """Datasets, each at the number of rows that was trained on.

    A dataset of 45,000 rows of which folds train on 10,000 says what is best for one of 15,000 rows; where folds of
    30,000 were evaluated as well, that is a second observation, of the same family.

    Parameters
    ----------
    scores : DataFrame of shape (n_observations, n_configurations)
        Mean scores, larger is better; errors in the target's units are in standard deviations of the target, and no
        score is lower than the metric's floor. Missing where a configuration was not evaluated.
    metafeatures : DataFrame of shape (n_observations, n_metafeatures)
        Those of the datasets, with as many rows as the observation is of.
    about : DataFrame of shape (n_observations, ...)
        What the knowledge base says of the datasets, with their ``dataset_id``, the ``size``, the rows that a fold
        trained and tested on, ``n_train`` and ``n_test``, and what won: ``winner``, ``winning_hyperparameters`` and
        ``winning_score``.
    fit_seconds, predict_seconds, model_bytes, peak_bytes : DataFrame of shape (n_observations, n_configurations)
        Mean seconds of a fit and of a call of predict, mean serialised sizes of the fitted pipelines, and the memory
        that a fit took at its peak.
    """

    scores: pd.DataFrame
    metafeatures: pd.DataFrame
    about: pd.DataFrame
    fit_seconds: pd.DataFrame
    predict_seconds: pd.DataFrame
    model_bytes: pd.DataFrame
    peak_bytes: pd.DataFrame


def observe(knowledge: KnowledgeBase, metric: Metric) -> Observations:
    """What a knowledge base holds of a metric that can be learnt from.

    Observations with few scores are left out, as is a dataset that was evaluated before the metric was known, and
    configurations that were evaluated on too small a share of the datasets at the standard size to which they apply.
    """
    standard = _rich(scores_seen(knowledge, metric))
    wanted = standard.columns[_share_known(standard, knowledge) >= MIN_SHARE]
    larger = {size: _rich(scores_seen(knowledge.at(size), metric)) for size in SIZES if size > knowledge.size}
    scores_by_size = {knowledge.size: standard} | {size: scores for size, scores in larger.items() if len(scores)}
    parts = [
        _observations(knowledge.at(size), metric, scores.reindex(columns=wanted).dropna(how="all"))
        for size, scores in scores_by_size.items()
    ]
    return Observations(*(pd.concat([getattr(part, field.name) for part in parts]) for field in fields(Observations)))


def scores_seen(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores at the knowledge base's size, as `Observations` has them, of every dataset that has one."""
    performance = scores_of(knowledge, metric).dropna(how="all")
    if metric.in_target_units:
        performance = performance.div(knowledge.target_scales().reindex(performance.index), axis=0)
    return performance.clip(lower=metric.floor)


def scores_of(knowledge: KnowledgeBase, metric: Metric) -> pd.DataFrame:
    """Mean scores on the datasets of every task that a metric judges, larger is better: datasets by configurations."""
    return pd.concat([knowledge.performance(task, metric) for task in metric.tasks]).sort_index(axis=1)


def _rich(scores: pd.DataFrame) -> pd.DataFrame:
    """The datasets on which enough was evaluated."""
    n_seen = scores.notna().sum(axis=1)
    return scores[n_seen >= min(MIN_SEEN, n_seen.max() / 2)] if len(scores) else scores


def _share_known(scores: pd.DataFrame, knowledge: KnowledgeBase) -> pd.Series:
    """On what share of the datasets to which it applies each configuration was evaluated.

    It does not apply where that was recorded, or where its algorithm is not for tables of that size.
    """
    outcomes = knowledge.outcomes["not_applicable"].unstack().reindex_like(scores)
    does_not = outcomes.eq(True) | (scores.isna() & _too_large(scores, knowledge))
    return scores.notna().sum() / np.maximum((~does_not).sum(), 1)


def _too_large(scores: pd.DataFrame, knowledge: KnowledgeBase) -> pd.DataFrame:
    """Where an algorithm is not for tables of that size: datasets by configurations."""
    sizes = knowledge.datasets.loc[scores.index, ["n_features", "n_classes"]]
    n_train = knowledge.outcomes["n_train"].groupby(level=0).max()
    sizes["n_samples"] = n_train.reindex(scores.index).fillna(0)
    algorithms = knowledge.configurations["algorithm"].loc[scores.columns]
    columns = {}
    for name in algorithms.unique():
        why_not = find_algorithm(name).why_not
        columns[name] = [
            why_not(**{str(k): int(v) for k, v in row.items()}) is not None for row in sizes.to_dict("records")
        ]
    return pd.DataFrame({i: columns[name] for i, name in algorithms.items()}, index=scores.index)


def _observations(knowledge: KnowledgeBase, metric: Metric, scores: pd.DataFrame) -> Observations:
    """The datasets of some scores, at the knowledge base's size."""
    ids, size = list(scores.index), knowledge.size
    outcomes = knowledge.outcomes.loc[ids]
    measured = scores_of(knowledge, metric).loc[ids]
    best = knowledge.configurations.loc[measured.idxmax(axis=1)]
    about = knowledge.datasets.loc[ids].assign(
        dataset_id=ids,
        size=size,
        **{name: outcomes[name].groupby(level=0).max() for name in ("n_train", "n_test")},
        winner=best["algorithm"].to_numpy(),
        winning_hyperparameters=best["hyperparameters"].to_numpy(),
        winning_score=metric.sign * measured.max(axis=1),
    )
    times = (ROWS_PER_TRAINED * size / about["n_samples"]).clip(upper=1.0)
    seconds = (outcomes[name].unstack().reindex_like(scores) for name in ("fit_seconds", "predict_seconds"))
    bytes_ = (_mean_bytes(knowledge.compared, name).reindex_like(scores) for name in ("model_bytes", "peak_bytes"))
    parts = (scores, with_rows(knowledge.metafeatures.loc[ids], times), about, *seconds, *bytes_)
    names = scores.index if size == MAX_TRAIN_SAMPLES else scores.index + f" at {size}"
    return Observations(*(part.set_axis(names.rename(None)) for part in parts))


def _mean_bytes(evaluations: pd.DataFrame, name: str) -> pd.DataFrame:
    """Means of a column of bytes over the folds where they are known: datasets by configurations."""
    rows = evaluations[evaluations[name] > 0].astype({"dataset_id": str, "configuration_id": str})
    return rows.groupby(["dataset_id", "configuration_id"])[name].mean().unstack()
