"""The command line: results on stdout, progress and errors on stderr, and no logic of its own."""

from __future__ import annotations

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import recommender
from recommender.cli import collecting, fitting, imports, kb
from recommender.cli.clock import Clock
from recommender.cli.console import as_json, emit, printed, say, show_text, status
from recommender.cli.forms import AdviceForm, TableForm
from recommender.cli.kinds import with_kinds
from recommender.cli.mistakes import in_words
from recommender.cli.numerals import LONGEST, limit_option
from recommender.cli.options import (
    ExcludeOption,
    FileArgument,
    FormatOption,
    IncludeOption,
    InterpretableOption,
    JudgeOption,
    KnowledgeOption,
    ListingCommand,
    MaxFitTimeOption,
    MaxModelMemoryOption,
    MaxPredictTimeOption,
    MetricOption,
    SheetOption,
    SuiteOption,
    TargetOption,
    TaskIdOption,
    TaskOption,
    check_outputs,
    chosen_dataset,
    chosen_knowledge,
    chosen_recommendation,
    chosen_tasks,
)
from recommender.cli.paths import path_option, store_option
from recommender.cli.server import CacheOption, PatienceOption, ServerOption, chosen_server
from recommender.cli.tables import show_table
from recommender.errors import RecommenderError, listed
from recommender.outputs import check_file, write_html
from recommender.words import count


class Commands(TyperGroup):
    """The commands. One that Ctrl-C stops says so, where the library that runs them would end without a word."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            say("recommender: stopped")
            raise typer.Exit(130) from None


app = typer.Typer(
    name="recommender",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"recommender {recommender.__version__}")
        raise typer.Exit


@app.callback(
    epilog="Examples: `recommender recommend churn.csv --target Churn`, `recommender winners --task regression`. "
    "Exits with 0 if all went well, 2 after a mistake in what was asked or given, and 130 after Ctrl-C.",
)
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Which algorithm with which hyperparameters should I fit first?"""


@app.command(cls=ListingCommand, epilog="Example: `recommender recommend churn.csv --target Churn --top 3`")
def recommend(
    file: FileArgument,
    target: TargetOption = None,
    sheet: SheetOption = None,
    top: Annotated[int, typer.Option(min=1, help="How many configurations to show.")] = 5,
    format: Annotated[
        AdviceForm, typer.Option(help="table, json, or a python script that runs as it is.")
    ] = AdviceForm.TABLE,
    metric: JudgeOption = None,
    task: TaskOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    max_fit_time: MaxFitTimeOption = None,
    max_predict_time: MaxPredictTimeOption = None,
    max_memory: MaxModelMemoryOption = None,
    interpretable: InterpretableOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Also say why.")] = False,
    html: Annotated[Path | None, path_option("Also write a report: one page for any browser.")] = None,
    knowledge: KnowledgeOption = None,
    server: ServerOption = None,
    patience: PatienceOption = None,
) -> None:
    """Recommend what to fit first on a table."""
    if explain and format is AdviceForm.PYTHON:
        raise RecommenderError("--explain goes with --format table or json, not with a script")
    check_outputs(html, read=[file])
    chosen_server(server, patience=patience)
    with status(f"Looking at {file}") as tell:
        from recommender.showing.script import write_script

        dataset = chosen_dataset(file, target=target, sheet=sheet, task=task, metric=metric)
        found = chosen_recommendation(
            dataset,
            tell,
            metric=metric,
            include=include,
            exclude=exclude,
            max_fit_time=max_fit_time,
            max_predict_time=max_predict_time,
            max_memory=max_memory,
            interpretable=interpretable,
            knowledge=knowledge,
        )
        tell("reasons and similar datasets")
        place, column = f"{file}::{sheet}" if sheet else file, str(dataset.y.name)
        if html:
            from recommender.showing.report import write_report

            write_html(html, write_report(found, file=place, target=column, top=top))
            say(f"report written to {html}")
    if format is AdviceForm.JSON:
        reasons = {"reasons": found.explain().to_dict()} if explain else {}
        print(json.dumps(as_json(found, top) | reasons, indent=1, allow_nan=False))
    elif format is AdviceForm.PYTHON:
        emit(write_script(found.best, file=place, target=column, metric=found.judge))
    else:
        from recommender.cli.screen import show_recommendation

        show_recommendation(found, top)
        if explain:
            show_text(f"\n{found.explain()}")
    if format is not AdviceForm.JSON:
        for note in found.notes():
            say(f"Note: {note}")


app.command(
    cls=ListingCommand, epilog="Example: `recommender fit churn.csv --target Churn --seconds 60 --output churn.skops`"
)(fitting.fit)
app.command(epilog="Example: `recommender predict churn.skops new.xlsx --output predictions.csv`")(fitting.predict)
app.command(epilog="Example: `recommender evaluate churn.skops held-out.csv`")(fitting.evaluate)
app.command(cls=ListingCommand, epilog="Example: `recommender collect --suite OpenML-CC18 --store evidence.sqlite`")(
    collecting.collect
)


