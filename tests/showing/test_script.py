"""What a script reads is what was read."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMClassifier
from messy import HOSTILE, messy_table
from sklearn.model_selection import KFold
from workbooks import xlsx

from recommender.errors import RecommendationError
from recommender.evaluation.metrics import METRICS, metrics_for
from recommender.recommendation import recommend
from recommender.showing.script import expression, write_script
from recommender.tables.loading import load_dataset

LINEAR = ["logistic_regression", "ridge"]
N = 24
ROWS = [[f"{i}.5", f"k{i % 3}", "uv"[i * 7 % 5 > 2]] for i in range(N)]
FRAME = pd.DataFrame(ROWS, columns=["a", "b", "y"]).astype({"a": float, "b": "str", "y": "str"})
PLAIN = FRAME.to_csv(index=False)
RECORDS = FRAME.to_json(orient="records")
CELLS = [list(FRAME), *FRAME.itertuples(index=False)]


def parquet() -> bytes:
    content = io.BytesIO()
    FRAME.to_parquet(content)
    return content.getvalue()


WRITTEN: dict[str, tuple[bytes, str]] = {
    "commas.csv": (PLAIN.encode(), "pd.read_csv("),
    "title.csv": (b"Sales\n\n" + PLAIN.encode(), "header=1"),
    "spaces.data": (PLAIN.replace(",", "  ").encode(), r"sep='\\s+'"),
    "no-names.data": (FRAME.to_csv(index=False, header=False).encode(), "names=['column_1', 'column_2', 'column_3']"),
    "empty.csv": ("".join(f"{line},\n" for line in PLAIN.splitlines()).encode() + b",,,\n", f"nrows={N}"),
    "book.xlsx": (xlsx({"data": CELLS}), "pd.read_excel("),
    "records.json": (RECORDS.encode(), "pd.read_json("),
    "lines.jsonl": (FRAME.to_json(orient="records", lines=True).encode(), "lines=True"),
    "inside.json": (json.dumps({"found": json.loads(RECORDS)}).encode(), "load_dataset("),
    "table.parquet": (parquet(), "pd.read_parquet("),
}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"nan": np.nan, "high": np.inf, "low": -np.inf}, "{'nan': np.nan, 'high': np.inf, 'low': -np.inf}"),
        (np.nan_to_num, "nan_to_num"),
        (pd.NA, "pd.NA"),
        ((1,), "(1,)"),
        ((), "()"),
        (KFold(5, shuffle=True, random_state=0), "KFold(n_splits=5, shuffle=True, random_state=0)"),
        ([np.float64(0.5), {"a": (1, 2)}], "[0.5, {'a': (1, 2)}]"),
    ],
)
def test_values_are_written_so_that_they_can_be_made_again(value, code):
    assert expression(value, set()) == code
    repeated = {"a name long enough": [value] * 40}
    again = eval(expression(repeated, set()), {"np": np, "pd": pd, "nan_to_num": np.nan_to_num, "KFold": KFold})
    assert repr(again) == repr(repeated).replace("np.float64(0.5)", "0.5")


class Liar(str):
    def __repr__(self) -> str:
        return "print('code')"


class Stranger:
    def __repr__(self) -> str:
        return "print('code')"


@pytest.mark.parametrize("name", ["alpha=1.0))\nprint('code')  #", "a b", "lambda", ""])
def test_an_argument_that_is_no_name_is_refused(name):
    model = LGBMClassifier()
    model.set_params(**{name: 1})
    with pytest.raises(RecommendationError, match="is not the name of an argument"):
        expression(model, set())


def test_a_value_is_text_or_refused_whatever_it_calls_itself():
    assert expression(Liar("text"), set()) == "'text'"
    with pytest.raises(RecommendationError, match="a Stranger cannot be written as code"):
        expression({"a": Stranger()}, set())


@pytest.fixture(scope="module")
def best() -> Any:
    return recommend(FRAME, target="y").best


@pytest.mark.parametrize("name", WRITTEN)
def test_a_script_reads_the_file_as_it_was_read(tmp_path, best, name):
    path = tmp_path / name
    content, part = WRITTEN[name]
    path.write_bytes(content)
    target = "column_3" if name == "no-names.data" else "y"
    code = write_script(best, file=str(path), target=target)
    assert part in code
    names: dict[str, Any] = {}
    exec(code[: code.index("model =")], names)
    dataset = load_dataset(path, target=target)
    pd.testing.assert_frame_equal(names["X"], dataset.X)
    pd.testing.assert_series_equal(names["y"], dataset.y)


def test_a_script_reads_the_sheet_that_was_asked_for(tmp_path, best):
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx({"one": [["c"], [1]], "two": CELLS}))
    code = write_script(best, file=f"{path}::two", target="y")
    assert f"pd.read_excel({str(path)!r}, sheet_name='two', engine='calamine')" in code


def test_a_script_reads_what_pandas_cannot_by_name(best):
    assert "load_dataset('-', target='y')" in write_script(best, file="-", target="y")
    assert "load_dataset('openml:31', target='y')" in write_script(best, file="openml:31", target="y")
    assert "load_dataset('none.sqlite::t', target='y')" in write_script(best, file="none.sqlite::t", target="y")
    assert "pd.read_csv('none.csv')" in write_script(best, file="none.csv", target="y")


def run(code: str, folder: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that a script leaves."""
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    exec(compile(code, "script.py", "exec"), names)
    return names


