"""
Within limits: quick, small, readable
=====================================

A model that answers a web page has to be quick, one on a small device has to be small, and one that decides on people
has to be readable. Limits narrow the ranking; what they cost is seen at once.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_digits

from recommender import recommend

X, y = load_digits(return_X_y=True, as_frame=True)
limits = {
    "no limit": {},
    "fits within 1 s": {"max_fit_time": 1.0},
    "predicts 1,000 rows within 0.02 s": {"max_predict_time": 0.02},
    "fits within 10 MB": {"max_memory": 10.0},
    "readable": {"interpretable": True},
}
best = {name: recommend(X, y, name="digits", **limit).best for name, limit in limits.items()}
found = pd.DataFrame(
    {
        name: {
            "first choice": item.algorithm,
            "expected score": round(item.expected_score, 4),
            "seconds to fit": round(item.fit_seconds, 2),
            "seconds to predict 1,000 rows": round(item.predict_seconds, 4),
            "megabytes": round(item.peak_bytes / 1e6, 2),
        }
        for name, item in best.items()
    }
).T
found

# %%
# What each limit costs in expected score, with the interval that holds it in 8 of 10 cases.

figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
for place, item in enumerate(reversed(best.values())):
    ax.plot(item.interval, [place, place], color="#9ecae1", linewidth=5, solid_capstyle="round")
    ax.plot(item.expected_score, place, "o", color="#08519c")
ax.set_yticks(range(len(best)), list(best)[::-1])
ax.set_xlabel("expected roc_auc")
ax.spines[["top", "right"]].set_visible(False)
