"""
What to fit first
=================

A table of customers, some of whom left. Which algorithm should be fitted first to tell who will leave, what score can
be expected, and how long will it take?
"""

import pandas as pd

from recommender import recommend

customers = pd.read_csv("churn.csv")
customers.head()

# %%
# One call looks at the table and answers. Nothing of what it recommends has been fitted by then.

recommendation = recommend(customers, target="churned", name="churn")
recommendation

# %%
# On the left, each dot is a configuration: an algorithm with its hyperparameters. Higher is better, further to the
# left is quicker. On the right, each dot is a dataset that was seen before; the ones nearest to this table are named.

figure = recommendation.plot()

# %%
# The first choice is a scikit-learn pipeline that takes the table as it is: text, dates and missing values included.

features, churned = customers.drop(columns="churned"), customers["churned"]
model = recommendation.best.estimator.fit(features[:450], churned[:450])
print(f"{recommendation.best.algorithm}: {model.score(features[450:], churned[450:]):.2f} of 150 others are right")
