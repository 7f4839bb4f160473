"""What the shipped knowledge base teaches of algorithms: who wins where, what tuning gives, and what it costs.

    python -m benchmarks.lessons.run --output benchmarks/lessons/results

Writes tables (CSV) and plots (PNG, which take matplotlib) into that folder, and a page that tells them, ``README.md``,
beside it. Every number on the page is computed here.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.lessons.page import write_page
from benchmarks.lessons.plots import plot_gains, plot_seconds, plot_sizes, plot_tuning, plot_wins
from benchmarks.lessons.sizes import (
    summarize_sizes,
    tabulate_memory,
    tabulate_overtaking,
    tabulate_rounds,
    tabulate_sizes,
)
from recommender.atlas.lessons import summarize_tuning, tabulate_seconds, tabulate_tuning, tabulate_wins
from recommender.evidence.folder import load_knowledge

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    knowledge = load_knowledge()
    tuning, sizes = tabulate_tuning(knowledge), tabulate_sizes(knowledge)
    tables = {
        "wins": tabulate_wins(knowledge),
        "tuning_datasets": tuning,
        "tuning": summarize_tuning(tuning),
        "seconds": tabulate_seconds(knowledge),
        "sizes": sizes,
        "sizes_means": summarize_sizes(sizes),
        "overtaking": tabulate_overtaking(sizes),
        "rounds": tabulate_rounds(knowledge),
        "memory": tabulate_memory(knowledge),
    }
    for name, table in tables.items():
        table.round(4).to_csv(folder / f"{name}.csv", index=False)
    plot_wins(tables["wins"], folder / "wins.png")
    plot_tuning(tables["tuning"], folder / "tuning.png")
    plot_gains(tuning, folder / "gains.png")
    plot_seconds(tables["seconds"], folder / "seconds.png")
    plot_sizes(tables["sizes_means"], folder / "sizes.png")
    (folder.parent / "README.md").write_text(write_page(knowledge, tables, folder))


if __name__ == "__main__":
    main()
