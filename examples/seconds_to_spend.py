"""
Some seconds to spend
=====================

With seconds to spend, configurations are tried on the table itself: the first recommendation first, then those by
which the most is expected to be gained. What is hopeless is stopped after a fold or two; with ``patience=8`` it ends
after eight tries in a row that gained nothing. What comes back is fitted.
"""

import pandas as pd

from recommender import recommend

customers = pd.read_csv("churn.csv")
X, y = customers.drop(columns="churned"), customers["churned"]
recommendation = recommend(X, y, name="churn")
refined = recommendation.refine(X, y, seconds=30, patience=8)
refined

# %%
# Every dot is a configuration at the second when it had been tried. The lines are what one would have had by then.

figure = refined.plot()

# %%
# The whole leaderboard is a table, with what was expected beside what was measured.

refined.leaderboard[["algorithm", "expected_score", "score", "deviation", "weight", "seconds"]].head().round(3)

# %%
# What is fitted predicts new rows; it may be saved by :func:`recommender.save`.

refined.estimator.predict_proba(X.head(3)).round(2)
