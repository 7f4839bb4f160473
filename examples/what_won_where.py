"""
What won where
==============

The knowledge base that comes with the package holds every evaluation that recommendations are learnt from. It may be
asked directly: which algorithm wins how often, and is what wins on small tables what wins on large ones?
"""

import matplotlib.pyplot as plt
import pandas as pd

from recommender import load_knowledge

knowledge = load_knowledge()
scores = knowledge.performance("binary")
algorithms = knowledge.configurations["algorithm"]
print(f"{scores.shape[0]} binary datasets, {scores.shape[1]} configurations")

# %%
# The best configuration of each algorithm on each dataset, and how far it is behind the best of all.

best = scores.T.groupby(algorithms.reindex(scores.columns)).max().T
behind = best.rsub(best.max(axis=1), axis=0)
size = pd.cut(knowledge.datasets["n_samples"].reindex(best.index), [0, 1_000, 5_000, 1e9])
size = size.cat.rename_categories(["up to 1,000 rows", "up to 5,000", "more"])
table = behind.groupby(size, observed=True).median().T.dropna().sort_values("more")
table.round(4)

# %%

figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
table[::-1].plot.barh(ax=ax, width=0.8, color=["#c6dbef", "#6baed6", "#08519c"])
ax.set(xlabel="roc_auc behind the best algorithm, median over datasets", ylabel="", xlim=(0, 0.1))
ax.spines[["top", "right"]].set_visible(False)

# %%
# ``recommender kb atlas FOLDER`` makes a site of it, with a page for each dataset and each algorithm.
