"""What is lost, by kind of dirt and over all kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

GUESSING = {"regression": 0.0, "binary": 0.5, "multiclass": 0.5}
"""The score without features: R² for regression, the area under the ROC curve for classes."""
MIN_ABOVE = 0.2
"""A table on which a method's clean score is a smaller part of the way from guessing to 1 is left out."""
ALL = "all kinds"


def above_guessing(score: float, task: str) -> float:
    """How far a score is on the way from guessing to 1.

    Examples
    --------
    >>> above_guessing(0.75, "binary"), above_guessing(0.75, "regression")
    (0.5, 0.75)
    """
    return (score - GUESSING[task]) / (1 - GUESSING[task])


def loss_of(dirty: float, meant: float, clean: float, task: str) -> float:
    """What is lost of the clean score above guessing; a fit that failed, or is worse than guessing, loses 1 at most.

    Examples
    --------
    >>> loss_of(0.6, 0.8, 0.9, "binary"), loss_of(float("nan"), 0.8, 0.9, "binary"), loss_of(-5, 0.8, 0.8, "regression")
    (0.5, 1.0, 1.0)
    """
    if np.isnan(dirty):
        return 1.0
    return float(min(1.0, round((meant - dirty) / (clean - GUESSING[task]), 6)))


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean loss of each method for each kind, at each rate and over both, and over all kinds.

    Returns
    -------
    DataFrame
        ``kind`` (`ALL` last), ``rate`` (``all`` too), ``tables``; for each method its mean loss, and how many of its
        fits failed or were worse than guessing. Over all kinds each kind counts the same.
    """
    lost = rows["status"].ne("ok") | (rows["dirty"] <= rows["task"].map(GUESSING))
    rows = rows.assign(lost=lost, rate=rows["rate"].astype(str))
    rows = pd.concat([rows, rows.assign(rate="all")])
    by_kind = _pivoted(rows, ["kind", "rate"])
    over_all = by_kind.groupby("rate").agg({c: "mean" if by_kind[c].dtype.kind == "f" else "sum" for c in by_kind})
    over_all["tables"] = rows.groupby("rate")["task_id"].nunique()
    table = pd.concat([by_kind, pd.concat({ALL: over_all}, names=["kind", "rate"])])
    return table.reset_index().round(4)


def _pivoted(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    grouped = rows.groupby([*keys, "method"], sort=False)
    losses = grouped["loss"].mean().unstack()
    failed = grouped["lost"].sum().unstack().fillna(0).astype(int).add_suffix(" failed")
    tables = rows.groupby(keys, sort=False)["task_id"].nunique().rename("tables")
    return pd.concat([tables, losses, failed], axis=1)


def report(path: Path) -> pd.DataFrame:
    """Summarise the rows in a CSV file into ``summary.csv`` beside it."""
    summary = summarise(pd.read_csv(path, dtype={"message": str, "chosen": str}))
    summary.to_csv(path.with_name("summary.csv"), index=False)
    return summary
