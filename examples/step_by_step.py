"""
A session: one score after another
==================================

Where fitting is your own affair, such as on a cluster or with a split that nobody else knows, a session says what to
try next. Each score that it is told changes what it expects of all the others.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score

from recommender import recommend

X, y = load_wine(return_X_y=True, as_frame=True)
X = X[["alcohol", "malic_acid", "ash", "magnesium"]]  # harder than with all that was measured
recommendation = recommend(X, y, metric="accuracy", max_fit_time=0.1, name="wine")
session = recommendation.session()
seen = []
for _ in range(5):
    configuration = session.suggest()
    score = cross_val_score(configuration.estimator, X, y, cv=4, scoring="accuracy").mean()
    session.tell(score)
    seen.append((configuration.algorithm, configuration.expected_score, score))
session

# %%
# What was expected of each when it was suggested, and what it scored.

figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
places = range(1, len(seen) + 1)
best = [max(score for *_, score in seen[:place]) for place in places]
ax.step(places, best, where="post", color="grey", label="best so far")
ax.scatter(places, [score for *_, score in seen], color="#e6550d", label="measured", zorder=2)
ax.scatter(places, [expected for _, expected, _ in seen], color="#9ecae1", label="expected", zorder=2)
ax.set_xticks(places, [f"{place}\n{name}" for place, (name, *_) in enumerate(seen, start=1)], fontsize=7)
ax.set_ylabel("accuracy")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
