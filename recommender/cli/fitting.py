"""The commands `fit`, `predict` and `evaluate`: from a table to a saved model, and from new rows to predictions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recommender.cli.console import emit, printed, say, show_text, status
from recommender.cli.forms import TableForm
from recommender.cli.numerals import LARGEST, LONGEST, limit_option
from recommender.cli.options import (
    FILE,
    ExcludeOption,
    FileArgument,
    FormatOption,
    IncludeOption,
    InterpretableOption,
    JudgeOption,
    KnowledgeOption,
    MaxFitTimeOption,
    MaxModelMemoryOption,
    MaxPredictTimeOption,
    SheetOption,
    TargetOption,
    TaskOption,
    WorkersOption,
    check_outputs,
    chosen_dataset,
    chosen_recommendation,
)
from recommender.cli.paths import path_option
from recommender.cli.server import PatienceOption, ServerOption, chosen_server
from recommender.cli.tables import show_table
from recommender.errors import DatasetError, listed
from recommender.outputs import write_html, write_text
from recommender.words import count

if TYPE_CHECKING:
    import pandas as pd

    from recommender.cli.clock import Clock
    from recommender.fitting.new_rows import NewRows
    from recommender.recommendation import Refinement

LEAST_SECONDS = 0.1
"""Left for trying, where what comes before it took all of the time that was given."""
ENDING_SECONDS = 0.7
"""What it takes to write the model and its card and to leave, on a machine that is not busy; less for a small model."""
N_SHOWN = 5
"""So many of the configurations that were tried are shown."""

ModelArgument = Annotated[Path, typer.Argument(help="A model that `recommender fit` or recommender.save() wrote.")]


def fit(
    context: typer.Context,
    file: FileArgument,
    output: Annotated[Path, path_option("The file for the model, such as churn.skops; it is replaced.")],
    target: TargetOption = None,
    seconds: Annotated[float, limit_option(0.1, LONGEST, "Seconds by the clock for everything.")] = 60.0,
    sheet: SheetOption = None,
    metric: JudgeOption = None,
    task: TaskOption = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    max_fit_time: MaxFitTimeOption = None,
    max_predict_time: MaxPredictTimeOption = None,
    max_memory: MaxModelMemoryOption = None,
    interpretable: InterpretableOption = False,
    groups: Annotated[
        str | None,
        typer.Option(help="The column that says which rows belong together: they stay together in each fold."),
    ] = None,
    time_column: Annotated[
        str | None,
        typer.Option(
            "--time",
            help="The column that says when rows were recorded: later ones are predicted from earlier ones.",
        ),
    ] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="On how many folds configurations are compared.")] = None,
    workers: WorkersOption = None,
    memory: Annotated[
        float | None,
        limit_option(0.1, LARGEST, "Memory in GiB that each worker may take for a fit; 6 if not given."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Scheduler of a Dask cluster whose workers fit, such as tcp://host:8786.")
    ] = None,
    html: Annotated[Path | None, path_option("Also write a model card: one page for any browser.")] = None,
    knowledge: KnowledgeOption = None,
    server: ServerOption = None,
    patience: PatienceOption = None,
) -> None:
    """Try what is recommended for a table for some seconds, and save the best model, fitted on all rows."""
    check_outputs(output, html, read=[file])
    chosen_server(server, patience=patience)
    clock: Clock = context.obj
    with status(f"Looking at {file}") as tell:
        from recommender.fitting.effort import Effort
        from recommender.fitting.saving import save
        from recommender.showing.live import in_words

        how: dict[str, Any] = {"n_jobs": workers, "memory": memory, "cluster": cluster}
        Effort(**how).check()
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
        notes = found.notes()
        _load_what_ends(html)
        left = max(seconds - clock.spent - ENDING_SECONDS * clock.slowness, LEAST_SECONDS)
        with _warnings_said():
            refined = found.refine(
                dataset.X,
                dataset.y,
                seconds=left,
                cv=folds,
                groups=groups,
                time=time_column,
                **how,
                on_progress=lambda now: tell(in_words(now)),
            )
        column = str(dataset.y.name)
        save(refined.estimator, output, target=column)
        if html:
            from recommender.showing.card import write_card

            write_html(html, write_card(refined, found, target=column))
    _show_fitted(refined, found.judge.name, output)
    for note in notes:
        say(f"Note: {note}")


def _load_what_ends(html: Path | None) -> None:
    """Import what is needed after trying, which takes as long as some fits."""
    import_module("skops.io")
    import_module("recommender.fitting.saved_types")
    if html:
        import_module("recommender.showing.card")
        import_module("scipy.stats")


def _show_fitted(refined: Refinement, metric: str, output: Path) -> None:
    """What was fitted, what it was compared with, and what to do with it."""
    tried = refined.leaderboard
    if len(tried):
        names = [name for name in ("algorithm", "score", "weight", "deviation", "hyperparameters") if name in tried]
        more = f", of {len(tried)}" if len(tried) > N_SHOWN else ""
        shown = tried[names].head(N_SHOWN).rename(columns={"score": metric})
        show_table(shown, title=f"The best{more} that were tried, by {metric} on rows left out")
    show_text(f"{str(refined).strip('<>')}\nmodel written to {output}: `recommender predict {output} NEW.csv`")


def predict(
    model: ModelArgument,
    file: Annotated[str, typer.Argument(help=f"New rows: {FILE[0].lower()}{FILE[1:]}.")],
    output: Annotated[Path | None, path_option("A CSV file for the predictions; printed if not given.")] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Add a column for the probability of each class.")
    ] = False,
    sheet: SheetOption = None,
) -> None:
    """Predict the rows of a table with a saved model, as CSV: one line for each row, in the same order.

    The model's columns are found by name; others are left aside.
    """
    check_outputs(output, read=[file, model])
    with status(f"Predicting {file}"):
        from recommender.fitting.new_rows import new_rows, predictions
        from recommender.fitting.saving import saved_target

        fitted, table = _loaded(model), _read(file, sheet)
        rows = new_rows(fitted, table)
        found = predictions(fitted, rows.X, probabilities=probabilities)
    _say_how_columns_are_found(rows, target=saved_target(model))
    text = found.to_csv(index=False, lineterminator="\n")
    if output:
        write_text(output, text)
        say(f"{count(len(found), 'prediction')} written to {output}")
    else:
        emit(text)


def evaluate(
    model: ModelArgument,
    file: Annotated[str, typer.Argument(help=f"Rows whose truth is known: {FILE[0].lower()}{FILE[1:]}.")],
    target: Annotated[
        str | None, typer.Option(help="The column with the truth, if the model does not know it.")
    ] = None,
    sheet: SheetOption = None,
    format: FormatOption = TableForm.TABLE,
) -> None:
    """Judge a saved model on rows that it was not fitted on: every metric of its task, with 95 % intervals."""
    with status(f"Judging by {file}") as tell:
        from recommender.fitting.new_rows import new_rows, score_held_out
        from recommender.fitting.saving import saved_target
        from recommender.tables.checks import split_target

        fitted, known = _loaded(model), target or saved_target(model)
        if known is None:
            raise DatasetError(f"{model} does not say what it predicts: give target=, the column with the truth")
        X, y = split_target(_read(file, sheet, known), known)
        rows = new_rows(fitted, X)
        tell("resampling its rows")
        found = score_held_out(fitted, rows.X, y)
    _say_how_columns_are_found(rows)
    for note in found.notes:
        say(f"Note: {note}")
    if format is not TableForm.TABLE:
        emit(printed(found.scores.assign(n_rows=found.n_rows), format))
        return
    show_table(found.scores.reset_index(), title=f"{model} on {count(found.n_rows, 'row')} of {file}")
    show_text("Lower and upper are a 95 % interval of each score: how much it varies with the rows, by bootstrap.")


def _loaded(path: Path) -> Any:
    """A saved model; what is to be said of it, in a line."""
    from recommender.fitting.saving import load

    with _warnings_said():
        return load(path)


@contextmanager
def _warnings_said() -> Iterator[None]:
    """What is warned of is said in a line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        say(f"Note: {warning.message}")


def _read(file: str, sheet: str | None, target: str | None = None) -> pd.DataFrame:
    """The table in a file, or of OpenML."""
    from recommender.tables.files.readers import read_table

    table = read_table(file, sheet=sheet, target=target)
    for note in table.notes:
        say(f"Note: {note}")
    return table.frame


def _say_how_columns_are_found(rows: NewRows, target: str | None = None) -> None:
    for name, known in rows.taken_for.items():
        say(f"Note: the column {name!r} is taken for {known!r}")
    others = [name for name in rows.others if name != target]
    if others:
        say(f"Note: the model does not know {count(len(others), 'column')}, left aside: {listed(others)}")
