"""Advising: from a dataset and what was trained to the ranking of the configurations that may be fitted on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.advice.filters import Filters, choose
from recommender.advice.outside import why_outside
from recommender.advice.ranking import WORTH_A_WORD, Ranking, RecommendedConfiguration
from recommender.algorithms.catalogue import find_algorithm
from recommender.errors import RecommendationError
from recommender.evaluation.metrics import Metric, trivial_score
from recommender.metafeatures import extract_metafeatures
from recommender.metamodel.prediction import Prediction
from recommender.metamodel.recall import expect
from recommender.metamodel.trained import INPUTS, Trained, sizes_of
from recommender.tables.dataset import Dataset

N_PREDICTED = 1_000
"""Seconds to predict are of so many rows."""


def rank_configurations(
    dataset: Dataset, trained: Trained, filters: Filters, *, judge: Metric | None = None, random_state: int = 0
) -> Ranking:
    """The configurations that may be fitted on a dataset, the one to fit first first.

    Parameters
    ----------
    dataset : Dataset
        What is to be fitted. It is described by meta-features, from which the meta-model expects scores and regrets.
    trained : Trained
        The meta-model, and what else was learnt of costs.
    filters : Filters
        What narrows the ranking.
    judge : Metric, optional
        What comparisons judge by, where it is not the metric that was trained for.
    random_state : int, default=0
        Seed of the meta-features that are measured on subsamples.

    Raises
    ------
    UnknownNameError, RecommendationError, KnowledgeBaseError
        As `recommender.advice.filters.choose` does.
    """
    metafeatures = pd.DataFrame([extract_metafeatures(dataset, groups=INPUTS, random_state=random_state).values])
    seen, itself = trained.seen.on(dataset), trained.same_as(dataset)
    prediction, scenarios = expect(trained.model, metafeatures, seen, itself=itself)
    table = choose(_expected(trained, prediction, metafeatures, dataset), trained, dataset, filters)
    table, missing = _installed(table, trained)
    scenarios = scenarios.among(table.index)
    preference = pd.Series(scenarios.preference, index=scenarios.configurations)[table.index]
    order = preference.sort_values(kind="stable").index
    items = tuple(
        RecommendedConfiguration(
            rank,
            trained.configurations[str(i)],
            row["score"],
            (row["lower"], row["upper"]),
            row["regret"],
            row["fit_seconds"],
            row["predict_seconds"],
            row["model_bytes"],
            row["peak_bytes"],
            dataset,
        )
        for rank, (i, row) in enumerate(table.loc[order].to_dict("index").items(), start=1)
    )
    outside = why_outside(dataset, metafeatures, trained, is_far=bool(prediction.outside.iloc[0]))
    metric = trained.metric
    return Ranking(dataset, metafeatures, metric, judge or metric, items, trained, scenarios, outside, missing, filters)


def _expected(trained: Trained, prediction: Prediction, metafeatures: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """What is expected of every configuration, scores as they are measured and none of them worse than trivial."""
    expected = (prediction.score, prediction.lower, prediction.upper)
    trivial = trained.as_learnt(trivial_score(trained.metric, dataset.y), dataset)
    score, one, other = (trained.as_measured(part.iloc[0].clip(lower=trivial), dataset) for part in expected)
    sizes = sizes_of(metafeatures).assign(n_predicted=N_PREDICTED)
    model_bytes, peak = (part.predict(sizes).iloc[0] for part in (trained.model_bytes, trained.peak_bytes))
    return pd.DataFrame(
        {
            "regret": prediction.regret.iloc[0],
            "score": score,
            "lower": np.minimum(one, other),
            "upper": np.maximum(one, other),
            "fit_seconds": trained.seconds_to_fit(sizes).iloc[0],
            "predict_seconds": trained.predict_seconds.predict(sizes).iloc[0],
            "model_bytes": model_bytes,
            "peak_bytes": np.fmax(model_bytes, peak),
        }
    )


def _installed(table: pd.DataFrame, trained: Trained) -> tuple[pd.DataFrame, str | None]:
    """The configurations whose library is there, and a word on one that is not where it is expected to do better."""
    algorithms = {i: find_algorithm(trained.configurations[str(i)].algorithm) for i in table.index}
    here = table[[algorithms[i].is_installed for i in table.index]]
    if len(here) == len(table):
        return here, None
    best = algorithms[table["regret"].idxmin()]
    how = f"pip install 'recommender[{best.extra}]'"
    if here.empty:
        raise RecommendationError(f"{best.name} is not installed, and nothing else was asked for: {how}")
    gain = float(here["regret"].min() - table["regret"].min())
    if gain < WORTH_A_WORD:
        return here, None
    return here, f"{best.name} would be expected to do better (normalized regret lower by {gain:.2f}): {how}"
