"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from recommender.cli.console import status
from recommender.cli.forms import TableForm
from recommender.cli.numerals import LARGEST, LONGEST, id_option, limit_option
from recommender.cli.paths import path_option, store_option
from recommender.errors import RecommenderError
from recommender.evaluation.metrics import METRICS

if TYPE_CHECKING:
    from recommender.evaluation.limits import Limits
    from recommender.evidence.knowledge import KnowledgeBase
    from recommender.evidence.store import Store
    from recommender.recommendation import Recommendation
    from recommender.tables.dataset import Dataset, Task

FILE = "A CSV, Excel, JSON, Parquet, ARFF, SQLite or DuckDB file (FILE::TABLE for one of its tables), or - for stdin"
"""What a table may come from."""
FileArgument = Annotated[str, typer.Argument(help=f"{FILE}; or openml:ID.")]
TargetOption = Annotated[str | None, typer.Option("--target", help="The column to predict.")]
KnowledgeOption = Annotated[
    Path | None,
    path_option("A folder written by `recommender train`; by default what is shipped.", "--knowledge"),
]
EvidenceOption = Annotated[
    str | None, store_option("A store to look into, instead of the knowledge base in --knowledge.", "--store")
]
StoreOption = Annotated[
    str,
    store_option(
        "A SQLite file, or a database address as SQLAlchemy writes it; recommender.sqlite by default.",
        show_default=False,
    ),
]
MetricOption = Annotated[str | None, typer.Option(help=f"The score to be good at: {', '.join(METRICS)}.")]
JudgeOption = Annotated[
    str | None,
    typer.Option(
        "--metric", help=f"The score to be good at: {', '.join(METRICS)}; or the name of a scorer of scikit-learn."
    ),
]
TYPED = "COMMANDLINE"
"""What the parser calls the source of a value that was typed."""
THE_ALGORITHMS = "ALGORITHMS"
"""Stands in a help for the names of all algorithms."""
IncludeOption = Annotated[
    list[str] | None,
    typer.Option("--include", help=f"Consider only this algorithm; may be repeated: {THE_ALGORITHMS}."),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Leave this algorithm out; may be repeated, with the names of --include."),
]
InterpretableOption = Annotated[
    bool, typer.Option("--interpretable", help="Consider only models that a person can read.")
]
AlgorithmOption = Annotated[
    list[str] | None,
    typer.Option("--algorithm", help="Only configurations of this algorithm; may be repeated."),
]
SheetOption = Annotated[
    str | None,
    typer.Option("--sheet", help="A sheet of a workbook, by name or by number; the first with a table by default."),
]
TaskOption = Annotated[
    str | None, typer.Option("--task", help="binary, multiclass or regression; inferred if not given.")
]
FormatOption = Annotated[TableForm, typer.Option("--format", help="table, json or csv.")]
SuiteOption = Annotated[
    list[str] | None, typer.Option("--suite", help="An OpenML suite, by number or alias; may be repeated.")
]
TaskIdOption = Annotated[list[int] | None, id_option("An OpenML task id; may be repeated.")]
ConfigurationsOption = Annotated[
    int | None, typer.Option("--configurations", min=1, help="Only so many configurations, the first of the pool.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, help="How many evaluations run at once; as many as there are processors if not given."
    ),
]
MaxFitTimeOption = Annotated[float | None, limit_option(0, LONGEST, "Seconds that fitting once may take.")]
MaxPredictTimeOption = Annotated[float | None, limit_option(0, LONGEST, "Seconds that predicting 1,000 rows may take.")]
MaxModelMemoryOption = Annotated[
    float | None, limit_option(0, 1024 * LARGEST, "Megabytes that fitting may take at its peak.")
]
MaxSecondsOption = Annotated[float, limit_option(0.1, LONGEST, "Seconds that one evaluation may take.")]
MaxMemoryOption = Annotated[float, limit_option(0.1, LARGEST, "Memory in GiB that one evaluation may take.")]


