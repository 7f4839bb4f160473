from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from openml_stub import BOOSTING, EVALUATED, FLOWS, FOREST, N_SETTINGS, ONLY_EVALUATIONS, ONLY_QUALITIES, evaluations
from postgresql_server import binaries, running_server
from sqlalchemy import create_engine, text
from sqlalchemy.event import listen

from recommender.cli.app import main
from recommender.errors import ServerBusyError, StoreError
from recommender.evidence.store import Store
from recommender.imported.importing import import_evaluations
from recommender.imported.qualities import metafeatures_of
from recommender.imported.store import ImportedEvidence
from recommender.tables.openml import set_server

N_EVALUATIONS = len(EVALUATED) * N_SETTINGS
"""Of each flow."""


@pytest.fixture
def troubles(stub):
    """What goes wrong with the next lists."""
    yield stub.troubles
    stub.troubles.clear()


@pytest.fixture
def evidence(tmp_path):
    evidence = ImportedEvidence(tmp_path / "evidence.sqlite")
    yield evidence
    evidence.close()


def recorded(evidence, what="run_id, task_id, flow_id, setup_id, value", table="imported_evaluations"):
    with create_engine(evidence._engine.url).connect() as connection:
        return connection.execute(text(f"select {what} from {table} order by 1")).all()


def read(evidence, *flows, **options):
    return import_evaluations(evidence, flows or [FOREST], page_size=50, first_wait=0.001, **options)


def expected(*flows):
    table = evaluations()
    rows = table[table["flow_id"].isin(flows)][["run_id", "task_id", "flow_id", "setup_id", "value"]]
    return list(rows.itertuples(index=False, name=None))


