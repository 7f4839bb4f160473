from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from recommender.errors import DatasetError, UnknownNameError
from recommender.tables.checks import infer_task
from recommender.tables.dataset import Dataset
from recommender.tables.deciding import decide
from recommender.tables.loading import load_dataset


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "size": [1.0, 2.5, None, 4.0, 5.5, 6.0],
            "colour": ["red", "blue", None, "blue", "red", "red"],
            "sold": ["no", "yes", "no", "yes", "no", "yes"],
        }
    )


def test_features_and_target(table):
    dataset = load_dataset(table.drop(columns="sold"), table["sold"])
    assert (dataset.task, dataset.n_samples, dataset.n_features, dataset.n_classes) == ("binary", 6, 2, 2)


def test_table_with_target(table):
    dataset = load_dataset(table, target="sold")
    assert list(dataset.X.columns) == ["size", "colour"]
    assert dataset.y.tolist() == table["sold"].tolist()


def test_arrays():
    X, y = load_iris(return_X_y=True)
    dataset = load_dataset(X, y)
    assert dataset.from_array
    assert dataset.task == "multiclass"


@pytest.mark.parametrize("as_frame", [True, False])
def test_bunch(as_frame):
    assert load_dataset(load_diabetes(as_frame=as_frame)).task == "regression"
    assert load_dataset(load_breast_cancer(as_frame=as_frame)).task == "binary"


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "arff", "arff.gz"])
def test_files(table, tmp_path, ending):
    path = tmp_path / f"sales.{ending}"
    arff = "@RELATION sales\n@ATTRIBUTE size REAL\n@ATTRIBUTE colour {red,blue}\n@ATTRIBUTE sold {no,yes}\n@DATA\n"
    arff += table.to_csv(index=False, header=False, na_rep="?")
    if ending == "parquet":
        table.to_parquet(path)
    elif ending == "arff":
        path.write_text(arff)
    elif ending == "arff.gz":
        path.write_bytes(gzip.compress(arff.encode()))
    else:
        table.to_csv(path, index=False)
    dataset = load_dataset(path, target="sold")
    assert (dataset.name, dataset.task, dataset.kinds) == ("sales", "binary", ["numeric", "categorical"])
    assert dataset.fingerprint == load_dataset(table, target="sold").fingerprint


def test_semicolons_are_noticed(table, tmp_path):
    table.to_csv(tmp_path / "a.csv", sep=";", index=False)
    assert load_dataset(tmp_path / "a.csv", target="sold").n_features == 2


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["a", "b", "a", "b"], "binary"),
        (["a", "b", "c", "a", "b", "c"], "multiclass"),
        ([True, False, True, False], "binary"),
        ([0, 1, 0, 1], "binary"),
        ([1.0, 2.0, 1.0, 2.0], "binary"),
        ([0.5, 1.5, 0.5, 1.5], "regression"),
        (list(range(100)), "regression"),
        ([1, 2, 3] * 5, "multiclass"),
    ],
)
def test_task_is_inferred(y, task):
    assert infer_task(pd.Series(y)) == task


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, 2.0, None], "numeric"),
        ([True, False, True], "categorical"),
        (pd.Series([1, None, 3], dtype="Int64"), "numeric"),
        (pd.Series(["a", "b", None], dtype="category"), "categorical"),
        (pd.Series(["a", "b", "a"], dtype="string[pyarrow]"), "categorical"),
        (pd.Series([1.5, 2.5], dtype="float64[pyarrow]"), "numeric"),
        (pd.to_datetime(["2020-01-01", "2021-01-01"]), "date"),
        (["2026-01-31", None, "2026-02-01"], "date"),
        (["31/01/2026 12:00", "01/02/2026 09:30"], "date"),
        (["1.2.3", "10-20"], "categorical"),
        ([f"a text on {['cats', 'dogs'][i % 2]}, number {i}" for i in range(100)], "text"),
        ([5, 5, 5], None),
        ([None, None], None),
        ([5.0, None, 5.0], "numeric"),
        ([[1], [2]], None),
        ([1, "a", 2.5], "categorical"),
    ],
)
def test_kinds_of_columns(values, kind):
    reading = decide(pd.Series(values))
    assert (reading.kinds[0] if reading.kinds else None) == kind


def test_a_target_without_a_name_is_called_so():
    X, y = pd.DataFrame({"a": range(4)}), pd.Series([0, 1, 0, 1])
    assert load_dataset(X, y).y.name == load_dataset(X, y.to_numpy()).y.name == "target"
    assert y.name is None


