"""Measures the meta-model on the knowledge base that it comes from, each dataset's family left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.growth import booster_shares
from recommender.algorithms.pool import safe_defaults
from recommender.errors import KnowledgeBaseError
from recommender.evaluation.costs import FIT_TERMS, PREDICT_TERMS, SecondsModel
from recommender.evaluation.metrics import Metric, find_metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.measuring.matrix import (
    FAMILY_FOLDS,
    OURS,
    Matrix,
    Orders,
    family_folds,
    interval_rows,
    regret_rows,
    row_of,
    run_folds,
)
from recommender.measuring.noise import standard_error
from recommender.metafeatures import LEVELS
from recommender.metamodel.observations import observe, scores_of
from recommender.metamodel.training import inputs_of, sizes_fitted
from recommender.tables.dataset import TASKS, Task

Floats = NDArray[np.float64]

SINGLE_BEST = "ranking by mean"
GAP_CLOSED = "gap closed to the virtual best"
LIGHTGBM = "lightgbm-default"
LOSSES = "share of datasets where the first choice loses to LightGBM's default beyond noise"
SECONDS = "median factor between expected and measured seconds"
MIN_JUDGED = 0.5
"""A dataset is judged where at least this share of the configurations has a score on both halves of its folds."""
STANDARD_ERRORS = 2.0
"""By how many standard errors a difference must exceed zero to be beyond noise."""


def measure_itself(
    knowledge: KnowledgeBase,
    *,
    tasks: Iterable[Task] = TASKS,
    seeds: Iterable[int] = range(5),
    ks: Sequence[int] = (1, 3, 5, 10),
    on_progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """How well the meta-model and simple rules choose on the datasets of a knowledge base, families left out.

    A virtual best that is found on some folds looks better on them than it is. Hence each dataset's folds are halved:
    the virtual best, and the best of the first k, are found on one half and judged on the other, and the two ways
    round are averaged. Regret is in units of the distance between best and median over all folds, at most 1, and below
    0 where a choice does better on the half that judges than the virtual best of the other half.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from and to be judged on, by each task's default metric; configurations of algorithms that are
        not installed are left out.
    tasks : iterable of {"binary", "multiclass", "regression"}, default=all
        Which tasks.
    seeds : iterable of int
        Each shuffles the families anew into ten folds and seeds the meta-model.
    ks : sequence of int
        How many configurations may be tried.
    on_progress : callable(str), optional
        Called with a line on what is being done.

    Returns
    -------
    DataFrame
        Columns task, splits, measure, strategy, k, value, low, high (95 % interval, families bootstrapped),
        n_datasets, n_seeds. The measures are the regret of the best of the first k, how much of another strategy's the
        meta-model spares, the share of the single best's regret that is spared (gap closed), the share of datasets
        where the first choice loses to LightGBM's default beyond the noise of the folds, what the 80 % intervals cover,
        and by what factor expected seconds miss.

    Raises
    ------
    KnowledgeBaseError
        If no dataset has scores of half of the configurations on two folds or more.
    """
    seeds, tasks = list(seeds), [task for task in tasks if knowledge.for_task(task)]
    metrics = {task: find_metric(None, task) for task in tasks}
    tables = []
    for metric in dict.fromkeys(metrics.values()):
        matrix = matrix_of(knowledge, metric)
        if not matrix.parts():
            raise KnowledgeBaseError(
                f"no {' or '.join(metric.tasks)} dataset of the knowledge base can be judged: that takes scores of "
                "half of the configurations on two folds or more"
            )
        halves = halves_of(knowledge, matrix, metric)
        runs = []
        for seed in seeds:
            on_progress(f"{' and '.join(metric.tasks)}: seed {seed}")
            runs.append(run_folds(matrix, family_folds(matrix.families, seed), max(ks), seed))
        factors = _seconds_factors(knowledge, matrix, metric, seeds[0])
        judged_parts = matrix.parts()
        for task in (task for task in tasks if task in judged_parts):
            mine = judged_parts[task]
            part = matrix.take(mine)
            orders = [{strategy: order[mine] for strategy, order in run[0].items()} for run in runs]
            rows = _regret_rows(part, [half[mine] for half in halves], orders, ks)
            if LIGHTGBM in matrix.performance:
                rows.append(_loss_row(knowledge, part, metric, orders))
            rows += interval_rows(part, FAMILY_FOLDS, [_of_datasets(run[1], mine) for run in runs])
            for what, factor in factors.items():
                measure = f"{SECONDS} to {what}"
                rows.append(row_of(part, FAMILY_FOLDS, measure, OURS, 1, factor[mine], np.ones(int(mine.sum()))))
            table = pd.DataFrame(rows).assign(n_datasets=len(part.performance), n_seeds=len(seeds))
            table.insert(0, "task", task)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def matrix_of(knowledge: KnowledgeBase, metric: Metric) -> Matrix:
    """The knowledge base as a matrix of datasets by configurations, as the meta-model learns it for a metric.

    What may be chosen on a dataset is what has a score on both halves of its folds. A dataset on which that is less
    than half of the configurations, such as one that was evaluated on a single fold, is learnt from and not judged; so
    are sizes larger than the standard one. What is not installed cannot be recommended here, and is left out.
    """
    learnt = observe(knowledge, metric)
    algorithms = knowledge.configurations["algorithm"].loc[learnt.scores.columns]
    scores = learnt.scores.loc[:, algorithms.map(lambda name: find_algorithm(name).is_installed)]
    twice = np.logical_and(*(np.isfinite(half) for half in _halves(knowledge, scores, metric)))
    is_judged = (twice.mean(axis=1) >= MIN_JUDGED) & (learnt.about["size"] == knowledge.size)
    may_choose = np.where(is_judged.to_numpy()[:, None], twice, scores.notna())
    return Matrix(
        metric.name,
        scores,
        inputs_of(learnt.metafeatures),
        learnt.about["family"],
        tasks=learnt.about["task"].where(is_judged),
        defaults=safe_defaults(),
        levels=LEVELS,
        may_choose=pd.DataFrame(may_choose, index=scores.index, columns=scores.columns),
    )


def halves_of(knowledge: KnowledgeBase, matrix: Matrix, metric: Metric) -> list[Floats]:
    """The matrix of a metric as every second fold alone gives it, and as the others do."""
    return _halves(knowledge, matrix.performance, metric)


def _halves(knowledge: KnowledgeBase, scores: pd.DataFrame, metric: Metric) -> list[Floats]:
    rows, halves = knowledge.compared, []
    for half in (0, 1):
        part = replace(knowledge, evaluations=rows[(rows["fold"] % 2 == half) | (rows["status"] != "ok")])
        halves.append(np.where(scores.notna(), scores_of(part, metric).reindex_like(scores), np.nan))
    return halves


def _regret_rows(
    matrix: Matrix, halves: list[Floats], runs: list[Orders], ks: Sequence[int]
) -> list[dict[str, object]]:
    unit = (matrix.performance.max(axis=1) - matrix.performance.median(axis=1)).to_numpy()
    regrets = {
        (strategy, k): np.mean([judged(halves, run[strategy][:, :k], unit) for run in runs], axis=0)
        for strategy in runs[0]
        for k in ks
    }
    rows = regret_rows(matrix, FAMILY_FOLDS, regrets)
    single_best = regrets[SINGLE_BEST, 1]
    for strategy in runs[0]:
        spared = single_best - regrets[strategy, 1]
        rows.append(row_of(matrix, FAMILY_FOLDS, GAP_CLOSED, strategy, 1, spared, single_best))
    return rows


def judged(halves: list[Floats], order: NDArray[np.intp], unit: Floats) -> Floats:
    """Regret of the best of each dataset's chosen ones, found on one half and judged on the other."""
    found, row = [], np.arange(len(order))
    for seen, judge in (halves, halves[::-1]):
        usable = np.where(np.isfinite(seen) & np.isfinite(judge), seen, -np.inf)
        tried = np.take_along_axis(usable, order, axis=1)
        mine = order[row, tried.argmax(axis=1)]
        lost = judge[row, usable.argmax(axis=1)] - judge[row, mine]
        lost = np.where(np.isfinite(tried.max(axis=1)), lost, np.inf)  # nothing of it can be had on this dataset
        found.append(np.clip(lost / np.maximum(unit, np.finfo(np.float64).tiny), -1, 1))
    mean: Floats = np.mean(found, axis=0)
    return mean


