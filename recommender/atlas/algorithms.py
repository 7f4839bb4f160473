"""What a knowledge base says of each algorithm, ready to be shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recommender.atlas.lessons import (
    ROWS,
    exponent,
    summarize_seconds,
    summarize_tuning,
    tabulate_seconds,
    tabulate_tuning,
    tabulate_wins,
)
from recommender.evidence.knowledge import KnowledgeBase
from recommender.tables.dataset import TASKS
from recommender.words import count, duration

LITTLE = 0.02
"""A mean gain of less regret than this is called next to nothing."""


def tabulate_algorithms(knowledge: KnowledgeBase) -> dict[str, pd.DataFrame]:
    """The tables that `describe_algorithm` takes its part of: wins, tuning and seconds."""
    tuning = tabulate_tuning(knowledge)
    return {
        "wins": tabulate_wins(knowledge),
        "tuning": summarize_tuning(tuning) if len(tuning) else pd.DataFrame(columns=["task", "algorithm"]),
        "seconds": tabulate_seconds(knowledge),
    }


def describe_algorithm(tables: dict[str, pd.DataFrame], algorithm: str) -> dict[str, Any]:
    """All that a page says of an algorithm, by name: a table of wins, one of tuning, one of seconds, and sentences."""
    wins, tuning, seconds = (table[table["algorithm"] == algorithm] for table in tables.values())
    order = {name: place for place, name in enumerate([*TASKS, *ROWS])}
    wins = wins[wins["datasets"] > 0].sort_values(["task", "rows"], key=lambda keys: keys.map(order))
    costs = summarize_seconds(seconds).sort_values("rows", key=lambda keys: keys.map(order))
    told = [_wins_in_words(wins), *(_tuning_in_words(row) for row in tuning.itertuples()), _growth_in_words(seconds)]
    return {
        "wins": wins,
        "tuning": tuning,
        "costs": costs,
        "fits": seconds[["train_rows", "median"]],
        "sentences": [sentence for sentence in told if sentence],
    }


def _wins_in_words(wins: pd.DataFrame) -> str:
    n_datasets = int(wins["datasets"].sum())
    if not n_datasets:
        return ""
    near = wins["near_best"].sum() / n_datasets
    return (
        f"One of its configurations is the best of all on {wins['wins'].sum():.0f} of {count(n_datasets, 'dataset')}, "
        f"and nearly as good as the best on {near:.0%}."
    )


def _tuning_in_words(row: Any) -> str:
    """What choosing among its configurations gives on a task."""
    if not np.isfinite(row.gain) or row.configurations < 2:
        return ""
    if row.gain < LITTLE:
        return f"{row.task.capitalize()}: tuning gives next to nothing over its default."
    return (
        f"{row.task.capitalize()}: tuning lowers its mean regret by {row.gain:.2f}, to {row.tuned:.2f}; the one best "
        f"setting for all datasets has {row.fixed:.2f}."
    )


def _growth_in_words(seconds: pd.DataFrame) -> str:
    if seconds.empty:
        return ""
    factor, fits = 10 ** exponent(seconds["train_rows"], seconds["median"]), seconds["median"].median()
    times = f"{factor:.0f}" if factor >= 3 else f"{factor:.1f}"
    grows = f" On datasets of ten times the rows it takes about {times} times as long." if np.isfinite(factor) else ""
    return f"Its median fit takes {duration(float(fits))}.{grows}"
