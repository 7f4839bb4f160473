"""What a knowledge base says of algorithms, as tables: who wins, what tuning gives, and seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import Metric, metrics_for
from recommender.evidence.knowledge import KnowledgeBase
from recommender.metamodel.regrets import normalized_regret
from recommender.tables.dataset import TASKS, Task

Floats = NDArray[np.float64]

ROWS = {"under 500": 0, "500 to 1,999": 500, "2,000 to 9,999": 2_000, "10,000 or more": 10_000}
"""Ranges of rows by where they begin."""
MIN_SHARE = 0.5
"""A configuration that was evaluated on a smaller share of a task's datasets to which it applies is left out."""
FOLDS_PER_REPEAT = 5
"""Folds are numbered through the repeats of cross-validation."""
N_BOOTSTRAPS = 1_000
"""How often families are drawn again for an interval."""
NEAR = 0.1
"""A regret of less than this counts as about as good as the best."""


def performance_of(knowledge: KnowledgeBase, task: Task) -> pd.DataFrame:
    """Scores by the task's default metric, of configurations that enough of the datasets have to which they apply."""
    performance = knowledge.performance(task)
    does_not = knowledge.outcomes["not_applicable"].unstack().reindex_like(performance).eq(True)
    known = performance.notna().sum() / (~does_not).sum()
    return performance.loc[:, known >= MIN_SHARE]


def range_of_rows(n_samples: pd.Series) -> pd.Series:
    """Into which range of rows each dataset falls."""
    edges = [*ROWS.values(), np.inf]
    return pd.cut(n_samples, edges, right=False, labels=list(ROWS)).astype(str)


def algorithm_of(knowledge: KnowledgeBase, configuration_ids: pd.Index) -> np.ndarray:
    """The algorithm of each configuration."""
    return knowledge.configurations.loc[configuration_ids, "algorithm"].to_numpy()


def tabulate_wins(knowledge: KnowledgeBase) -> pd.DataFrame:
    """How often each algorithm has the best configuration, and the best default; algorithms that tie share a win."""
    parts = []
    for task in TASKS:
        performance = performance_of(knowledge, task)
        rows = range_of_rows(knowledge.datasets.loc[performance.index, "n_samples"])
        defaults = performance[[c for c in performance if str(c).endswith("-default")]]
        regret = normalized_regret(performance).T.groupby(algorithm_of(knowledge, performance.columns)).min().T
        of_range = pd.concat(
            {
                "wins": shared_wins(knowledge, performance),
                "default_wins": shared_wins(knowledge, defaults).reindex(columns=regret.columns),
                "near_best": regret.lt(NEAR).astype(float),
            },
            axis=1,
        ).fillna(0.0)
        sums = of_range.groupby(rows).sum().stack(future_stack=True).rename_axis(["rows", "algorithm"])
        sums["datasets"] = sums.index.get_level_values("rows").map(rows.value_counts().to_dict())
        parts.append(sums.reset_index().assign(task=task))
    order = ["task", "rows", "algorithm", "datasets", "wins", "default_wins", "near_best"]
    return pd.concat(parts, ignore_index=True)[order]


def shared_wins(knowledge: KnowledgeBase, performance: pd.DataFrame) -> pd.DataFrame:
    """Datasets by algorithms: 1 where it alone is best, a share of it where several are."""
    best = performance.T.groupby(algorithm_of(knowledge, performance.columns)).max().T
    winning = best.eq(best.max(axis=1), axis=0)
    return winning.div(winning.sum(axis=1), axis=0)


def tabulate_tuning(knowledge: KnowledgeBase) -> pd.DataFrame:
    """What an algorithm's default, its best fixed and its best configuration of each dataset lose on the best of all.

    A row for each algorithm on a dataset of a task, in normalized regret and in the metric's unit:

    - ``default``: without hyperparameters.
    - ``fixed``: the configuration with the least mean regret on the datasets of all other families.
    - ``seen``: the best one of the dataset, judged on the folds that it was chosen on, which is optimistic.
    - ``tuned``: chosen on some folds and judged on the others (see `held_out`).
    - ``default_there``: the default on the same folds as ``tuned``.
    """
    return pd.DataFrame([row for task in TASKS for row in _tuning_of(knowledge, task)])


