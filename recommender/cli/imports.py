"""The command `recommender import-evaluations`, and what `recommender winners` prints of what it brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli.collecting import end_like_ctrl_c, leave_early
from recommender.cli.console import emit, printed, say, show_text
from recommender.cli.forms import TableForm
from recommender.cli.numerals import id_option
from recommender.cli.options import StoreOption
from recommender.cli.server import CacheOption, PatienceOption, ServerOption, chosen_server
from recommender.cli.tables import show_shares, show_table
from recommender.errors import ServerBusyError, ServerError
from recommender.words import count, duration, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from recommender.imported.importing import ImportProgress, ImportSummary
    from recommender.imported.store import ImportedEvidence

DEFAULT_STORE = "recommender.sqlite"


class Source(StrEnum):
    """Whose evaluations are meant."""

    OURS = "ours"
    OPENML = "openml"


SourceOption = Annotated[
    Source, typer.Option(help="ours, or openml: what `import-evaluations` has brought into --store.")
]


def import_evaluations(
    flow: Annotated[list[int], id_option("The OpenML number of a flow; may be repeated.")],
    suite: Annotated[
        list[str] | None, typer.Option(help="Only on the tasks of this suite, by number or alias; may be repeated.")
    ] = None,
    task: Annotated[list[int] | None, id_option("Only on this OpenML task; may be repeated.")] = None,
    metric: Annotated[
        str, typer.Option(help="The evaluation measure, by OpenML's name, such as area_under_roc_curve.")
    ] = "predictive_accuracy",
    store: StoreOption = DEFAULT_STORE,
    server: ServerOption = None,
    cache: CacheOption = None,
    patience: PatienceOption = None,
) -> None:
    """Record what others have evaluated on OpenML. The same command goes on where it stopped."""
    from recommender.imported.importing import import_evaluations
    from recommender.imported.store import ImportedEvidence
    from recommender.tables.openml import read_suite, server_address

    chosen_server(server, cache, patience)
    task_ids = [*(i for name in suite or [] for i in read_suite(name)), *(task or [])] if suite or task else None
    end_like_ctrl_c()
    evidence = ImportedEvidence(store)
    try:
        with _bar() as show:
            summary = import_evaluations(evidence, flow, task_ids=task_ids, metric=metric, on_progress=show)
    except KeyboardInterrupt:
        leave_early()
    except ServerBusyError as error:
        raise ServerBusyError(f"{error} What was read is recorded: run the same command to go on") from error
    said = f"{metric} on {'these' if task_ids is not None else 'any'} tasks"
    if len(summary.flows_without) == len(flow):
        raise ServerError(
            f"{server_address()} has no evaluations of {_flows(flow)} by {said}. "
            "Is it the number of a flow, and the metric named as OpenML names it?"
        )
    _show_summary(evidence, summary)
    if summary.flows_without:
        say(f"the server has no evaluations of {_flows(summary.flows_without)} by {said}")


def _flows(numbers: list[int]) -> str:
    return f"flow{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def show_imported_winners(store: str, *, task: str | None, metric: str | None, format: TableForm) -> None:
    """Print what won on each task in the imported evidence, and what won most often."""
    from recommender.errors import StoreError
    from recommender.evidence.store import store_exists
    from recommender.imported.store import ImportedEvidence

    if not store_exists(store):
        raise StoreError(f"no such store: {store}. `recommender import-evaluations --store {store}` makes one")
    table = ImportedEvidence(store).winners()
    asked = {"task": task, "metric": metric}
    for name, value in asked.items():
        table = table[table[name] == value] if value is not None else table
    if table.empty:
        said = " and ".join(f"{name} {value}" for name, value in asked.items() if value is not None)
        raise StoreError(f"{store} holds nothing imported with {said}. Metrics have OpenML's names, tasks ours")
    if format is not TableForm.TABLE:
        emit(printed(table.reset_index(drop=True), format))
        return
    title = f"What won on {count(len(table), 'OpenML task')}"
    show_table(table.drop(columns=["server", "protocol", "task"]), title=title, digits=4)
    show_shares(table["algorithm"], title="What won most often")


def _show_summary(evidence: ImportedEvidence, summary: ImportSummary) -> None:
    import pandas as pd

    from recommender.imported.flows import estimator_of

    counts = evidence.counts()
    kept = counts["algorithm"].map(lambda name: name if isinstance(name, str) else "not in our pool: kept on its own")
    shown = counts[["flow_id"]].assign(
        estimator=counts["flow"].map(estimator_of), **counts[["metric", "evaluations", "tasks"]], algorithm=kept
    )
    show_table(shown, title="Imported evidence")
    rows = [
        {"flow": row["flow_id"], "parameter": name, "dropped because": why}
        for row in counts.to_dict("records")
        for name, why in row["dropped"].items()
    ]
    if rows:
        show_table(pd.DataFrame(rows), title="Parameters that say nothing here")
    where = {"dataset": "their datasets", "qualities": "OpenML's qualities", "": "nothing"}
    described = ", ".join(f"{n} by {where[by]}" for by, n in sorted(summary.described.items(), reverse=True))
    show_text(
        f"{count(summary.n_read, 'evaluation')} read, {summary.n_new:,} of them new, in {duration(summary.seconds)}; "
        f"{count(sum(summary.described.values()), 'task')} described{': ' + described if described else ''}; "
        f"recorded in {evidence.address}"
    )
    if summary.n_without_settings:
        say(f"{count(summary.n_without_settings, 'setup')} without settings on the server")
    if summary.n_waits:
        say(f"the server was waited for {count(summary.n_waits, 'time')}")


@contextmanager
def _bar() -> Iterator[Callable[[ImportProgress], None]]:
    """A bar without an end, since OpenML does not say how much there is."""
    from recommender.cli.progress import make_bar

    bar = make_bar("{task.completed:,.0f} evaluations")
    task = bar.add_task("reading", total=None)

    def show(moment: ImportProgress) -> None:
        wait = f", which is busy: waiting {duration(moment.waiting_seconds)}" if moment.waiting_seconds else ""
        bar.update(task, description=f"{visible(moment.what[:30])}{wait}", completed=moment.n_evaluations)

    with bar:
        yield show
