from __future__ import annotations

import io
import re

from rich.console import Console

from recommender.cli.progress import ProgressBar, make_line
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.recording import Progress


def shown(*, terminal: bool, width: int = 200) -> tuple[ProgressBar, str]:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width)
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
    assert "1 of 3 datasets, 3 of 63 evaluations, 1 failure" in text
    assert "left" in text


def test_where_nobody_looks_it_says_nothing():
    assert shown(terminal=False)[1] == ""


def test_many_evaluations_of_a_long_name_fit_80_columns_with_the_time_left():
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with ProgressBar(250, console) as bar:
        bar.update(Progress("a_very_long_name_of_a_dataset_that_goes_on", n_evaluations=12_345))
        for fold in range(12):
            bar.update(
                Progress("a_very_long_name_of_a_dataset_that_goes_on", Evaluation("lda-default", fold, "failed"))
            )
        bar._bar.refresh()
    lines = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in re.split(r"[\r\n]", console.file.getvalue())]
    last = [line for line in lines if line.strip()][-1]
    assert "12/3,086,250, 12 failures" in last
    assert last.rstrip().endswith("left")
    assert max(map(len, lines)) <= 80


def test_a_line_shows_what_is_at_work_at_once_and_never_wraps():
    console = Console(file=io.StringIO(), force_terminal=True, width=40)
    with make_line("Looking at [a]/very/long/path/of/a/file/somewhere.csv", console) as tell:
        tell("comparing")
    text = console.file.getvalue()
    assert "Looking at [a]" in text
    assert "0:00:00" in text