def _tuning_of(knowledge: KnowledgeBase, task: Task) -> Iterator[dict[str, Any]]:
    """The rows of `tabulate_tuning` of a task."""
    performance = performance_of(knowledge, task)
    regret = normalized_regret(performance)
    families = knowledge.datasets.loc[performance.index, "family"]
    algorithms = algorithm_of(knowledge, performance.columns)
    folds = fold_scores(knowledge, metrics_for(task)[0], performance)
    for algorithm in [name for name in ALGORITHMS if Configuration(name, {}).id in performance]:
        default = Configuration(algorithm, {}).id
        mine = regret.loc[regret[default].notna(), algorithms == algorithm]
        fixed = _best_elsewhere(mine, families[mine.index], default)
        for dataset_id, losses in mine.iterrows():
            scores = performance.loc[dataset_id]
            best, median = scores.max(), scores.median()
            of_folds = folds[str(dataset_id)]
            tuned, default_there = held_out(
                of_folds.to_numpy()[:, algorithms == algorithm],
                of_folds.index.to_numpy(np.int64),
                mine.columns.get_loc(default),
            )
            there = np.array([tuned, default_there])
            losses_there = np.clip((best - there) / (best - median), 0, 1) if best > median else 0 * there
            yield {
                "task": task,
                "algorithm": algorithm,
                "dataset_id": dataset_id,
                "family": families[dataset_id],
                "configurations": int(losses.notna().sum()),
                "default": losses[default],
                "fixed": losses[fixed[dataset_id]],
                "seen": losses.min(),
                "tuned": losses_there[0],
                "default_there": losses_there[1],
                "default_behind_best": best - scores[default],
                "tuned_gain": tuned - default_there,
                "seen_gain": scores[mine.columns].max() - scores[default],
            }


def _best_elsewhere(regret: pd.DataFrame, families: pd.Series, default: str) -> pd.Series:
    """For each dataset the configuration with the least mean regret on the datasets of all other families."""
    found: dict[Any, Any] = {}
    for family, ids in families.groupby(families).groups.items():
        others = regret[families != family].mean()
        found |= dict.fromkeys(ids, others.idxmin() if others.notna().any() else default)
    return pd.Series(found)


