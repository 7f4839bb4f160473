"""What the command line prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any

from recommender.cli.forms import TableForm
from recommender.words import visible

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from recommender.advice.ranking import Ranking

N_PORTFOLIO = 3
OPTIONS = re.compile(
    r"(?<![\w'\"])"
    r"(target|sheet|task|metric|knowledge|groups|time|max_fit_time|max_predict_time|max_memory|memory|cluster)=(?=([^\s,;.)]?))"
)
"""Arguments of the library that are options here, where a message names them."""
ENDLESS = 10_000
"""Columns that no line fills."""


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
        "portfolio": [item.configuration.id for item in found.portfolio(N_PORTFOLIO)],
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


def printed(table: pd.DataFrame, format: TableForm) -> str:
    """A table as programs read it; labels of rows that have no name are ids."""
    table = table.rename_axis(str(table.index.name or "id"))
    if format is TableForm.CSV:
        return table.to_csv()
    return table.reset_index().to_json(orient="records", indent=1) + "\n"


def make_console(*, stderr: bool = False) -> Console:
    """Where people read: as wide as the terminal, and without an end where it is piped and COLUMNS says nothing."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = ENDLESS
    return console


def show_text(text: str, console: Console | None = None) -> None:
    """Print lines of plain text, broken between words and indented as they begin."""
    console = console or make_console()
    print("\n".join(_broken(line, console.width) for line in visible(text).splitlines()), file=console.file)


def show_title(text: str, console: Console) -> None:
    """Print a line in bold."""
    from rich.text import Text

    console.print(Text(visible(text), style="bold"), soft_wrap=True)


def emit(text: str) -> None:
    """Print what programs read, as it is; where a person looks on, as harmless as everything else."""
    print(visible(text) if sys.stdout.isatty() else text, end="")


def _broken(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    parts = textwrap.wrap(line, width, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(parts)


def as_typed(message: str) -> str:
    """A message of the library in the words of the command line: its options as they are typed.

    Examples
    --------
    >>> as_typed("Which column is the target? Give target=, or max_fit_time=6 without include=['lda', 'qda']")
    'Which column is the target? Give --target, or --max-fit-time 6 without --include lda --include qda'
    """
    message = re.sub(r"(?<![\w'\"])(include|exclude)=\[([^\]]*)\]", _repeated, message)
    message = re.sub(r"(?<![\w'\"])interpretable=True", "--interpretable", message)
    message = re.sub(r"(?<![\w'\"])cv=(?=\d)", "--folds ", message)
    return OPTIONS.sub(lambda m: f"--{m[1].replace('_', '-')}{' ' if m[2] else ''}", message)


def _repeated(match: re.Match[str]) -> str:
    return " ".join(f"--{match[1]} {value.strip(chr(39))}" for value in match[2].split(", "))


def say(message: str) -> None:
    """Tell the person, not the program that reads the result: on one line, unless a terminal is too narrow."""
    console = make_console(stderr=True)
    if not console.is_terminal:
        console.width = ENDLESS
    show_text(as_typed(message), console)


@contextmanager
def status(what: str) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is at work, how far it is, and for how long; only where a person looks on."""
    from recommender.cli.progress import make_line

    with make_line(what) as tell:
        yield tell
