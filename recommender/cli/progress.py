"""Progress for people: bars on stderr, where somebody looks on."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from recommender.evaluation.evaluate import FAILURES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

    from recommender.evidence.recording import Progress


def make_bar(counts: str, *more: ProgressColumn, console: Console | None = None) -> Bar:
    """A bar that shows what is at work, so many of something, and the time; nothing where there is no terminal.

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

    console = console or Console(stderr=True)
    return progress.Progress(
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TextColumn(counts),
        progress.TimeElapsedColumn(),
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
        from rich.progress import TextColumn, TimeRemainingColumn

        self.n_datasets = n_datasets
        self.n_read = self.n_done = self.n_failed = self.n_known = 0
        self._bar = make_bar("{task.fields[counts]}", TextColumn("left"), TimeRemainingColumn(), console=console)
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
        self.n_known += moment.n_evaluations
        if moment.evaluation is not None:
            self.n_done += 1
            self.n_failed += moment.evaluation.status in FAILURES
        elif moment.n_evaluations >= 0:
            self.n_read += 1
        counts = (
            f"{self.n_read:,} of {self.n_datasets:,} datasets, {self.n_done:,} of {self.n_total:,} evaluations, "
            f"{self.n_failed:,} failures"
        )
        self._bar.update(
            self._task,
            description=moment.dataset_name[:30],
            completed=self.n_done,
            total=max(self.n_total, 1),
            counts=counts,
        )
