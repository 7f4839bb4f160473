"""A session: try one configuration after another, and let every score that was seen say what to try next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import RecommendationError
from recommender.evaluation.metrics import trivial_score
from recommender.metamodel.intervals import COVERAGE
from recommender.metamodel.scenarios import Scenarios
from recommender.notebook import html_table
from recommender.words import score_in_words

if TYPE_CHECKING:
    from recommender.advice.ranking import Ranking, RecommendedConfiguration

Floats = NDArray[np.float64]

NOISE = 0.02
"""Variance of a regret that was measured, about its true value."""
SPREADS = np.linspace(-3, 3, 31)
"""The spreads that are considered, in standard deviations of their logarithm."""
BEHIND = np.append(np.linspace(0, 2, 41), np.geomspace(2, 20, 25)[1:])
"""How far behind the best of all the best one seen may be, in spreads: mostly little, far where it went astray."""
CELLS = np.gradient(BEHIND)
"""How much of that each of these stands for."""
NEGLIGIBLE = 1e-3
N_SHOWN = 10
"""So many configurations are shown in a notebook."""
FROM_PORTFOLIO = 2
"""So many are tried before the scores decide: the first says little beyond the dataset's level."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """What is expected once some scores have been seen.

    Parameters
    ----------
    score, lower, upper : array of shape (n_configurations,)
        Expected score, and an interval that is meant to hold it with probability 0.8.
    regret : array of shape (n_configurations,)
        Expected normalized regret.
    improvement : array of shape (n_configurations,)
        By how much the best score is expected to rise if the configuration is tried next.
    """

    score: Floats
    lower: Floats
    upper: Floats
    regret: Floats
    improvement: Floats


class Belief:
    r"""What scores to expect of the configurations on one dataset, given those that have been seen there.

    The meta-model knows regrets, and what is seen are scores. On any dataset the two are tied by two unknown numbers,
    its level :math:`a` (the score of the best configuration) and its spread :math:`b` (how far the median is below):
    a configuration of regret :math:`r` scores :math:`s = a - b r`. What is believed before anything was seen:

    - Regrets are normally distributed about their expectation :math:`m`. Their covariance :math:`S` is that of how
      training datasets differed from what was expected of them without their family, shrunk after Ledoit and Wolf
      since there are fewer datasets than pairs of configurations. So one that disappoints lowers what is expected of
      those which tend to disappoint with it.
    - The logarithm of the spread and the level are normally distributed, with the means and standard deviations that
      they have over the scenarios of the score: the expected scores plus each training dataset's deviation.

    Level and spread are put on a grid. At each of its points the seen scores :math:`s_o` become regrets
    :math:`r_o = (a - s_o) / b`, at most 1 as those that the meta-model learns from are, and conditioning a normal
    distribution is linear algebra:

    .. math:: r \mid r_o \sim N(m + G (r_o - m_o),\ S - G S_{o \cdot}), \qquad G = S_{\cdot o} (S_{oo} + \nu I)^{-1}

    with the noise :math:`\nu` of a score. The grid point has the posterior probability

    .. math:: p(a, b \mid s_o) \propto p(a)\, p(b)\, b^{-n}\, N(r_o;\ m_o,\ S_{oo} + \nu I)

    where :math:`n` counts the regrets below 1: of the others it is only known that they are no better. The grid is laid
    from the best score seen upwards, since the best of all cannot score less, and far enough for a first score that
    went astray. Expected scores, their variances and improvements are means over the grid. A regret of 1 may hide any
    score below the median's: as much as a configuration is behind the median in half of the scenarios comes off its
    expected score, and where such a regret is likely, the interval reaches as far down as its scores do in the
    scenarios.

    Parameters
    ----------
    scenarios : Scenarios
        Of the dataset, as `MetaModel.scenarios` gives them.

    References
    ----------
    Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices. Jones, Schonlau and
    Welch (1998), Efficient global optimization of expensive black-box functions, for the expected improvement.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> kinds = rng.normal(size=(50, 1)) * [0.2, 0.2, -0.2] + rng.normal(scale=0.05, size=(50, 3))
    >>> belief = Belief(Scenarios(np.full(3, 0.5), kinds, 0.8 - 0.1 * kinds, np.full(50, 0.02), np.array([0, 1])))
    >>> outlook = belief.after(np.array([0]), np.array([0.7]))
    >>> bool(outlook.improvement[2] > outlook.improvement[1])  # the second does badly where the first does
    True
    """

    def __init__(self, scenarios: Scenarios) -> None:
        from sklearn.covariance import ledoit_wolf

        self._expected = scenarios.expected
        self._covariance: Floats = ledoit_wolf(scenarios.deviations, assume_centered=True)[0]
        levels = scenarios.scores.max(axis=1)
        spreads = levels - np.median(scenarios.scores, axis=1)
        logs = np.log(np.maximum(spreads, 1e-3 * max(float(spreads.mean()), 1e-9)))
        self._short: Floats = levels[:, None] - scenarios.scores
        self._weights = np.broadcast_to(scenarios.weights[:, None], self._short.shape)
        self._depth = _quantile(np.maximum(self._short - spreads[:, None], 0), self._weights, 0.5)
        self._level = _moments(levels, scenarios.weights)
        self._spread = _moments(logs, scenarios.weights)

    def after(self, seen: NDArray[np.intp], scores: Floats) -> Outlook:
        """What to expect once the configurations at the positions `seen` have shown `scores`; at least one."""
        from scipy.stats import norm

        gain = np.linalg.solve(self._covariance[np.ix_(seen, seen)] + NOISE * np.eye(len(seen)), self._covariance[seen])
        left = np.diag(self._covariance) - np.einsum("oc,oc->c", gain, self._covariance[seen])
        deviation = np.sqrt(np.maximum(left, 1e-12))

        probability, level, spread, observed = self._ties(seen, scores)
        regret = self._expected + (observed - self._expected[seen]) @ gain  # grid points x configurations
        better = observed.min(axis=1, keepdims=True) - regret
        improvement = better * norm.cdf(better / deviation) + deviation * norm.pdf(better / deviation)
        score = level - spread * regret
        mean = probability @ score
        variance = probability @ (score**2 + (spread * deviation) ** 2) - mean**2
        tail = (1 - COVERAGE) / 2
        reach = norm.isf(tail) * np.sqrt(np.maximum(variance, 0))
        likely = probability @ regret
        unsure = np.sqrt(np.maximum(probability @ regret**2 - likely**2, 0) + deviation**2)
        hidden = norm.sf((1 - likely) / unsure)  # the probability of a regret that is cut off
        typical = float(probability @ spread[:, 0])
        further = np.where(self._short > typical, self._weights, 0)
        short = np.maximum(_quantile(self._short, further, 1 - tail / np.maximum(hidden, tail)), typical)
        lower = np.where(hidden > tail, np.minimum(mean - reach, probability @ level - short), mean - reach)
        return Outlook(
            mean - self._depth,
            np.minimum(lower, mean - self._depth),
            mean + reach,
            np.clip(likely, 0, 1),
            (probability * spread[:, 0]) @ improvement,
        )

    def _ties(self, seen: NDArray[np.intp], scores: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The probable levels and spreads: probability, level, spread, and the regrets that the scores then are."""
        spread = np.exp(self._spread[0] + self._spread[1] * SPREADS)
        level = scores.max() + BEHIND * spread[:, None]
        observed = np.minimum((level[..., None] - scores) / spread[:, None, None], 1.0)
        surprise = observed - self._expected[seen]
        precision = np.linalg.inv(self._covariance[np.ix_(seen, seen)] + NOISE * np.eye(len(seen)))
        logs = -0.5 * np.einsum("abi,ij,abj->ab", surprise, precision, surprise)
        logs -= np.log(spread)[:, None] * (observed < 1).sum(axis=2)
        logs -= 0.5 * ((level - self._level[0]) / self._level[1]) ** 2 + 0.5 * SPREADS[:, None] ** 2
        logs += np.log(spread)[:, None] + np.log(CELLS)  # what each point stands for
        probability = np.exp(logs - logs.max())
        keep = probability > NEGLIGIBLE
        spreads = np.broadcast_to(spread[:, None], keep.shape)[keep]
        return (
            probability[keep] / probability[keep].sum(),
            level[keep][:, None],
            spreads[:, None],
            observed[keep],
        )


def _quantile(values: Floats, weights: Floats, level: Floats | float) -> Floats:
    """The weighted quantile of each column; the lowest value of one without weight."""
    order = np.argsort(values, axis=0)
    mass = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    at = np.minimum((mass < level * mass[-1]).sum(axis=0), len(mass) - 1)
    found: Floats = np.take_along_axis(np.take_along_axis(values, order, axis=0), at[np.newaxis], axis=0)[0]
    return found


def _moments(values: Floats, weights: Floats) -> tuple[float, float]:
    """Weighted mean and standard deviation, the latter never quite zero."""
    mean = float(weights @ values)
    return mean, max(float(np.sqrt(weights @ (values - mean) ** 2)), 1e-3 * max(abs(mean), 1e-3))


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
        told = f"{len(self._told)} of {len(self._items)} configurations tried"
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
                raise RecommendationError(f"all {len(self._items)} configurations have been tried; the best is {best}")
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
            raise RecommendationError(f"{name} is none of the {len(self._items)} configurations of the recommendation")
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
