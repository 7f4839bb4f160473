"""
A metric of your own
====================

A customer who leaves unnoticed costs 200, a voucher that was not needed 20. A metric may be any function of truth and
prediction where more is better. Nothing was learnt of it, so the nearest metric ranks; what is tried on the table is
judged by the function itself.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from recommender import recommend

customers = pd.read_csv("churn.csv")
X, y = customers.drop(columns="churned"), customers["churned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)


def saved(truth, predicted):
    """What vouchers save a customer on average, against sending none."""
    truth, voucher = np.asarray(truth) == "yes", np.asarray(predicted) == "yes"
    return float(np.mean(200 * (truth & voucher) - 20 * voucher))


recommendation = recommend(X_train, y_train, metric=saved, max_fit_time=0.5, name="churn")
print(recommendation.notes()[0])

# %%
# Some of the ranking are tried, and judged by what they save. Weights let the model care more about those who leave:
# only algorithms that take weights are considered then.

weighted = recommend(X_train, y_train, metric=saved, max_fit_time=0.5, weighted=True, name="churn")
weights = np.where(y_train == "yes", 9.0, 1.0)
even = recommendation.refine(X_train, y_train, seconds=30, patience=3, ensemble=False)
caring = weighted.refine(X_train, y_train, seconds=30, patience=3, ensemble=False, sample_weight=weights)

# %%
# What each way to send vouchers saves, on customers that no model has seen.

ways = {
    "to nobody": np.full(len(y_test), "no"),
    "to everybody": np.full(len(y_test), "yes"),
    "by a model": even.estimator.predict(X_test),
    "by a model with weights": caring.estimator.predict(X_test),
}
figure, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
ax.barh(list(ways), [saved(y_test, sent) for sent in ways.values()], color="#4c78a8")
ax.set_xlabel("saved a customer")
ax.invert_yaxis()
ax.spines[["top", "right"]].set_visible(False)
