"""The command `recommender collect`, and how a command that records as it goes is run and stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from recommender.cli.console import say, show_text, status
from recommender.cli.options import (
    AlgorithmOption,
    ConfigurationsOption,
    MaxMemoryOption,
    MaxSecondsOption,
    StoreOption,
    SuiteOption,
    TaskIdOption,
    WorkersOption,
    chosen_limits,
    chosen_tasks,
)
from recommender.cli.server import CacheOption, PatienceOption, ServerOption, chosen_server
from recommender.cli.tables import show_table
from recommender.errors import RecommenderError
from recommender.words import count, duration

if TYPE_CHECKING:
    from recommender.errors import ServerError
    from recommender.evaluation.limits import Limits
    from recommender.evidence.recording import Summary
    from recommender.evidence.store import Store
    from recommender.tables.dataset import Dataset


def collect(
    suite: SuiteOption = None,
    task: TaskIdOption = None,
    store: StoreOption = "recommender.sqlite",
    server: ServerOption = None,
    cache: CacheOption = None,
    patience: PatienceOption = None,
    configurations: ConfigurationsOption = None,
    algorithm: AlgorithmOption = None,
    workers: WorkersOption = None,
    max_seconds: MaxSecondsOption = 60.0,
    max_memory: MaxMemoryOption = 6.0,
    size: Annotated[
        list[int] | None,
        typer.Option(
            help="Evaluate the core of the pool on at most so many training rows (200, 500, 2000, 10000, 30000 or "
            "100000) instead of the pool at the standard size, 10000; may be repeated."
        ),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Scheduler of a Dask cluster that does the evaluations, such as tcp://host:8786.")
    ] = None,
    stop_hopeless: Annotated[
        bool, typer.Option(help="Stop configurations that are hopeless on a dataset after its first folds.")
    ] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how much work there is, and about how long it will take.")
    ] = False,
) -> None:
    """Evaluate the pool on OpenML datasets and record everything. The same command goes on where it stopped.

    The pool holds configurations of these algorithms: ALGORITHMS.
    """
    if not suite and not task:
        raise RecommenderError("nothing to collect: give --suite or --task, such as --suite OpenML-CC18")
    with status("Looking up the tasks"):
        from recommender.algorithms.catalogue import installed_algorithms
        from recommender.evidence.store import Store

        algorithms = installed_algorithms(algorithm or None)
        if not dry_run:
            _check_who_works(workers, cluster)
        chosen_server(server, cache, patience)
        task_ids = chosen_tasks(suite, task)
        limits = chosen_limits(max_seconds, max_memory)
    if dry_run:
        _show_workload(store, task_ids, configurations, algorithms, workers, limits, size or None)
        return
    opened = Store(store)
    summary = run_collection(
        opened,
        task_ids,
        n_configurations=configurations,
        algorithms=algorithms,
        n_workers=workers,
        limits=limits,
        cluster=cluster,
        stop_hopeless=stop_hopeless,
        sizes=size or None,
    )
    end_collection(summary, opened)


def _check_who_works(n_workers: int | None, cluster: str | None) -> None:
    if cluster is not None:
        from recommender.evaluation.cluster import check_cluster

        check_cluster(cluster)
    elif n_workers is not None:
        from recommender.evaluation.limits import check_n_workers

        check_n_workers(n_workers)


def _show_workload(
    store: str,
    task_ids: list[int],
    n_configurations: int | None,
    algorithms: frozenset[str] | None,
    workers: int | None,
    limits: Limits,
    sizes: list[int] | None,
) -> None:
    from recommender.evaluation.limits import n_processors
    from recommender.evidence.store import Store, store_exists
    from recommender.evidence.workload import estimate_workload

    n_workers = workers or n_processors()
    with status("Looking at what is left to do"):
        known = Store(store if store_exists(store) else "sqlite://")
        found = estimate_workload(
            known,
            task_ids,
            n_configurations=n_configurations,
            algorithms=algorithms,
            n_workers=n_workers,
            limits=limits,
            sizes=sizes,
        )
    for task_id, reason in found.skipped.items():
        say(f"cannot be had, task {task_id}: {reason}")
    if found.skipped and not len(found.datasets):
        raise _none_can_be_used(len(found.skipped))
    if len(found.datasets):
        show_table(found.datasets, title="To be done", digits=0)
    if sizes and len(found.datasets):
        show_table(found.by_size().reset_index(), title="By size", digits=0)
    long = f"about {duration(found.seconds)} on {count(n_workers, 'worker')}" if found.seconds == found.seconds else ""
    show_text(
        f"{count(found.datasets['id'].nunique(), 'dataset')}, {count(found.n_left, 'evaluation')} left at most, "
        f"{int(found.datasets['recorded'].sum()):,} recorded; "
        + (long or "how long that takes cannot be told, as nothing was ever recorded")
    )


def run_collection(store: Store, tasks: Iterable[int | Dataset], **options: Any) -> Summary:
    """Collect as `recommender.evidence.collect.collect` does, with a bar for whoever looks on."""
    from recommender.cli.progress import ProgressBar
    from recommender.evidence.collect import collect

    tasks = list(tasks)
    end_like_ctrl_c()
    with ProgressBar(len(tasks)) as bar:
        return collect(store, tasks, on_progress=bar.update, **options)


def end_collection(summary: Summary, store: Store) -> None:
    """Say what a collection did and where it is recorded, and leave as is fit where it was stopped."""
    for task_id, reason in summary.skipped.items():
        say(f"skipped task {task_id}: {reason}")
    if summary.skipped and not summary.n_datasets and not summary.interrupted:
        raise _none_can_be_used(len(summary.skipped))
    for dataset_id, reason in summary.undescribed.items():
        say(f"no meta-features of {dataset_id}: {reason}")
    for left, reason in summary.killed.items():
        say(f"left for the next time, {left}: {reason}")
    outcomes = ", ".join(f"{n:,} {status}" for status, n in sorted(summary.outcomes.items())) or "nothing new"
    spent = f" ({duration(summary.fit_and_predict_seconds)} of fitting and predicting)" if summary.outcomes else ""
    show_text(
        f"{count(summary.n_datasets, 'dataset')} in {duration(summary.seconds)}: {outcomes}{spent}; "
        f"recorded in {store.address}"
    )
    if summary.interrupted:
        leave_early()


def _none_can_be_used(n_tasks: int) -> ServerError:
    from recommender.errors import ServerError

    return ServerError(f"none of the tasks asked for ({n_tasks}) can be used, so there is nothing to collect")


def end_like_ctrl_c() -> None:
    """Let what ends processes politely end this one as Ctrl-C does."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def leave_early() -> NoReturn:
    """Leave a command that was stopped and has recorded what was done."""
    say("stopped before the end: run the same command to go on")
    raise typer.Exit(130)
