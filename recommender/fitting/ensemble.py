"""Ensembles: which of the configurations that were tried are averaged, with what weights, and whether that gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import Metric
from recommender.fitting.thresholds import Floats, LeftOut
from recommender.tables.dataset import Task

ROUNDS = 25
"""Weights are multiples of one over at most this."""
IDLE_ROUNDS = 5
"""So many rounds in a row without a better score end the selection."""
REPEATS = 3
"""So often rows are halved anew to see whether an ensemble gains."""

Said = Sequence[LeftOut]
"""What one configuration says of the left-out rows of each fold."""


@dataclass(frozen=True, eq=False)
class CostCap:
    """What all members of an ensemble together may cost.

    Parameters
    ----------
    costs : array of shape (n_members,)
        Of each member.
    most : float
        Of those with any weight together.
    """

    costs: Floats
    most: float

    def admits(self, votes: Floats) -> bool:
        """Whether the members with votes keep it."""
        return float(self.costs[votes > 0].sum()) <= self.most


def select(members: Sequence[Said], metric: Metric, *, caps: Sequence[CostCap] = ()) -> Floats:
    """The weights under which the members' mean does best on the left-out rows.

    Starting with none, the member whose vote improves the mean most gets one more vote, again and again; what did best
    on the way is returned. The first vote is given whatever it costs.

    Parameters
    ----------
    members : sequence of sequences of LeftOut
        Of each member, what it says of each fold; all of the same rows.
    metric : Metric
        What is to be good, as the mean over folds.
    caps : sequence of CostCap
        Which a second member and all others must keep.

    Returns
    -------
    array of shape (n_members,)
        Weights that add up to 1; all of it the first one's where the rows do not allow the metric.

    References
    ----------
    Caruana, Niculescu-Mizil, Crew and Ksikes (ICML 2004), Ensemble selection from libraries of models.

    Examples
    --------
    >>> from recommender.evaluation.metrics import METRICS
    >>> y = np.array([1.0, 2.0, 3.0, 4.0])
    >>> above, below, wrong = ([LeftOut(y, Predicted(labels))] for labels in (y + 1, y - 1, 0 * y))
    >>> select([wrong, above, below], METRICS["rmse"]).tolist()
    [0.0, 0.5, 0.5]
    """
    values = [[_said(fold) for fold in member] for member in members]
    votes, sums = np.zeros(len(members)), [np.zeros_like(value) for value in values[0]]
    best, kept, idle = -np.inf, np.eye(len(members))[0], 0
    for n_votes in range(1, ROUNDS + 1):
        scores = np.full(len(members), -np.inf)
        for i, one in enumerate(np.eye(len(members))):
            if n_votes == 1 or all(cap.admits(votes + one) for cap in caps):
                means = [(total + value) / n_votes for total, value in zip(sums, values[i], strict=True)]
                scores[i] = metric.sign * mean_score(map(_saying, members[i], means), metric)
        chosen = int(np.nan_to_num(scores, nan=-np.inf).argmax())
        votes = votes + np.eye(len(members))[chosen]
        sums = [total + value for total, value in zip(sums, values[chosen], strict=True)]
        idle = 0 if scores[chosen] > best else idle + 1
        best, kept = (scores[chosen], votes) if scores[chosen] > best else (best, kept)
        if idle == IDLE_ROUNDS:
            break
    return kept / kept.sum()


def blended(members: Sequence[Said], weights: Floats) -> list[LeftOut]:
    """What members say together: the weighted mean of their probabilities or numbers, fold by fold."""
    folds = zip(*members, strict=True)
    return [_saying(said[0], np.tensordot(weights, [_said(one) for one in said], axes=1)) for said in folds]


def nested_gain(
    members: Sequence[Said], metric: Metric, *, caps: Sequence[CostCap] = (), random_state: int = 0
) -> float:
    """By how much an ensemble is better than its best member on rows that chose neither.

    The rows of each fold are halved, so that no row is in both halves, whatever number of folds leave it out. Weights,
    and the best member, are chosen on one half and judged on the other, both ways, three times.

    Returns
    -------
    float
        The mean difference, in the metric's unit, positive where the ensemble is better.

    Examples
    --------
    >>> from recommender.evaluation.metrics import METRICS
    >>> y = np.arange(100.0)
    >>> above, below = ([LeftOut(y, Predicted(y + by))] for by in (10, -10))
    >>> nested_gain([above, below], METRICS["mae"])
    10.0
    """
    rng, gains = np.random.default_rng(random_state), []
    for _ in range(REPEATS):
        halves = _halved(members[0], rng)
        parts = [_part(members, [rows[side] for rows in halves]) for side in (0, 1)]
        for choosing, judging in (parts, parts[::-1]):
            weights = select(choosing, metric, caps=caps)
            best = max(range(len(members)), key=lambda i: _order(metric.sign * mean_score(choosing[i], metric)))
            ours, single = (mean_score(said, metric) for said in (blended(judging, weights), judging[best]))
            gains.append(metric.sign * (ours - single))
    known = [gain for gain in gains if gain == gain]
    return float(np.mean(known)) if known else 0.0


def _halved(folds: Said, rng: np.random.Generator) -> list[list[NDArray[np.intp]]]:
    """The rows of each fold in two halves; one that several folds leave out is in the same half of all of them."""
    half: dict[object, bool] = {}
    found = []
    for number, fold in enumerate(folds):
        names = [(number, i) for i in range(len(fold.y))] if fold.rows is None else fold.rows.tolist()
        new = [name for name in dict.fromkeys(names) if name not in half]
        half |= {new[at]: 2 * place >= len(new) for place, at in enumerate(rng.permutation(len(new)))}
        second = np.array([half[name] for name in names], dtype=bool)
        found.append([np.flatnonzero(~second), np.flatnonzero(second)])
    return found


def _part(members: Sequence[Said], rows: Sequence[NDArray[np.intp]]) -> list[list[LeftOut]]:
    """Some rows of each fold; without the folds of which these are none."""
    return [[fold.take(some) for fold, some in zip(member, rows, strict=True) if len(some)] for member in members]


def _order(score: float) -> float:
    return score if score == score else -np.inf


def mean_score(folds: Any, metric: Metric) -> float:
    """The mean over the folds whose left-out rows allow the metric."""
    known = [score for score in (fold.score(metric) for fold in folds) if score == score]
    return float(np.mean(known)) if known else np.nan


def _said(fold: LeftOut) -> Floats:
    """The probabilities, or the numbers, as they are averaged."""
    predicted = fold.predicted
    return predicted.labels if predicted.margins is None else predicted.margins


def _saying(fold: LeftOut, mean: Floats) -> LeftOut:
    """The same rows, of which something else is said."""
    classes = fold.predicted.classes
    if fold.predicted.margins is None:
        predicted = Predicted(mean)
    else:
        predicted = Predicted(mean.argmax(axis=1), mean, are_probabilities=True, classes=classes)
    return LeftOut(fold.y, predicted, fold.sample_weight, fold.rows)


class Member(Pipeline):
    """A pipeline that takes weights of rows in the way of a model without steps, as voters must."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Member:
        """Fit all steps, the model with the weights."""
        return super().fit(X, y, **({} if sample_weight is None else {"model__sample_weight": sample_weight}))


def voting(members: Sequence[tuple[str, Member, float]], task: Task, X: Any, y: Any) -> Any:
    """The fitted `VotingClassifier` or `VotingRegressor` of fitted members, which it would fit anew on other rows.

    Parameters
    ----------
    members : sequence of (name, fitted Member, weight)
        For classes, fitted on their positions in sorted order.
    task : {"binary", "multiclass", "regression"}
        What they predict.
    X, y : table and target
        On which they were fitted.
    """
    from sklearn.ensemble import VotingClassifier, VotingRegressor
    from sklearn.frozen import FrozenEstimator

    weights = [weight for _, _, weight in members]
    frozen = [(name, FrozenEstimator(model)) for name, model, _ in members]
    given = {} if task == "regression" else {"voting": "soft"}
    kind = VotingRegressor if task == "regression" else VotingClassifier
    model = kind(frozen, weights=weights, **given).fit(X, y)
    model.estimators = [(name, fitted) for name, fitted, _ in members]
    model.estimators_ = [fitted for _, fitted, _ in members]
    model.named_estimators_.update({name: fitted for name, fitted, _ in members})
    return model
