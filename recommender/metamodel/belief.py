"""Belief: what to expect of configurations on a dataset once some scores have been seen there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.metamodel.intervals import COVERAGE
from recommender.metamodel.scenarios import Scenarios

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

        self._scenarios, self._expected = scenarios, scenarios.expected
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

        gain = self._gain(seen)
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

    def scenarios_after(self, seen: NDArray[np.intp], scores: Floats) -> Scenarios:
        """What may happen once the configurations at the positions `seen` have shown `scores`; at least one.

        Each scenario is moved as what is expected is: of its difference from the expectation that part goes which the
        seen configurations tell of.
        """
        outlook, before = self.after(seen, scores), self._scenarios
        gain = self._gain(seen)
        mean = before.weights @ before.scores
        differences = before.scores - mean
        return replace(
            before,
            expected=outlook.regret,
            deviations=before.deviations - before.deviations[:, seen] @ gain,
            scores=np.clip(outlook.score + differences - differences[:, seen] @ gain, *before.bounds),
        )

    def _gain(self, seen: NDArray[np.intp]) -> Floats:
        """How much of a surprise by each seen configuration is expected of every configuration."""
        return np.asarray(np.linalg.solve(self._of_seen(seen), self._covariance[seen]), dtype=np.float64)

    def _of_seen(self, seen: NDArray[np.intp]) -> Floats:
        """The covariance of what is seen, noise included."""
        return self._covariance[np.ix_(seen, seen)] + NOISE * np.eye(len(seen))

    def _ties(self, seen: NDArray[np.intp], scores: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The probable levels and spreads: probability, level, spread, and the regrets that the scores then are."""
        spread = np.exp(self._spread[0] + self._spread[1] * SPREADS)
        level = scores.max() + BEHIND * spread[:, None]
        observed = np.minimum((level[..., None] - scores) / spread[:, None, None], 1.0)
        surprise = observed - self._expected[seen]
        logs = -0.5 * np.einsum("abi,ij,abj->ab", surprise, np.linalg.inv(self._of_seen(seen)), surprise)
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