@pytest.mark.parametrize("target", ["sold", "total"])
@pytest.mark.parametrize("header", [True, False])
def test_a_script_for_a_messy_file_runs_and_reads_it_first(tmp_path, monkeypatch, capsys, target, header):
    table = messy_table()
    table.loc[[7, 8], target] = None
    table.to_csv(tmp_path / "messy.csv", index=False, header=header)
    target = target if header else f"column_{table.columns.get_loc(target) + 1}"
    best = recommend(tmp_path / "messy.csv", target=target, include=LINEAR).best
    code = write_script(best, file=str(tmp_path / "messy.csv"), target=target)
    assert "\nfrom recommender.tables.reading import TableReader\n" in code
    assert "TableReader(\n                readings={\n" in code
    names = run(code, tmp_path, monkeypatch)
    assert 0.5 < float(capsys.readouterr().out.split(": ")[1]) <= 1
    rows = table.iloc[:5].set_axis(names["table"].columns, axis=1)
    pd.testing.assert_series_equal(
        pd.Series(names["model"].predict(rows)),
        pd.Series(best.estimator.fit(names["X"], names["y"]).predict(rows)),
    )


def test_names_in_readings_are_text_and_never_code(tmp_path, monkeypatch):
    table = messy_table()
    table.to_csv(tmp_path / "messy.csv", index=False)
    code = write_script(
        recommend(tmp_path / "messy.csv", target="sold", include=LINEAR).best, file="messy.csv", target="sold"
    )
    assert f"\n                    {HOSTILE!r}: 'number',\n" in code
    assert "\x1b" not in code
    assert HOSTILE in run(code, tmp_path, monkeypatch)["model"].named_steps["read"].readings


@pytest.mark.parametrize("algorithm", ["lightgbm", "linear", "random_forest", "k_neighbors"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_script_for_a_clean_table_imports_nothing_of_this_package(task, algorithm):
    rng = np.random.default_rng(0)
    clean = pd.DataFrame({"a": rng.normal(size=60), "n": rng.integers(0, 9, 60), "c": rng.choice(["u", "v", None], 60)})
    y = clean["a"] + rng.normal(size=60)
    clean["y"] = y if task == "regression" else np.where(y > 0, "high", "low")
    best = recommend(clean, target="y", include=LINEAR if algorithm == "linear" else [algorithm]).best
    assert "recommender" not in write_script(best, file="clean.csv", target="y")


@pytest.fixture(scope="module")
def sold() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.normal(size=120), "b": rng.normal(size=120)})
    return table.assign(y=np.where(table["a"] + 0.3 * rng.normal(size=120) > 0, "yes", "no"))


@pytest.mark.parametrize("metric", [m.name for m in metrics_for("binary")] + ["f1_weighted", "neg_max_error"])
def test_a_script_measures_what_was_asked_for_and_says_so(tmp_path, monkeypatch, capsys, sold, metric):
    table, target = sold, "y"
    if metric == "neg_max_error":
        table, target = sold[["a", "b"]], "b"
    table.to_csv(tmp_path / "sold.csv", index=False)
    found = recommend(tmp_path / "sold.csv", target=target, include=LINEAR, metric=metric)
    plain = next(item for item in found.items if "numbers" not in item.hyperparameters)
    code = write_script(plain, file="sold.csv", target=target, metric=found.judge)
    run(code, tmp_path, monkeypatch)
    name, score = capsys.readouterr().out.removeprefix("cross-validated ").split(": ")
    assert name == metric
    assert "recommender" not in code
    if metric == found.metric.name:
        assert float(score) == pytest.approx(plain.expected_score, abs=0.4)