def fold_scores(knowledge: KnowledgeBase, metric: Metric, performance: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Scores of each dataset, larger is better, folds by configurations, as if every fold were equally hard.

    A configuration that failed anywhere has the lowest score of each fold, as in `KnowledgeBase.performance`. The
    configurations are those of `performance`.
    """
    evaluations = knowledge.compared
    evaluations = evaluations[evaluations["dataset_id"].isin(performance.index)]
    evaluations = evaluations[evaluations["configuration_id"].isin(performance.columns)]
    found = {}
    for dataset_id, rows in evaluations.groupby("dataset_id", observed=True):
        ok = rows[rows["status"] == "ok"]
        table = ok.pivot(index="fold", columns="configuration_id", values=metric.name).astype(float)
        table = table if metric.greater_is_better else -table
        failed = rows.loc[rows["status"].isin(FAILURES), "configuration_id"].astype(str).unique()
        lowest = table.drop(columns=failed, errors="ignore").min(axis=1)
        table = table.assign(**dict.fromkeys(failed, lowest))
        whole = table.loc[:, table.notna().sum() == table.notna().sum().max()]
        hardness = whole.mean(axis=1) - whole.mean(axis=1).mean()
        found[str(dataset_id)] = table.sub(hardness, axis=0).reindex(columns=performance.columns)
    return found


def held_out(values: Floats, folds: NDArray[np.int64], at: int) -> tuple[float, float]:
    """The score of the configuration chosen on other folds than it is judged on, and the default's on the same.

    Within each repeat of cross-validation, every second fold chooses and the others judge, and the other way round:
    rows that choose do not judge. Configurations that were stopped there are not chosen.

    Parameters
    ----------
    values : array of shape (n_folds, n_configurations)
        Scores, larger is better.
    folds : array of shape (n_folds,)
        The numbers of the folds, five to a repeat.
    at : int
        Which configuration is the default.
    """
    repeats, second = folds // FOLDS_PER_REPEAT, folds % FOLDS_PER_REPEAT % 2 == 1
    known = np.isfinite(values[:, at])
    found = []
    for repeat in dict.fromkeys(repeats.tolist()):
        here = known & (repeats == repeat)
        candidates = np.flatnonzero(np.isfinite(values[here]).all(axis=0))
        for chooses, judges in ((here & second, here & ~second), (here & ~second, here & second)):
            if chooses.any() and judges.any():
                chosen = candidates[values[np.ix_(chooses, candidates)].mean(axis=0).argmax()]
                found.append(values[judges][:, [chosen, at]].mean(axis=0))
    tuned, default_there = np.mean(found, axis=0) if found else (np.nan, np.nan)
    return float(tuned), float(default_there)


def summarize_tuning(tuning: pd.DataFrame) -> pd.DataFrame:
    """Means over the datasets of each task and algorithm, with intervals from drawing families again."""
    rows = []
    for (task, algorithm), part in tuning.groupby(["task", "algorithm"], sort=False):
        low, high = interval(part["default_there"] - part["tuned"], part["family"])
        rows.append(
            {
                "task": task,
                "algorithm": algorithm,
                "configurations": int(part["configurations"].median()),
                "datasets": len(part),
                **part[["default", "fixed", "tuned", "seen"]].mean(),
                "gain": (part["default_there"] - part["tuned"]).mean(),
                "gain_low": low,
                "gain_high": high,
                "gain_over_fixed": (part["fixed"] - part["tuned"]).mean(),
                "default_behind_best": part["default_behind_best"].median(),
                "tuned_gain": part["tuned_gain"].median(),
                "tuned_gain_upper_quartile": part["tuned_gain"].quantile(0.75),
                "seen_gain": part["seen_gain"].median(),
                "tuning_hurts": (part["tuned_gain"] < 0).mean(),
            }
        )
    return pd.DataFrame(rows)


def interval(values: pd.Series, families: pd.Series) -> tuple[float, float]:
    """The 95 % interval of a mean over datasets, from drawing families again; NaN where no dataset has a value."""
    known = values.notna()
    if not known.any():
        return np.nan, np.nan
    groups = values[known].groupby(families[known])
    sums, counts = groups.sum().to_numpy(), groups.count().to_numpy()
    drawn = np.random.default_rng(0).integers(len(sums), size=(N_BOOTSTRAPS, len(sums)))
    low, high = np.quantile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def tabulate_seconds(knowledge: KnowledgeBase) -> pd.DataFrame:
    """Mean seconds of a fit of each algorithm on each dataset: of its default, its median and dearest configuration.

    What was measured elsewhere may have no seconds, and is left out then.
    """
    outcomes = knowledge.outcomes
    timed = (outcomes["n_folds"] > 0) & ~outcomes["failed"] & outcomes["fit_seconds"].notna()
    fitted = outcomes.loc[timed].reset_index()
    fitted["algorithm"] = fitted["configuration_id"].map(knowledge.configurations["algorithm"])
    fitted["default"] = fitted["fit_seconds"].where(fitted["configuration_id"].str.endswith("-default"))
    found = (
        fitted.groupby(["algorithm", "dataset_id"])
        .agg(
            train_rows=("n_train", "max"),
            default=("default", "max"),
            median=("fit_seconds", "median"),
            dearest=("fit_seconds", "max"),
        )
        .reset_index()
    )
    found["train_rows"] = found["train_rows"].round().astype(int)
    return found.assign(task=found["dataset_id"].map(knowledge.datasets["task"]))


def summarize_seconds(seconds: pd.DataFrame) -> pd.DataFrame:
    """By algorithm and range of training rows: medians over datasets, and how seconds grow with rows."""
    ranges = range_of_rows(seconds["train_rows"])
    found = seconds.groupby(["algorithm", ranges.rename("rows")]).agg(
        datasets=("dataset_id", "size"), default=("default", "median"), median=("median", "median"),
        dearest=("dearest", "median"),
    )  # fmt: skip
    return found.reset_index()


def growth(seconds: pd.DataFrame) -> float:
    """The exponent of a default's seconds over rows: the slope of their logarithms, on the larger half of datasets.

    NaN where the rows of that half differ by less than a factor of two.
    """
    known = seconds.dropna(subset="default")
    known = known[known["train_rows"] >= known["train_rows"].median()]
    return exponent(known["train_rows"], known["default"])


def exponent(rows: pd.Series, seconds: pd.Series) -> float:
    """The slope of the logarithms of seconds over those of rows; NaN where rows differ by less than a factor of two."""
    if rows.max() < 2 * rows.min():
        return np.nan
    return float(np.polyfit(np.log(rows), np.log(seconds.clip(lower=1e-4)), 1)[0])
