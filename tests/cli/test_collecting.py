from __future__ import annotations

from contextlib import contextmanager

import pytest
import typer

from recommender.cli import app as cli
from recommender.cli import collecting
from recommender.cli.collecting import end_collection
from recommender.errors import ServerError
from recommender.evidence.recording import Summary
from recommender.evidence.store import Store


def test_unreachable_server(tmp_path, capsys):
    where = ["--server", "http://127.0.0.1:9", "--cache", str(tmp_path), "--store", str(tmp_path / "kb.sqlite")]
    assert cli.main(["collect", "--suite", "OpenML-CC18", *where]) == 2
    assert "cannot read suite 'OpenML-CC18'" in capsys.readouterr().err


def test_a_cluster_that_does_not_answer_is_said_before_any_task_is_looked_up(monkeypatch, tmp_path, capsys):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

    def no_tasks(suites, task_ids):
        raise ServerError("the tasks were looked up")

    monkeypatch.setattr(collecting, "chosen_tasks", no_tasks)
    given = ["collect", "--task", "3", "--store", str(tmp_path / "kb.sqlite"), "--cluster", "tcp://127.0.0.1:9"]
    assert cli.main(given) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert cli.main([*given, "--dry-run"]) == 2
    assert "the tasks were looked up" in capsys.readouterr().err
    assert not (tmp_path / "kb.sqlite").exists()


def test_a_hundred_thousand_workers_are_refused_before_any_task_is_looked_up(monkeypatch, capsys):
    monkeypatch.setattr(collecting, "chosen_tasks", lambda suites, task_ids: pytest.fail("the tasks were looked up"))
    assert cli.main(["collect", "--task", "3", "--workers", "100000"]) == 2
    assert "100,000 processes were asked for, and " in capsys.readouterr().err


def test_tasks_that_cannot_be_had(tmp_path, capsys):
    where = ["--server", "http://127.0.0.1:9", "--cache", str(tmp_path), "--store", str(tmp_path / "kb.sqlite")]
    for how in ([], ["--dry-run"]):
        assert cli.main(["collect", "--task", "3", *where, *how]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "no connection" in shown.err
        assert "none of the tasks asked for (1) can be used" in shown.err


def test_a_collection_of_nothing_says_what_to_give(capsys):
    assert cli.main(["collect"]) == 2
    assert "give --suite or --task" in capsys.readouterr().err


def test_a_dry_run_makes_no_store(openml_cache, openml_server, tmp_path, capsys):
    given = ["--server", openml_server, "--cache", str(openml_cache), "--store", str(tmp_path / "kb.sqlite")]
    assert cli.main(["collect", "--task", "1", "--task", "99", *given, "--configurations", "1", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "1 dataset, 20 evaluations left at most, 0 recorded; about " in shown.out
    assert "cannot be had, task 99: " in shown.err
    assert not (tmp_path / "kb.sqlite").exists()


def test_a_dry_run_counts_each_size(openml_cache, openml_server, tmp_path, capsys):
    given = ["--server", openml_server, "--cache", str(openml_cache), "--store", str(tmp_path / "kb.sqlite")]
    sizes = ["--size", "200", "--size", "10000", "--size", "500"]
    assert cli.main(["collect", "--task", "2", *given, *sizes, "--algorithm", "lightgbm", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "By size" in shown.out
    assert "1 dataset, 45 evaluations left at most, 0 recorded; about " in shown.out


def test_a_size_that_there_is_not_is_one_error(openml_cache, openml_server, tmp_path, capsys):
    given = ["--server", openml_server, "--cache", str(openml_cache), "--store", str(tmp_path / "kb.sqlite")]
    assert cli.main(["collect", "--task", "2", *given, "--size", "300"]) == 2
    assert "unknown size '300'" in capsys.readouterr().err


def test_a_collection_that_was_stopped_says_what_there_is_and_leaves_with_130(capsys):
    store = Store("sqlite://")
    with pytest.raises(typer.Exit) as left:
        end_collection(Summary(n_datasets=1, interrupted=True, seconds=1.0), store)
    store.close()
    shown = capsys.readouterr()
    assert left.value.exit_code == 130
    assert shown.out == "1 dataset in 1.00 s: nothing new; recorded in sqlite://\n"
    assert shown.err == "stopped before the end: run the same command to go on\n"


def test_it_says_what_it_does_before_it_asks_anyone(monkeypatch, capsys):
    said = []

    @contextmanager
    def told(what):
        said.append(what)
        yield

    def no_tasks(suites, task_ids):
        raise ServerError(f"after {said}")

    monkeypatch.setattr(collecting, "status", told)
    monkeypatch.setattr(collecting, "chosen_tasks", no_tasks)
    assert cli.main(["collect", "--task", "3"]) == 2
    assert "after ['Looking up the tasks']" in capsys.readouterr().err
