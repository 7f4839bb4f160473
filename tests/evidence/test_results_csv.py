from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.configuration import Configuration
from recommender.evaluation.metrics import METRICS
from recommender.evidence.aslib import write_scenario
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.results_csv import ResultsError, read_results, write_results
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge

RIDGE = Configuration("ridge", {"alpha": 0.25})


@pytest.fixture
def known() -> KnowledgeBase:
    """Two binary datasets and a regression dataset, on which nothing was evaluated."""
    ids = ["own:one", "own:two", "own:house"]
    datasets = pd.DataFrame(
        {
            "name": ["one", "two", "house"],
            "task": ["binary", "binary", "regression"],
            "target": "y",
            "n_samples": 101,
            "n_features": 3,
            "n_classes": [2, 2, 0],
            "fingerprint": ids,
            "signatures": [[[f"{i} a", f"{i} b"], ["y", i]] for i in ids],
            "licence": "not stated",
            "metafeatures_version": 1,
            "metafeatures_seconds": 0.1,
            "family": ids,
        },
        index=ids,
    )
    configurations = pd.DataFrame({"algorithm": ["ridge"], "hyperparameters": [{"alpha": 0.25}]}, index=[RIDGE.id])
    evaluations = pd.DataFrame(columns=["dataset_id"])
    environments = pd.DataFrame({"versions": []})
    return KnowledgeBase(
        datasets, pd.DataFrame({"nr_inst": 101.0}, index=ids), configurations, evaluations, environments
    )


@pytest.fixture
def read(known, tmp_path):
    """Reads rows, given as mappings, from a CSV file."""

    def read(*rows: dict) -> KnowledgeBase:
        path = tmp_path / "results.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        return read_results(path, known)

    return read


def row(dataset_id: str = "own:one", **given) -> dict:
    return {"dataset_id": dataset_id, "algorithm": "lda", "fold": 0, "roc_auc": 0.9} | given


def test_results_are_recorded_with_their_dataset(read):
    found = read(
        row(fit_seconds=0.5),
        row(fold=1, roc_auc=np.nan, status="failed", message="no"),
        row("own:house", algorithm="ridge", hyperparameters='{"alpha": 0.25}', roc_auc=np.nan, r2=-3.0, n_train=50),
    )
    store = Store("sqlite://")
    assert record_knowledge(found, store) == 3
    again = knowledge_of(store)
    assert list(again.datasets.index) == ["own:house", "own:one"]
    assert list(again.configurations.index) == ["lda-default", RIDGE.id]
    rows = again.evaluations.set_index(["dataset_id", "fold"])
    assert rows.loc[("own:one", 0), ["roc_auc", "fit_seconds", "n_train", "n_test"]].tolist() == [0.9, 0.5, 80, 21]
    assert rows.loc[("own:one", 1), ["status", "message"]].tolist() == ["failed", "no"]
    assert rows.loc[("own:house", 0), ["r2", "n_train"]].tolist() == [-3.0, 50]
    assert again.environments["versions"].tolist() == [{"measured": "elsewhere", "results": "results.csv"}]


def test_a_size_is_taken_where_it_is_given(read, known, tmp_path):
    found = read(row(), row(size=200, peak_bytes=2**33, rounds=7, threads=1), row(fold=1, size=""))
    rows = found.evaluations.set_index(["size", "fold"])
    assert rows.index.tolist() == [(10_000, 0), (200, 0), (10_000, 1)]
    assert rows.loc[(200, 0), ["peak_bytes", "rounds", "threads"]].tolist() == [2**33, 7, 1]
    assert rows["peak_bytes"].isna().tolist() == [True, False, True]
    write_results(found, tmp_path / "again.csv")
    again = read_results(tmp_path / "again.csv", known)
    first, second = (some.evaluations.drop(columns="environment_id") for some in (found, again))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("given", [{"size": 0}, {"size": 0.5}, {"threads": 0}, {"rounds": -1}, {"peak_bytes": "many"}])
def test_a_size_and_what_a_fit_took_are_whole_numbers(read, given):
    [name] = given
    with pytest.raises(ResultsError, match=f"row 1: {name} must be a whole number from"):
        read(row(**given))


