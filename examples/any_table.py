"""
Any table, as people write it
=============================

Prices with a currency, weights in two units, decimal commas, dates in words, sizes that have an order: a table is read
as a person reads it, and the recommendation says how each column was read.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from recommender import recommend

rng = np.random.default_rng(0)
n = 300
kilos = rng.uniform(0.2, 9, n)
size = rng.choice(["small", "medium", "large"], n, p=[0.5, 0.3, 0.2])
sent = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
returned = kilos + 3 * (size == "large") + rng.normal(scale=1.5, size=n) > 5.5
orders = pd.DataFrame(
    {
        "order": [f"A-{i:05}" for i in range(n)],
        "weight": [f"{k:.2f} kg" if i % 3 else f"{1000 * k:.0f} g" for i, k in enumerate(kilos)],
        "price": [f"€ {p:,.2f}".translate(str.maketrans(",.", ".,")) for p in rng.gamma(2, 800, n)],
        "size": size,
        "sent": [f"{day:%d %B %Y}" for day in sent],
        "discount": rng.choice(["5 %", "10 %", "15 %", "n/a"], n),
        "returned": np.where(returned, "yes", "no"),
    }
)
orders.head()

# %%
# How each column was read, with its unit and what deserves a second look.

recommendation = recommend(orders, target="returned", name="orders")
recommendation.columns

# %%
# The pipeline reads later tables in the same way: its first step turns cells into numbers, dates and levels.

model = recommendation.best.estimator.fit(orders.drop(columns="returned"), orders["returned"])
read = model[0].transform(orders.drop(columns="returned"))
read.head()

# %%
# Grams and kilograms are one column of numbers now.

figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.hist([kilos[~returned], kilos[returned]], bins=18, stacked=True, color=["#9ecae1", "#e6550d"])
ax.legend(["kept", "returned"], frameon=False)
ax.set(xlabel="weight in kg", ylabel="orders", title=f"{recommendation.best.algorithm} comes first")
ax.spines[["top", "right"]].set_visible(False)
