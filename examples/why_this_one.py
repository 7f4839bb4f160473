"""
Why this one?
=============

A recommendation comes with its reasons: which known datasets are most like this table, what won on them, and how small
learners compare on some of its rows.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer

from recommender import recommend

recommendation = recommend(load_breast_cancer(as_frame=True), name="breast cancer")
reasons = recommendation.explain()
for sentence in reasons.sentences():
    print("-", sentence)

# %%
# How small learners of each kind compare. They are fitted on at most some thousand rows, in a second or so, and say
# more about a table than its size and its types do.

kinds = reasons.kinds.sort_values()
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.barh(kinds.index, kinds, color="#4c78a8")
ax.set(xlim=(max(0.0, kinds.min() - 0.05), 1), xlabel="score on left-out rows")
ax.spines[["top", "right"]].set_visible(False)

# %%
# The known datasets that resemble it most.

reasons.neighbours[["name", "similarity", "n_samples", "n_features", "winner"]].round(2)

# %%
# What deserves a second look before it is trusted; often there is nothing.

print("\n".join(f"- {note}" for note in recommendation.notes()) or "Nothing to note.")
