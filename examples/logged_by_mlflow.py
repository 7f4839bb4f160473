"""
A run that is logged by MLflow
==============================

What was chosen, what it scored, and the fitted model go into an MLflow run. It needs ``pip install mlflow``. Log by
hand, as here: autologging would make a run of every small learner that describes the table.
"""

from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import mlflow
import mlflow.sklearn
import pandas as pd

from recommender import RecommendedClassifier, load, save

customers = pd.read_csv("churn.csv")
X, y = customers.drop(columns="churned"), customers["churned"]
model = RecommendedClassifier(n_candidates=3, max_fit_time=0.2).fit(X, y)
compared = model.leaderboard_.dropna(subset="score")
chosen = model.best_configuration_

figure, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
compared.plot.barh(x="algorithm", y="score", ax=ax, legend=False, color="#9ecae1", xlabel="ROC AUC in cross-validation")

# %%

with TemporaryDirectory() as folder:
    mlflow.set_tracking_uri(f"sqlite:///{folder}/runs.db")
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("churn", artifact_location=f"file://{folder}/kept"))
    with mlflow.start_run() as run:
        mlflow.log_params({"algorithm": chosen.algorithm, **chosen.hyperparameters})
        mlflow.log_metric("roc_auc", compared["score"].max())
        mlflow.log_figure(figure, "compared.png")
        logged = mlflow.sklearn.log_model(model, name="model", serialization_format="cloudpickle")
        save(model, f"{folder}/churn.skops")  # the same without pickle, beside it
        mlflow.log_artifact(f"{folder}/churn.skops")
    served = mlflow.pyfunc.load_model(logged.model_uri)
    safe = load(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="churn.skops"))
    same = [bool((one.predict(X) == model.predict(X)).all()) for one in (served, safe)]
print(f"what was loaded predicts the same: {same}")
