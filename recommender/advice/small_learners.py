"""How small learners of each kind compare on a table: the simplest reason for a recommendation, in words."""

from __future__ import annotations

import pandas as pd

from recommender.metafeatures.relative import KINDS
from recommender.tables.dataset import Task

NEAR = 0.01
"""Scores, ROC AUC or R², that lie no further apart count as alike."""
LITTLE = {"ROC AUC": 0.55, "R²": 0.05}
"""What does not reach this has found next to nothing; 0.5 and 0 are guessing."""
LINEAR, BOOSTED = "linear models", "boosted trees"


def compare_kinds(metafeatures: pd.DataFrame) -> pd.Series:
    """The best score of each kind of small learner, the best kind first; kinds that were not tried are left out.

    Parameters
    ----------
    metafeatures : DataFrame of shape (1, n_metafeatures)
        How a dataset was described: its ``trial_`` scores are looked at.

    Examples
    --------
    >>> compare_kinds(pd.DataFrame({"trial_linear": [0.7], "trial_ridge": [0.8], "trial_tree": [0.6]})).to_dict()
    {'linear models': 0.8, 'single trees': 0.6}
    """
    scores = metafeatures.iloc[0]
    best = {kind: scores.reindex([f"trial_{name}" for name in names]).max() for kind, names in KINDS.items()}
    return pd.Series(best, dtype=float).dropna().sort_values(ascending=False, kind="stable")


def unit_of(task: Task) -> str:
    """What the small learners are judged by."""
    return "R²" if task == "regression" else "ROC AUC"


def kinds_in_words(kinds: pd.Series, task: Task) -> list[str]:
    """What follows from how the kinds compare, a sentence each.

    Parameters
    ----------
    kinds : Series
        What `compare_kinds` returned.
    task : {"binary", "multiclass", "regression"}
        What is predicted.

    Examples
    --------
    >>> kinds_in_words(pd.Series({"linear models": 0.741, "boosted trees": 0.735, "single trees": 0.62}), "binary")
    ['Small linear models do as well here as boosted trees (ROC AUC 0.74 and 0.73).']
    """
    if kinds.empty:
        return []
    unit, best = unit_of(task), kinds.index[0]
    if kinds[best] < LITTLE[unit]:
        guess = "0.5" if unit == "ROC AUC" else "0"
        return [f"No small learner finds much here: {best} reach {unit} {kinds[best]:.2f}, where {guess} is guessing."]
    if kinds[best] - kinds.iloc[-1] <= NEAR:
        return [f"Small learners of all kinds do alike here ({unit} {kinds[best]:.2f}): the choice matters little."]
    told = [_linear_and_boosted(kinds, unit)] if {LINEAR, BOOSTED} <= set(kinds.index) else []
    others = kinds.reindex([LINEAR, BOOSTED]).max()
    if best not in (LINEAR, BOOSTED) and not kinds[best] <= others + NEAR:
        told.append(f"{best[0].upper()}{best[1:]} do best of all kinds ({unit} {kinds[best]:.2f}).")
    return told


def _linear_and_boosted(kinds: pd.Series, unit: str) -> str:
    linear, boosted = kinds[LINEAR], kinds[BOOSTED]
    if abs(linear - boosted) <= NEAR:
        return f"Small linear models do as well here as boosted trees ({unit} {linear:.2f} and {boosted:.2f})."
    if linear > boosted:
        return f"Small linear models do better here than boosted trees ({unit} {linear:.2f} and {boosted:.2f})."
    return f"Small boosted trees do better here than linear models ({unit} {boosted:.2f} and {linear:.2f})."
