"""Hostile tables, as many as one likes, and what came of them.

    python -m benchmarks.faults.hostile.run --tables 1000

Each table gets its plain recommendation, of which the first three pipelines are fitted, and notes, JSON, page and
script are made. The command prints how many gave a clear error, how many fitted and how many failed, and exits with 1
if any did. A table that failed is named by its seed, which makes it again.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.faults.hostile.judging import judged
from benchmarks.faults.hostile.tables import hostile_table
from recommender.errors import one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge so many tables and print figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args(arguments)
    came: Counter[str] = Counter()
    for seed in range(asked.first, asked.first + asked.tables):
        came[came_of(seed)] += 1
    print(
        f"{asked.tables:,} tables: {came['error']:,} clear errors, {came['fits']:,} with a recommendation that fits, "
        f"{came['failed']:,} failed"
    )
    return int(came["failed"] > 0)


def came_of(seed: int) -> str:
    """What came of the table of a seed: ``"fits"``, ``"error"`` or ``"failed"``, which is told."""
    table = hostile_table(seed)
    try:
        return "fits" if judged(table) is None else "error"
    except Exception as error:
        print(f"table {table.name}: {type(error).__name__}: {one_line(error)}", file=sys.stderr, flush=True)
        return "failed"


if __name__ == "__main__":
    sys.exit(main())
