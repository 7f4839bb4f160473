"""New settings near the best ones: once the pool's best are known, long budgets go on from there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.algorithms.applying import why_not
from recommender.algorithms.catalogue import encoding_of, find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.preprocessing import encoded_width
from recommender.tables.dataset import Dataset

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration

REACH = 0.15
"""Standard deviation of a step, as a share of a hyperparameter's range in the scale of its space."""
CHANGED = 0.2
"""How often another one is taken of choices, and how often what is left to the library is set."""
ATTEMPTS = 20
"""So often a setting is drawn before it is given up that one is new."""


def near(
    parents: Sequence[RecommendedConfiguration],
    dataset: Dataset,
    *,
    known: Collection[str],
    rng: np.random.Generator,
) -> RecommendedConfiguration | None:
    """A setting near that of one of the parents, the first ones more often; None where none is new.

    Numbers take a step that is normally distributed in the scale of the algorithm's search space. What the parent
    leaves to its library mostly stays so, and else begins at the space's default. Settings of the preparation of
    features stay as they are.

    Parameters
    ----------
    parents : sequence of RecommendedConfiguration
        The best of each algorithm, the best first.
    dataset : Dataset
        What it is for.
    known : collection of str
        Ids of configurations that are not to be given again.
    rng : Generator
        What is drawn from.

    Returns
    -------
    RecommendedConfiguration or None
        With what is expected of its parent.
    """
    weights = 0.5 ** np.arange(len(parents))
    for _ in range(ATTEMPTS if parents else 0):
        parent = parents[rng.choice(len(parents), p=weights / weights.sum())]
        configuration = _moved(parent.configuration, dataset, rng)
        if configuration.id not in known and _applies(configuration, dataset):
            return replace(parent, configuration=configuration)
    return None


def _moved(configuration: Configuration, dataset: Dataset, rng: np.random.Generator) -> Configuration:
    settings = dict(configuration.hyperparameters)
    for hyperparameter in find_algorithm(configuration.algorithm).space(dataset.task).values():
        given = settings.get(hyperparameter.name)
        if given is None and rng.random() >= CHANGED:
            continue
        value = given if hyperparameter.legal_value(given) else hyperparameter.default_value
        settings[hyperparameter.name] = _step(hyperparameter, value, rng)
    return Configuration(configuration.algorithm, settings)


def _step(hyperparameter: Any, value: Any, rng: np.random.Generator) -> Any:
    if hasattr(hyperparameter, "choices"):
        choices = hyperparameter.choices
        return choices[rng.integers(len(choices))] if rng.random() < CHANGED else value
    at = float(hyperparameter.to_vector(value)) + REACH * rng.normal()
    found = hyperparameter.to_value(float(np.clip(at, 0.0, 1.0)))
    return found.item() if isinstance(found, np.generic) else found


def _applies(configuration: Configuration, dataset: Dataset) -> bool:
    width = encoded_width(dataset, encoding_of(configuration))
    return why_not(configuration, dataset, n_samples=dataset.n_samples, n_features=width) is None
