from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.dummy import DummyClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.target_reader import TargetReader
from recommender.evaluation.evaluate import evaluate, predict, rounds_of
from recommender.evaluation.memory import PeakMemory
from recommender.evaluation.metrics import metrics_for
from recommender.tables.dataset import Dataset
from recommender.tables.loading import load_dataset
from recommender.tables.splits import split


@pytest.mark.parametrize("loader", [load_iris, load_breast_cancer, load_diabetes])
def test_every_metric_and_both_times_are_recorded(loader):
    dataset = load_dataset(loader(as_frame=True))
    result = evaluate(dataset, Configuration("random_forest", {}), 0, split(dataset)[0])
    assert result.status == "ok"
    assert list(result.scores) == [metric.name for metric in metrics_for(dataset.task)]
    assert np.isfinite(list(result.scores.values())).all()
    assert result.fit_seconds > 0
    assert result.predict_seconds > 0
    assert result.model_bytes > 1_000
    assert result.n_train + result.n_test == dataset.n_samples


def test_score_is_that_of_the_pipeline_on_the_test_rows():
    dataset = load_dataset(load_breast_cancer(as_frame=True))
    train, test = split(dataset)[3]
    result = evaluate(dataset, Configuration("lda", {}), 3, (train, test))
    fitted = build_pipeline(Configuration("lda", {}), dataset, random_state=3)
    fitted.fit(dataset.X.iloc[train], dataset.y.iloc[train])
    expected = roc_auc_score(dataset.y.iloc[test], fitted.predict_proba(dataset.X.iloc[test])[:, 1])
    assert result.scores["roc_auc"] == pytest.approx(expected)


def test_decision_function_serves_where_there_are_no_probabilities(monkeypatch):
    uncalibrated = make_pipeline(LinearSVC())
    monkeypatch.setattr("recommender.evaluation.evaluate.build_pipeline", lambda *_, **__: uncalibrated)
    dataset = load_dataset(load_iris(as_frame=True))
    result = evaluate(dataset, Configuration("linear_svm", {}), 0, split(dataset)[0])
    assert result.scores["roc_auc"] > 0.8
    assert np.isnan(result.scores["log_loss"])


def test_an_error_of_the_model_is_an_outcome():
    X = pd.DataFrame({"a": [1.0, 1.0, 2.0, 2.0] * 5, "b": [1.0, 1.0, 2.0, 2.0] * 5})
    dataset = load_dataset(X, ["x", "x", "y", "y"] * 5)
    result = evaluate(dataset, Configuration("qda", {}), 0, split(dataset)[0])
    assert result.status == "failed"
    assert "rank" in result.message
    assert result.scores == {}


def test_a_warning_is_kept_as_the_message():
    dataset = load_dataset(load_iris(as_frame=True))
    result = evaluate(dataset, Configuration("mlp", {}), 0, split(dataset)[0])
    assert result.status == "ok"
    assert result.message.startswith("ConvergenceWarning")


def test_predictions_are_kept_where_they_are_wanted():
    dataset = load_dataset(load_iris(as_frame=True))
    _, test = fold = split(dataset)[0]
    assert evaluate(dataset, Configuration("lda", {}), 0, fold).predictions is None
    truth, predicted = evaluate(dataset, Configuration("lda", {}), 0, fold, keep_predictions=True).predictions
    assert (predicted.classes[truth] == dataset.y.iloc[test]).all()
    assert (predicted.labels == truth).mean() > 0.9


def test_a_class_absent_from_the_training_rows():
    y = pd.Series(list("aabbcc"))
    dataset = Dataset(pd.DataFrame({"x": np.arange(6.0), "z": np.arange(6.0) % 2}), y, "multiclass")
    pipeline = build_pipeline(Configuration("naive_bayes", {}), dataset).fit(dataset.X.iloc[:4], y.iloc[:4])
    truth, prediction = predict(pipeline, dataset, np.array([0, 5]))
    assert truth.tolist() == [0, 2]
    assert prediction.margins.shape == (2, 3)
    assert (prediction.margins[:, 2] == 0).all()


def test_what_fitting_takes_is_recorded():
    dataset = load_dataset(load_diabetes(as_frame=True))
    result = evaluate(dataset, Configuration("random_forest", {}), 0, split(dataset, size=200)[0], size=200)
    assert (result.size, result.n_train, result.threads, result.rounds) == (200, 200, 1, None)
    assert (result.peak_bytes is None) == (PeakMemory().n_bytes is None)
    assert result.peak_bytes is None or result.peak_bytes < 2**30


class Stopped(DummyClassifier):
    """A classifier that says that it was stopped early."""

    def fit(self, X, y, sample_weight=None):
        self.n_rounds_ = np.int64(7)
        return super().fit(X, y)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: model,
        TargetReader,
        lambda model: TransformedTargetRegressor(model, check_inverse=False),
    ],
)
def test_rounds_of_early_stopping_are_found_in_what_wraps_the_model(wrap):
    X, y = pd.DataFrame({"x": np.arange(10.0)}), pd.Series(np.arange(10) % 2)
    found = rounds_of(make_pipeline(wrap(Stopped())).fit(X, y))
    assert (found, type(found)) == (7, int)
    assert rounds_of(make_pipeline(wrap(DummyClassifier())).fit(X, y)) is None
