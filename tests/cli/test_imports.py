from __future__ import annotations

from unittest.mock import Mock

import pytest
from imported_rows import N_EVALUATIONS, expected, recorded
from openml_stub import BOOSTING, FOREST, N_SETTINGS

from recommender.cli.app import main
from recommender.imported.importing import import_evaluations
from recommender.imported.store import ImportedEvidence


def test_command(openml_cache, openml_server, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    store = str(tmp_path / "commanded.sqlite")
    given = ["--flow", str(FOREST), "--flow", str(BOOSTING), "--suite", "sklearn", "--server", openml_server]
    assert main(["import-evaluations", *given, "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "160 evaluations read, 160 of them new" in shown  # two of the suite's tasks have evaluations
    assert "not in our pool" in shown
    assert "removed from scikit-learn" in shown
    assert main(["winners", "--source", "openml", "--store", store]) == 0
    assert "What won on 2 OpenML tasks" in capsys.readouterr().out


def test_winners_of_a_store_that_is_not_there(tmp_path, capsys):
    assert main(["winners", "--source", "openml", "--store", str(tmp_path / "none.sqlite")]) == 2
    assert "import-evaluations" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--flow", "4242"], ["--flow", str(FOREST), "--metric", "accuracy"]])
def test_a_flow_or_metric_that_the_server_does_not_have(openml_cache, openml_server, tmp_path, capsys, wrong):
    store = str(tmp_path / "commanded.sqlite")
    assert main(["import-evaluations", *wrong, "--server", openml_server, "--store", store]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "has no evaluations of flow" in shown.err


def test_one_flow_of_two_has_evaluations(openml_cache, openml_server, tmp_path, capsys):
    given = ["--flow", "4242", "--flow", str(FOREST), "--task", "1", "--server", openml_server]
    assert main(["import-evaluations", *given, "--store", str(tmp_path / "commanded.sqlite")]) == 0
    shown = capsys.readouterr()
    assert f"{N_SETTINGS} evaluations read" in shown.out
    assert "no evaluations of flow 4242 by predictive_accuracy on these tasks" in shown.err


@pytest.mark.parametrize("wrong", [["--server", "openml"], ["--cache", "a-file/cache"]])
def test_no_server_or_cache_is_said_at_once(openml_cache, tmp_path, monkeypatch, capsys, wrong):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    assert main(["import-evaluations", "--flow", str(FOREST), *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "recommender.sqlite").exists()


def test_ctrl_c_keeps_what_was_read_and_the_same_command_goes_on(
    openml_cache, openml_server, tmp_path, monkeypatch, capsys
):
    command = ["import-evaluations", "--flow", str(FOREST), "--server", openml_server]
    command += ["--store", str(tmp_path / "evidence.sqlite")]
    evidence = ImportedEvidence(tmp_path / "evidence.sqlite")
    monkeypatch.setitem(import_evaluations.__kwdefaults__, "page_size", 50)
    with monkeypatch.context() as context:
        context.setattr("recommender.imported.importing.list_setups", Mock(side_effect=[{}, KeyboardInterrupt]))
        assert main(command) == 130
    assert capsys.readouterr().err == "stopped before the end: run the same command to go on\n"
    assert len(recorded(evidence)) == 50
    assert main(command) == 0
    assert f"{N_EVALUATIONS - 50} evaluations read" in capsys.readouterr().out
    assert recorded(evidence) == expected(FOREST)
    evidence.close()


def test_winners_of_openml_are_not_in_a_knowledge_base(tmp_path, capsys):
    assert main(["winners", "--source", "openml", "--knowledge", str(tmp_path)]) == 2
    assert "give --store" in capsys.readouterr().err
