"""
Rows that belong together
=========================

Ten visits of one patient are not ten patients. Where rows of a group are both learnt from and judged by, a score
promises more than it keeps. ``groups=`` compares on patients that were not learnt from.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from recommender import recommend

rng = np.random.default_rng(0)
patients, visits = 40, 10
patient = np.repeat(np.arange(patients), visits)
habit = rng.normal(size=(patients, 4))
ill = (habit[:, 0] + rng.normal(scale=1.5, size=patients) > 0)[patient]
measured = habit[patient] + rng.normal(scale=0.3, size=(patients * visits, 4))
X = pd.DataFrame(measured, columns=["pulse", "pressure", "sleep", "steps"])
y = pd.Series(np.where(ill, "ill", "well"), name="state")

recommendation = recommend(X, y, max_fit_time=0.3, name="visits")
at_random = recommendation.refine(X, y, seconds=30, patience=3, ensemble=False)
by_patient = recommendation.refine(X, y, seconds=30, patience=3, ensemble=False, groups=patient)
print(f"rows left out at random: {at_random.score:.2f}; whole patients left out: {by_patient.score:.2f}")

# %%
# Which of them is true? Thirty patients more, drawn in the same way, say so.

new = rng.normal(size=(30, 4))
new_ill = new[:, 0] + rng.normal(scale=1.5, size=30) > 0
new_visits = pd.DataFrame(new, columns=X.columns)


def share_told(model) -> float:
    """The share of pairs, one patient ill and one well, that the model puts in order."""
    ill = list(model.classes_).index("ill")
    chance = model.predict_proba(new_visits)[:, ill]
    return float((chance[new_ill][:, None] > chance[~new_ill]).mean())


truth = {"rows at random": share_told(at_random.estimator), "patients": share_told(by_patient.estimator)}
promised = {"rows at random": at_random.score, "patients": by_patient.score}
figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
pd.DataFrame({"promised": promised, "on new patients": truth}).plot.bar(ax=ax, rot=0, color=["#9ecae1", "#08519c"])
ax.set(ylabel="roc_auc", ylim=(0.4, 1))
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)

# %%
# Where rows follow each other in time, ``time="day"`` lets the past predict the future in the same way.
