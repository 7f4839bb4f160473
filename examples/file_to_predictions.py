"""
From a file to predictions
==========================

Fit what is recommended, save it, and let another program predict new rows by it. The customers who came last are held
out: the model learns from the earlier ones, is written to a file without pickle, is read again as a program would that
knows nothing else, and predicts the later ones, with a score for each metric and how far it can be trusted.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

from recommender import RecommendedClassifier, load, save
from recommender.fitting.new_rows import new_rows, predictions, score_held_out

customers = pd.read_csv("churn.csv").sort_values("customer_since", ignore_index=True)
earlier, later = customers[:450], customers[450:]

# %%
# Three configurations that complement each other are compared, and the best is fitted and kept.

folder = TemporaryDirectory()
model_file = Path(folder.name) / "churn.skops"
model = RecommendedClassifier(n_candidates=3, max_fit_time=1.0)
model.fit(earlier.drop(columns="churned"), earlier["churned"])
save(model, model_file, target="churned")
print(f"{model.best_configuration_}, {model_file.stat().st_size / 1000:.0f} kB")

# %%
# What follows may be another program, on another day. Opening the file runs no code that it brings along. Columns are
# found by name, and those that the model does not need are left aside.

opened = load(model_file)
rows = new_rows(opened, later)
predicted = predictions(opened, rows.X, probabilities=True)
predicted.to_csv(Path(folder.name) / "predictions.csv", index=False)
predicted.head().round(2)

# %%
# How good it was, by every metric of the task, with 95 % intervals.

found = score_held_out(opened, rows.X, later["churned"])
found.scores.round(3)

# %%

left = later["churned"].to_numpy() == "yes"
chance = predicted["probability of yes"]
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.hist([chance[~left], chance[left]], bins=15, stacked=True, color=["#9ecae1", "#e6550d"], label=["stayed", "left"])
ax.set(xlabel="predicted probability of leaving", ylabel="customers")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
folder.cleanup()
