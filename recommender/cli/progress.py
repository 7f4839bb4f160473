"""Progress for people: bars on stderr, where somebody looks on."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from recommender.words import count, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

    from recommender.evidence.recording import Progress

WIDE = 140
"""From so many columns on counts are said in words, and the time that has passed as well."""
CLOCK = 12
"""Columns of a spinner, the time, and the blanks between."""


@contextmanager
def make_line(what: str, console: Console | None = None) -> Iterator[Callable[[str], None]]:
    """A line that says what is at work and for how long; what is yielded adds how far it is.

    Parameters
    ----------
    what : str
        What is at work.
    console : Console, optional
        Where it is shown; stderr by default. Where that is no terminal, nothing is.
    """
    from rich import progress
    from rich.console import Console
    from rich.table import Column

    console = console or Console(stderr=True)
    line = progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis", max_width=max(console.width - CLOCK, 8)),
        ),
        progress.TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with line:
        task = line.add_task(visible(what), total=None)
        width = max(console.width - CLOCK, 8)
        yield lambda text: line.update(task, description=fitted(visible(what), visible(text), width))


def fitted(what: str, how_far: str, width: int) -> str:
    """What is at work and how far it is, less the first and then the last words where there is no room for all.

    Examples
    --------
    >>> fitted("Looking at churn.csv", "3 tried, best lda 0.798", 80)
    'Looking at churn.csv: 3 tried, best lda 0.798'
    >>> fitted("Looking at churn.csv", "3 tried, best lda 0.798", 30)
    '3 tried, best lda 0.798'
    >>> fitted("Looking at churn.csv", "3 tried, best lda 0.798", 20)
    '3 tried, best lda …'
    """
    whole = f"{what}: {how_far}"
    return whole if len(whole) <= width else textwrap.shorten(how_far, width, placeholder=" …")


def make_bar(counts: str, *more: ProgressColumn, console: Console | None = None) -> Bar:
    """A line with what is at work, a bar and counts, in 80 columns; nothing where there is no terminal.

    Parameters
    ----------
    counts : str
        How the counts are shown, as a format of the bar's task.
    *more : ProgressColumn
        What follows the time.
    console : Console, optional
        Where it is shown; stderr by default.
    """
    from rich import progress
    from rich.console import Console
    from rich.table import Column

    console = console or Console(stderr=True)
    wide = console.width >= WIDE
    return progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn(
            "{task.description}", markup=False, table_column=Column(no_wrap=True, max_width=30 if wide else 14)
        ),
        progress.BarColumn(bar_width=40 if wide else 8),
        progress.TextColumn(counts, table_column=Column(no_wrap=True)),
        *([progress.TimeElapsedColumn()] if wide else []),
        *more,
        console=console,
        disable=not console.is_terminal,
        transient=True,
        speed_estimate_period=600,
    )


class ProgressBar:
    """A collection's bar, with datasets, evaluations, failures and the time left.

    The total counts the datasets that are not read yet as the mean of those that are, so it moves as these come in.

    Parameters
    ----------
    n_datasets : int
        How many datasets the collection has.
    console : Console, optional
        Where it is shown; stderr by default.
    """

    def __init__(self, n_datasets: int, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.progress import TextColumn, TimeRemainingColumn

        self.n_datasets = n_datasets
        self.n_read = self.n_done = self.n_failed = self.n_known = 0
        console = console or Console(stderr=True)
        self._in_words = console.width >= WIDE
        self._bar = make_bar("{task.fields[counts]}", TimeRemainingColumn(), TextColumn("left"), console=console)
        self._task = self._bar.add_task("reading", total=None, counts="")

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def n_total(self) -> int:
        """How many evaluations there will be in all, as far as one can tell."""
        per_dataset = self.n_known / max(self.n_read, 1)
        return round(self.n_known + per_dataset * max(self.n_datasets - self.n_read, 0))

    def update(self, moment: Progress) -> None:
        """Show where the collection is."""
        from recommender.evaluation.evaluate import FAILURES

        self.n_known += moment.n_evaluations
        if moment.evaluation is not None:
            self.n_done += 1
            self.n_failed += moment.evaluation.status in FAILURES
        elif moment.n_evaluations >= 0:
            self.n_read += 1
        self._bar.update(
            self._task,
            description=visible(moment.dataset_name[:30]),
            completed=self.n_done,
            total=max(self.n_total, 1),
            counts=self._counts(),
        )

    def _counts(self) -> str:
        failures = count(self.n_failed, "failure")
        if self._in_words:
            return (
                f"{self.n_read:,} of {count(self.n_datasets, 'dataset')}, "
                f"{self.n_done:,} of {count(self.n_total, 'evaluation')}, {failures}"
            )
        return f"{self.n_done:,}/{self.n_total:,}, {failures}"
