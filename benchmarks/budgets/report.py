"""What the rows of the study of budgets say: ranks, wins and losses of ours at each budget, and scores over seconds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.budgets.methods import UNTIMED
from benchmarks.peers.report import DIGITS, wilcoxon_p
from recommender.evaluation.metrics import METRICS

OURS = "ours"


def table_scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean scores over folds, larger is better: tables by method and budget, missing where a method has none.

    Only folds count on which ours was measured with that budget; what takes its own seconds stands at each budget.
    """
    sign = rows["metric"].map({name: metric.sign for name, metric in METRICS.items()})
    rows = rows.assign(score=rows["score"] * sign)
    timed, untimed = rows[~rows["method"].isin(UNTIMED)], rows[rows["method"].isin(UNTIMED)]
    mine = timed.loc[timed["method"] == OURS, ["table", "fold", "asked_seconds"]]
    every = mine.merge(untimed.drop(columns="asked_seconds"), on=["table", "fold"])
    both = pd.concat([timed.merge(mine, on=["table", "fold", "asked_seconds"]), every])
    return both.pivot_table("score", "table", ["asked_seconds", "method"], dropna=False).round(DIGITS)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """A row for each budget and method.

    Returns
    -------
    DataFrame
        seconds (asked), method, mean_rank over tables (ties share, what has no score is last), normalized_score as
        `normalized` has it, taken_seconds (mean), most_seconds, n_tables, wins, ties and losses of ours against it,
        Wilcoxon's p (not corrected for the number of methods), failed (rows without a score).
    """
    scores, lines = table_scores(rows), []
    level = normalized(scores)
    for asked, part in scores.T.groupby(level="asked_seconds"):
        here = part.droplevel("asked_seconds").T
        here = here.dropna(how="all", axis=1).dropna(subset=[OURS])
        ranks = here.rank(axis=1, ascending=False, na_option="bottom").mean()
        for name in ranks.sort_values().index:
            mine = rows[(rows["method"] == name) & ((rows["asked_seconds"] == asked) | (name in UNTIMED))]
            gain = (here[OURS] - here[name]).dropna()
            line = {
                "seconds": asked,
                "method": name,
                "mean_rank": ranks[name],
                "normalized_score": level[asked, name].mean(),
                "taken_seconds": mine["taken_seconds"].mean(),
                "most_seconds": mine["taken_seconds"].max(),
                "n_tables": len(gain),
                "failed": int(mine["score"].isna().sum()),
            }
            if name != OURS:
                line |= {"wins": int((gain > 0).sum()), "ties": int((gain == 0).sum())}
                line |= {"losses": int((gain < 0).sum()), "p": wilcoxon_p(gain.to_numpy())}
            lines.append(line)
    return pd.DataFrame(lines)


def normalized(scores: pd.DataFrame) -> pd.DataFrame:
    """On each table 1 for the best score of any method with any budget, 0 for their median or worse."""
    best, median = scores.max(axis=1), scores.median(axis=1)
    spread = (best - median).where(lambda gap: gap > 0)
    return 1 - scores.rsub(best, axis=0).div(spread, axis=0).clip(0, 1)


def draw(rows: pd.DataFrame, path: Path) -> None:
    """Mean normalized scores over the mean seconds that were really taken, a line for each method."""
    import matplotlib.pyplot as plt

    found = summarise(rows)
    figure, axis = plt.subplots(figsize=(8, 5))
    order = found.groupby("method")["normalized_score"].mean().sort_values(ascending=False).index
    for name in order:
        mine = found[found["method"] == name].sort_values("taken_seconds")
        how = {"color": "C3", "lw": 2.5, "zorder": 3} if name == OURS else {"lw": 1.2}
        axis.plot(mine["taken_seconds"], mine["normalized_score"], marker="o", ms=4, label=name, **how)
    axis.set_xscale("log")
    axis.set_xlabel("seconds by the clock, as taken")
    axis.set_ylabel("normalized score, mean over tables")
    axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
