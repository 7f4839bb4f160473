"""A session: try one configuration after another, and let every score that was seen say what to try next."""

from __future__ import annotations

from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recommender.errors import RecommendationError
from recommender.evaluation.metrics import trivial_score
from recommender.metamodel.belief import Belief, Outlook
from recommender.notebook import html_table
from recommender.words import count, score_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

N_SHOWN = 10
"""So many configurations are shown in a notebook."""
FROM_PORTFOLIO = 2
"""So many are tried before the scores decide: the first says little beyond the dataset's level."""


class Session:
    """Configurations to try one after another on the dataset of a recommendation.

    The first two come from the portfolio. From then on the one is suggested by which the best score is expected to rise
    the most, given all scores that were told; `Belief` says how these are taken in.

    Parameters
    ----------
    ranking : Ranking
        What is tried, and what was expected of it before: what `recommend` returned.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from recommender import recommend
    >>> X, y = load_iris(return_X_y=True)
    >>> session = recommend(X, y, metric="accuracy", include=["lda", "qda", "k_neighbors"]).session()
    >>> for _ in range(3):
    ...     configuration = session.suggest()
    ...     session.tell(cross_val_score(configuration.estimator, X, y).mean())
    >>> bool(session.to_frame()["score"].max() > 0.95)
    True
    """

    def __init__(self, ranking: Ranking) -> None:
        self._items = {item.configuration.id: item for item in ranking.items}
        self._portfolio = [item.configuration.id for item in ranking.portfolio(len(self._items))]
        self._position = {name: i for i, name in enumerate(ranking.scenarios.configurations)}
        self._belief, self._bounds = Belief(ranking.scenarios), ranking.scenarios.bounds
        self._trained, self._dataset = ranking.trained, ranking.dataset
        self._trivial = self._trained.as_learnt(trivial_score(ranking.metric, self._dataset.y), self._dataset)
        self._told: dict[str, float] = {}
        self._suggested: str | None = None
        self._last: tuple[dict[str, float], Outlook] | None = None

    def __repr__(self) -> str:
        best = self.best
        told = f"{len(self._told)} of {count(len(self._items), 'configuration')} tried"
        return f"<Session for {self._dataset.name}: {told}{f', the best is {self._in_words(best)}' if best else ''}>"

    def _in_words(self, item: RecommendedConfiguration) -> str:
        score = float(self._trained.as_measured(self._told[item.configuration.id], self._dataset))
        return f"{item.configuration} with {self._trained.metric.name} {score_in_words(score)}"

    def _repr_html_(self) -> str:
        names = ["algorithm", "hyperparameters", "tried", "score", "expected_score", "lower", "upper"]
        frame = self.to_frame()[names].head(N_SHOWN).replace({"tried": {True: "yes", False: ""}})
        below = f"{len(self._items) - N_SHOWN} more in to_frame()" if len(self._items) > N_SHOWN else ""
        rows = [{str(name).replace("_", " "): v for name, v in row.items()} for row in frame.to_dict("records")]
        return html_table(repr(self)[1:-1], rows, below=below)

    def suggest(self) -> RecommendedConfiguration:
        """What to try next, with what is expected of it by now; the same until its score is told.

        Raises
        ------
        RecommendationError
            If every configuration of the recommendation has been tried.
        """
        if self._suggested is None:
            left = self.untried()
            if not left:
                best = self.best.configuration if self.best else "none, as all of them failed"
                tried = count(len(self._items), "configuration has", "configurations have")
                raise RecommendationError(f"{tried} been tried, and there are no more; the best is {best}")
            self._suggested = left[0].configuration.id
        return self.expected()[self._suggested]

    def tell(self, score: float | None, configuration: RecommendedConfiguration | None = None) -> None:
        """Say what came of a configuration.

        Parameters
        ----------
        score : float or None
            In the metric's own unit, as cross-validation measured it; None or NaN if it failed, which says nothing of
            the others. Told again, the later score counts.
        configuration : RecommendedConfiguration, optional
            Any of the recommendation's; the last suggestion by default.

        Raises
        ------
        RecommendationError
            If nothing was suggested, the configuration is not one of the recommendation, or the score is no number.
        """
        name = self._suggested if configuration is None else configuration.configuration.id
        if name is None:
            raise RecommendationError("a score was told before anything was suggested: say of which configuration")
        if name not in self._items:
            raise RecommendationError(f"{name} is none of the configurations of the recommendation")
        value = np.nan if score is None else score
        if not isinstance(value, Real) or np.isinf(float(value)):
            raise RecommendationError(f"{score!r} is not a score: give a finite number, or None for a failure")
        self._told[name] = float(self._trained.as_learnt(float(value), self._dataset))
        if name == self._suggested:
            self._suggested = None

    @property
    def best(self) -> RecommendedConfiguration | None:
        """The one with the best score told so far; None before there is one."""
        scores = self._seen()
        return self._items[max(scores, key=scores.__getitem__)] if scores else None

    def to_frame(self) -> pd.DataFrame:
        """All configurations with what was told and what is expected by now, the best first.

        Returns
        -------
        DataFrame indexed by configuration id
            Algorithm, hyperparameters, tried, score (NaN where not tried, or failed), expected_score, lower and upper
            (the interval is meant to hold the score with probability 0.8), and expected_regret.
        """
        now = self.expected()
        frame = pd.DataFrame(
            {
                "algorithm": [item.algorithm for item in now.values()],
                "hyperparameters": [item.hyperparameters for item in now.values()],
                "tried": [name in self._told for name in now],
                "score": [self._trained.as_measured(self._told.get(name, np.nan), self._dataset) for name in now],
                "expected_score": [item.expected_score for item in now.values()],
                "lower": [item.interval[0] for item in now.values()],
                "upper": [item.interval[1] for item in now.values()],
                "expected_regret": [item.expected_regret for item in now.values()],
            },
            index=pd.Index(now, name="configuration_id"),
        )
        known = frame["score"].fillna(frame["expected_score"])
        best_first = known.sort_values(ascending=not self._trained.metric.greater_is_better, kind="stable")
        return frame.loc[best_first.index]

    def _seen(self) -> dict[str, float]:
        """The scores that were told, larger is better; without failures."""
        return {name: score for name, score in self._told.items() if not np.isnan(score)}

    def _outlook(self) -> Outlook:
        seen = self._seen()
        if self._last is None or self._last[0] != seen:
            positions = np.array([self._position[name] for name in seen], dtype=np.intp)
            self._last = seen, self._belief.after(positions, np.array(list(seen.values())))
        return self._last[1]

    def untried(self) -> list[RecommendedConfiguration]:
        """What is left to try, what is most worth it first, with what is expected of it by now."""
        left = [name for name in self._portfolio if name not in self._told]
        gains = self.gains()
        if gains:
            left = sorted(left, key=lambda name: -gains[name])
        now = self.expected()
        return [now[name] for name in left]

    def gains(self) -> dict[str, float]:
        """By how much the best score is expected to rise by each configuration; empty while the portfolio decides."""
        if len(self._seen()) < FROM_PORTFOLIO:
            return {}
        improvement = self._outlook().improvement
        return {name: float(improvement[self._position[name]]) for name in self._items}

    def expected(self) -> dict[str, RecommendedConfiguration]:
        """All configurations by id, with what is expected of them by now."""
        seen = self._seen()
        if not seen:
            return self._items
        outlook = self._outlook()
        low = min(max(self._bounds[0], self._trivial), *seen.values())
        high = max(self._bounds[1], *seen.values())
        expected, lower, upper = (
            self._trained.as_measured(np.clip(score, low, high), self._dataset)
            for score in (outlook.score, outlook.lower, outlook.upper)
        )
        return {
            name: replace(
                item,
                expected_score=float(expected[at]),
                interval=(float(min(lower[at], upper[at])), float(max(lower[at], upper[at]))),
                expected_regret=float(outlook.regret[at]),
            )
            for name, item in self._items.items()
            for at in [self._position[name]]
        }