def _loss_row(knowledge: KnowledgeBase, matrix: Matrix, metric: Metric, runs: list[Orders]) -> dict[str, object]:
    """How often the first choice is behind LightGBM's default by more than the noise of such a difference."""
    names, scores = list(matrix.performance.columns), matrix.performance.to_numpy()
    default = names.index(LIGHTGBM)
    rows = knowledge.compared[knowledge.compared["status"] == "ok"]
    lost = np.zeros(len(scores))
    for i, dataset in enumerate(matrix.performance.index):
        mine = rows[rows["dataset_id"] == dataset]
        table = mine.pivot(index="configuration_id", columns="fold", values=metric.name).dropna()
        error = standard_error(table, float((mine["n_test"] / mine["n_train"]).mean()))
        firsts = [run[OURS][i, 0] for run in runs]
        lost[i] = np.mean([scores[i, default] - scores[i, c] > STANDARD_ERRORS * error for c in firsts])
    return row_of(matrix, FAMILY_FOLDS, LOSSES, OURS, 1, lost, np.ones(len(lost)))


def _of_datasets(cells: pd.DataFrame, rows: NDArray[np.bool_]) -> pd.DataFrame:
    """The cells of some of the datasets, which are then counted anew."""
    return cells[rows[cells["dataset"]]].assign(dataset=lambda mine: (np.cumsum(rows) - 1)[mine["dataset"]])


def _seconds_factors(knowledge: KnowledgeBase, matrix: Matrix, metric: Metric, seed: int) -> dict[str, Floats]:
    """By what factor the expected seconds of configurations miss on each dataset, its family left out: the median."""
    learnt = observe(knowledge, metric)
    sizes, columns = sizes_fitted(learnt), matrix.performance.columns
    shares = booster_shares([knowledge.configuration(str(i)) for i in learnt.fit_seconds], sizes["n_samples"])
    folds, factors = family_folds(matrix.families, seed), {}
    for what, seconds, terms in (
        ("fit", learnt.fit_seconds.div(shares), FIT_TERMS),
        ("predict", learnt.predict_seconds, PREDICT_TERMS),
    ):
        table = seconds[columns]
        expected = pd.concat(
            [
                SecondsModel.fit(sizes[folds != f], table[folds != f], terms).predict(sizes[folds == f])
                for f in np.unique(folds)
            ]
        ).loc[table.index]
        factors[what] = (expected / table).map(lambda ratio: max(ratio, 1 / ratio)).median(axis=1).to_numpy()
    return factors
