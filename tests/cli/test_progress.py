from __future__ import annotations

import io

from rich.console import Console

from recommender.cli.progress import ProgressBar
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.recording import Progress


def shown(*, terminal: bool) -> tuple[ProgressBar, str]:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=200)
    with ProgressBar(3, console) as bar:
        bar.update(Progress("iris", n_evaluations=40))
        bar.update(Progress("iris", Evaluation("lda-default", 0, "ok")))
        bar.update(Progress("iris", Evaluation("qda-default", 0, "timeout")))
        bar.update(Progress("iris", n_evaluations=-19))
        bar.update(Progress("iris", Evaluation("mlp-default", 5, "stopped")))
    return bar, console.file.getvalue()


def test_it_counts_what_is_done_and_what_is_spared():
    bar, _ = shown(terminal=False)
    assert (bar.n_read, bar.n_done, bar.n_failed, bar.n_known) == (1, 3, 1, 21)
    assert bar.n_total == 63  # two more datasets like the first


def test_people_see_datasets_evaluations_failures_and_time_left():
    _, text = shown(terminal=True)
    assert "iris" in text
    assert "1 of 3 datasets, 3 of 63 evaluations, 1 failures" in text
    assert "left" in text


def test_where_nobody_looks_it_says_nothing():
    assert shown(terminal=False)[1] == ""
