from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from imported_rows import N_EVALUATIONS, expected, read, recorded
from openml_stub import BOOSTING, FOREST, N_SETTINGS, ONLY_EVALUATIONS, ONLY_QUALITIES

from recommender.errors import ServerBusyError
from recommender.tables.openml import set_server


@pytest.fixture
def troubles(stub):
    """What goes wrong with the next lists."""
    yield stub.troubles
    stub.troubles.clear()


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
