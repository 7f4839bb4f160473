"""Boosting in a script fits what this package fits, without it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.showing.plain_boosting import plain_boosting
from recommender.showing.script import write_script
from recommender.tables.loading import load_dataset

FEW = {"lightgbm": {"n_estimators": 60}, "xgboost": {"n_estimators": 60}, "catboost": {"iterations": 60, "depth": 3}}


class Item:
    """What a script is told of a recommended configuration."""

    def __init__(self, dataset: Any, algorithm: str, **settings: Any) -> None:
        self._dataset, self.expected_score = dataset, 0.8
        configuration = Configuration(algorithm, {**FEW[algorithm], **settings})
        self.estimator = build_pipeline(configuration, dataset, random_state=3, n_jobs=1)


def a_table(task: str, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=n), "b": rng.integers(0, 9, n), "c": rng.choice(["u", "v", None], n)})
    level = table["a"] + (table["c"] == "u") + 0.3 * rng.normal(size=n)
    cut = {"binary": ["low", "high"], "multiclass": ["low", "mid", "top"]}.get(task)
    return table.assign(y=1e3 * level if cut is None else pd.qcut(level, len(cut), labels=cut).astype("str"))


def without_validation(code: str) -> str:
    """A script that only fits, which is quicker."""
    return re.sub(r"^(scores = |print\().*\n", "", code, flags=re.MULTILINE)


@pytest.mark.parametrize("stops", [True, False])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("algorithm", FEW)
def test_a_script_fits_the_same_boosters_without_this_package(tmp_path, monkeypatch, algorithm, task, stops):
    pytest.importorskip(algorithm)
    monkeypatch.chdir(tmp_path)
    a_table(task).to_csv("t.csv", index=False)
    dataset = load_dataset("t.csv", target="y")
    settings = {"early_stopping": True, "learning_rate": 0.3} if stops else {}
    item: Any = Item(dataset, algorithm, **settings)
    code = write_script(item, file="t.csv", target="y")
    assert "recommender" not in code
    assert max(map(len, code.splitlines())) <= 120
    names: dict[str, Any] = {}
    exec(compile(without_validation(code), "script.py", "exec"), names)
    X, model, ours = dataset.X, names["model"], item.estimator.fit(dataset.X, dataset.y)
    if task == "regression":
        np.testing.assert_allclose(model.predict(X), ours.predict(X), rtol=1e-5)
    else:
        np.testing.assert_array_equal(model.predict(X), ours.predict(X))
        np.testing.assert_allclose(model.predict_proba(X), ours.predict_proba(X), rtol=1e-6)


def test_such_a_script_cross_validates(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    a_table("binary").to_csv("t.csv", index=False)
    item: Any = Item(load_dataset("t.csv", target="y"), "lightgbm", early_stopping=True)
    exec(compile(write_script(item, file="t.csv", target="y"), "s.py", "exec"), {})
    assert 0.6 < float(capsys.readouterr().out.removeprefix("cross-validated accuracy: ")) <= 1


@pytest.mark.parametrize(("n", "rarest"), [(20, None), (90, 2)])
def test_few_rows_are_left_to_this_package(n, rarest):
    table = a_table("binary", n)
    if rarest:
        table = pd.concat([table[table["y"] == "low"], table[table["y"] == "high"].head(rarest)], ignore_index=True)
    dataset = load_dataset(table, target="y")
    item: Any = Item(dataset, "lightgbm", early_stopping=True)
    assert plain_boosting(item.estimator, dataset) is None
    code = write_script(item, file="t.csv", target="y")
    assert "from recommender.algorithms.boosting import BoostedClassifier" in code


def test_categories_that_reach_the_library_as_such_are_left_to_this_package():
    pytest.importorskip("catboost")
    item: Any = Item(load_dataset(a_table("binary"), target="y"), "catboost", early_stopping=True, categories="native")
    code = write_script(item, file="t.csv", target="y")
    assert "CategoryEncoder" in code
    assert "class Boosted" not in code
