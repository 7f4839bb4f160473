"""
Numbers to predict, and what to be good at
==========================================

A target of numbers makes it regression. What "good" means is yours to say: squared errors punish the few large ones,
absolute errors count all alike, and a quantile tells how bad it may become.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_predict

from recommender import recommend

X, y = load_diabetes(return_X_y=True, as_frame=True)
first = {metric: recommend(X, y, metric=metric, name="diabetes") for metric in ("r2", "mae", "pinball_90")}
for metric, recommendation in first.items():
    print(f"{metric:10}  {recommendation.best}")

# %%
# The whole picture for absolute errors; lower is better here.

figure = first["mae"].plot()

# %%
# What the first choice predicts of rows that it has not seen, against the truth.

predicted = cross_val_predict(first["mae"].best.estimator, X, y, cv=5)
figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
ax.scatter(y, predicted, s=12, color="#4c78a8")
ax.axline((y.mean(), y.mean()), slope=1, color="grey", linewidth=1)
ax.set(xlabel="true", ylabel="predicted", title="Progression of diabetes after a year")
ax.spines[["top", "right"]].set_visible(False)
