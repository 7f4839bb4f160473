"""
A prediction taken apart by shap
================================

SHAP values say by how much each column moves one prediction away from the mean. It needs ``pip install shap``.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shap
from sklearn.datasets import load_diabetes

from recommender import recommend

X, y = load_diabetes(return_X_y=True, as_frame=True)
pipeline = recommend(X, y, include=["lightgbm"]).best.estimator.fit(X, y)

# %%
# Shap has exact and quick values for LightGBM. It is given the columns as the model sees them, after the preprocessing.

seen = pd.DataFrame(pipeline[:-1].transform(X), columns=pipeline[:-1].get_feature_names_out())
explained = shap.TreeExplainer(pipeline[-1])(seen)
added_up = explained.values.sum(axis=1) + explained.base_values
print(f"they add up to the prediction: {np.allclose(added_up, pipeline.predict(X))}")

# %%
# Any other model is explained through its predictions, by ``shap.Explainer(pipeline.predict, X)``, which takes longer.

figure = plt.figure(figsize=(7, 3.5), layout="constrained")
shap.plots.bar(explained, show=False, ax=figure.gca())
