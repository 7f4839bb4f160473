"""The study of budgets: what its report says, and that every method that is installed fits and predicts."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from benchmarks.budgets import methods
from benchmarks.budgets.report import draw, summarise, table_scores
from recommender.algorithms.configuration import Configuration
from recommender.evaluation.evaluate import predict
from recommender.evaluation.metrics import METRICS
from recommender.tables.loading import load_dataset


def rows_of(scores: dict[str, list[float]], seconds: float) -> list[dict[str, object]]:
    return [
        {"table": f"t{i}", "fold": fold, "method": name, "asked_seconds": seconds, "taken_seconds": seconds + 0.5}
        | {"metric": "roc_auc", "score": score}
        for name, values in scores.items()
        for i, score in enumerate(values)
        for fold in (0, 1)
    ]


def test_the_report_ranks_by_table_and_compares_ours_with_each(tmp_path):
    rows = pd.DataFrame(
        rows_of({"ours": [0.9, 0.8, 0.7], "flaml": [0.8, 0.7, 0.75]}, 10.0) + rows_of({"catboost": [0.85] * 3}, 2.0)
    )
    found = summarise(rows).set_index("method")
    assert found["seconds"].tolist() == [10.0] * 3
    assert found["mean_rank"].to_dict() == pytest.approx({"ours": 2.0, "catboost": 4 / 3, "flaml": 8 / 3})
    assert found.loc["flaml", ["n_tables", "wins", "ties", "losses"]].tolist() == [3, 2, 0, 1]
    assert found.loc["ours", ["taken_seconds", "most_seconds"]].tolist() == [10.5, 10.5]
    assert found.loc["ours", "normalized_score"] == pytest.approx((1 + 0 + 0) / 3)
    draw(rows, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text()


def test_methods_are_compared_on_the_folds_of_ours_and_what_failed_is_last():
    rows = pd.DataFrame(
        rows_of({"ours": [0.9, 0.8], "flaml": [0.8, np.nan]}, 10.0)
        + rows_of({"ours": [0.9], "flaml": [0.95]}, 60.0)
        + rows_of({"catboost": [0.95, 0.7, 0.99]}, 2.0)
    )
    scores = table_scores(rows)
    assert scores.index.tolist() == ["t0", "t1"]
    assert scores.columns.tolist() == [(s, m) for s in (10.0, 60.0) for m in ("catboost", "flaml", "ours")]
    assert np.isnan(scores.loc["t1", 60.0]).all()
    found = summarise(rows).set_index(["seconds", "method"])
    assert found.loc[(10.0, "flaml"), ["mean_rank", "n_tables", "failed"]].tolist() == [3.0, 1, 2]
    assert found.loc[60.0, "n_tables"].tolist() == [1, 1, 1]


def halves(loader, metric):
    dataset = load_dataset(loader(as_frame=True))
    return dataset, dataset.take(np.arange(0, 240, 2)), METRICS["r2" if dataset.task == "regression" else metric]


@pytest.mark.parametrize("name", ["random pool", "catboost", "tpe lightgbm"])
@pytest.mark.parametrize("loader", [load_breast_cancer, load_diabetes])
def test_methods_fit_the_raw_table_and_predict(name, loader):
    pytest.importorskip("catboost")
    pytest.importorskip("optuna")
    dataset, part, metric = halves(loader, "roc_auc")
    ((budget, taken, model),) = methods.fit(name, methods.Given(part, metric, (0.05,), 0, None, 1))
    assert budget == 0.05 < taken
    assert np.isfinite(metric.measure(*predict(model, dataset, np.arange(1, 240, 2))))


def test_a_search_is_asked_at_each_budget_what_it_would_fit():
    _, part, metric = halves(load_breast_cancer, "roc_auc")
    told: list[float] = []
    names = iter(["naive_bayes", "lda", "k_neighbors"] * 1000)
    settings = ((Configuration(name, {}), told.append) for name in names)
    found = methods.searched(methods.Given(part, metric, (4.0, 1e-6, 2.0), 0, None, 1), settings)
    assert [budget for budget, _, _ in found] == [1e-6, 2.0, 4.0]
    assert found[0][2].algorithm == "naive_bayes"  # what came first, where nothing was tried whole
    assert max(told[:3]) == max(told)
    best = ["naive_bayes", "lda", "k_neighbors"][int(np.argmax(told[:3]))]
    assert [configuration.algorithm for _, _, configuration in found[1:]] == [best, best]
    assert methods.SHARE * 2.0 < found[1][1] < found[2][1]


def test_a_search_that_has_tried_everything_ends():
    _, part, metric = halves(load_diabetes, "roc_auc")
    settings = ((Configuration(name, {}), lambda score: None) for name in ("ridge", "k_neighbors"))
    found = methods.searched(methods.Given(part, metric, (600.0,), 0, None, 1), settings)
    assert [(budget, spent < 100, best.algorithm) for budget, spent, best in found] == [(600.0, True, "ridge")]


STAND_IN = """
import numpy as np, pandas as pd

