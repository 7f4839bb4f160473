"""Live: what a budget has come to so far, in a notebook as a table that changes, elsewhere as lines."""

from __future__ import annotations

import math
import sys
from importlib import import_module
from typing import Any, TextIO

from recommender.fitting.effort import TrialProgress
from recommender.notebook import html_table
from recommender.words import duration, score_in_words


class Live:
    """Tells of progress, to be given as `on_progress`.

    A notebook shows a leaderboard that changes; elsewhere a line is written for each try that raises the best score or
    the ensemble's, and at last one that says why trying ended.

    Parameters
    ----------
    stream : file, optional
        Where lines go; standard error if not given.

    Examples
    --------
    >>> progress = TrialProgress("lda", 1, "lda", 0.9, 0.9, 60.0, 58.0, (("lda", 0.9, 1.0),))
    >>> Live(sys.stdout)(progress)
    1 tried, best lda with 0.900, ensemble 0.900, 58 s left
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream, self._seen = stream, (math.nan, math.nan)
        self._display = _notebook_display() if stream is None else None

    def __call__(self, progress: TrialProgress) -> None:
        """Tell of it, where there is news."""
        if self._display is not None:
            self._display.update(_Page(progress))
        elif progress.ending or (progress.best and self._seen != (progress.best_score, progress.ensemble_score)):
            self._seen = progress.best_score, progress.ensemble_score
            print(in_words(progress), file=self._stream or sys.stderr)


def in_words(progress: TrialProgress) -> str:
    """Where the trying is, in a line."""
    left = f", {duration(progress.seconds_left)} left" if math.isfinite(progress.seconds_left) else ""
    left = f": {progress.ending}" if progress.ending else left
    if progress.best is None:
        return f"{progress.n_tried} tried{left}"
    scores = map(score_in_words, (progress.best_score, progress.ensemble_score))
    return f"{progress.n_tried} tried, best {progress.best} with {', ensemble '.join(scores)}{left}"


class _Page:
    """A leaderboard in HTML."""

    def __init__(self, progress: TrialProgress) -> None:
        self._progress = progress

    def __repr__(self) -> str:
        return in_words(self._progress)

    def _repr_html_(self) -> str:
        names = ("algorithm", "score", "weight")
        return html_table(repr(self), [dict(zip(names, leader, strict=True)) for leader in self._progress.leaders])


def _notebook_display() -> Any:
    """Where a notebook shows what changes; None outside of one."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    if running is None or not hasattr(running, "kernel"):
        return None
    return import_module("IPython.display").display(display_id=True)
