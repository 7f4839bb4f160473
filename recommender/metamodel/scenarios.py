"""What may happen on one dataset, and what to prefer in view of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.metamodel.regrets import greedy

Floats = NDArray[np.float64]

CAUTION = 0.6
"""What a unit of risk weighs against a unit of regret."""


@dataclass(frozen=True, eq=False)
class Scenarios:
    """What may happen on one dataset: what is expected, and how far training datasets were from what was expected.

    Parameters
    ----------
    expected : array of shape (n_configurations,)
        Expected normalized regret.
    deviations : array of shape (n_datasets, n_configurations)
        By how much the regrets of each training dataset differed from what is expected of it without its family.
    scores : array of shape (n_datasets, n_configurations)
        The scores of this dataset, had they differed from the expected ones as those of each training dataset did.
    weights : array of shape (n_datasets,)
        How likely each is, adding up to 1: similar datasets weigh more.
    bounds : array of shape (2,)
        The lowest and the highest score of any training dataset.
    configurations : tuple of str
        Their ids.
    defaults : tuple of str
        The ids of those that are safe to choose, the best first.
    """

    expected: Floats
    deviations: Floats
    scores: Floats
    weights: Floats
    bounds: Floats
    configurations: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()

    def among(self, names: Collection[str]) -> Scenarios:
        """The same where only the configurations named may be chosen: the first safe one of them is the safe one."""
        return replace(self, defaults=tuple(name for name in self.defaults if name in names))

    @cached_property
    def regrets(self) -> Floats:
        """Normalized regrets of shape (n_datasets, n_configurations): 0 for the best of each scenario, at most 1."""
        regrets = self.expected + self.deviations
        return np.clip(regrets - regrets.min(axis=1, keepdims=True), 0, 1)

    @cached_property
    def risk(self) -> Floats:
        """How far each configuration may fall behind the first of the safe ones; 0 without one.

        The downside deviation: the root of the mean square of what is lost to the default, where a scenario in which
        nothing is lost counts as 0 and makes up for nothing.

        References
        ----------
        Sortino and Price (1994), Performance measurement in a downside risk framework.
        """
        if not self.defaults:
            return np.zeros(len(self.expected))
        safe = self.configurations.index(self.defaults[0])
        lost = np.maximum(self.regrets - self.regrets[:, [safe]], 0)
        risk: Floats = np.sqrt(self.weights @ lost**2)
        return risk

    @cached_property
    def preference(self) -> Floats:
        """What to order configurations by, least first: their mean regret over the scenarios, and the risk."""
        preference: Floats = self.weights @ self.regrets + CAUTION * self.risk
        return preference

    def portfolio(self, k: int, *, among: Collection[str]) -> list[str]:
        """At most `k` configurations that complement each other, of those named, the best first choice first."""
        wanted = np.flatnonzero(np.isin(self.configurations, list(among)))
        chosen = greedy(self.regrets[:, wanted], self.weights, self.preference[wanted], k)
        return [self.configurations[wanted[c]] for c in chosen]
