"""The pool: the configurations that are evaluated on every dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice, zip_longest
from typing import Any

import numpy as np

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.catalogue import ALGORITHMS, algorithms_for
from recommender.algorithms.configuration import Configuration, Hyperparameters
from recommender.tables.dataset import Task


def pool_for(task: Task) -> tuple[Configuration, ...]:
    """The pool of a task, in the order in which evidence is worth most.

    First each algorithm's plain default, then the settings known to be strong, then a quasi-random spread of each
    search space; within these the algorithms take turns, so that any beginning of the pool is balanced. Algorithms of
    optional extras, where they are installed, follow in the same order: the pool without them is where the pool with
    them begins. A new algorithm, setting or draw leaves the id of everything else as it is.

    Examples
    --------
    >>> len(pool_for("binary")) >= 90
    True
    >>> [configuration.id for configuration in pool_for("regression")][:2]
    ['lightgbm-default', 'random_forest-default']
    """
    return _pool_of(tuple(algorithms_for(task)), task)


def core_for(task: Task) -> tuple[Configuration, ...]:
    """The part of a task's pool that is evaluated at other sizes too: of each algorithm the first, in turns.

    Examples
    --------
    >>> [configuration.id for configuration in core_for("regression")][:2]
    ['lightgbm-default', 'random_forest-default']
    """
    pool = pool_for(task)
    return tuple(_in_turns([list(part(pool, a.n_core, {a.name})) for a in algorithms_for(task)]))


@lru_cache(maxsize=8)
def _pool_of(algorithms: tuple[Algorithm, ...], task: Task) -> tuple[Configuration, ...]:
    always = [algorithm for algorithm in algorithms if algorithm.extra is None]
    extras = [algorithm for algorithm in algorithms if algorithm.extra is not None]
    return (*_in_order(always, task), *_in_order(extras, task))


def safe_defaults() -> tuple[str, ...]:
    """The ids of what a recommendation is not to lose to: the first of them that may be recommended.

    Examples
    --------
    >>> safe_defaults()
    ('catboost-efe6da57', 'catboost-default', 'lightgbm-default')
    """
    ranked = sorted((a for a in ALGORITHMS.values() if a.safe_rank is not None), key=lambda a: (a.safe_rank, a.name))
    return tuple(Configuration(a.name, settings).id for a in ranked for settings in a.safe)


def part(
    pool: Iterable[Configuration], n_configurations: int | None, algorithms: Collection[str] | None
) -> tuple[Configuration, ...]:
    """The first so many of a pool's configurations that are of certain algorithms; None asks for all.

    Examples
    --------
    >>> [configuration.id for configuration in part(pool_for("regression"), 2, {"ridge"})]
    ['ridge-default', 'ridge-352d22b7']
    """
    of_these = (c for c in pool if algorithms is None or c.algorithm in algorithms)
    return tuple(islice(of_these, n_configurations))


def _in_order(algorithms: list[Algorithm], task: Task) -> tuple[Configuration, ...]:
    def of(algorithm: Algorithm, settings: Iterable[Hyperparameters]) -> list[Configuration]:
        besides = {} if task == "regression" else algorithm.for_classes
        return [Configuration(algorithm.name, {**one, **besides}) for one in settings]

    defaults = [default for a in algorithms for default in of(a, [{}])]
    strong = [of(a, a.strong_for(task)) for a in algorithms]
    drawn = [of(a, draw(a, task)) for a in algorithms]
    return tuple({c.id: c for c in chain(defaults, _in_turns(strong), _in_proportion(drawn))}.values())


def draw(algorithm: Algorithm, task: Task) -> Iterator[dict[str, Any]]:
    """Settings spread over an algorithm's space: Sobol's sequence, shifted by an amount that its name decides.

    The k-th setting depends on the algorithm and k alone, so that more can be drawn later (Cranley and Patterson,
    1976, for the shift). Numbers are rounded to three digits, which keeps ids the same on every machine.
    """
    from ConfigSpace import CategoricalHyperparameter
    from scipy.stats import qmc

    space = algorithm.space(task)
    if not len(space) or not algorithm.n_drawn:
        return
    power = max(1, int(np.ceil(np.log2(algorithm.n_drawn))))
    points = qmc.Sobol(len(space), scramble=False).random_base2(power)[: algorithm.n_drawn]
    seed = int.from_bytes(hashlib.sha256(algorithm.name.encode()).digest()[:8], "little")
    points = (points + np.random.default_rng(seed).random(len(space))) % 1.0
    for point in points:
        settings = dict(algorithm.fixed)
        for hyperparameter, at in zip(space.values(), point, strict=True):
            if isinstance(hyperparameter, CategoricalHyperparameter):
                value = hyperparameter.choices[int(at * len(hyperparameter.choices))]
            else:
                value = hyperparameter.to_value(np.float64(at))
            settings[hyperparameter.name] = _plain(value)
        yield settings


def _plain(value: Any) -> Any:
    """A value as JSON has it: built-in types, numbers with three digits."""
    value = value.item() if isinstance(value, np.generic) else value
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _in_turns(groups: list[list[Configuration]]) -> list[Configuration]:
    return [c for turn in zip_longest(*groups) for c in turn if c is not None]


def _in_proportion(groups: list[list[Configuration]]) -> list[Configuration]:
    """All of the groups' members, each group spread evenly from the first place to the last."""
    placed = [((i + 0.5) / len(group), n, c) for n, group in enumerate(groups) for i, c in enumerate(group)]
    return [c for _, _, c in sorted(placed, key=lambda item: item[:2])]
