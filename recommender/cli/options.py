"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.evaluation.metrics import METRICS

if TYPE_CHECKING:
    from recommender.evidence.knowledge import KnowledgeBase
    from recommender.evidence.store import Store
    from recommender.tables.dataset import Task

KnowledgeOption = Annotated[
    Path | None,
    typer.Option("--knowledge", help="A folder written by `recommender train`; what is shipped by default."),
]
EvidenceOption = Annotated[str | None, typer.Option("--store", help="A store; else the knowledge base in --knowledge.")]
StoreOption = Annotated[str, typer.Option(help="A SQLite file, or a database address as SQLAlchemy writes it.")]
MetricOption = Annotated[str | None, typer.Option(help=f"What to be good at: {', '.join(METRICS)}.")]
TaskOption = Annotated[
    str | None, typer.Option("--task", help="binary, multiclass or regression; inferred if not given.")
]


def chosen_knowledge(store: str | None, folder: Path | None, *, alone: bool = False) -> KnowledgeBase:
    """What a store has recorded, where one is given; else what `load_knowledge` gives."""
    from recommender.evidence.folder import load_knowledge
    from recommender.evidence.stored import knowledge_of

    return knowledge_of(existing_store(store)) if store is not None else load_knowledge(folder, alone=alone)


def all_knowledge(store: str) -> KnowledgeBase:
    """What comes with the package, together with what a store has recorded where there is one."""
    from recommender.evidence.folder import load_knowledge
    from recommender.evidence.merging import extend
    from recommender.evidence.store import Store
    from recommender.evidence.stored import knowledge_of

    shipped = load_knowledge()
    if "://" not in store and not Path(store).exists():
        return shipped
    opened = Store(store)
    return shipped if opened.read_datasets().empty else extend(shipped, knowledge_of(opened))


def existing_store(address: str) -> Store:
    """The store at an address, which is not made where there is none."""
    from recommender.errors import StoreError
    from recommender.evidence.store import Store

    if "://" not in address and not Path(address).exists():
        raise StoreError(f"no such store: {address}. `recommender collect --store {address}` makes one")
    return Store(address)


def checked_task(task: str) -> Task:
    """A task that was asked for, if there is such a task."""
    from recommender.errors import unknown_name
    from recommender.tables.dataset import TASKS

    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    return task
