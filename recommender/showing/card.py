"""A model card: what a fitted model was made from, how it was judged, what it consists of, and where its limits lie."""

from __future__ import annotations

from importlib.metadata import version
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.evaluation.metrics import Metric
from recommender.showing.pages import TASKS_IN_WORDS, render

if TYPE_CHECKING:
    import pandas as pd

    from recommender.advice.ranking import Ranking
    from recommender.fitting.refinement import Refined

SHARE = 0.8
"""How sure an interval is, as it is of what is expected."""
LIBRARIES = ("recommender", "scikit-learn", "numpy", "pandas")
"""Whose versions every card has."""
CLASSES = 20
"""So many classes are listed with their share of the rows, the most frequent ones."""


def write_card(refined: Refined, recommendation: Ranking, *, target: str) -> str:
    """One HTML page on a fitted model that needs nothing else: no network, no script.

    Parameters
    ----------
    refined : Refined
        What `refine` returned.
    recommendation : Ranking
        What was refined.
    target : str
        The target's column.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from recommender import recommend
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> found = recommend(X, y, include=["lda"])
    >>> "Model card" in write_card(found.refine(X, y, seconds=5), found, target="class")
    True
    """
    members = members_of(refined)
    judge, data = recommendation.judge, recommendation.dataset
    classes = _classes(data.y, recommendation.task)
    row = next(iter(members.to_dict("records")), None)
    score = row["score"] if row and not isfinite(refined.score) else refined.score
    return render(
        "card.html",
        dataset=data,
        task=TASKS_IN_WORDS[recommendation.task],
        target=target,
        classes=classes[:CLASSES],
        n_more_classes=len(classes[CLASSES:]),
        metric=judge.title,
        meaning=judge.meaning,
        score=score,
        interval=interval_of(score, row["deviation"], row["n_folds"], judge) if row else None,
        n_tried=len(refined.leaderboard),
        n_folds=int(row["n_folds"]) if row else 0,
        seconds=refined.seconds,
        members=members.to_dict("records"),
        best=refined.configuration,
        thresholds=_thresholds(refined.estimator),
        notes=recommendation.notes(),
        versions={name: version(name) for name in [*LIBRARIES, *_libraries(members, refined)]},
    )


def members_of(refined: Refined) -> pd.DataFrame:
    """The rows of the leaderboard that the fitted model consists of, the heaviest first, with their weight."""
    board = refined.leaderboard
    if "weight" in board and (board["weight"] > 0).any():
        return board[board["weight"] > 0].sort_values("weight", ascending=False, kind="stable")
    return board[board["configuration_id"] == refined.configuration.configuration.id].head(1).assign(weight=1.0)


def interval_of(score: float, deviation: float, n_folds: int, metric: Metric) -> tuple[float, float] | None:
    """Between which scores that of other rows lies in 4 cases of 5; None where a single fold says nothing of it.

    The variance of a mean over folds is corrected for the rows that their training parts share.

    References
    ----------
    Nadeau and Bengio (2003), Inference for the generalization error, Machine Learning 52.

    Examples
    --------
    >>> from recommender.evaluation.metrics import METRICS
    >>> low, high = interval_of(0.9, 0.02, 5, METRICS["roc_auc"])
    >>> round(low, 3), round(high, 3)
    (0.877, 0.923)
    """
    from scipy.stats import t

    if n_folds < 2 or not (isfinite(score) and isfinite(deviation)):
        return None
    spread = deviation * sqrt(n_folds / (n_folds - 1)) * sqrt(1 / n_folds + 1 / (n_folds - 1))
    reach = float(t.ppf((1 + SHARE) / 2, n_folds - 1)) * spread
    return max(score - reach, metric.lower), min(score + reach, metric.upper)


def _classes(y: pd.Series, task: str) -> list[tuple[str, float]]:
    """The classes with their share of the rows, the most frequent first."""
    if task == "regression":
        return []
    return [(str(name), share) for name, share in y.value_counts(normalize=True).items()]


def _thresholds(estimator: Any) -> list[tuple[str, float]]:
    """The classes with the thresholds under which they are predicted, where these are others than equal ones."""
    thresholds = getattr(estimator, "thresholds", None)
    if thresholds is None:
        return []
    return [(str(name), float(at)) for name, at in zip(estimator.classes_, thresholds, strict=True)]


def _libraries(members: pd.DataFrame, refined: Refined) -> list[str]:
    """The libraries of the members beside scikit-learn."""
    names = dict.fromkeys([*members["algorithm"], refined.configuration.algorithm])
    found = [ALGORITHMS[name].library for name in names if name in ALGORITHMS]
    return [name for name in dict.fromkeys(found) if name and name not in LIBRARIES]