class TabularPredictor:
    def __init__(self, label, path, problem_type, eval_metric, verbosity):
        self.label, self.task = label, problem_type

    def fit(self, table, time_limit, presets, num_cpus):
        print("what a library prints is no answer")
        y = table[self.label]
        self.class_labels = None if self.task == "regression" else sorted(y.unique())
        self.shares = y.value_counts(normalize=True).sort_index() if self.class_labels else y.mean()

    def persist(self):
        pass

    def predict(self, X):
        return pd.Series([self.shares.idxmax() if self.class_labels else self.shares] * len(X))

    def predict_proba(self, X):
        return pd.DataFrame([self.shares.to_numpy()] * len(X), columns=self.class_labels)
"""


@pytest.fixture
def gluon(tmp_path, monkeypatch):
    """A stand-in for AutoGluon, which says the classes' shares of every row."""
    (tmp_path / "autogluon" / "tabular").mkdir(parents=True)
    (tmp_path / "autogluon" / "tabular" / "__init__.py").write_text(f"__version__ = '1'\n{STAND_IN}")
    (tmp_path / "catboost.py").write_text("")
    (tmp_path / "lightgbm.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.usefixtures("gluon")
@pytest.mark.parametrize("loader", [load_breast_cancer, load_diabetes])
def test_autogluon_is_asked_in_an_environment_of_its_own(loader):
    dataset = load_dataset(loader(as_frame=True))
    metric = METRICS["r2" if dataset.task == "regression" else "log_loss"]
    given = methods.Given(dataset.take(np.arange(100)), metric, (2.0,), 0, None, 1, sys.executable)
    ((_, taken, model),) = methods.fit("autogluon medium", given)
    score = metric.measure(*predict(model, dataset, np.arange(100, 200)))
    assert score == pytest.approx(0, abs=0.3) if dataset.task == "regression" else 0.3 < score < 1.5
    assert 0 <= taken < 60
    model.close()


@pytest.mark.usefixtures("gluon")
def test_what_autogluon_says_is_of_the_right_class_though_the_target_has_an_order_of_its_own():
    y = pd.Categorical(["won"] * 80 + ["lost"] * 20, categories=["won", "lost"])
    dataset = load_dataset(pd.DataFrame({"x": np.random.default_rng(0).normal(size=100), "y": y}), target="y")
    given = methods.Given(dataset, METRICS["log_loss"], (2.0,), 0, None, 1, sys.executable)
    ((_, _, model),) = methods.fit("autogluon medium", given)
    assert dict(zip(model.classes_, model.predict_proba(dataset.X)[0], strict=True)) == {"won": 0.8, "lost": 0.2}
    assert set(model.predict(dataset.X)) == {"won"}
    model.close()


@pytest.mark.usefixtures("gluon")
def test_autogluon_is_told_that_few_whole_numbers_are_numbers():
    table = pd.DataFrame({"x": np.arange(60.0), "y": np.repeat([1, 2, 6], 20)})
    dataset = load_dataset(table, target="y", task="regression")
    given = methods.Given(dataset, METRICS["r2"], (2.0,), 0, None, 1, sys.executable)
    ((_, _, model),) = methods.fit("autogluon medium", given)
    assert set(model.predict(dataset.X)) == {3.0}
    model.close()


def test_a_python_without_autogluon_says_so(tmp_path, monkeypatch):
    (tmp_path / "autogluon.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ImportError, match="has no AutoGluon"):
        methods.AutoGluonThere(sys.executable)
