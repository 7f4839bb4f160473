"""What to expect of a dataset on which some of the configurations have been seen before, or none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.metamodel.belief import Belief
from recommender.metamodel.model import MetaModel
from recommender.metamodel.prediction import Prediction
from recommender.metamodel.scenarios import Scenarios

Floats = NDArray[np.float64]

RIGHT = (1.2, 0.35)
"""How the scores on a dataset agree with what is expected of it without them: mean and spread of Fisher's z."""
WRONG = (0.0, 0.1)
"""The same of scores that are wrong, or are of something else."""
N_COMPARED = 4
"""With fewer scores nothing can be said of it."""
BELIEVED = 0.95
"""How likely scores are right, before they are looked at."""
MIN_BELIEVED = 0.5
"""Scores that are more likely wrong than right do not count at all: a little of what is far off would decide between
configurations of which nearly the same is expected."""


def expect(
    model: MetaModel, metafeatures_row: pd.DataFrame, scores: Floats, *, itself: Collection[str] = ()
) -> tuple[Prediction, Scenarios]:
    """What a meta-model expects on one dataset, and what may happen there.

    A dataset on which it was trained does not count as similar to itself: the others say what to expect of it. What was
    seen on it counts as scores that were told, as in a session. So a few evaluations there say little, and many say
    all; and the less they agree with what is expected without them, the less they count.

    Parameters
    ----------
    model : MetaModel
        What was learnt.
    metafeatures_row : DataFrame of shape (1, n_metafeatures)
        The dataset.
    scores : array of shape (n_configurations,)
        Those that were seen on it, as the meta-model learns them; NaN where a configuration was not evaluated.
    itself : collection of str
        The observations of the training dataset that is the same.
    """
    prediction, scenarios = model.predict(metafeatures_row, but=itself), model.scenarios(metafeatures_row, but=itself)
    seen = np.flatnonzero(np.isfinite(scores))
    if not seen.size:
        return prediction, scenarios
    share = credibility(scenarios.expected[seen], scores[seen])
    if share < MIN_BELIEVED:
        return prediction, scenarios
    belief = Belief(scenarios)
    outlook, told = belief.after(seen, scores[seen]), belief.scenarios_after(seen, scores[seen])
    parts = {
        name: share * np.clip(getattr(outlook, name), *scenarios.bounds) + (1 - share) * getattr(prediction, name)
        for name in ("score", "lower", "upper")
    }
    parts["regret"] = share * outlook.regret + (1 - share) * prediction.regret
    both = {
        name: share * getattr(told, name) + (1 - share) * getattr(scenarios, name)
        for name in ("expected", "deviations", "scores")
    }
    return replace(prediction, **parts), replace(scenarios, **both)


def credibility(expected_regret: Floats, scores: Floats) -> float:
    """How likely scores are those of the dataset: whether they agree with what is expected without them.

    Where two are right they agree in their order, not in all but mostly: Fisher's z of their rank correlation is about
    normal, with variance 1 / (n - 3), about what it usually is for right scores, or for wrong ones. An order that is
    turned round counts as none.

    Examples
    --------
    >>> expected = np.linspace(0, 1, 20)
    >>> credibility(expected, 0.9 - 0.1 * expected) > 0.99, credibility(expected, 0.8 + 0.1 * expected) < 0.2
    (True, True)
    """
    from scipy.stats import norm, spearmanr

    n = len(scores)
    if n < N_COMPARED:
        return BELIEVED
    constant = np.ptp(scores) == 0 or np.ptp(expected_regret) == 0
    correlation = 0.0 if constant else float(spearmanr(-expected_regret, scores).statistic)
    z = np.arctanh(np.clip(correlation, 0, 0.99))
    right, wrong = (
        share * norm.pdf(z, mean, np.sqrt(spread**2 + 1 / (n - 3)))
        for share, (mean, spread) in ((BELIEVED, RIGHT), (1 - BELIEVED, WRONG))
    )
    return float(right / (right + wrong))
