from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from recommender.cli.app import main
from recommender.evaluation.metrics import METRICS
from recommender.evidence.folder import load_knowledge, save_knowledge
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.metamodel.trained import load_trained


@pytest.fixture(scope="module")
def some():
    """A few of the shipped datasets of each task."""
    shipped = load_knowledge()
    kept = shipped.datasets.groupby("task").head(4).index
    return shipped.without(shipped.datasets.index.difference(kept))


@pytest.fixture
def folder(some, tmp_path):
    save_knowledge(some, tmp_path / "some")
    return tmp_path / "some"


@pytest.fixture
def store(folder, tmp_path, capsys):
    path = tmp_path / "some.sqlite"
    assert main(["kb", "export", str(path), "--knowledge", str(folder)]) == 0
    capsys.readouterr()
    return path


def run(capsys, *arguments) -> str:
    assert main(["kb", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys, *arguments) -> str:
    assert main(["kb", *map(str, arguments)]) == 2
    return capsys.readouterr().err


def test_info_counts_by_task_size_and_algorithm(capsys, some, folder):
    found = json.loads(run(capsys, "info", "--knowledge", folder, "--format", "json"))
    assert {row["task"]: row["datasets"] for row in found["task"]} == dict.fromkeys(
        ["binary", "multiclass", "regression"], 4
    )
    assert sum(row["datasets"] for row in found["size"]) == 12
    datasets_at = some.evaluations.groupby("size")["dataset_id"].nunique()
    assert {row["training rows at most"]: row["datasets"] for row in found["training size"]} == datasets_at.to_dict()
    assert datasets_at[10_000] == 12
    for part in found.values():
        assert sum(row["evaluations"] for row in part) == len(some.evaluations)
    seconds = some.evaluations[["fit_seconds", "predict_seconds"]].sum().sum()
    assert sum(row["hours"] for row in found["algorithm"]) * 3600 == pytest.approx(seconds, rel=1e-4)
    assert "By algorithm" in run(capsys, "info", "--knowledge", folder)


def test_list_filters_by_task(capsys, some, store):
    listed = pd.read_csv(
        StringIO(run(capsys, "list", "--store", store, "--task", "regression", "--format", "csv")), index_col=0
    )
    assert sorted(listed.index) == some.for_task("regression")
    assert "12 datasets" in run(capsys, "list", "--store", store)


def test_winners_is_the_same_command(capsys, folder):
    arguments = ["winners", "--knowledge", str(folder), "--task", "binary", "--format", "csv"]
    assert main(arguments) == 0
    assert capsys.readouterr().out == run(capsys, *arguments)


@pytest.mark.parametrize("command", ["list", "winners"])
def test_datasets_are_known_by_their_id_in_csv_and_json(capsys, some, folder, command):
    given = [command, "--knowledge", folder, "--task", "binary", "--format"]
    as_csv = pd.read_csv(StringIO(run(capsys, *given, "csv")))["id"].tolist()
    assert [row["id"] for row in json.loads(run(capsys, *given, "json"))] == as_csv
    assert set(as_csv) == set(some.for_task("binary"))


def test_a_store_goes_there_and_back(capsys, some, store, tmp_path):
    assert len(knowledge_of(Store(store)).evaluations) == len(some.evaluations)
    run(capsys, "export", tmp_path / "again", "--store", store)
    again = load_knowledge(tmp_path / "again")
    assert list(again.datasets.index) == list(some.datasets.index)
    assert len(again.evaluations) == len(some.evaluations)
    assert "0 new evaluations" in run(capsys, "export", store, "--knowledge", tmp_path / "again")


def test_a_command_that_ends_leaves_everything_in_the_one_file(folder, tmp_path):
    store = tmp_path / "out" / "some.sqlite"
    store.parent.mkdir()
    command = [sys.executable, "-m", "recommender", "kb", "export", store, "--knowledge", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert [found.name for found in store.parent.iterdir()] == [store.name]


def test_winners_by_a_metric_that_was_not_recorded(capsys, some, tmp_path):
    store = tmp_path / "without.sqlite"
    record_knowledge(replace(some, evaluations=some.evaluations.assign(brier=np.nan)), Store(store))
    assert "no brier was recorded of binary or multiclass datasets" in refused(
        capsys, "winners", "--metric", "brier", "--store", store
    )


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_winners_of_nothing_are_one_error(capsys, some, tmp_path, form):
    store = tmp_path / "numbers.sqlite"
    record_knowledge(some.without(some.for_task("binary")), Store(store))
    for given in (["--task", "binary"], ["--task", "binary", "--metric", "accuracy"]):
        said = refused(capsys, "winners", *given, "--store", store, "--format", form)
        assert f"no {given[-1] if len(given) > 2 else 'score'} was recorded of binary datasets at the standard" in said


def test_a_metric_that_does_not_judge_the_task(capsys):
    said = refused(capsys, "winners", "--task", "regression", "--metric", "roc_auc")
    assert "'roc_auc' does not judge regression tasks. Choose from: r2" in said


def test_a_store_and_a_folder_are_not_read_at_once(capsys, store, folder, tmp_path):
    both = ["--store", str(store), "--knowledge", str(folder)]
    for command in (["info"], ["list"], ["winners"], ["export", tmp_path / "x.csv"], ["atlas", tmp_path / "x"]):
        assert "give one of them" in refused(capsys, *command, *both)
    assert main(["train", *both, "--output", str(folder)]) == 2
    assert "give one of them" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("name", ["one.csv", "one.sqlite", "one.SQLITE3", "one"])
def test_export_of_a_task(capsys, some, folder, tmp_path, name):
    assert "4 datasets" in run(capsys, "export", tmp_path / name, "--knowledge", folder, "--task", "binary")
    if name.endswith(".csv"):
        found = set(pd.read_csv(tmp_path / name)["dataset_id"])
    elif name == "one":
        found = set(load_knowledge(tmp_path / name).datasets.index)
    else:
        found = set(knowledge_of(Store(tmp_path / name)).datasets.index)
    assert found == set(some.for_task("binary"))


def test_what_an_export_cannot_do_is_said(capsys, some, tmp_path):
    assert "--metric goes with --format aslib" in refused(capsys, "export", tmp_path / "x.csv", "--metric", "mae")
    numbers = tmp_path / "numbers.sqlite"
    record_knowledge(some.without(some.datasets.index.difference(some.for_task("regression"))), Store(numbers))
    said = refused(capsys, "export", tmp_path / "x.csv", "--store", numbers, "--task", "binary")
    assert "there are no binary datasets to write" in said
    assert not (tmp_path / "x.csv").exists()


def test_export_as_csv(capsys, some, folder, tmp_path):
    run(capsys, "export", tmp_path / "results.csv", "--knowledge", folder)
    rows = pd.read_csv(tmp_path / "results.csv")
    assert len(rows) == len(some.evaluations)
    assert json.loads(rows["hyperparameters"].iloc[0]) is not None


def test_a_scenario_is_of_one_task(capsys, folder, tmp_path):
    assert "give --task" in refused(capsys, "export", tmp_path / "s", "--format", "aslib", "--knowledge", folder)
    run(capsys, "export", tmp_path / "s", "--format", "aslib", "--task", "binary", "--knowledge", folder)
    assert (tmp_path / "s" / "algorithm_runs.arff").exists()


@pytest.mark.parametrize("kind", ["store", "knowledge"])
def test_drop(capsys, some, store, folder, kind):
    where = ["--store", store] if kind == "store" else ["--knowledge", folder]
    gone = some.datasets.index[0]
    assert "unknown dataset 'nothing'" in refused(capsys, "drop", gone, "nothing", *where)
    n_evaluations = (some.evaluations["dataset_id"] == gone).sum()
    assert f"dropped 1 dataset and {n_evaluations:,} evaluations" in run(capsys, "drop", gone, *where)
    left = knowledge_of(Store(store)) if kind == "store" else load_knowledge(folder)
    assert list(left.datasets.index) == list(some.datasets.index[1:])
    assert len(left.evaluations) == len(some.evaluations) - n_evaluations


def test_add_evaluates_the_pool_on_a_file(capsys, tmp_path):
    table = pd.DataFrame({"a": np.arange(40) % 7, "b": np.arange(40) % 11, "y": ["no", "yes"] * 20})
    table.to_csv(tmp_path / "mine.csv", index=False)
    path = tmp_path / "mine.sqlite"
    arguments = ["add", tmp_path / "mine.csv", "--target", "y", "--store", path, "--workers", 1, "--configurations", 1]
    found = run(capsys, *arguments)
    known = knowledge_of(Store(path))
    assert list(known.datasets["name"]) == ["mine"]
    assert known.datasets.index[0].startswith("own:mine-")
    assert known.datasets.index[0] in found
    assert known.datasets["metafeatures_version"].tolist() == [METAFEATURES_VERSION]
    assert known.evaluations["status"].tolist() == ["ok"] * 20
    table.sample(frac=1.0, random_state=0).to_csv(tmp_path / "mine.csv", index=False)
    assert "nothing new" in run(capsys, *arguments)


def test_add_records_results_measured_elsewhere(capsys, some, folder, tmp_path):
    path, results = tmp_path / "mine.sqlite", tmp_path / "results.csv"
    run(capsys, "export", results, "--knowledge", folder)
    rows = pd.read_csv(results, keep_default_na=False)[:50]
    rows.to_csv(results, index=False)
    assert "50 evaluations on 1 dataset recorded" in run(capsys, "add", "--results", results, "--store", path)
    assert "0 evaluations" in run(capsys, "add", "--results", results, "--store", path)
    assert len(knowledge_of(Store(path)).evaluations) == 50
    rows[:1].to_csv(results, index=False)
    said = " ".join(run(capsys, "add", "--results", results, "--store", path).split())
    assert "0 evaluations on 1 dataset recorded" in said
    assert "; 1 was there already" in said


def test_what_is_exported_of_a_dataset_that_is_shipped_under_another_id_can_be_added(capsys, some, tmp_path):
    mine = some.without(some.datasets.index[1:])
    mine = replace(
        mine,
        datasets=mine.datasets.rename(index=lambda _: "own:mine"),
        metafeatures=mine.metafeatures.rename(index=lambda _: "own:mine"),
        evaluations=mine.evaluations.assign(dataset_id="own:mine"),
    )
    store, results = tmp_path / "mine.sqlite", tmp_path / "results.csv"
    record_knowledge(mine, Store(store))
    run(capsys, "export", results, "--store", store)
    said = " ".join(run(capsys, "add", "--results", results, "--store", store).split())
    assert "0 evaluations on 1 dataset recorded in" in said
    assert f"{len(mine.evaluations):,} were there already" in said


def test_add_records_nothing_of_what_has_mistakes(capsys, tmp_path):
    results = tmp_path / "results.csv"
    results.write_text("dataset_id,algorithm,fold,accuracy\nnothing,lda,0,0.5\n")
    assert "row 1: the dataset 'nothing' is not known" in refused(
        capsys, "add", "--results", results, "--store", tmp_path / "s"
    )
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--target", "y"], "--target cannot be combined with --results"),
        (["--sheet", "two", "--configurations", "5"], "--sheet and --configurations cannot be combined"),
        (["--task", "binary", "--workers", "1", "--max-seconds", "60"], "--task, --workers and --max-seconds cannot"),
    ],
)
def test_what_is_for_evaluating_does_not_go_with_results(capsys, tmp_path, given, said):
    store = tmp_path / "s.sqlite"
    assert said in refused(capsys, "add", "--results", tmp_path / "results.csv", "--store", store, *given)
    assert not store.exists()