def test_a_script_for_two_classes_in_text_says_which_one_counts(sold):
    best = recommend(sold, target="y", include=LINEAR).best
    code = write_script(best, file="sold.csv", target="y", metric=METRICS["f1"])
    assert "scoring=make_scorer(f1_score, pos_label='yes')" in code


def test_a_metric_that_scikit_learn_has_no_scorer_for_is_replaced_by_the_nearest():
    table = pd.DataFrame({"a": np.arange(60.0) % 7, "y": 1e5 * (np.arange(60) % 7) + np.arange(60.0)})
    found = recommend(table, target="y", include=["ridge"], metric="pinball_10")
    code = write_script(found.best, file="t.csv", target="y", metric=found.judge)
    assert "scoring='neg_mean_absolute_error'" in code
    assert re.search(r"cross-validated mae: \{-scores.mean\(\):,?\.[01]f\}", code)


def test_calibration_is_scikit_learns_where_classes_have_rows_enough(tmp_path, monkeypatch, sold):
    sold.to_csv(tmp_path / "sold.csv", index=False)
    best = recommend(sold, target="y", include=["rbf_svm"]).best
    code = write_script(best, file="sold.csv", target="y")
    assert "CalibratedClassifierCV(" in code
    assert "recommender" not in code
    model = run(code, tmp_path, monkeypatch)["model"]
    X, y = sold[["a", "b"]], sold["y"]
    np.testing.assert_allclose(model.predict_proba(X), best.estimator.fit(X, y).predict_proba(X))
    few = sold[(sold["y"] == "no") | (sold.groupby("y").cumcount() < 4)]
    assert "Calibrated(" in write_script(recommend(few, target="y", include=["rbf_svm"]).best, file="f.csv", target="y")


@pytest.mark.parametrize(("n_rare", "measured"), [(3, "roc_auc"), (1, "accuracy")])
def test_a_class_of_few_rows_leaves_a_score(tmp_path, monkeypatch, capsys, n_rare, measured):
    table = pd.DataFrame({"a": np.arange(60.0), "y": np.repeat(["low", "middle", "high"], 20)})
    table.loc[60 - n_rare :, "y"] = "rare"
    table.to_csv(tmp_path / "rare.csv", index=False)
    found = recommend(table, target="y", include=LINEAR)
    code = write_script(found.best, file="rare.csv", target="y", metric=found.judge)
    if n_rare == 1:
        code = "import warnings; warnings.simplefilter('ignore', UserWarning)\n" + code  # scikit-learn's, of one row
    run(code, tmp_path, monkeypatch)
    said, score = capsys.readouterr().out.split(": ")
    assert said == f"cross-validated {measured}"
    assert 0 <= float(score) <= 1


@pytest.mark.parametrize("n_rows", [2, 3, 4])
@pytest.mark.parametrize("written", ["{}", "${},000.00"])
def test_numbers_that_are_too_few_to_cross_validate_are_said(tmp_path, monkeypatch, capsys, n_rows, written):
    table = pd.DataFrame({"a": np.arange(n_rows) + 0.5, "y": [written.format(i * i + 1) for i in range(n_rows)]})
    table.to_csv(tmp_path / "few.csv", index=False)
    found = recommend(tmp_path / "few.csv", target="y", task="regression", include=LINEAR)
    run(write_script(found.best, file="few.csv", target="y", metric=found.judge), tmp_path, monkeypatch)
    said = capsys.readouterr().out
    if n_rows < 4:
        assert said == "not cross-validated: that takes 4 rows at least\n"
    else:
        assert np.isfinite(float(said.split(": ")[1]))


def test_a_few_numbers_are_cross_validated_with_two_rows_a_fold():
    table = pd.DataFrame({"a": np.arange(7.0), "y": np.arange(7.0) * 1.5})
    found = recommend(table, target="y", include=LINEAR)
    assert "cv=3, scoring='r2'" in write_script(found.best, file="few.csv", target="y", metric=found.judge)
