from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imported_rows import N_EVALUATIONS, read
from openml_stub import BOOSTING, EVALUATED, FLOWS, FOREST, N_SETTINGS, evaluations
from postgresql_server import binaries, server
from sqlalchemy.event import listen

from recommender.errors import StoreError
from recommender.evidence.store import Store
from recommender.imported.store import PAGE, ImportedEvidence


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


@pytest.mark.parametrize("metric", ["root_mean_squared_error", "log_loss", "usercpu_time_millis"])
def test_errors_and_costs_win_by_being_small(evidence, metric):
    server = evidence.add_server("https://www.openml.org/api/v1/xml")
    flow = "sklearn.svm.classes.SVR(1)"
    page = pd.DataFrame([[run, 3, 3, "cars", run, flow, run] for run in (2, 1, 3)], columns=PAGE)
    evidence.add_page(server, metric, 5, "", page.astype({"value": float}), {})
    assert evidence.winners()["value"].tolist() == [1.0]


def test_winners_of_nothing(evidence):
    with pytest.raises(StoreError, match="import-evaluations"):
        evidence.winners()


def test_a_database_server_holds_it_as_well(openml_cache):
    pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
    if binaries() is None:
        pytest.skip("the binaries of PostgreSQL are not installed")
    with server() as running:
        evidence = ImportedEvidence(running.address)
        assert read(evidence).n_new == N_EVALUATIONS
        assert read(evidence).n_read == 0
        assert evidence.counts()["evaluations"].tolist() == [N_EVALUATIONS]
        assert len(evidence.winners()) == len(EVALUATED)
        evidence.close()
