"""Duels: a configuration beside the one that it is to replace, on the same folds of the same datasets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import Metric
from recommender.measuring.noise import standard_error

STANDARD_ERRORS = 1.0
"""By how many standard errors a difference must exceed zero to be no tie."""


@dataclass(frozen=True, eq=False)
class Duel:
    """A candidate and what it would replace.

    Parameters
    ----------
    idea : str
        What is new in it.
    new, old : Configuration
        The two.
    """

    idea: str
    new: Configuration
    old: Configuration

    @classmethod
    def of(cls, idea: str, algorithm: str, new: dict[str, Any], old: dict[str, Any], other: str | None = None) -> Duel:
        """Of two settings of one algorithm, or of an algorithm and an older one."""
        return cls(idea, Configuration(algorithm, new), Configuration(other or algorithm, old))


def fight(rows: pd.DataFrame, duel: Duel, metric: Metric) -> pd.DataFrame:
    """What came of a duel: a line for each dataset on which both were evaluated.

    Parameters
    ----------
    rows : DataFrame
        Evaluations at one size.
    duel : Duel
        Who against whom.
    metric : Metric
        By which scores.

    Returns
    -------
    DataFrame indexed by dataset
        ``difference``: how far the new one is ahead, in the metric's unit; ``error``: the standard error of such a
        difference; ``result``: "win", "tie" or "loss"; ``new_seconds`` and ``old_seconds`` of a fit. A configuration
        that failed loses to one that did not.
    """
    both = rows[rows["configuration_id"].isin([duel.new.id, duel.old.id])]
    met = both.groupby("dataset_id", observed=True)["configuration_id"].nunique() == 2
    there = rows[rows["dataset_id"].isin(met.index[met])]
    found = [_on_one(str(i), mine, duel, metric) for i, mine in there.groupby("dataset_id", observed=True)]
    return pd.DataFrame([line for line in found if line]).set_index("dataset") if any(found) else pd.DataFrame()


def _on_one(dataset: str, rows: pd.DataFrame, duel: Duel, metric: Metric) -> dict[str, Any] | None:
    new, old = (rows[rows["configuration_id"] == c.id] for c in (duel.new, duel.old))
    if "not_applicable" in {*new["status"], *old["status"]}:
        return None
    broken = [bool(mine["status"].isin(FAILURES).any()) for mine in (new, old)]
    line: dict[str, Any] = {
        "dataset": dataset,
        "difference": np.nan,
        "error": np.nan,
        "new_seconds": new["fit_seconds"].mean(),
        "old_seconds": old["fit_seconds"].mean(),
    }
    if any(broken):
        return line | {"result": "tie" if all(broken) else "loss" if broken[0] else "win"}
    table = metric.sign * rows[rows["status"] == "ok"].pivot(
        index="configuration_id", columns="fold", values=metric.name
    )
    if duel.new.id not in table.index or duel.old.id not in table.index:
        return None
    folds = table.columns[table.loc[[duel.new.id, duel.old.id]].notna().all()]
    if not len(folds):
        return None
    error = standard_error(table[folds].dropna(), float((rows["n_test"] / rows["n_train"]).mean()))
    difference = float((table.loc[duel.new.id, folds] - table.loc[duel.old.id, folds]).mean())
    sure = abs(difference) > STANDARD_ERRORS * error
    return line | {
        "difference": difference,
        "error": error,
        "result": "tie" if not sure else "win" if difference > 0 else "loss",
    }


def summarize(results: pd.DataFrame) -> dict[str, Any]:
    """Wins, ties and losses of a duel, how often it is ahead at all, Wilcoxon's p, and what it costs."""
    from scipy.stats import wilcoxon

    counts = results["result"].value_counts()
    differences = (results["difference"] / results["error"]).replace([np.inf, -np.inf], np.nan).dropna()
    is_told = (differences != 0).sum() > 5
    return {
        "datasets": len(results),
        "wins": int(counts.get("win", 0)),
        "ties": int(counts.get("tie", 0)),
        "losses": int(counts.get("loss", 0)),
        "ahead": float((results["difference"] > 0).mean()),
        "p": float(wilcoxon(differences).pvalue) if is_told else np.nan,
        "seconds": float((results["new_seconds"] / results["old_seconds"]).median()),
    }


def summaries(rows: pd.DataFrame, duels: Iterable[Duel], metric: Metric) -> pd.DataFrame:
    """A line for each duel that took place."""
    lines = []
    for duel in duels:
        results = fight(rows, duel, metric)
        if len(results):
            about = {"idea": duel.idea, "new": str(duel.new), "old": str(duel.old), "metric": metric.name}
            lines.append(about | summarize(results))
    return pd.DataFrame(lines)
