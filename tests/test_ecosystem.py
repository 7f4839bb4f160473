"""Recommended pipelines and the estimators inside other libraries: searches, inspections, logs, cards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import Pipeline

from recommender import RecommendedClassifier, load, recommend, save

CHURN = Path(__file__).parent.parent / "examples" / "churn.csv"


@pytest.fixture(scope="module")
def customers():
    return pd.read_csv(CHURN)[:200]


@pytest.fixture(scope="module")
def model(customers):
    """An estimator that is fitted on text, dates, categories and missing values."""
    return RecommendedClassifier(include=["logistic_regression"]).fit(
        customers.drop(columns="churned"), customers["churned"]
    )


def test_a_grid_search_chooses_from_the_portfolio_and_its_hyperparameters():
    X, y = load_iris(return_X_y=True, as_frame=True)
    first, second = recommend(X, y, include=["lda", "k_neighbors"]).portfolio(2)
    grid = [{"fit": [first.estimator]}, {"fit": [second.estimator]}]
    chosen = GridSearchCV(Pipeline([("fit", first.estimator)]), grid, cv=2).fit(X, y)
    assert chosen.best_score_ > 0.9
    neighbours = recommend(X, y, include=["k_neighbors"]).best.estimator
    grid = {"model__n_neighbors": [5, 75], "model__weights": ["uniform"]}  # 75 are all there are
    scores = GridSearchCV(neighbours, grid, cv=2).fit(X, y).cv_results_["mean_test_score"]
    assert scores[0] > 0.9 > scores[1]


def test_cross_validation_takes_several_scores_of_the_raw_table(customers, model):
    X, y = customers.drop(columns="churned"), customers["churned"]
    found = cross_validate(model.estimator_, X, y, cv=2, scoring=["roc_auc", "neg_log_loss"])
    assert (found["test_roc_auc"] > 0.5).all()
    assert (found["test_neg_log_loss"] < 0).all()


def test_a_column_that_means_nothing_has_no_importance():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X = X[["bmi", "s5"]].assign(noise=np.random.default_rng(0).normal(size=len(X)))
    pipeline = recommend(X, y, include=["ridge"]).best.estimator.fit(X, y)
    importance = permutation_importance(pipeline, X, y, n_repeats=3, random_state=0).importances_mean
    assert importance[:2].min() > 0.1 > 10 * abs(importance[2])
    means = partial_dependence(pipeline, X, ["bmi"], grid_resolution=5)["average"][0]
    assert (np.diff(means) > 0).all()


def test_dates_and_categories_have_an_importance_too(customers, model):
    X, y = customers.drop(columns="churned"), customers["churned"]
    found = permutation_importance(model, X, y, n_repeats=2, random_state=0, scoring="roc_auc")
    assert found.importances_mean.shape == (X.shape[1],)
    assert found.importances_mean.max() > 0.01


def test_a_step_of_skrubs_data_operations_predicts_new_tables(customers):
    skrub = pytest.importorskip("skrub")
    table = skrub.var("customers", customers)
    X = table.drop(columns="churned", errors="ignore").skb.mark_as_X()
    y = table["churned"].skb.mark_as_y()
    predicted = X.skb.apply(RecommendedClassifier(include=["logistic_regression"]), y=y)
    learner = predicted.skb.make_learner(fitted=True)
    probabilities = learner.predict_proba({"customers": customers.drop(columns="churned").tail(20)})
    assert probabilities.shape == (20, 2)


def test_a_step_after_skrubs_vectorizer_is_fitted_on_numbers(customers):
    skrub = pytest.importorskip("skrub")
    X, y = customers.drop(columns="churned"), customers["churned"]
    pipeline = skrub.tabular_pipeline(RecommendedClassifier(include=["logistic_regression"])).fit(X, y)
    assert pipeline.score(X, y) > 0.6
    assert set(pipeline.classes_) == {"no", "yes"}


def test_a_card_by_skops_holds_the_settings(model, tmp_path):
    card = pytest.importorskip("skops.card").Card(model.estimator_, template=None)
    card.add_hyperparams(section="Settings")
    card.add_metrics(section="Scores", roc_auc=0.7)
    card.save(tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text()
    assert "model__C" in text
    assert "| roc_auc |" in text


@pytest.mark.filterwarnings("ignore")  # of matplotlib and numba, which shap has not followed yet
def test_what_shap_finds_for_lightgbm_adds_up_to_the_prediction():
    shap = pytest.importorskip("shap")
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    pipeline = recommend(X, y, include=["lightgbm"]).best.estimator.fit(X, y)
    seen = pd.DataFrame(pipeline[:-1].transform(X[:30]), columns=pipeline[:-1].get_feature_names_out())
    explained = shap.TreeExplainer(pipeline[-1])(seen)
    assert np.allclose(explained.values.sum(axis=1) + explained.base_values, pipeline.predict(X[:30]))


@pytest.mark.filterwarnings("ignore")  # of SQLAlchemy, which MLflow has not followed yet
def test_a_model_that_mlflow_has_logged_predicts_the_same(customers, model, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("churn", artifact_location=f"file://{tmp_path}/kept"))
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="model", serialization_format="cloudpickle")
        save(model, tmp_path / "churn.skops")
        mlflow.log_artifact(str(tmp_path / "churn.skops"))
        kept = mlflow.artifacts.download_artifacts(mlflow.get_artifact_uri("churn.skops"))
    X = customers.drop(columns="churned")
    for back in (mlflow.pyfunc.load_model(logged.model_uri), load(kept)):
        assert (back.predict(X) == model.predict(X)).all()
