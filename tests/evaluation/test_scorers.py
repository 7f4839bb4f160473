from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC

from recommender.errors import MetricError, UnknownNameError
from recommender.evaluation.evaluate import predict
from recommender.evaluation.metrics import METRICS
from recommender.evaluation.scorers import NEAREST, judge_of, task_asked_by
from recommender.tables.loading import load_dataset

CANCER, IRIS, DIABETES = (
    load_dataset(loader(as_frame=True)) for loader in (load_breast_cancer, load_iris, load_diabetes)
)
WORDS = load_dataset(CANCER.X, CANCER.y.map({0: "malign", 1: "benign"}))


def cost(y_true, y_pred):
    return -float(np.sum((y_true == "malign") & (y_pred == "benign")))


def closeness(y_true, y_pred, sample_weight=None):
    return -float(np.average(abs(y_true - y_pred), weights=sample_weight))


@pytest.mark.parametrize(
    ("dataset", "metric", "nearest"),
    [
        (CANCER, "neg_log_loss", "log_loss"),
        (CANCER, "neg_brier_score", "brier"),
        (CANCER, "matthews_corrcoef", "mcc"),
        (CANCER, "recall", "f1"),
        (CANCER, "f1_weighted", "f1_macro"),
        (CANCER, metrics.make_scorer(metrics.fbeta_score, beta=2), "f1"),
        (WORDS, metrics.make_scorer(metrics.precision_score, pos_label="malign"), "f1"),
        (WORDS, cost, "accuracy"),
        (IRIS, "roc_auc_ovo", "roc_auc"),
        (IRIS, metrics.make_scorer(metrics.recall_score, average="macro"), "f1_macro"),
        (IRIS, metrics.make_scorer(metrics.recall_score, average="micro"), "f1_macro"),
        (IRIS, "top_k_accuracy", "roc_auc"),
        (IRIS, metrics.make_scorer(metrics.mean_absolute_error, greater_is_better=False), "accuracy"),
        (IRIS, metrics.make_scorer(lambda y, p: p[:, 0].mean(), response_method="predict_proba"), "log_loss"),
        (DIABETES, "neg_mean_absolute_error", "mae"),
        (DIABETES, "neg_mean_squared_error", "rmse"),
        (DIABETES, "neg_root_mean_squared_log_error", "rmsle"),
        (DIABETES, metrics.make_scorer(metrics.mean_pinball_loss, alpha=0.8, greater_is_better=False), "mae"),
        (DIABETES, closeness, "r2"),
    ],
)
def test_the_nearest_metric(dataset, metric, nearest):
    judge = judge_of(metric, dataset)
    assert judge.nearest == nearest
    assert judge.greater_is_better
    assert judge.name not in METRICS


@pytest.mark.parametrize(
    ("dataset", "model", "names"),
    [
        (CANCER, GaussianNB(), ["neg_log_loss", "roc_auc_ovr", "recall", "jaccard_weighted"]),
        (CANCER, LinearSVC(), ["roc_auc", "precision_macro"]),
        (IRIS, GaussianNB(), ["neg_log_loss", "roc_auc_ovr", "f1_weighted", "top_k_accuracy"]),
        (DIABETES, LinearRegression(), ["neg_mean_squared_error", "r2", "explained_variance"]),
    ],
    ids=["probabilities", "decisions", "classes", "numbers"],
)
def test_a_scorer_judges_predictions_as_it_judges_the_model(dataset, model, names):
    train, test = np.arange(0, dataset.n_samples, 2), np.arange(1, dataset.n_samples, 2)
    model.fit(dataset.X.iloc[train], dataset.y.iloc[train])
    truth, predicted = predict(model, dataset, test)
    weight = np.random.default_rng(0).uniform(0.5, 2, len(test))
    for name in names:
        scorer = metrics.get_scorer(name)
        judge = judge_of(scorer, dataset)
        given = dataset.X.iloc[test], dataset.y.iloc[test]
        assert judge.measure(truth, predicted) == pytest.approx(scorer(model, *given))
        assert judge.measure(truth, predicted, weight) == pytest.approx(scorer(model, *given, sample_weight=weight))


