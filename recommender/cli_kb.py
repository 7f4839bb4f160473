"""The commands `recommender kb ...`: what a knowledge base holds, and how to add to it and take from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recommender.cli_options import EvidenceOption, KnowledgeOption, MetricOption, TaskOption, chosen_knowledge
from recommender.console import TableFormat, count, printed, show_table

app = typer.Typer(help="Look into a knowledge base, add to it, and take from it.", no_args_is_help=True)


@app.command(epilog="Example: `recommender kb winners --task regression --metric mae`")
def winners(
    task: TaskOption = None,
    metric: MetricOption = None,
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
    format: Annotated[TableFormat, typer.Option(help="table, json or csv.")] = TableFormat.TABLE,
) -> None:
    """Show which algorithm and hyperparameters won on each dataset, and which won most often."""
    import pandas as pd

    from recommender.datasets import TASKS
    from recommender.errors import unknown_name
    from recommender.knowledge import winners as find_winners
    from recommender.metrics import METRICS

    if task is not None and task not in TASKS:
        raise unknown_name("task", task, TASKS)
    if metric is not None and metric not in METRICS:
        raise unknown_name("metric", metric, METRICS)
    base = chosen_knowledge(store, knowledge)
    tasks = [t for t in TASKS if task in (None, t) and (metric is None or t in METRICS[metric].tasks)]
    tables = {t: find_winners(base, t, metric) for t in tasks if base.for_task(t)}
    if format is not TableFormat.TABLE:
        whole = pd.concat([table.assign(task=t) for t, table in tables.items()])
        print(printed(whole, format), end="")
        return
    for t, table in tables.items():
        show_table(table.drop(columns=["n_features"]), title=f"{t}: who won on each of {len(table)} datasets")
        counts = table["algorithm"].value_counts()
        shares = pd.DataFrame({"won": counts, "share": (counts / len(table)).map("{:.0%}".format)})
        show_table(shares.rename_axis("algorithm").reset_index(), title=f"{t}: who won most often")


@app.command(epilog="Example: `recommender kb export evidence.sqlite`")
def export(
    output: Annotated[str, typer.Argument(help="A folder for Parquet files, or a store, such as evidence.sqlite.")],
    store: EvidenceOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write a knowledge base elsewhere: as Parquet files, or into a store from which `collect` goes on."""
    from recommender.knowledge import record_knowledge
    from recommender.store import Store

    base = chosen_knowledge(store, knowledge)
    if "://" in output or Path(output).suffix in {".sqlite", ".db"}:
        new = record_knowledge(base, Store(output))
        print(f"{count(len(base.datasets), 'dataset')} and {count(new, 'new evaluation')} recorded in {output}")
    else:
        base.save(Path(output))
        print(f"{count(len(base.datasets), 'dataset')} written to {output}")
