from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recommender.measuring.matrix import MatrixError, family_folds, measure_matrix, read_matrix, run_folds

pytestmark = pytest.mark.usefixtures("few_trees")


def write_matrix(folder, *, n_datasets=60, direction="higher is better", with_folds=False):
    """A matrix on which one meta-feature tells the best configuration."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    index = pd.Index([str(100 + i) for i in range(n_datasets)], name="dataset_id")
    position = rng.uniform(0, 5, n_datasets)
    scores = 0.9 - 0.05 * np.abs(position[:, None] - np.arange(6)) + rng.normal(0, 0.005, (n_datasets, 6))
    table = pd.DataFrame(scores, index=index, columns=[f"c{i}" for i in range(6)])
    table.to_parquet(folder / "performance.parquet")
    metafeatures = pd.DataFrame({"position": position, "noise": rng.normal(size=n_datasets)}, index=index)
    metafeatures.to_parquet(folder / "metafeatures.parquet")
    pd.DataFrame({"family": np.arange(n_datasets) // 2}, index=index).to_parquet(folder / "families.parquet")
    if with_folds:
        folds = pd.DataFrame({"dataset_id": index, "fold": np.arange(n_datasets) % 3})
        folds.to_parquet(folder / "cv.parquet")
    (folder / "README.md").write_text(f"performance.parquet: {n_datasets} datasets, {direction}.")
    return folder


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = write_matrix(tmp_path_factory.mktemp("matrices") / "toy", with_folds=True)
    return measure_matrix(folder, seeds=[0], ks=(1, 3))


def value(rows, measure, strategy, k):
    chosen = rows[(rows["measure"] == measure) & (rows["strategy"] == strategy) & (rows["k"] == k)]
    return chosen["value"].iloc[0]


def test_the_meta_model_beats_rules_that_do_not_look_at_the_dataset(measured):
    ours = value(measured, "mean normalized regret", "meta-model", 1)
    assert ours < 0.5 * value(measured, "mean normalized regret", "ranking by mean", 1)
    assert ours < 0.5 * value(measured, "mean normalized regret", "greedy portfolio", 1)


def test_rows_name_the_matrix_and_hold_their_interval(measured):
    assert set(measured["matrix"]) == {"toy"}
    assert (measured["low"] <= measured["value"] + 1e-12).all()
    assert (measured["value"] <= measured["high"] + 1e-12).all()
    assert set(measured["n_datasets"]) == {60}


@pytest.mark.parametrize("strategy", ["ranking by mean", "greedy portfolio", "nearest dataset's winner"])
@pytest.mark.parametrize("k", [1, 3])
def test_what_is_spared_is_the_difference_of_regrets(measured, strategy, k):
    regrets = [value(measured, "mean normalized regret", name, k) for name in (strategy, "meta-model")]
    assert value(measured, "regret that the meta-model spares", strategy, k) == pytest.approx(regrets[0] - regrets[1])


def test_what_is_spared_is_clear_of_zero_where_much_can_be_learnt(measured):
    rows = measured[(measured["measure"] == "regret that the meta-model spares") & (measured["k"] == 1)]
    assert (rows.set_index("strategy").loc[["ranking by mean", "greedy portfolio"], "low"] > 0.1).all()


def test_regret_falls_with_the_number_of_tries(measured):
    for strategy, rows in measured[measured["measure"] == "mean normalized regret"].groupby("strategy"):
        assert value(rows, "mean normalized regret", strategy, 3) <= value(rows, "mean normalized regret", strategy, 1)


def test_the_single_best_leaves_the_whole_gap(measured):
    assert value(measured, "remaining gap", "ranking by mean score", 1) == 1
    assert value(measured, "remaining gap", "meta-model", 1) < 0.5


def test_a_family_stays_in_one_fold():
    families = pd.Series(np.random.default_rng(0).integers(0, 30, 200))
    folds = pd.Series(family_folds(families, seed=1))
    assert (folds.groupby(families).nunique() == 1).all()
    assert folds.value_counts().max() <= 2 * folds.value_counts().min()


def test_simple_rules_look_at_the_datasets_of_a_task_alone(tmp_path):
    matrix = read_matrix(write_matrix(tmp_path))
    tasks = pd.Series(np.repeat(["binary", "multiclass"], [40, 20]), index=matrix.performance.index)
    best = np.where(tasks == "binary", 0, 5)
    scores = np.where(best[:, None] == np.arange(6), 1.0, matrix.performance)
    both = replace(matrix, performance=matrix.performance.where(scores < 1.0, 1.0), tasks=tasks)
    orders, expected = run_folds(both, np.arange(60) // 2 % 2, 2, seed=0)
    for strategy in ("ranking by mean", "ranking by mean score", "greedy portfolio", "nearest dataset's winner"):
        assert orders[strategy][:, 0].tolist() == best.tolist()
    assert set(expected["dataset"]) == set(range(60))
    assert {task: rows.sum() for task, rows in both.parts().items()} == {"binary": 40, "multiclass": 20}
    assert both.take(both.parts()["multiclass"]).performance.equals(both.performance.iloc[40:])


def test_the_direction_comes_from_the_readme_or_from_the_caller(tmp_path):
    higher = read_matrix(write_matrix(tmp_path / "higher"))
    lower = read_matrix(write_matrix(tmp_path / "lower", direction="lower is better"))
    pd.testing.assert_frame_equal(higher.performance, -lower.performance)
    unsaid = write_matrix(tmp_path / "unsaid", direction="of unknown direction")
    with pytest.raises(MatrixError, match="higher_is_better"):
        read_matrix(unsaid)
    pd.testing.assert_frame_equal(read_matrix(unsaid, higher_is_better=True).performance, higher.performance)


def test_a_folder_without_a_matrix_gives_a_clear_error(tmp_path):
    with pytest.raises(MatrixError, match="no such file"):
        read_matrix(tmp_path)
    folder = write_matrix(tmp_path / "damaged")
    (folder / "metafeatures.parquet").write_bytes(b"nothing")
    with pytest.raises(MatrixError, match="cannot be read"):
        read_matrix(folder)


def test_ids_may_be_numbers_here_and_text_there(tmp_path):
    folder = write_matrix(tmp_path / "mixed")
    table = pd.read_parquet(folder / "metafeatures.parquet")
    table.index = table.index.astype(int)
    table.to_parquet(folder / "metafeatures.parquet")
    assert len(read_matrix(folder).performance) == 60
