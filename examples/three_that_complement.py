"""
Three that complement each other
================================

The first three of a ranking are often twins: when one disappoints, so do the others. A portfolio holds configurations
of which each is there for the case that those before it disappoint.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score

from recommender import recommend

X, y = load_wine(return_X_y=True, as_frame=True)
recommendation = recommend(X, y, metric="accuracy", max_fit_time=1.0, name="wine")
print("ranking:  ", *recommendation.items[:3], sep="\n  ")
print("portfolio:", *recommendation.portfolio(3), sep="\n  ")

# %%
# What they really score on this table, beside what was expected.

measured = {
    f"{place}. {item.algorithm}": (
        item.expected_score,
        *item.interval,
        cross_val_score(item.estimator, X, y, cv=5, scoring="accuracy").mean(),
    )
    for place, item in enumerate(recommendation.portfolio(3), start=1)
}
table = pd.DataFrame(measured, index=["expected", "lower", "upper", "measured"]).T
table.round(3)

# %%

figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
places = range(len(table))[::-1]
ax.hlines(places, table["lower"], table["upper"], color="#9ecae1", linewidth=6, label="expected in 8 of 10 cases")
ax.scatter(table["measured"], places, color="#e6550d", zorder=2, label="measured")
ax.set_yticks(places, table.index)
ax.set_xlabel("accuracy")
ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
ax.spines[["top", "right"]].set_visible(False)