def test_a_configuration_may_be_named_by_its_id(read):
    table = {"dataset_id": "own:house", "configuration_id": RIDGE.id, "fold": 0, "rmse": 2.0}
    assert read(table).configurations.loc[RIDGE.id].to_dict() == {
        "algorithm": "ridge",
        "hyperparameters": {"alpha": 0.25},
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (row("own:three"), "the dataset 'own:three' is not known"),
        (row(algorithm="adaline"), "unknown algorithm 'adaline' for binary. Choose from: .*lightgbm"),
        (row(algorithm="ridge"), "unknown algorithm 'ridge' for binary"),
        (row(hyperparameters="C=1"), "must be a JSON object"),
        (row(hyperparameters='{"depth": 3}'), "lda does not take these hyperparameters: .*depth"),
        (row(algorithm=None, configuration_id="lda-123"), "'lda-123' is not known by its id: give algorithm"),
        (row(configuration_id="lda-123"), r"lda\(\) has the id lda-default"),
        (row(fold="first"), "fold must be a whole number from 0 to 2147483647, and is 'first'"),
        (row(seed=1e30), "seed must be a whole number from 0 to 2147483647, and is 1e[+]30"),
        (row(model_bytes=1e30), "model_bytes must be a whole number from 0 to 9007199254740992"),
        (row(hyperparameters="[" * 100_000), "must be a JSON object"),
        (row(fold=None), "fold is missing"),
        (row(fold=-1), "fold must be a whole number"),
        (row(n_train=0.5), "n_train must be a whole number from 1"),
        (row(roc_auc=1.5), "roc_auc must be a number from 0 to 1, and is 1.5"),
        (row(roc_auc="good"), "roc_auc must be a number from 0 to 1, and is 'good'"),
        (row(log_loss=float("inf")), "log_loss must be a number"),
        (row(r2=0.5), "r2 does not judge binary. Choose from: roc_auc"),
        (row(roc_auc=None, accuracy=None), "no score: give at least one of roc_auc, log_loss"),
        (row(status="fine"), "unknown status 'fine'. Choose from: ok, failed"),
        (row(status="failed"), "it has a score, and its status 'failed' says that there is none"),
        (row(fit_seconds=-1), "fit_seconds must be a number from 0"),
    ],
)
def test_every_row_is_checked(read, given, message):
    with pytest.raises(ResultsError, match=rf"nothing of it was recorded:\n  row 2: .*{message}"):
        read(row(algorithm="qda"), given)


def test_a_row_that_is_there_twice(read):
    with pytest.raises(ResultsError, match="row 3: the same configuration on the same fold"):
        read(row(), row(fold=1), row())


def test_many_mistakes_are_counted(read):
    with pytest.raises(ResultsError, match=r"(?s)row 8.*\.\.\. \(20 in all\)"):
        read(*[row("nothing", fold=i) for i in range(20)])


def test_columns_that_are_not_known_are_named(read):
    with pytest.raises(ResultsError, match="knows no column auc: dataset_id, fold, and either"):
        read(row(auc=0.5))
    with pytest.raises(ResultsError, match="lacks columns: dataset_id, fold, and either"):
        read({"dataset_id": "own:one", "algorithm": "lda", "roc_auc": 0.5})


def test_what_is_exported_can_be_added(read, known, tmp_path):
    given = read(
        row(),
        row(fold=1, status="timeout", roc_auc=None),
        row("own:two", algorithm="k_neighbors", hyperparameters='{"n_neighbors": 1}'),
    )
    write_results(given, tmp_path / "exported.csv")
    again = read_results(tmp_path / "exported.csv", known)
    key = ["dataset_id", "configuration_id", "fold"]
    kept = [*key, "status", "n_train", *METRICS]
    pd.testing.assert_frame_equal(
        again.evaluations[kept].sort_values(key, ignore_index=True),
        given.evaluations[kept].sort_values(key, ignore_index=True),
    )
    assert json.dumps(again.configurations.to_dict()) == json.dumps(given.configurations.to_dict())


def test_a_file_stays_where_writing_another_does_not_come_to_its_end(read, tmp_path):
    class Stopped:
        def __str__(self):
            raise KeyboardInterrupt

    given, path = read(row(), row(fold=1)), tmp_path / "exported.csv"
    write_results(given, path)
    before = path.read_text()
    with pytest.raises(KeyboardInterrupt):
        write_results(replace(given, evaluations=given.evaluations.assign(message=["", Stopped()])), path)
    assert [(found.name, found.read_text()) for found in tmp_path.glob("exported*")] == [("exported.csv", before)]


def test_a_scenario_can_be_added(read, known, tmp_path):
    ends = row("own:two", fold=1, algorithm="qda", roc_auc=None)
    given = read(
        row(), row(fold=1, roc_auc=0.7), row("own:two"),
        row("own:one", algorithm="qda", status="timeout", roc_auc=None),
        row("own:two", algorithm="qda"), ends | {"status": "stopped"},
    )  # fmt: skip
    write_scenario(given, tmp_path / "scenario", "binary")
    again = read_results(tmp_path / "scenario", known)
    pd.testing.assert_frame_equal(again.performance("binary"), given.performance("binary"))
    assert again.outcomes["stopped"].to_dict() == given.outcomes["stopped"].to_dict()
