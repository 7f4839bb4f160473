"""The commands `recommender kb ...`: what a knowledge base holds, and how to add to it and take from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recommender.cli.collecting import end_collection, run_collection
from recommender.cli.console import emit, printed, say, show_text, status
from recommender.cli.forms import ExportForm, InfoForm, TableForm
from recommender.cli.imports import DEFAULT_STORE, Source, SourceOption, show_imported_winners
from recommender.cli.options import (
    FILE,
    ConfigurationsOption,
    EvidenceOption,
    FormatOption,
    KnowledgeOption,
    MaxMemoryOption,
    MaxSecondsOption,
    MetricOption,
    SheetOption,
    StoreOption,
    TaskOption,
    WorkersOption,
    all_knowledge,
    checked_task,
    chosen_knowledge,
    chosen_limits,
    existing_store,
    typed_options,
)
from recommender.cli.paths import path_argument, path_option, place, store_option
from recommender.cli.tables import show_shares, show_table
from recommender.errors import RecommenderError, unknown_name
from recommender.words import count, together

if TYPE_CHECKING:
    from recommender.evidence.knowledge import KnowledgeBase

app = typer.Typer(help="Look into a knowledge base, add to it, and take from it.", no_args_is_help=True)

OfTaskOption = Annotated[
    str | None, typer.Option("--task", help="binary, multiclass or regression; all of them if not given.")
]


@app.command(epilog="Example: `recommender kb info`")
def info(
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
    format: Annotated[InfoForm, typer.Option(help="table or json.")] = InfoForm.TABLE,
) -> None:
    """Say what a knowledge base holds, by task, size, training size and algorithm."""
    base = chosen_knowledge(store, knowledge)
    from recommender.evidence.inventory import by_algorithm, by_size, by_task, by_training_size

    tables = {"task": by_task(base), "size": by_size(base)}
    tables |= {"training size": by_training_size(base), "algorithm": by_algorithm(base)}
    if format is InfoForm.JSON:
        print(json.dumps({name: json.loads(t.reset_index().to_json(orient="records")) for name, t in tables.items()}))
        return
    for name, table in tables.items():
        show_table(table.reset_index(), title=f"By {name}")


@app.command("list", epilog="Example: `recommender kb list --task regression`")
def list_(
    task: OfTaskOption = None,
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
    format: FormatOption = TableForm.TABLE,
) -> None:
    """List the datasets of a knowledge base."""
    base = chosen_knowledge(store, knowledge)
    from recommender.evidence.inventory import by_dataset

    table = by_dataset(base)
    if task is not None:
        table = table[table["task"] == checked_task(task)]
    if format is TableForm.TABLE:
        shown = table.drop(columns=["licence"]).reset_index()
        show_table(shown, title=count(len(table), "dataset"), digits=0)
    else:
        emit(printed(table, format))


@app.command(epilog="Example: `recommender kb winners --task regression --metric mae`")
def winners(
    task: OfTaskOption = None,
    metric: MetricOption = None,
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
    format: FormatOption = TableForm.TABLE,
    source: SourceOption = Source.OURS,
) -> None:
    """Show which algorithm and hyperparameters won on each dataset, and which won most often."""
    if source is Source.OPENML:
        if knowledge is not None:
            raise RecommenderError("--knowledge holds our own evaluations: with --source openml, give --store")
        show_imported_winners(store or DEFAULT_STORE, task=task, metric=metric, format=format)
        return
    from recommender.evaluation.metrics import METRICS, find_metric

    if metric is not None and metric not in METRICS:
        raise unknown_name("metric", metric, METRICS)
    if task is not None:
        find_metric(metric, checked_task(task))
    base = chosen_knowledge(store, knowledge)
    import pandas as pd

    from recommender.evidence.knowledge import winners as find_winners
    from recommender.tables.dataset import TASKS
    from recommender.tables.splits import MAX_TRAIN_SAMPLES

    tasks = [t for t in TASKS if task in (None, t) and (metric is None or t in METRICS[metric].tasks)]
    tables = {t: find_winners(base, t, metric) for t in tasks if base.for_task(t)}
    tables = {t: table for t, table in tables.items() if len(table)}
    if not tables:
        of = f"of {' or '.join(tasks)} datasets at the standard size of {MAX_TRAIN_SAMPLES:,} training rows"
        raise RecommenderError(f"no {metric or 'score'} was recorded {of}. `recommender kb info` says what there is")
    if format is not TableForm.TABLE:
        whole = pd.concat([table.assign(task=t) for t, table in tables.items()])
        emit(printed(whole, format))
        return
    for t, table in tables.items():
        show_table(table.drop(columns=["n_features"]), title=f"{t}: who won on {count(len(table), 'dataset')}")
        show_shares(table["algorithm"], title=f"{t}: who won most often")


@app.command(epilog="Example: `recommender kb export evidence.sqlite`")
def export(
    output: Annotated[
        str,
        typer.Argument(
            parser=place, help="Where to: a store such as evidence.sqlite, a CSV file of results, or a folder."
        ),
    ],
    format: Annotated[
        ExportForm | None,
        typer.Option(
            help="parquet (a folder that `--knowledge` takes), store (from which `collect` goes on), csv (every "
            "evaluation), or aslib (a scenario of the Algorithm Selection Library, of one task); OUTPUT's ending "
            "decides if not given."
        ),
    ] = None,
    task: OfTaskOption = None,
    metric: Annotated[
        str | None, typer.Option(help="The first measure of an ASlib scenario; the task's default if not given.")
    ] = None,
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a knowledge base elsewhere: as a store, as Parquet or CSV, or as an ASlib scenario."""
    form = format or _form_of(output)
    if metric is not None and form is not ExportForm.ASLIB:
        raise RecommenderError(f"a {form} holds every metric: --metric goes with --format aslib")
    base = _of_task(chosen_knowledge(store, knowledge), task)
    done = count(len(base.datasets), "dataset")
    if form is ExportForm.STORE:
        from recommender.evidence.store import Store
        from recommender.evidence.stored import record_knowledge

        done = f"{done}, {count(record_knowledge(base, Store(output)), 'new evaluation')}"
    elif form is ExportForm.PARQUET:
        from recommender.evidence.folder import save_knowledge

        save_knowledge(base, Path(output))
    elif form is ExportForm.CSV:
        from recommender.evidence.results_csv import write_results

        write_results(base, Path(output))
    else:
        from recommender.evidence.aslib import write_scenario

        if task is None:
            raise RecommenderError("a scenario holds one task: give --task binary, multiclass or regression")
        write_scenario(base, Path(output), checked_task(task), metric)
        done = count(len(base.for_task(checked_task(task))), "dataset")
    show_text(f"{done} written to {output}")