def test_everything_is_read_page_by_page(openml_cache, evidence, stub):
    stub.requests.clear()
    summary = read(evidence, FOREST, BOOSTING)
    assert (summary.n_read, summary.n_new, summary.n_waits) == (2 * N_EVALUATIONS, 2 * N_EVALUATIONS, 0)
    assert recorded(evidence) == expected(FOREST, BOOSTING)
    lists = [path for path in stub.requests if f"/flow/{FOREST}" in path and "evaluation/list" in path]
    assert len(lists) == 1 + -(-N_EVALUATIONS // 50)  # the last one is empty


def test_what_is_known_is_not_read_again(openml_cache, evidence, stub):
    read(evidence)
    stub.requests.clear()
    again = read(evidence)
    assert (again.n_read, again.n_new) == (0, 0)
    assert not [path for path in stub.requests if "setup/list" in path]


def test_overlapping_lists_record_nothing_twice(openml_cache, evidence, stub):
    assert read(evidence, task_ids=[1]).n_new == N_SETTINGS
    stub.requests.clear()
    whole = read(evidence)
    assert (whole.n_read, whole.n_new) == (N_EVALUATIONS, N_EVALUATIONS - N_SETTINGS)
    assert recorded(evidence) == expected(FOREST)
    lists = [path.split("/setup/list/setup/")[1] for path in stub.requests if "/setup/list/" in path]
    asked = [number for filters in lists for number in filters.split("/")[0].split(",")]
    assert len(asked) == N_EVALUATIONS - N_SETTINGS  # settings that are known are not asked for


@pytest.mark.parametrize("trouble", ["limited", "down", "database", "cut short", "hangs up"])
def test_passing_trouble_loses_nothing(openml_cache, evidence, troubles, trouble):
    troubles += [None, trouble, None, None, trouble, trouble]
    waits = []
    summary = read(evidence, on_progress=lambda moment: waits.append(moment.waiting_seconds))
    assert recorded(evidence) == expected(FOREST)
    assert not troubles
    assert summary.n_waits == 3
    assert [wait for wait in waits if wait] == [0.001, 0.001, 0.002]


def test_lasting_trouble_keeps_what_was_read_and_a_later_import_goes_on(openml_cache, evidence, troubles):
    troubles += [None, None, None] + ["down"] * 20  # a page is a list of evaluations, of users, and of setups
    with pytest.raises(ServerBusyError, match="cannot read"):
        read(evidence)
    assert len(recorded(evidence)) == 50
    troubles.clear()
    assert read(evidence).n_read == N_EVALUATIONS - 50
    assert recorded(evidence) == expected(FOREST)


def test_a_server_that_never_answers_is_not_waited_for_long(openml_cache, evidence):
    set_server("http://127.0.0.1:9")
    with pytest.raises(ServerBusyError, match="Is the address right"):
        read(evidence)


def test_a_killed_import_goes_on(openml_cache, openml_server, evidence, tmp_path):
    code = f"""
from recommender.imported.importing import import_evaluations
from recommender.imported.store import ImportedEvidence
from recommender.tables.openml import set_server
set_server({openml_server!r}, {str(tmp_path / "cache")!r})
import_evaluations(ImportedEvidence({str(tmp_path / "evidence.sqlite")!r}), [{FOREST}], page_size=2)
"""
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while not recorded(evidence) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    n_before = len(recorded(evidence))
    assert n_before
    assert read(evidence).n_read == N_EVALUATIONS - n_before
    assert recorded(evidence) == expected(FOREST)


def test_tasks_are_described_by_what_can_be_had(openml_cache, evidence):
    summary = read(evidence)
    assert summary.described == {"dataset": 2, "qualities": 1, "": 1}
    tasks = evidence.tasks().set_index("task_id")
    assert tasks["described_by"].to_dict() == {
        1: "dataset",
        2: "dataset",
        ONLY_QUALITIES: "qualities",
        ONLY_EVALUATIONS: "",
    }
    assert tasks["task"].dropna().to_dict() == {1: "multiclass", 2: "binary", ONLY_QUALITIES: "binary"}
    assert tasks.loc[2, "protocol"] == "crossvalidation, 5 folds, 1 repeats"
    assert f"dataset {ONLY_EVALUATIONS}" in tasks.loc[ONLY_EVALUATIONS, "reason"]
    assert tasks.loc[1, "metafeatures"]["nr_inst"] == 150


def test_qualities_mean_what_our_metafeatures_mean(openml_cache):
    from recommender.metafeatures import extract_metafeatures
    from recommender.tables.openml import read_dataset

    dataset = read_dataset(2)
    counts = dataset.y.value_counts()
    numbers = {
        "NumberOfInstances": dataset.n_samples,
        "NumberOfFeatures": dataset.n_features + 1,
        "NumberOfClasses": 2,
        "NumberOfNumericFeatures": dataset.n_features,
        "NumberOfSymbolicFeatures": 1,
        "NumberOfMissingValues": 0,
        "NumberOfInstancesWithMissingValues": 0,
        "MajorityClassSize": counts.max(),
        "MinorityClassSize": counts.min(),
    }
    found, ours = metafeatures_of(numbers), extract_metafeatures(dataset).values
    assert len(found) >= 15
    assert found == pytest.approx({name: ours[name] for name in found})


def test_qualities_that_are_missing_give_nothing():
    assert metafeatures_of({}) == {}
    assert metafeatures_of({"NumberOfInstances": 10.0}) == {"nr_inst": 10.0, "log_nr_inst": 1.0}


def test_flows_that_are_not_ours_are_kept_and_counted(openml_cache, evidence):
    read(evidence, FOREST, BOOSTING)
    counts = evidence.counts().set_index("flow_id")
    assert counts["flow"].to_dict() == FLOWS
    assert counts.loc[FOREST, "algorithm"] == "random_forest"
    assert pd.isna(counts.loc[BOOSTING, "algorithm"])
    assert set(counts["evaluations"]) == {N_EVALUATIONS}
    assert set(counts["tasks"]) == {len(EVALUATED)}
    assert set(counts.loc[FOREST, "dropped"]) == {"min_impurity_split", "imputer__strategy"}


def test_imported_evidence_is_not_among_our_evaluations(openml_cache, evidence, tmp_path):
    read(evidence)
    ours = Store(tmp_path / "evidence.sqlite")  # an ordinary store still
    assert ours.read_evaluations().empty
    assert ours.read_datasets().empty
    ours.close()


def test_evaluations_on_a_task(openml_cache, evidence):
    summary = read(evidence)
    found = evidence.evaluations_on(1, "predictive_accuracy", FOREST, 2)
    table = evaluations()
    table = table[(table["flow_id"] == FOREST) & (table["task_id"] == 2)]
    assert summary.flows_without == []
    assert [value for _, value in found] == table["value"].tolist()  # in the order of runs
    assert [p["min_samples_leaf"] for p, _ in found] == [s["min_samples_leaf"] for s in table["settings"]]


def test_at_most_so_many_evaluations_are_drawn(openml_cache, evidence):
    read(evidence)
    where = (1, "predictive_accuracy", FOREST, 2)
    every = evidence.evaluations_on(*where)
    some = [evidence.evaluations_on(*where, at_most=10, random_state=seed) for seed in (0, 0, 1)]
    assert [len(drawn) for drawn in some] == [10, 10, 10]
    assert some[0] == some[1] != some[2]
    assert some[0] == [one for one in every if one in some[0]]  # in the order of runs
    assert evidence.evaluations_on(*where, at_most=N_SETTINGS) == every


def test_a_task_is_read_without_reading_all_others(openml_cache, evidence):
    read(evidence)
    asked = []
    listen(evidence._engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    evidence.evaluations_on(1, "predictive_accuracy", FOREST, 2)
    (query,) = [given for given in asked if "FROM imported_evaluations" in given[0]]
    with evidence._engine.connect() as connection:
        plan = connection.exec_driver_sql(f"explain query plan {query[0]}", query[1]).all()
    assert "imported_evaluations_by_task" in str(plan)


def test_winners(openml_cache, evidence):
    read(evidence, FOREST, BOOSTING)
    winners = evidence.winners().set_index("task_id").sort_index()
    best = evaluations().sort_values("value").groupby("task_id").last()
    assert np.allclose(winners["value"], best["value"])
    assert set(winners["algorithm"]) == {"random_forest"}
    assert set(winners["evaluations"]) == {2 * N_SETTINGS}
    assert winners.loc[1, "hyperparameters"]["max_features"] == float(best.loc[1, "settings"]["max_features"])
    assert set(winners["metric"]) == {"predictive_accuracy"}


def test_winners_of_nothing(evidence):
    with pytest.raises(StoreError, match="import-evaluations"):
        evidence.winners()


def test_a_database_server_holds_it_as_well(openml_cache):
    pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
    if binaries() is None:
        pytest.skip("the binaries of PostgreSQL are not installed")
    with running_server() as address:
        evidence = ImportedEvidence(address)
        assert read(evidence).n_new == N_EVALUATIONS
        assert read(evidence).n_read == 0
        assert evidence.counts()["evaluations"].tolist() == [N_EVALUATIONS]
        assert len(evidence.winners()) == len(EVALUATED)
        evidence.close()


def test_command(openml_cache, openml_server, tmp_path, capsys):
    store = str(tmp_path / "commanded.sqlite")
    given = ["--flow", str(FOREST), "--flow", str(BOOSTING), "--suite", "sklearn", "--server", openml_server]
    assert main(["import-evaluations", *given, "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "160 evaluations read, 160 of them new" in shown  # two of the suite's tasks have evaluations
    assert "not in our pool" in shown
    assert "removed from scikit-learn" in shown
    assert main(["winners", "--source", "openml", "--store", store]) == 0
    assert "What won on each of 2 OpenML tasks" in capsys.readouterr().out


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
    openml_cache, openml_server, evidence, tmp_path, monkeypatch, capsys
):
    command = ["import-evaluations", "--flow", str(FOREST), "--server", openml_server]
    command += ["--store", str(tmp_path / "evidence.sqlite")]
    monkeypatch.setitem(import_evaluations.__kwdefaults__, "page_size", 50)
    with monkeypatch.context() as context:
        context.setattr("recommender.imported.importing.list_setups", Mock(side_effect=[{}, KeyboardInterrupt]))
        assert main(command) == 130
    assert capsys.readouterr().err == "stopped before the end: run the same command to go on\n"
    assert len(recorded(evidence)) == 50
    assert main(command) == 0
    assert f"{N_EVALUATIONS - 50} evaluations read" in capsys.readouterr().out
    assert recorded(evidence) == expected(FOREST)


def test_winners_of_openml_are_not_in_a_knowledge_base(tmp_path, capsys):
    assert main(["winners", "--source", "openml", "--knowledge", str(tmp_path)]) == 2
    assert "give --store" in capsys.readouterr().err
