"""What the command line prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any

from recommender.cli.forms import TableForm
from recommender.words import duration

if TYPE_CHECKING:
    import pandas as pd

    from recommender.advice.ranking import Ranking


def as_json(found: Ranking, top: int) -> dict[str, Any]:
    """A recommendation as programs read it: fields may be added, none will change or go.

    ``dataset`` has name, task and size; ``metric`` is what scores are in; ``recommendations`` is the ranking;
    ``portfolio`` holds the ids of up to three configurations that complement each other; ``neighbours`` are the most
    similar known datasets; ``columns`` says how each column was read; ``notes`` are sentences. What is not known is
    null.
    """
    ranking = found.to_frame().head(top).reset_index()
    neighbours = found.neighbours().rename_axis("dataset").reset_index()
    return {
        "dataset": {
            "name": found.dataset.name,
            "task": found.task,
            "n_samples": found.dataset.n_samples,
            "n_features": found.dataset.n_features,
        },
        "metric": found.metric.name,
        "recommendations": _records(ranking),
        "portfolio": [item.configuration.id for item in found.portfolio(min(top, 3))],
        "neighbours": _records(neighbours),
        "columns": [row | {k: row[k] or None for k in ("unit", "note")} for row in _records(found.columns)],
        "notes": found.notes(),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries, with None where JSON has no number."""
    return [
        {str(k): None if isinstance(v, float) and not isfinite(v) else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]


def show_recommendation(found: Ranking, top: int) -> None:
    """Print a recommendation for people."""
    import pandas as pd

    frame = found.to_frame().head(top)
    shown = pd.DataFrame(
        {
            "": frame.index,
            "algorithm": frame["algorithm"],
            "hyperparameters": frame["hyperparameters"],
            f"expected {found.metric.name}": [
                f"{row.expected_score:.3f} ({row.lower:.3f} to {row.upper:.3f})" for row in frame.itertuples()
            ],
            "regret": frame["expected_regret"].map("{:.2f}".format),
            "fit": frame["fit_seconds"].map(duration),
        }
    )
    data = found.dataset
    show_table(shown, title=f"{data.name}: {found.task}, {data.n_samples:,} rows, {data.n_features:,} columns")
    neighbours = found.neighbours(3)
    names = ", ".join(f"{row['name']} (won by {row['winner']})" for _, row in neighbours.iterrows())
    print(f"Most similar known datasets: {names}")
    print(f"Three that complement each other: {', '.join(str(i.configuration) for i in found.portfolio(3))}")


def show_table(table: pd.DataFrame, *, title: str, digits: int = 3) -> None:
    """Print a table, as wide as it needs where it is piped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, 160)
    shown = Table(title=title, title_justify="left", title_style="bold")
    for name, values in table.items():
        numeric = values.dtype.kind in "if"
        shown.add_column(str(name), justify="right" if numeric else "left", overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*(Text(_cell(value, digits)) for value in row))
    console.print(shown)


def show_shares(algorithms: pd.Series, *, title: str) -> None:
    """Print how often each algorithm won."""
    import pandas as pd

    counts = algorithms.value_counts()
    shares = pd.DataFrame({"won": counts, "share": (counts / len(algorithms)).map("{:.0%}".format)})
    show_table(shares.rename_axis("algorithm").reset_index(), title=title)


def _cell(value: Any, digits: int) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items()) or "defaults"
    if isinstance(value, float):
        return "" if value != value else f"{value:,.{digits}f}"
    return str(value)


def printed(table: pd.DataFrame, format: TableForm) -> str:
    """A table as programs read it."""
    if format is TableForm.CSV:
        return table.to_csv(index_label="id")
    return table.reset_index().to_json(orient="records", indent=1) + "\n"


def say(message: str) -> None:
    """Tell the person, not the program that reads the result."""
    print(message, file=sys.stderr)


@contextmanager
def status(what: str) -> Iterator[Any]:
    """A line on stderr that says how far something is; only where a person looks on."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(what) as status:
        yield lambda text: status.update(f"{what}: {text}")
