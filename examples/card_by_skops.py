"""
A model card by skops
=====================

``skops.card`` writes what a person should know before using a model, in Markdown. What was recommended, why, and what
it scored go into it from here.
"""

from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import RocCurveDisplay, roc_auc_score
from sklearn.model_selection import train_test_split
from skops.card import Card

from recommender import recommend

customers = pd.read_csv("churn.csv")
X, y = customers.drop(columns="churned"), customers["churned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
recommendation = recommend(X_train, y_train, max_fit_time=0.2)
model = recommendation.best.estimator.fit(X_train, y_train)
score = roc_auc_score(y_test == "yes", model.predict_proba(X_test)[:, 1])

# %%

figure, ax = plt.subplots(figsize=(4, 4), layout="constrained")
curve = RocCurveDisplay.from_estimator(model, X_test, y_test, ax=ax)

# %%

card = Card(model, template=None)
card.add(**{"Who will leave": f"Chosen by recommender: {recommendation.best}", "Why": str(recommendation.explain())})
card.add_metrics(section="What to expect", roc_auc=round(float(score), 3))
card.add_hyperparams(section="Settings")
with TemporaryDirectory() as folder:
    figure.savefig(f"{folder}/roc.png")
    card.add_plot(**{"On held-out customers": f"{folder}/roc.png"})
    card.save(f"{folder}/README.md")
print(card.render()[:800])
