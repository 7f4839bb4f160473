"""TabArena: leaderboards of rows that are written by hand, and systems that keep to what the arena asks of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.tabarena import leaderboard as boards
from benchmarks.without_family import train_without_family
from recommender.evaluation.metrics import find_metric
from recommender.evidence.folder import load_knowledge
from recommender.metamodel.trained import load_trained
from recommender.tables.loading import load_dataset

REFERENCE = boards.REFERENCE


@pytest.fixture
def rows():
    """Three methods on six tasks and two folds; each is worse than the one before, and one failed once."""
    errors = {"good": 0.1, "fair": 0.2, REFERENCE: 0.4}
    found = [
        {"method": method, "task": f"t{task}", "fold": fold, "metric_error": error, "time_train_s": 2.0}
        for task in range(6)
        for fold in range(2)
        for method, error in errors.items()
    ]
    rows = pd.DataFrame(found).assign(time_infer_s=0.5)
    rows.loc[(rows["method"] == "fair") & (rows["task"] == "t0") & (rows["fold"] == 1), "metric_error"] = np.nan
    return rows


def test_a_failure_counts_as_what_the_reference_did_there(rows):
    filled = boards.filled(rows.drop(index=rows.index[0]))  # and so does what is not there at all
    errors = filled.set_index(["method", "task", "fold"])["metric_error"]
    assert errors["fair", "t0", 1] == errors["good", "t0", 0] == 0.4
    assert errors["fair", "t0", 0] == 0.2
    assert len(filled) == len(rows)


def test_the_leaderboard_has_the_best_first_and_the_reference_at_1000(rows, monkeypatch):
    pytest.importorskip("bencheval")
    monkeypatch.setattr(boards, "ROUNDS", 5)
    board = boards.leaderboard(rows)
    assert list(board.index) == ["good", "fair", REFERENCE]
    assert board.loc[REFERENCE, "elo"] == 1000
    assert board.loc["good", "improvability"] == 0
    assert board.loc[REFERENCE, "improvability"] == pytest.approx(75)
    assert board.loc["good", "rank"] == 1
    assert board.loc["good", "median_time_train_s"] == 2


def test_rows_of_the_peers_are_errors_with_all_seconds_before_the_model():
    peers = pd.DataFrame(
        {
            "method": ["recommended"],
            "dataset": ["iris"],
            "fold": [1],
            "score": [0.9],
            "choose_seconds": [np.nan],
            "fit_seconds": [3.0],
            "predict_seconds": [0.1],
        }
    )
    row = boards.from_peers(peers).iloc[0]
    assert row["metric_error"] == pytest.approx(0.1)
    assert (row["task"], row["fold"], row["time_train_s"]) == ("iris", 1, 3.0)


def test_a_meta_model_without_the_family_is_kept_in_a_folder_of_its_own(tmp_path, monkeypatch):
    everything = load_knowledge()
    few = everything.datasets.query("task == 'binary'").index[:60]
    knowledge = everything.without(everything.datasets.index.difference(few))
    known = knowledge.datasets.iloc[0]
    names = [str(name) for name, _ in known["signatures"][:-1]]
    X = pd.DataFrame({name: range(8) for name in names})
    dataset = load_dataset(X, pd.Series(["no", "yes"] * 4), name=known["name"])
    monkeypatch.setattr("benchmarks.without_family.train", _train_few)
    roc_auc = find_metric("roc_auc", "binary")
    left_out = train_without_family(knowledge, dataset, roc_auc, tmp_path)
    assert known.name in left_out
    assert not set(left_out) & set(load_trained("binary", "roc_auc", tmp_path).datasets.index)
    monkeypatch.delattr("benchmarks.without_family.train")  # what is there is not trained again
    assert train_without_family(knowledge, dataset, roc_auc, tmp_path) == left_out


def _train_few(knowledge, metric):
    """A meta-model of few trees."""
    from functools import partial

    from recommender.metamodel import training

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "MetaModel", partial(training.MetaModel, n_trees=20))
        return training.train(knowledge, metric)


@pytest.mark.parametrize("problem_type", ["binary", "regression"])
def test_the_arena_gets_frames_that_are_indexed_as_its_rows(problem_type):
    pytest.importorskip("tabarena")
    from autogluon.core.metrics import log_loss, root_mean_squared_error
    from tabarena.benchmark.task.metadata import ValidationMetadata

    from benchmarks.tabarena.system import DefaultSystem, RecommenderSystem

    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=80), "b": pd.Categorical(rng.choice(["u", "v"], 80))}, range(5, 85))
    y = pd.Series(rng.normal(size=80) + X["a"], X.index)
    y = y if problem_type == "regression" else pd.Series(np.where(y > 0, "yes", "no"), X.index, dtype="category")
    metric = root_mean_squared_error if problem_type == "regression" else log_loss
    for system, options in ((RecommenderSystem, {}), (DefaultSystem, {"algorithm": "lightgbm"})):
        model = system(
            problem_type=problem_type,
            eval_metric=metric,
            validation_metadata=ValidationMetadata(target_name="y"),
            fit_kwargs={"num_cpus": 1},
            **options,
        )
        found = model.fit_custom(X[:60], y[:60], X[60:], split_seed=1)
        assert found["predictions"].index.tolist() == X.index[60:].tolist()
        if problem_type == "binary":
            assert list(found["probabilities"].columns) == ["no", "yes"]
            assert np.allclose(found["probabilities"].sum(axis=1), 1)
        else:
            assert np.corrcoef(found["predictions"], y[60:])[0, 1] > 0.3
