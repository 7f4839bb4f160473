"""Makes the store again into which the next edition of the knowledge base is collected, so that collecting goes on."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.candidates.run import EVIDENCE, READ_OTHERWISE
from recommender import load_knowledge
from recommender.evidence.merging import extend
from recommender.evidence.store import Store
from recommender.evidence.stored import record_knowledge

COLLECTED = Path(__file__).parent / "results" / "evidence"
"""What was evaluated since, as a knowledge folder."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="a SQLite file, or a database address as SQLAlchemy writes it")
    given = parser.parse_args()
    knowledge = load_knowledge().without(READ_OTHERWISE)
    for folder in (EVIDENCE, COLLECTED):
        knowledge = extend(knowledge, load_knowledge(folder, alone=True))
    record_knowledge(knowledge, Store(given.store))
    print(f"{len(knowledge.evaluations):,} evaluations of {len(knowledge.datasets)} datasets are in {given.store}")


if __name__ == "__main__":
    main()
