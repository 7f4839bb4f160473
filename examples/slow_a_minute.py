"""
A minute to spend
=================

With a minute, dozens of configurations are tried on images of digits. Several are averaged where left-out rows say
that it gains.
"""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from recommender import RecommendedClassifier, recommend

X, y = load_digits(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
recommendation = recommend(X_train, y_train, metric="accuracy", name="digits")
refined = recommendation.refine(X_train, y_train, seconds=60)
refined

# %%

figure = refined.plot()

# %%
# On rows that nothing has seen, beside the first recommendation alone.

first = RecommendedClassifier(metric="accuracy").fit(X_train, y_train)
print(
    f"after a minute {refined.estimator.score(X_test, y_test):.3f}, the first alone {first.score(X_test, y_test):.3f}"
)

# %%
# Its members, the heaviest first:

refined.leaderboard.query("weight > 0")[["algorithm", "score", "weight", "seconds"]].round(3)
