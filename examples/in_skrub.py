"""
Inside skrub's data operations
==============================

Skrub records what is done to tables, joins and aggregations included, so that all of it is repeated in each fold and on
new rows. ``RecommendedClassifier`` is the last step here: it asks for a recommendation for the table as it is by then.
"""

import matplotlib.pyplot as plt
import pandas as pd
import skrub

from recommender import RecommendedClassifier

customers = pd.read_csv("churn.csv")

table = skrub.var("customers", customers)
X = table.drop(columns="churned", errors="ignore").skb.mark_as_X()  # new customers have no such column
y = table["churned"].skb.mark_as_y()
X = X.assign(fee_per_gb=X["monthly_fee"] / (1 + X["gb_used"]))  # any step of one's own
X.skb.preview().head(3)

# %%
# Each fold repeats every step by the rows that it learns from, the recommendation included.

predicted = X.skb.apply(RecommendedClassifier(max_fit_time=0.2), y=y)
predicted.skb.cross_validate(cv=3, scoring="roc_auc")["test_score"].round(3)

# %%
# The fitted learner takes new customers through the same steps.

learner = predicted.skb.make_learner(fitted=True)
probabilities = learner.predict_proba({"customers": customers.drop(columns="churned").tail(100)})[:, 1]
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.hist(probabilities, bins=20, color="#9ecae1")
ax.set(xlabel="probability to churn", ylabel="customers")
ax.spines[["top", "right"]].set_visible(False)