def wrong(**changes) -> dict:
    return {"a": [1.0, 2.0, 3.0, 4.0], "y": [0, 1, 0, 1]} | changes


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (wrong(y=[0, None, None, None]), "missing in 3 of 4 rows, more than half"),
        (wrong(y=["a"] * 4), "one class only"),
        (wrong(y=[2] * 4), r"the target 'y' has one class only \('2'\)"),
        (wrong(y=["a", "a", "a", "b"]), "of the 2 classes of the target 'y', 1 has a single row: 'b'"),
        (wrong(a=[1.0] * 4), r"none of the feature columns \(1\) is usable"),
        (wrong(a=[None] * 4), r"none of the feature columns \(1\) is usable"),
        (wrong(y=[0.5, np.inf, 0.1, 0.2]), "1 infinite value$"),
        (wrong(y=[0.5] * 4), "constant"),
        ({"a": [], "y": []}, "empty: 0 rows"),
        ({"y": [0, 1]}, "empty: 2 rows and 0 feature columns"),
        ({"y": [0]}, "empty: 1 row and 0 feature columns"),
        ({"a": [1.0], "y": [None]}, "missing in 1 of 1 row, more than half"),
    ],
)
def test_tables_that_nothing_can_be_learnt_from(columns, message):
    with pytest.raises(DatasetError, match=message):
        load_dataset(pd.DataFrame(columns), target="y")


def test_wrong_target_names_the_nearest(table):
    with pytest.raises(UnknownNameError, match="Did you mean 'sold'"):
        load_dataset(table, target="Sold?")


def test_target_is_needed(table):
    with pytest.raises(DatasetError, match="no target given"):
        load_dataset(table)


def test_lengths_must_agree(table):
    with pytest.raises(DatasetError, match="6 rows and the target has 3"):
        load_dataset(table, [1, 2, 3])


def test_duplicate_target_name(table):
    with pytest.raises(DatasetError, match="2 columns are named 'sold'"):
        load_dataset(pd.concat([table, table[["sold"]]], axis=1), target="sold")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "no such file"),
        ("empty.csv", b"", "is empty"),
        ("table.docx", b"PK", "cannot tell the format"),
        ("broken.parquet", b"not parquet at all", "cannot be read as PARQUET"),
        ("broken.arff", b"a,b\n1,2\n", "cannot be read as ARFF"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        load_dataset(tmp_path / name, target="y")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(DatasetError, match="is a folder"):
        load_dataset(tmp_path, target="y")


def test_regression_needs_numbers(table):
    with pytest.raises(DatasetError, match="needs a numeric target"):
        load_dataset(table, target="sold", task="regression")


@given(st.permutations(range(20)), st.permutations(range(3)))
def test_fingerprint_knows_content_in_any_order(rows, columns):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=20), "b": rng.integers(0, 3, 20), "c": rng.choice(["x", "y"], 20)})
    y = pd.Series(rng.normal(size=20))
    original = Dataset(X, y, "regression")
    shuffled = Dataset(X.iloc[rows, columns].add_prefix("new_"), y.iloc[rows], "regression")
    assert original.fingerprint == shuffled.fingerprint


def test_fingerprint_notices_a_changed_value():
    X, y = load_iris(return_X_y=True, as_frame=True)
    changed = X.copy()
    changed.iloc[0, 0] += 0.5
    assert load_dataset(X, y).fingerprint != load_dataset(changed, y).fingerprint


def test_some_of_the_rows_keep_what_was_noticed():
    X, y = load_iris(return_X_y=True, as_frame=True)
    some = Dataset(X, y, "multiclass", "iris", "iris.csv", notes=("a title was skipped",)).take(np.arange(0, 150, 3))
    assert (some.n_samples, some.name, some.source, some.notes) == (50, "iris", "iris.csv", ("a title was skipped",))


@pytest.mark.parametrize(("notes", "expected"), [(None, ()), ("one", ("one",)), (["one", "two"], ("one", "two"))])
def test_notes_of_a_dataset_made_by_hand_are_sentences(notes, expected):
    made = Dataset(pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}), pd.Series([0, 1, 0, 1]), "binary", notes=notes)
    assert load_dataset(made).notes == expected


def test_numbers_under_a_name_with_half_a_pair_are_not_taken_as_they_are():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
    odd = X.set_axis(pd.Index(["\ud800"], dtype=object), axis=1)
    assert [load_dataset(table, [0, 1, 0, 1]).is_plain for table in (X, odd)] == [True, False]


def test_fingerprint_survives_a_file(tmp_path):
    frame = load_diabetes(as_frame=True).frame
    frame.to_csv(tmp_path / "d.csv", index=False)
    assert (
        load_dataset(tmp_path / "d.csv", target="target").fingerprint
        == load_dataset(frame, target="target").fingerprint
    )