class ListingCommand(TyperCommand):
    """A command whose help lists the algorithms; only then are they imported."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the names in place of `THE_ALGORITHMS`."""
        from recommender.algorithms.catalogue import ALGORITHMS

        names = ", ".join(ALGORITHMS)
        self.help = (self.help or "").replace(THE_ALGORITHMS, names)
        for option in self.params:
            if THE_ALGORITHMS in (getattr(option, "help", None) or ""):
                option.help = option.help.replace(THE_ALGORITHMS, names)  # type: ignore[attr-defined]
        super().format_help(ctx, formatter)


def check_outputs(*outputs: Path | None, read: Sequence[Path | str]) -> None:
    """Say that a file cannot be written, or is one that is read, or written as well."""
    from recommender.outputs import check_file

    # FILE::TABLE names a table in a file; its readers would import pandas before anything is shown
    others = [Path(name) for file in read for name in (file, str(file).partition("::")[0])]
    for output in filter(None, outputs):
        check_file(output, others=others)
        others.append(output)


def typed_options(context: typer.Context, *, besides: Sequence[str] = ()) -> list[str]:
    """The names of the options that were typed, but for some."""
    sources = {option.opts[0]: context.get_parameter_source(str(option.name)) for option in context.command.params}
    typed = [name for name, source in sources.items() if name.startswith("--") and source and source.name == TYPED]
    return [name for name in typed if name not in besides]


def chosen_dataset(
    file: str, *, target: str | None, sheet: str | None, task: str | None, metric: str | None
) -> Dataset:
    """The table in a file, for the task that was asked for: by name, or by the metric."""
    from recommender.evaluation.scorers import task_asked_by
    from recommender.tables.loading import load_dataset

    asked = task or task_asked_by(metric)
    return load_dataset(file, target=target, task=asked, sheet=sheet)  # type: ignore[arg-type]


def chosen_recommendation(
    dataset: Dataset,
    tell: Callable[[str], None],
    *,
    include: list[str] | None,
    exclude: list[str] | None,
    **choices: Any,
) -> Recommendation:
    """What is recommended for a table; an option that may be repeated and was not given is no choice."""
    from recommender.recommendation import recommend

    tell("comparing small learners on some of its rows")
    return recommend(dataset, include=include or None, exclude=exclude or (), **choices)


def chosen_knowledge(store: str | None, folder: Path | None, *, alone: bool = False) -> KnowledgeBase:
    """What a store has recorded, where one is given; else what `load_knowledge` gives."""
    if store is not None and folder is not None:
        raise RecommenderError("--store and --knowledge are two places to read from: give one of them")
    with status("Reading the knowledge base"):
        from recommender.evidence.folder import load_knowledge
        from recommender.evidence.stored import knowledge_of

        return knowledge_of(existing_store(store)) if store is not None else load_knowledge(folder, alone=alone)


def all_knowledge(store: str) -> KnowledgeBase:
    """What comes with the package, and beside it, under its own ids, what a store has recorded where there is one."""
    from recommender.evidence.folder import load_knowledge
    from recommender.evidence.merging import beside
    from recommender.evidence.store import Store, store_exists
    from recommender.evidence.stored import knowledge_of

    shipped = load_knowledge()
    if not store_exists(store):
        return shipped
    opened = Store(store)
    return shipped if opened.read_datasets().empty else beside(shipped, knowledge_of(opened))


def existing_store(address: str) -> Store:
    """The store at an address, which is not made where there is none."""
    from recommender.errors import StoreError
    from recommender.evidence.store import Store, store_exists

    if not store_exists(address):
        raise StoreError(f"no such store: {address}. `recommender collect --store {address}` makes one")
    return Store(address)


def chosen_tasks(suites: list[str] | None, task_ids: list[int] | None) -> list[int]:
    """The ids of the tasks of some suites, and of some more tasks."""
    from recommender.tables.openml import read_suite

    return list(dict.fromkeys([*(i for name in suites or [] for i in read_suite(name)), *(task_ids or [])]))


def chosen_limits(max_seconds: float, max_memory: float) -> Limits:
    """What one evaluation may take."""
    from recommender.evaluation.limits import Limits

    return Limits(max_seconds, int(max_memory * 2**30))


def checked_task(task: str) -> Task:
    """A task that was asked for, if there is such a task."""
    from recommender.errors import unknown_name
    from recommender.tables.dataset import TASKS

    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    return task
