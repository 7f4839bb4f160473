"""Leaderboards by `bencheval`, the package that makes TabArena's: Elo and improvability of methods over tasks.

    python -m benchmarks.tabarena.leaderboard                                            # of our systems in the arena
    python -m benchmarks.tabarena.leaderboard benchmarks/peers/results/two_folds/results.csv  # of the live peers

It needs ``pip install bencheval``. Error is 1 - ROC AUC, log loss, RMSE, or 1 - R²: lower is better.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

RESULTS = Path(__file__).parent / "results" / "results.csv"
REFERENCE = "random forest default"
"""Elo is 1000 for it, as in the arena."""
ROUNDS = 200
"""Draws of tasks behind the intervals of Elo, as many as in the arena."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, nargs="?", default=RESULTS)
    parser.add_argument("--output", type=Path, help="a CSV file for the leaderboard")
    chosen = parser.parse_args()
    rows = pd.read_csv(chosen.results)
    board = leaderboard(rows if "metric_error" in rows else from_peers(rows))
    if chosen.output:
        board.round(4).to_csv(chosen.output, lineterminator="\n")
    print(board.round(3).to_string())


def from_peers(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `benchmarks.peers` as the arena has them; what a method spends on choosing is time to train."""
    return pd.DataFrame(
        {
            "method": rows["method"],
            "task": rows["dataset"],
            "fold": rows["fold"],
            "metric_error": 1 - rows["score"],
            "time_train_s": rows["choose_seconds"].fillna(0) + rows["fit_seconds"],
            "time_infer_s": rows["predict_seconds"],
        }
    )


def leaderboard(rows: pd.DataFrame) -> pd.DataFrame:
    """Elo with its 95 % interval, mean rank, win rate and improvability, the best first.

    Parameters
    ----------
    rows : DataFrame
        Columns ``method``, ``task``, ``fold``, ``metric_error``, ``time_train_s``, ``time_infer_s``. Where a method has
        no result it gets that of the random forest, as in the arena.

    Returns
    -------
    DataFrame indexed by method
        With improvability, the share of its error that the best method of a task saves, in percent.
    """
    from bencheval.evaluator import BenchmarkEvaluator

    evaluator = BenchmarkEvaluator(task_col="task", seed_column="fold")
    names = [*evaluator.required_input_columns]
    complete = filled(rows[names])
    board = evaluator.leaderboard(
        complete,
        average_seeds=False,
        elo_kwargs={"calibration_framework": REFERENCE, "calibration_elo": 1000, "BOOTSTRAP_ROUNDS": ROUNDS},
        sort_by=["elo"],
    )
    board = board.sort_values("elo", ascending=False).assign(improvability=100 * board["improvability"])
    seconds = complete.groupby("method")[["time_train_s", "time_infer_s"]].median()
    shown = ["elo", "elo+", "elo-", "rank", "winrate", "improvability"]
    return board[shown].join(seconds.add_prefix("median_"))


def filled(rows: pd.DataFrame) -> pd.DataFrame:
    """Every method on every fold of every task: what is missing or failed is what the reference did there."""
    keys = ["task", "fold"]
    every = rows[keys].drop_duplicates().merge(rows[["method"]].drop_duplicates(), how="cross")
    found = every.merge(rows.dropna(subset="metric_error"), on=["method", *keys], how="left")
    reference = rows[rows["method"] == REFERENCE].set_index(keys)
    values = [name for name in rows if name not in ("method", *keys)]
    there = reference.loc[pd.MultiIndex.from_frame(found[keys]), values].set_axis(found.index)
    return found.fillna(there)


if __name__ == "__main__":
    main()
