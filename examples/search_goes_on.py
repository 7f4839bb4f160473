"""
A search that begins where the recommendation ends
==================================================

Optuna searches on from the portfolio: its first trials are what was recommended, and the space around them is that of
the recommended algorithms.
"""

import matplotlib.pyplot as plt
import optuna
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score

from recommender import recommend

optuna.logging.set_verbosity(optuna.logging.ERROR)

X, y = load_wine(return_X_y=True, as_frame=True)
X = X[["alcohol", "malic_acid", "ash", "magnesium"]]  # harder than with all that was measured
recommendation = recommend(X, y, metric="log_loss", max_fit_time=0.2, include=["lda", "logistic_regression", "rbf_svm"])


def objective(space):
    """The loss of the pipeline that a trial stands for, in cross-validation."""
    return lambda trial: -cross_val_score(space.suggest(trial), X, y, cv=3, scoring="neg_log_loss").mean()


study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=0))
space = recommendation.to_optuna(study)
study.optimize(objective(space), n_trials=12)
space.suggest(study.best_trial)

# %%
# The first trials are the portfolio; what follows is Optuna's own.

losses = [trial.value for trial in study.trials]
best = [min(losses[:place]) for place in range(1, len(losses) + 1)]
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
ax.scatter(range(1, 13), losses, color="#9ecae1", label="trial")
ax.step(range(1, 13), best, where="post", color="#08519c", label="best so far")
ax.set(xlabel="trial", ylabel="log loss", ylim=(min(losses) - 0.02, sorted(losses)[-3] + 0.05))
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