def test_functions_see_the_classes_themselves_and_weights_where_they_take_them():
    model = GaussianNB().fit(WORDS.X, WORDS.y)
    truth, predicted = predict(model, WORDS, np.arange(WORDS.n_samples))
    missed = -((WORDS.y == "malign") & (model.predict(WORDS.X) == "benign")).sum()
    assert judge_of(cost, WORDS).measure(truth, predicted, np.zeros(WORDS.n_samples)) == missed < 0
    truth, predicted = predict(LinearRegression().fit(DIABETES.X, DIABETES.y), DIABETES, np.arange(442))
    weight = np.linspace(0, 1, 442)
    expected = -np.average(abs(truth - predicted.labels), weights=weight)
    assert judge_of(closeness, DIABETES).measure(truth, predicted, weight) == pytest.approx(expected)


def test_every_scorer_of_scikit_learn_that_can_judge_a_task_is_taken():
    taken = set()
    for name in metrics.get_scorer_names():
        for dataset in (CANCER, IRIS, DIABETES):
            try:
                judge = judge_of(name, dataset)
            except (MetricError, UnknownNameError):
                continue
            taken.add(name)
            assert name in METRICS or METRICS[judge.nearest].tasks
    of_many_labels = {f"{name}_samples" for name in ("f1", "jaccard", "precision", "recall")}
    assert set(metrics.get_scorer_names()) - taken == of_many_labels


def test_functions_of_scikit_learn_that_are_named_exist():
    assert all(hasattr(metrics, function) for functions in NEAREST.values() for function in functions)
    assert set(NEAREST) <= set(METRICS)


def test_our_names_stay_ours():
    assert judge_of("roc_auc", CANCER) is METRICS["roc_auc"]
    assert judge_of(None, DIABETES) is METRICS["r2"]
    accuracy = lambda y_true, y_pred: 0.5  # noqa: E731
    accuracy.__name__ = "accuracy"
    assert judge_of(accuracy, CANCER).name == "accuracy as given"


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (lambda y_true, y_pred: 1 / 0, "raises ZeroDivisionError: division by zero"),
        (lambda y_true, y_pred: np.nan, "gives nan, where a finite number is needed"),
        (lambda y_true, y_pred: -np.inf, "gives -inf"),
        (lambda y_true, y_pred: y_true == y_pred, "gives array"),
        (lambda y_true, y_pred: None, "gives None, where a number is needed"),
        (lambda model, X, y: 1.0, "missing 1 required positional argument"),
        (metrics.make_scorer(metrics.f1_score, pos_label="no"), "pos_label=no"),
        (metrics.mean_absolute_error, r"Give make_scorer\(mean_absolute_error, greater_is_better"),
        (3, "3 is not a metric"),
    ],
)
def test_a_scorer_that_does_not_judge_is_one_clear_error(metric, message):
    with pytest.raises(MetricError, match=message):
        judge_of(metric, CANCER)


def test_an_unknown_name_lists_ours():
    with pytest.raises(UnknownNameError, match="unknown metric 'auc_roc'"):
        judge_of("auc_roc", CANCER)


def test_every_class_is_among_the_rows_that_a_scorer_is_tried_on():
    y = pd.Series(["common"] * 3_000 + ["rare"] * 2)
    dataset = load_dataset(pd.DataFrame({"x": np.arange(3_002.0)}), y)
    seen = []
    judge_of(lambda y_true, y_pred: float(len(seen.append(set(y_true)) or y_true)), dataset)
    assert seen == [{"common", "rare"}]


def test_what_only_judges_numbers_asks_for_regression():
    named = ["mape", "neg_median_absolute_error", metrics.make_scorer(metrics.r2_score)]
    assert {task_asked_by(metric) for metric in named} == {"regression"}
    others = ["accuracy", "f1", "neg_log_loss", "nonsense", cost, None]
    assert {task_asked_by(metric) for metric in others} == {None}
