"""The whole loop for real: collect from a server, train, recommend, ask for winners, benchmark."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from openml_stub import DRAWN
from sklearn.datasets import load_iris

from recommender.cli import app as cli
from recommender.evaluation.metrics import METRICS
from recommender.evidence.folder import load_knowledge
from recommender.measuring.openml_tasks import OURS, STOPPED, run_benchmark, summarise

ALGORITHMS = ("lightgbm", "lda", "naive_bayes")
"""Quick ones, by their defaults alone."""


@pytest.fixture(scope="module")
def built(openml_server, tmp_path_factory):
    """A folder with a store `kb.sqlite` and a knowledge base `data`, made by the commands of the README."""
    folder = tmp_path_factory.mktemp("built")
    store, cache = str(folder / "kb.sqlite"), str(folder / "cache")
    more = ["--configurations", str(len(ALGORITHMS)), "--workers", "2"]
    more += [part for name in ALGORITHMS for part in ("--algorithm", name)]
    collecting = ["collect", "--suite", "drawn", "--server", openml_server, "--store", store, "--cache", cache, *more]
    assert cli.main(collecting) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.metamodel.training.METRICS", {"roc_auc": METRICS["roc_auc"]})  # to be quick
        assert cli.main(["train", "--store", store, "--output", str(folder / "data"), "--no-extend"]) == 0
    return folder


def test_every_evaluation_is_recorded(built):
    knowledge = load_knowledge(built / "data")
    assert list(knowledge.datasets["name"]) == sorted(DRAWN.values(), key=list(knowledge.datasets["name"]).index)
    assert len(knowledge.outcomes) == len(DRAWN) * len(ALGORITHMS)
    assert knowledge.outcomes["n_folds"].eq(20).mean() > 0.9
    assert knowledge.metafeatures.shape[0] == len(DRAWN)


def test_recommendation_comes_from_what_was_collected(built, tmp_path, capsys):
    load_iris(as_frame=True).frame.to_csv(tmp_path / "iris.csv", index=False)
    asked = ["recommend", str(tmp_path / "iris.csv"), "--target", "target", "--knowledge", str(built / "data")]
    assert cli.main([*asked, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    known = set(load_knowledge(built / "data").configurations.index)
    assert {row["configuration_id"] for row in answer["recommendations"]} <= known
    assert {row["name"] for row in answer["neighbours"]} <= set(DRAWN.values())


def test_winners_are_those_with_the_best_mean(built, capsys):
    assert cli.main(["winners", "--store", str(built / "kb.sqlite"), "--format", "json"]) == 0
    shown = {row["dataset"]: row["roc_auc"] for row in json.loads(capsys.readouterr().out)}
    knowledge = load_knowledge(built / "data")
    best = knowledge.performance("multiclass").max(axis=1).rename(knowledge.datasets["name"])
    assert shown == pytest.approx(best.to_dict(), abs=1e-5)


def test_benchmark_leaves_the_dataset_out_and_lists_what_is_gone(built, openml_server, tmp_path, capsys):
    output = tmp_path / "rows.csv"
    asked = ["benchmark", "--task", "11", "--task", "99", "--folds", "2", "--output", str(output)]
    where = ["--server", openml_server, "--cache", str(tmp_path / "cache"), "--knowledge", str(built / "data")]
    assert cli.main([*asked, *where]) == 0
    shown = capsys.readouterr()
    assert "left out task 99" in shown.err
    assert "recommended" in shown.out
    rows = pd.read_csv(output)
    assert set(rows["task_id"]) == {11}
    assert (rows["datasets_left_out"] >= 1).all()
    assert rows.groupby("fold")["method"].nunique().eq(6).all()


def test_what_was_compared_before_ctrl_c_is_kept(built, openml_cache, tmp_path):
    def stop_at_the_second(_):
        if (tmp_path / "rows.csv").exists():
            raise KeyboardInterrupt

    knowledge, kept = load_knowledge(built / "data"), tmp_path / "rows.csv"
    rows, skipped = run_benchmark(knowledge, [99, 11, 12, 13], n_folds=1, output=kept, on_progress=stop_at_the_second)
    assert set(rows["task_id"]) == {11}
    assert "stopped" not in skipped.pop(99)
    assert skipped == dict.fromkeys([12, 13], STOPPED)
    pd.testing.assert_frame_equal(pd.read_csv(kept), rows, check_dtype=False)


def test_ctrl_c_ends_a_benchmark_with_a_summary(built, openml_server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "recommender.measuring.openml_tasks._compare", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    where = ["--server", openml_server, "--cache", str(tmp_path), "--knowledge", str(built / "data")]
    assert cli.main(["benchmark", "--task", "11", *where]) == 130
    assert f"left out task 11: {STOPPED}" in capsys.readouterr().err


def test_benchmark_of_nothing_says_so(built, openml_cache):
    rows, skipped = run_benchmark(load_knowledge(built / "data"), [99, 4])
    assert rows.empty
    assert "does not have task 99" in skipped[99]
    assert "regression datasets" in skipped[4]


def test_summary_counts_ranks_wins_and_regret():
    scores = {OURS: (0.9, 0.6), "other": (0.8, 0.7), "virtual best": (0.95, 0.8), "pool median": (0.85, 0.6)}
    rows = pd.DataFrame(
        {"task_id": task, "fold": 0, "method": method, "metric": "roc_auc", "score": values[task], "fit_seconds": 1.0}
        for method, values in scores.items()
        for task in (0, 1)
    )
    summary = summarise(rows)
    assert summary["mean_rank"].to_dict() == {OURS: 1.5, "other": 1.5}
    assert summary.loc["other", ["wins", "ties", "losses"]].tolist() == [1, 0, 1]
    assert summary["normalized_regret"].to_dict() == pytest.approx({OURS: 0.75, "other": 0.75})