@app.command(epilog="Example: `recommender train --store evidence.sqlite --output my-knowledge`")
def train(
    output: Annotated[Path, path_option("Folder for the knowledge base and meta-model.")],
    store: Annotated[
        str | None, store_option("The store to learn from, instead of the knowledge base in --knowledge.")
    ] = None,
    knowledge: KnowledgeOption = None,
    extend: Annotated[
        bool,
        typer.Option(
            help="Learn from the store together with the shipped knowledge base, or from the store alone. The folder "
            "holds the store's evidence; with --extend, loading it adds the shipped knowledge base."
        ),
    ] = True,
    random_state: Annotated[int, typer.Option(help="Seed of the meta-models.")] = 0,
) -> None:
    """Train the meta-model on what was collected."""
    from recommender.evidence.folder import extends_shipped, load_knowledge, save_knowledge
    from recommender.evidence.merging import beyond
    from recommender.evidence.merging import extend as extended
    from recommender.evidence.page import write_page
    from recommender.manifest import shipped_folder
    from recommender.metamodel.training import train_all

    extend = extend and (store is not None or (knowledge is not None and extends_shipped(knowledge)))
    if extend and output.resolve() == shipped_folder().resolve():
        raise RecommenderError(
            f"{output} comes with the package, and cannot extend itself: give another folder, or --no-extend"
        )
    try:
        own = chosen_knowledge(store, knowledge, alone=True)
        if extend:
            shipped = load_knowledge()
            base, own = extended(shipped, own), beyond(shipped, own)
        else:
            base = own
        with status("Training") as tell:
            done = train_all(base, output, random_state=random_state, on_progress=tell)
    except KeyboardInterrupt:
        say(f"recommender: stopped, and nothing was written to {output}")
        raise typer.Exit(130) from None
    save_knowledge(own, output, extending=extend)
    write_page(own, output, extending=extend)
    for tasks in dict.fromkeys(metric.tasks for metric in done):
        numbers = ", ".join(f"{len(base.for_task(task))} {task}" for task in tasks)
        show_text(f"{numbers} datasets, for {', '.join(metric.name for metric in done if metric.tasks == tasks)}")
    for metric, contrary in done.items():
        if contrary:
            why = "since all the others say the opposite, or all scores are the same"
            show_text(f"Not learnt from for {metric.name}, {why}: {listed(contrary)}")
    together = ", to be taken together with what comes with the package" if extend else ""
    show_text(f"{count(len(own.datasets), 'dataset')} written to {output}{together}")


@app.command(epilog="Example: `recommender metafeatures churn.csv --target Churn --describe`")
def metafeatures(
    file: FileArgument,
    target: TargetOption = None,
    sheet: SheetOption = None,
    task: TaskOption = None,
    describe: Annotated[bool, typer.Option("--describe", help="Add a sentence on each.")] = False,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this group; may be repeated: simple, statistical, information, model_based, landmarking; "
            "relative, which takes longer; and from pymfe complexity, clustering, concept, itemset."
        ),
    ] = None,
    time_limit: Annotated[float, limit_option(0.1, LONGEST, "Seconds that each group from pymfe may take.")] = 60.0,
    format: FormatOption = TableForm.TABLE,
    server: ServerOption = None,
    patience: PatienceOption = None,
) -> None:
    """Print the meta-features of a table, with the seconds that each group took."""
    import pandas as pd

    from recommender.metafeatures import METAFEATURES, PYMFE_METAFEATURES, extract_metafeatures
    from recommender.tables.loading import load_dataset

    chosen_server(server, patience=patience)
    with status(f"Measuring {file}"):
        dataset = load_dataset(file, target=target, task=task, sheet=sheet)  # type: ignore[arg-type]
        found = extract_metafeatures(dataset, groups=group or None, time_limit=time_limit)
    for note in dataset.notes:
        say(f"Note: {note}")
    about = METAFEATURES | PYMFE_METAFEATURES
    rows = [
        {"group": about[name].group, "name": name, "value": value}
        | ({"description": about[name].description} if describe else {})
        for name, value in found.values.items()
    ]
    for name, reason in found.missing_groups.items():
        say(f"the group {name} is missing: {reason}")
    table = pd.DataFrame(rows)
    if format is not TableForm.TABLE:
        emit(printed(table, format))
        return
    show_table(table, title=f"{len(table)} meta-features", digits=4)
    seconds = pd.DataFrame({"group": list(found.seconds), "seconds": list(found.seconds.values())})
    show_table(seconds, title="Seconds", digits=4)


