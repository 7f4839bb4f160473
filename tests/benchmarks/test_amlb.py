"""What the AutoML Benchmark needs of us: definitions that agree, and an exec.py that keeps its contract."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from benchmarks.amlb import drive, tasks

ROOT = Path(__file__).parent.parent.parent
LIMITS = {"cores": 1, "max_runtime_seconds": 3}


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A folder with the local tasks, in place of the user directory."""
    folder = tmp_path_factory.mktemp("user")
    tasks.write_tasks(folder / "data")
    return folder


@pytest.fixture(scope="module")
def local():
    listed = yaml.safe_load((drive.USER / "benchmarks" / "local.yaml").read_text())
    return {task["name"]: task for task in listed}


def test_the_definitions_have_this_version_and_a_module_that_is_there():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for framework in ("recommender", "recommender_fit"):
        found = drive.definition(framework)
        assert found["version"] == version
        folder = drive.USER.joinpath(*found["module"].split("."))
        assert {path.name for path in folder.iterdir()} >= {"__init__.py", "exec.py", "setup.sh"}
    assert "params" not in drive.definition("recommender_fit")  # the benchmark takes no tuned definitions


def test_a_fold_trains_on_the_rows_that_another_tests(user, local):
    first, second = (drive.read_fold(local["wine"], fold, user) for fold in range(2))
    pd.testing.assert_frame_equal(
        first.train.X.sort_values(list(first.train.X), ignore_index=True),
        second.test.X.sort_values(list(second.test.X), ignore_index=True),
    )
    assert first.train.y["target"].cat.categories.tolist() == ["class_0", "class_1", "class_2"]


@pytest.mark.parametrize(("task", "at_least"), [("breast_cancer", 0.97), ("wine", -0.2), ("diabetes", -65)])
def test_the_first_recommendation_is_fitted_and_predicts(user, local, task, at_least):
    row = drive.drive("recommender", local[task], 0, LIMITS, user=user, _leave_out=False)
    assert row["result"] > at_least
    assert row["models_count"] == 1
    assert row["training_duration"] > row["predict_duration"] > 0


@pytest.mark.filterwarnings("ignore:nothing could be tried")  # on a machine that does much else
def test_the_search_ends_with_the_benchmarks_seconds(user, local):
    row = drive.drive("recommender_fit", local["wine"], 1, LIMITS, user=user, _leave_out=False)
    assert row["result"] > -0.2
    assert 1 < row["training_duration"] < 20


def test_what_shares_the_tables_origin_is_left_out_of_what_is_learnt(user, local, monkeypatch):
    module, learnt_from = drive.load_exec("recommender"), []
    monkeypatch.setattr(module, "train", lambda knowledge, metric: learnt_from.append((knowledge, metric)))
    everything = module.load_knowledge()
    known = everything.datasets.query("task == 'binary'").iloc[0]
    table = pd.DataFrame({str(name): [0.0, 1.0] for name, _ in known["signatures"][:-1]})
    part = SimpleNamespace(X=table, y=pd.DataFrame({"y": ["no", "yes"]}))
    module.without_relatives(SimpleNamespace(train=part, test=part, problem_type="binary"), known["name"], "roc_auc")
    (knowledge, metric), *_ = learnt_from
    assert metric.name == "roc_auc"
    assert known.name not in knowledge.datasets.index
    assert len(knowledge.datasets) > len(everything.datasets) / 2


def test_labels_that_look_like_numbers_keep_their_spelling():
    rng = np.random.default_rng(0)
    part = SimpleNamespace(
        X=pd.DataFrame({"a": rng.normal(size=60), "b": rng.normal(size=60)}),
        y=pd.DataFrame({"y": pd.Categorical(["1", "2", "10"] * 20)}),
    )
    config = SimpleNamespace(
        type="classification", metric="logloss", name="numbered", seed=0, output_predictions_file="predictions.csv",
        framework_params={"_first": True, "_leave_out": False}, **LIMITS,
    )  # fmt: skip
    with drive.stand_ins():
        found = drive.load_exec("recommender").run(SimpleNamespace(train=part, test=part), config)
    assert sorted(found["probabilities_labels"]) == ["1", "10", "2"]
    assert found["predictions"].dtype.kind == "U"
    assert list(drive.as_table(found, part.y["y"]).columns) == ["1", "10", "2", "predictions", "truth"]


def test_predictions_that_the_benchmark_would_refuse_are_refused():
    found = {"probabilities": [[0.9, 0.2]], "probabilities_labels": ["b", "a"], "predictions": ["b"]}
    with pytest.raises(ValueError, match="add up"):
        drive.as_table(found, pd.Series(["b"]))
    with pytest.raises(ValueError, match="no probability"):
        drive.as_table(found | {"probabilities": [[0.9, 0.1]], "predictions": ["c"]}, pd.Series(["b"]))