@app.command(epilog="Example: `recommender kb atlas what-won-where`")
def atlas(
    output: Annotated[Path, path_argument("The folder to write into; its index.html opens in any browser.")],
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a site about a knowledge base: what won on each dataset, where each algorithm wins, and a map."""
    base = chosen_knowledge(store, knowledge)
    from recommender.atlas.site import write_atlas

    with status("Writing") as tell:
        n_pages = write_atlas(base, output, on_progress=tell)
    show_text(f"{count(n_pages, 'page')} written to {output}: open {output / 'index.html'}")


def _form_of(output: str) -> ExportForm:
    if "://" in output:
        return ExportForm.STORE
    endings = {".csv": ExportForm.CSV, **dict.fromkeys([".sqlite", ".sqlite3", ".db"], ExportForm.STORE)}
    return endings.get(Path(output).suffix.lower(), ExportForm.PARQUET)


def _of_task(base: KnowledgeBase, task: str | None) -> KnowledgeBase:
    """A knowledge base with the datasets of one task alone, where one is asked for."""
    if task is None:
        return base
    others = base.datasets.index[base.datasets["task"] != checked_task(task)]
    if len(others) == len(base.datasets):
        raise RecommenderError(f"there are no {task} datasets to write. `recommender kb info` says what there is")
    return base.without(others)


@app.command(epilog="Example: `recommender kb add churn.csv --target Churn --store mine.sqlite`")
def add(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(help=f"A dataset on which the pool is evaluated. {FILE}.")] = None,
    target: Annotated[str | None, typer.Option(help="The column to predict.")] = None,
    sheet: SheetOption = None,
    task: TaskOption = None,
    results: Annotated[
        Path | None,
        typer.Option(help="Results measured elsewhere: a CSV file such as `kb export` writes, or an ASlib scenario."),
    ] = None,
    store: StoreOption = "recommender.sqlite",
    configurations: ConfigurationsOption = None,
    workers: WorkersOption = None,
    max_seconds: MaxSecondsOption = 60.0,
    max_memory: MaxMemoryOption = 6.0,
) -> None:
    """Add a dataset of your own, or results measured elsewhere, to a store; `train` learns from both.

    A dataset is evaluated as `collect` does it, and the same command goes on where it stopped.
    """
    if file is not None and results is None:
        limits = chosen_limits(max_seconds, max_memory)
        about = {"target": target, "sheet": sheet, "task": checked_task(task) if task else None}
        _add_dataset(file, about, store, n_configurations=configurations, n_workers=workers, limits=limits)
    elif results is not None and file is None:
        if others := typed_options(context, besides=("--results", "--store")):
            raise RecommenderError(
                f"{together(others)} cannot be combined with --results, which holds what was evaluated elsewhere: "
                f"leave {'them' if len(others) > 1 else 'it'} out, or give a FILE to evaluate instead"
            )
        _add_results(results, store)
    else:
        raise RecommenderError("add what? Give either a FILE with --target, or --results with a file of results")


def _add_results(path: Path, store: str) -> None:
    from recommender.evidence.results_csv import read_results
    from recommender.evidence.store import Store
    from recommender.evidence.stored import record_knowledge

    found = read_results(path, all_knowledge(store))  # before a store is made
    n_new = record_knowledge(found, Store(store))
    n_known = len(found.evaluations) - n_new
    show_text(
        f"{count(n_new, 'evaluation')} on {count(len(found.datasets), 'dataset')} "
        f"recorded in {store}" + (f"; {count(n_known, 'was', 'were')} there already" if n_known else "")
    )


def _add_dataset(file: str, about: dict[str, Any], store: str, **options: Any) -> None:
    from recommender.evidence.recording import dataset_id
    from recommender.evidence.store import Store
    from recommender.tables.loading import load_dataset

    dataset = load_dataset(file, **about)
    for note in dataset.notes:
        say(f"Note: {note}")
    opened = Store(store)
    summary = run_collection(opened, [dataset], **options)
    show_text(f"{dataset.name} is {dataset_id(dataset)}")
    end_collection(summary, opened)


@app.command(epilog="Example: `recommender kb drop openml:61 --store evidence.sqlite`")
def drop(
    dataset_ids: Annotated[list[str], typer.Argument(help="Ids as `recommender kb list` shows them.")],
    store: Annotated[str | None, store_option("The store to drop them from.")] = None,
    knowledge: Annotated[
        Path | None, path_option("Or a folder of your own, written by `train` or `kb export`.")
    ] = None,
) -> None:
    """Drop datasets with all that was evaluated on them from a store or a folder of your own."""
    from recommender.evidence.folder import drop_datasets

    if store is not None and knowledge is None:
        n_evaluations = existing_store(store).drop_datasets(dataset_ids)
    elif knowledge is not None and store is None:
        n_evaluations = drop_datasets(knowledge, dataset_ids)
        from recommender.metamodel.trained import METAMODEL

        if (knowledge / METAMODEL).exists():
            say(
                "the meta-model still knows them until it is trained again: "
                f"`recommender train --knowledge {knowledge} --output {knowledge}`"
            )
    else:
        raise RecommenderError(
            "drop from what? Give either --store or --knowledge with one of your own. What comes with the package "
            "stays as it is; to go without some of it: `recommender kb export mine.sqlite`, "
            "`recommender kb drop ID --store mine.sqlite`, "
            "`recommender train --store mine.sqlite --no-extend --output my-knowledge`"
        )
    show_text(f"dropped {count(len(set(dataset_ids)), 'dataset')} and {count(n_evaluations, 'evaluation')}")