@app.command(epilog="Example: `recommender benchmark --suite OpenML-CC18 --output results.csv`")
def benchmark(
    suite: SuiteOption = None,
    task: TaskIdOption = None,
    matrix: Annotated[
        list[Path] | None,
        typer.Option(help="A folder with a published performance matrix, to measure the meta-model alone; repeatable."),
    ] = None,
    itself: Annotated[
        bool, typer.Option("--itself", help="Measure the meta-model on the knowledge base that it comes from.")
    ] = False,
    seeds: Annotated[
        int, typer.Option(min=1, help="How many times the families of --matrix or --itself are split anew.")
    ] = 5,
    output: Annotated[Path | None, path_option("A CSV file for the whole result.")] = None,
    folds: Annotated[int | None, typer.Option(min=1, help="Only the first so many of each task's folds.")] = None,
    metric: MetricOption = None,
    max_samples: Annotated[int | None, typer.Option(min=100, help="Leave out datasets with more rows.")] = None,
    knowledge: KnowledgeOption = None,
    server: ServerOption = None,
    cache: CacheOption = None,
    patience: PatienceOption = None,
) -> None:
    """Compare the recommendation with defaults and the single best on OpenML tasks, each judged without its family.

    OUTPUT has the rows of each task as soon as it is done, and Ctrl-C shows what there is.
    """
    from recommender.evidence.folder import load_knowledge
    from recommender.measuring.openml_tasks import STOPPED, run_benchmark, summarise

    if matrix or itself:
        _benchmark_meta_model(matrix or [], load_knowledge(knowledge) if itself else None, seeds, output)
        return
    if not suite and not task:
        raise RecommenderError(
            "nothing to compare on: give --suite or --task, such as --suite OpenML-CC18; --matrix, or --itself"
        )
    chosen_server(server, cache, patience)
    with status("Comparing") as tell:
        task_ids = chosen_tasks(suite, task)
        base = load_knowledge(knowledge)
        rows, skipped = run_benchmark(
            base, task_ids, metric=metric, n_folds=folds, max_samples=max_samples, output=output, on_progress=tell
        )
    for task_id, reason in skipped.items():
        say(f"left out task {task_id}: {reason}")
    stopped = STOPPED in skipped.values()
    if not rows.empty:
        n_tasks = rows["task_id"].nunique()
        show_table(summarise(rows).reset_index(), title=f"{count(n_tasks, 'task')}, {len(skipped)} left out", digits=4)
    elif not stopped:
        raise RecommenderError(
            f"none of the tasks asked for ({len(task_ids)}) can be used, so there is nothing to compare"
        )
    if stopped:
        raise typer.Exit(130)


def _benchmark_meta_model(matrices: list[Path], knowledge: Any, n_seeds: int, output: Path | None) -> None:
    import pandas as pd

    from recommender.measuring.matrix import measure_matrix
    from recommender.measuring.own_evidence import measure_itself

    if output:
        check_file(output)
    with status("Measuring") as tell:
        tables = [measure_matrix(folder, seeds=range(n_seeds), on_progress=tell) for folder in matrices]
        if knowledge is not None:
            tables.append(measure_itself(knowledge, seeds=range(n_seeds), on_progress=tell))
    rows = pd.concat(tables)
    if output:
        rows.round(4).to_csv(output, index=False)
    show_table(rows, title="The meta-model and simple rules, each dataset's family left out")


app.add_typer(kb.app, name="kb")
app.command(epilog="Example: `recommender winners --task regression --metric mae`")(kb.winners)
app.command(epilog="Example: `recommender import-evaluations --flow 6969`")(imports.import_evaluations)


def program() -> Any:
    """The program, with its commands."""
    return with_kinds(typer.main.get_command(app))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 2 for a user's mistake, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name need not be of the terminal's characters, nor be text at all
            stream.reconfigure(errors="backslashreplace")
    try:
        clock = Clock.of_process() if arguments is None else Clock.from_now()
        code = program()(arguments, prog_name="recommender", standalone_mode=False, obj=clock) or 0
        sys.stdout.flush()
        return int(code)
    except (RecommenderError, UnicodeEncodeError) as error:  # or a name that some library does not take
        return _told(error)
    except (KeyboardInterrupt, typer.Abort):
        say("recommender: stopped")
        return 130
    except BrokenPipeError:
        return _reader_has_gone()
    except SystemExit as leaving:  # so ends rich, where a pipe is closed
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        return _reader_has_gone()
    except OSError as error:  # such as a full disk
        return _told(error)
    except Exception as error:
        if not hasattr(error, "exit_code"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":  # nothing was asked, and so the help is shown
            error.show()  # type: ignore[attr-defined]
        elif hasattr(error, "format_message"):  # the parser's own account of a wrong option
            _told(in_words(error))
        return int(error.exit_code)


def _told(error: object) -> int:
    """Say in one line what went wrong, and give the exit code of a user's mistake."""
    say(f"recommender: {' '.join(str(error).split())}")
    return 2


def _reader_has_gone() -> int:
    """Say nothing more on a closed pipe, and be content: the reader, such as `head`, has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
