"""Rounds in which something breaks, and hostile tables, for as long as one likes.

    python -m benchmarks.faults.run --minutes 10 --output benchmarks/faults/results/faults.csv

The kinds take turns. Every round adds to a row of its kind, which is written as soon as it is over; what goes wrong is
told on stderr with the seed that shows it again. What the output has of earlier runs is gone on from: its rounds count,
and seeds follow on theirs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.faults.hostile.run import came_of
from benchmarks.faults.rounds import ROUNDS, server_round

KINDS = (*ROUNDS, "server", "tables")
COUNTS = ("rounds", "lost", "doubled", "left_behind", "tables", "refused", "fits_failed")
TABLES_A_ROUND = 10


def run(
    kinds: tuple[str, ...], *, minutes: float, rounds: int | None, seed: int, before: pd.DataFrame | None = None
) -> Iterator[pd.DataFrame]:
    """The figures after each round, a row a kind; those of `before` are counted in."""
    figures = pd.DataFrame(0, index=pd.Index(kinds, name="kind"), columns=list(COUNTS))
    if before is not None:
        figures = pd.concat([before, figures.drop(before.index, errors="ignore")])
    ends = time.monotonic() + 60 * minutes
    with ExitStack() as stack:
        server = _server(stack) if "server" in kinds else None
        while left := [kind for kind in kinds if rounds is None or figures.loc[kind, "rounds"] < rounds]:
            for kind in left:
                if time.monotonic() > ends:
                    return
                counted = {"rounds": 1} | _one(kind, seed + int(figures.loc[kind, "rounds"]), server)
                for name, count in counted.items():
                    figures.loc[kind, name] += count
                yield figures


def _server(stack: ExitStack) -> Any:
    """A PostgreSQL server of its own, as the tests have it."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    from postgresql_server import server

    return stack.enter_context(server())


def _one(kind: str, seed: int, server: Any) -> dict[str, int]:
    """What a round counts."""
    if kind == "tables":
        came_of_them = [came_of(seed * TABLES_A_ROUND + i) for i in range(TABLES_A_ROUND)]
        counted = {"refused": came_of_them.count("error"), "fits_failed": came_of_them.count("failed")}
        return {"tables": TABLES_A_ROUND} | counted
    rng = np.random.default_rng(seed)
    came = server_round(rng, server) if kind == "server" else ROUNDS[kind](rng)
    if came.lost or came.doubled or came.left_behind:
        print(f"seed {seed}: {came}", file=sys.stderr)
    return {"lost": came.lost, "doubled": came.doubled, "left_behind": came.left_behind}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, help="at most so many of each kind, with those of before")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    before = pd.read_csv(given.output, index_col="kind") if given.output and given.output.exists() else None
    figures = pd.DataFrame()
    for figures in run(tuple(given.kinds), minutes=given.minutes, rounds=given.rounds, seed=given.seed, before=before):
        if given.output:
            given.output.parent.mkdir(parents=True, exist_ok=True)
            figures.to_csv(given.output)
    print(figures.to_string())


if __name__ == "__main__":
    main()
