"""
As an estimator of scikit-learn
===============================

``RecommendedClassifier`` asks for a recommendation for the table that it is fitted on, and fits it. It goes wherever
scikit-learn takes an estimator: into cross-validation, a pipeline, or a plot of scikit-learn's own.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import cross_val_score, train_test_split

from recommender import RecommendedClassifier

customers = pd.read_csv("churn.csv")
X, y = customers.drop(columns="churned"), customers["churned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)

model = RecommendedClassifier().fit(X_train, y_train)
model

# %%
# Three candidates instead of one: they are compared by cross-validation on the table, and the best is fitted, or an
# ensemble where that gains on rows that did not choose it.

compared = RecommendedClassifier(n_candidates=3, max_fit_time=1.0).fit(X_train, y_train)
compared.leaderboard_[["algorithm", "score", "weight", "seconds"]].round(3)

# %%
# Each fold of a cross-validation asks anew, by the rows that it learns from.

scores = cross_val_score(RecommendedClassifier(), X, y, cv=3, scoring="roc_auc")
print(f"roc_auc {scores.mean():.3f}, from {scores.min():.3f} to {scores.max():.3f}")

# %%

figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
for name, fitted in {"the first": model, "the best of three": compared}.items():
    RocCurveDisplay.from_estimator(fitted, X_test, y_test, ax=ax, name=name)