def test_add_wants_one_thing(capsys):
    assert "Give either a FILE with --target, or --results" in refused(capsys, "add")


def test_what_is_shipped_is_not_dropped_from(capsys, some):
    from recommender.manifest import shipped_folder

    for where in ([], ["--knowledge", shipped_folder()]):
        assert "kb export" in refused(capsys, "drop", some.datasets.index[0], *where)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """Stands for what comes with the package: nine of its datasets with four configurations."""
    whole, folder = load_knowledge(), tmp_path / "shipped"
    small = whole.without(whole.datasets.index.difference(whole.for_task("multiclass")[:9]))
    kept = ["lightgbm-default", "random_forest-default", "naive_bayes-default", "lda-default"]
    rows = small.evaluations[small.evaluations["configuration_id"].isin(kept)]
    small = replace(small, evaluations=rows, configurations=small.configurations.loc[sorted(kept)])
    save_knowledge(small, folder)
    for module in ("manifest", "evidence.folder", "metamodel.trained"):
        monkeypatch.setattr(f"recommender.{module}.shipped_folder", lambda: folder)
    return small


def test_train_on_a_store_extends_what_is_shipped(capsys, monkeypatch, shipped, tmp_path):
    monkeypatch.setattr("recommender.metamodel.training.METRICS", {"accuracy": METRICS["accuracy"]})  # to be quick
    theirs = shipped.datasets.index[0]
    mine = shipped.without(shipped.datasets.index[1:])
    mine = replace(
        mine,
        datasets=mine.datasets.assign(fingerprint="another", name="mine").rename(index=lambda _: "own:mine"),
        metafeatures=mine.metafeatures.rename(index=lambda _: "own:mine"),
        evaluations=mine.evaluations.assign(dataset_id="own:mine"),
    )
    store, folder = tmp_path / "mine.sqlite", tmp_path / "my-knowledge"
    record_knowledge(mine, Store(store))
    train = ["train", "--store", str(store), "--output"]
    assert main([*train, str(tmp_path / "alone"), "--no-extend"]) == 2
    assert "there are no 8 datasets" in capsys.readouterr().err
    assert main([*train, str(tmp_path / "shipped")]) == 2
    assert "cannot extend itself" in capsys.readouterr().err
    assert main([*train, str(folder)]) == 0
    assert "0 binary, 10 multiclass datasets, for accuracy" in capsys.readouterr().out
    assert list(load_knowledge(folder, alone=True).datasets.index) == ["own:mine"]
    assert "taken together with" in (folder / "README.md").read_text()
    trained = load_trained("multiclass", "accuracy", folder)
    assert trained.datasets.loc["own:mine", "family"] == trained.datasets.loc[theirs, "family"]
    listed = run(capsys, "list", "--knowledge", folder, "--format", "csv")
    assert listed.count("\n") == 11

    save_knowledge(shipped.without([shipped.datasets.index[-1]]), tmp_path / "shipped")
    assert "another version of recommender" in refused(capsys, "list", "--knowledge", folder)
    assert main(["train", "--knowledge", str(folder), "--output", str(folder)]) == 0
    assert len(load_knowledge(folder).datasets) == 9


def test_a_task_that_there_is_not(capsys):
    assert "unknown task 'binry'. Did you mean 'binary'?" in refused(capsys, "list", "--task", "binry")
