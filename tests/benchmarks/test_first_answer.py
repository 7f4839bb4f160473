"""The study of the whole way: what the page shows is what is run, and our own blocks do what they say."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.first_answer.run import PAGE, RESULTS, report, roc_auc, ways, write_tables
from recommender.cli.app import main

WAYS = ways(PAGE.read_text())


def test_every_way_of_the_page_installs_fits_and_predicts():
    assert list(WAYS) == [
        "recommender, on the command line",
        "recommender, in Python",
        "skrub",
        "FLAML",
        "AutoGluon",
        "lazypredict",
    ]
    assert all({"install", "fit", "predict"} <= set(steps) for steps in WAYS.values())
    assert [way for way, steps in WAYS.items() if "answer" not in steps] == ["AutoGluon"]
    assert WAYS["skrub"]["answer"].n_lines == 6


def test_the_table_of_the_page_is_that_of_the_results():
    assert report(pd.read_csv(RESULTS)) in PAGE.read_text()


def test_our_python_answers_fits_and_predicts(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    left = write_tables(tmp_path)
    for step in ("answer", "fit", "predict"):
        exec(compile(WAYS["recommender, in Python"][step].code, step, "exec"), {})
    assert "RecommendedConfiguration 1" in capsys.readouterr().out
    assert roc_auc(tmp_path, left) > 0.6


@pytest.mark.parametrize("step", ["answer", "predict"])
def test_our_commands_run(tmp_path, monkeypatch, step):
    monkeypatch.chdir(tmp_path)
    write_tables(tmp_path)
    if step == "predict":
        exec(compile(WAYS["recommender, in Python"]["fit"].code, "fit", "exec"), {})
    words = WAYS["recommender, on the command line"][step].code.removeprefix("$ recommender ").split()
    assert main(words) == 0
