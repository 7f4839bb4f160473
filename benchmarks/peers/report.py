"""What the rows of `peers.py` say: ranks with a critical difference, wins and losses, regret, seconds, and a plot."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.evaluation.metrics import METRICS

OURS = ("recommended", "best of 3", "best of 5")
REFERENCES = {"first": "recommended", "five": "best of 5"}
"""Whose wins and losses are counted, by the columns' prefix."""
SMALL = 2000
KINDS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "all": lambda rows: rows["task"].notna(),
    "classification": lambda rows: rows["task"] != "regression",
    "regression": lambda rows: rows["task"] == "regression",
    f"up to {SMALL:,} rows": lambda rows: rows["n_samples"] <= SMALL,
    f"above {SMALL:,} rows": lambda rows: rows["n_samples"] > SMALL,
}
"""Which tasks are summarised together."""
MOST = 0.9
"""A method that was measured on a smaller share of the tasks, or of their folds, has no rank."""
MIN_TASKS = 6
DIGITS = 6
"""Scores that are equal to so many digits tie."""


def task_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean scores over folds, larger is better: tasks by methods, missing where a method was not measured.

    What failed has the lowest score that any method has on the fold. A fold on which one of the methods is missing that
    were measured nearly everywhere does not count, and a method that misses another fold misses the task: no two
    methods are compared on different folds.
    """
    sign = rows["metric"].map({name: metric.sign for name, metric in METRICS.items()})
    scores = rows.assign(score=rows["score"] * sign)
    worst = scores.groupby(["task_id", "fold"])["score"].transform("min")
    scores["score"] = scores["score"].fillna(worst)
    folds = scores.pivot_table("score", ["task_id", "fold"], "method", sort=False)
    folds = folds.dropna(subset=folds.columns[folds.notna().mean() > MOST])
    by_task = folds.groupby("task_id", sort=False)
    n_folds = by_task.count()
    return by_task.mean().where(n_folds.eq(n_folds.max(axis=1), axis=0)).round(DIGITS)


def critical_difference(n_methods: int, n_tasks: int, alpha: float = 0.05) -> float:
    """By how much mean ranks must differ to differ by more than chance (Nemenyi's test, as in Demšar, 2006)."""
    from scipy.stats import studentized_range

    q = studentized_range.ppf(1 - alpha, n_methods, np.inf) / math.sqrt(2)
    return float(q * math.sqrt(n_methods * (n_methods + 1) / (6 * n_tasks)))


def regrets(scores: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Normalized regret on each task: 0 is the best of `methods` there, 1 their median or worse."""
    best, median = scores[methods].max(axis=1), scores[methods].median(axis=1)
    spread = best - median
    return scores.rsub(best, axis=0).div(spread.where(spread > 0, np.inf), axis=0).clip(0, 1)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """How the methods compare, over all tasks, by kind and by size.

    Ranks and regrets are over the tasks on which every method was measured that was measured on nine tenths of
    them; a method that was measured on fewer has no rank, and is compared on those of its tasks that are among them.

    Returns
    -------
    DataFrame
        For each kind and method: n_tasks, mean_rank (ties share), normalized_score (1 - regret) with its 95 %
        bootstrap interval, wins, ties and losses of our first recommendation and of our best of five against it with
        the p-value of Wilcoxon's signed-rank test (not corrected for the number of methods) where those two were
        measured, median processor seconds until there is a fitted model, and failures. For each kind the critical
        difference and Friedman's p-value.
    """
    from scipy.stats import friedmanchisquare

    rows = rows.assign(seconds=rows["choose_seconds"] + rows["fit_seconds"], failed=rows["status"] != "ok")
    parts = []
    for kind, chosen in KINDS.items():
        mine = rows[chosen(rows)]
        if mine.empty:
            continue
        scores = task_scores(mine)
        methods = list(scores.columns[scores.notna().mean() > MOST])
        scores = scores.dropna(subset=methods).dropna(axis=1, how="all")
        mine = mine[mine["task_id"].isin(scores.index) & mine["method"].isin(scores.columns)]
        regret, ranks = regrets(scores, methods), scores[methods].rank(axis=1, ascending=False)
        by_method = mine.groupby("method")
        part = pd.DataFrame(
            {
                "kind": kind,
                "n_tasks": scores.notna().sum(),
                "mean_rank": ranks.mean(),
                "normalized_score": 1 - regret.mean(),
                "seconds": by_method["seconds"].median(),
                "predict_seconds": by_method["predict_seconds"].median(),
                "failed": by_method["failed"].sum(),
            }
        )
        part[["low", "high"]] = [_interval(1 - regret[method].dropna().to_numpy()) for method in part.index]
        for prefix, reference in REFERENCES.items():
            if reference not in scores:
                continue
            ahead = scores.rsub(scores[reference], axis=0).round(DIGITS)
            part[f"{prefix}_wins"] = (ahead > 0).sum()
            part[f"{prefix}_ties"] = (ahead == 0).sum()
            part[f"{prefix}_losses"] = (ahead < 0).sum()
            part[f"{prefix}_p"] = [wilcoxon_p(ahead[method].dropna().to_numpy()) for method in part.index]
        part["critical_difference"] = critical_difference(len(methods), len(scores))
        columns = [scores[method] for method in methods]
        part["friedman_p"] = friedmanchisquare(*columns).pvalue if len(scores) > 1 else np.nan
        parts.append(part.sort_values("mean_rank").rename_axis("method").reset_index())
    return pd.concat(parts, ignore_index=True).round(4)


def _interval(values: np.ndarray) -> tuple[float, float]:
    draws = np.random.default_rng(0).integers(len(values), size=(2000, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def wilcoxon_p(differences: np.ndarray) -> float:
    """The p-value, equal scores shared between both sides; none where there are too few tasks for it to be small."""
    from scipy.stats import wilcoxon

    if len(differences) < MIN_TASKS:
        return np.nan
    if not differences.any():
        return 1.0
    return float(wilcoxon(differences, zero_method="zsplit", method="approx").pvalue)


def draw(summary: pd.DataFrame, path: Path) -> None:
    """Mean normalized regret over the median seconds until there is a fitted model, of what was measured everywhere."""
    import matplotlib.pyplot as plt

    kinds = [kind for kind in ("classification", "regression") if kind in set(summary["kind"])]
    figure, axes = plt.subplots(1, len(kinds), figsize=(7.5 * len(kinds), 6), sharey=True, squeeze=False)
    for axis, kind in zip(axes[0], kinds, strict=True):
        rows = summary[(summary["kind"] == kind) & summary["mean_rank"].notna()].set_index("method")
        rows = rows.assign(regret=1 - rows["normalized_score"]).sort_values("regret")
        ours = rows.index.isin(OURS)
        line = rows[ours].sort_values("seconds")
        axis.plot(line["seconds"], line["regret"], color="C3", lw=1, zorder=1)
        axis.scatter(rows["seconds"], rows["regret"], c=np.where(ours, "C3", "C0"), zorder=2)
        lows = {"low": rows["normalized_score"] - rows["low"], "high": rows["high"] - rows["normalized_score"]}
        error = [lows["high"], lows["low"]]
        axis.errorbar(rows["seconds"], rows["regret"], error, fmt="none", ecolor="0.85", lw=1, zorder=0)
        for place, (method, row) in enumerate(rows.iterrows()):
            side = {"ha": "left", "xytext": (6, 4)} if place % 2 else {"ha": "right", "xytext": (-6, -9)}
            colour = "C3" if method in OURS else "0.2"
            at = (row["seconds"], row["regret"])
            axis.annotate(method, at, textcoords="offset points", fontsize=8, color=colour, **side)
        axis.set(xscale="log", xlabel="median processor seconds to choose and fit, one thread")
        axis.set_title(f"{kind}, {rows['n_tasks'].max()} tasks", fontsize=10)
        axis.margins(x=0.3)
        axis.grid(alpha=0.2)
    axes[0][0].set_ylabel("mean normalized regret among these methods (95 % interval)")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def report(path: Path) -> pd.DataFrame:
    """Summarise the rows in a CSV file into ``summary.csv`` and ``regret_over_seconds.png`` beside it."""
    summary = summarise(pd.read_csv(path, dtype={"message": str, "chosen": str}))
    summary.to_csv(path.with_name("summary.csv"), index=False)
    draw(summary, path.with_name("regret_over_seconds.png"))
    return summary
