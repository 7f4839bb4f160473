"""What a whole recommendation costs: in a fresh process, importing the package included, and in one that made others.

    python -m benchmarks.recommending.run --output benchmarks/recommending/results/recommending.csv

Tables are drawn: normal columns, a fifth of them categorical, and a target that depends on some. Processor seconds and
seconds by the clock are medians over the repeats, each a process of its own where it is a fresh one; memory is the peak
of such a process, the table included.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = ((150, 4), (1_000, 10), (10_000, 50), (100_000, 12), (100_000, 50))
TASKS = ("binary", "multiclass", "regression")
KEYS = ["task", "n_samples", "n_features", "process"]


def drawn(task: str, n_samples: int, n_features: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(n_samples, n_features)), columns=[f"x{i}" for i in range(n_features)])
    level = table["x0"] + table["x1"] * table["x2"] + rng.normal(size=n_samples)
    for column in table.columns[::5]:
        table[column] = rng.choice(list("abcdefgh"), n_samples)
    if task == "regression":
        return table, level.to_numpy()
    return table, pd.qcut(level, 2 if task == "binary" else 5, labels=False).to_numpy()


def one(task: str, n_samples: int, n_features: int, repeats: int) -> None:
    """In this process: recommend for a table, and again for tables that differ a little; prints a row for each."""
    X, y = drawn(task, n_samples, n_features)
    for repeat in range(repeats + 1):
        clock, processor = time.perf_counter(), time.process_time()
        from recommender import recommend

        recommend(X.iloc[repeat:], y[repeat:]).to_frame()
        seconds = time.perf_counter() - clock, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print("fresh" if repeat == 0 else "warm", *seconds, peak)


def measure(repeats: int) -> pd.DataFrame:
    rows = []
    for task in TASKS:
        for n_samples, n_features in SIZES:
            for _ in range(repeats):
                one = ["-m", "benchmarks.recommending.run", "--one", task, str(n_samples), str(n_features)]
                printed = subprocess.run([sys.executable, *one], capture_output=True, text=True, check=True).stdout
                for line in printed.splitlines():
                    process, *numbers = line.split()
                    clock, processor, peak = map(float, numbers)
                    rows.append((task, n_samples, n_features, process, clock, processor, peak))
    names = [*KEYS, "seconds", "processor_seconds", "peak_mib"]
    table = pd.DataFrame(rows, columns=names)
    return table.groupby(KEYS, sort=False).median().round(3).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "recommending.csv")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        task, n_samples, n_features = arguments.one
        one(task, int(n_samples), int(n_features), 2)
        return
    table = measure(arguments.repeats)
    table.to_csv(arguments.output, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
