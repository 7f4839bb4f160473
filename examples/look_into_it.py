"""
Scikit-learn's searches and inspections
=======================================

A recommendation is an ordinary pipeline, so what scikit-learn offers for estimators works with it: here a grid search
over what was recommended, the importance of columns, and what a column does to the prediction.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline

from recommender import recommend

X, y = load_diabetes(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
recommendation = recommend(X_train, y_train, max_fit_time=0.1)

# %%
# The grid is the portfolio: three configurations that complement each other.

portfolio = [item.estimator for item in recommendation.portfolio(3)]
search = GridSearchCV(Pipeline([("recommended", None)]), {"recommended": portfolio}, scoring="r2", cv=3)
search.fit(X_train, y_train)
pd.Series(search.cv_results_["mean_test_score"], [item.algorithm for item in recommendation.portfolio(3)]).round(3)

# %%
# What the held-out rows lose in R² when a column is shuffled, and what the two that lose most do to the prediction.

best = search.best_estimator_
shuffled = permutation_importance(best, X_test, y_test, n_repeats=5, random_state=0)
importance = pd.Series(shuffled.importances_mean, X.columns).sort_values()
figure, (left, *right) = plt.subplots(1, 3, figsize=(10, 3.2), layout="constrained")
importance.plot.barh(ax=left, color="#9ecae1", xlabel="R² lost")
effects = PartialDependenceDisplay.from_estimator(
    best, X_test, list(importance.index[:-3:-1]), ax=right, grid_resolution=15, line_kw={"color": "#08519c"}
)
for ax in effects.axes_.flat:
    ax.xaxis.set_major_locator(plt.MaxNLocator(4))
