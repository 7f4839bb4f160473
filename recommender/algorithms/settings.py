"""Which hyperparameters an algorithm takes: what is read from a folder or store is held against it before it is used.

A hyperparameter's name becomes an argument of an estimator, and a line of a script; its value, too. So both must be
known, and not only look harmless.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from keyword import iskeyword
from typing import Any, get_args, get_type_hints

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import NAMES, Encoding
from recommender.errors import RecommenderError, listed

WORDS = {
    "criterion": "gini entropy squared_error",
    "max_features": "sqrt",
    "weights": "uniform distance",
    "activation": "relu tanh",
    "kernel": "rbf matern12 matern32 matern52",
    "gamma": "scale auto",
    "shrinkage": "auto",
}
"""The words that a hyperparameter of these names may be, in any algorithm."""
CHOICES = {name: frozenset(get_args(kind)) for name, kind in get_type_hints(Encoding).items()}
"""The words that the choices of the preprocessing are among."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
"""What else a word may look like, of a parameter that is none of the space."""
LARGEST = 1e6
"""No hyperparameter is larger."""


def why_not_taken(configuration: Configuration) -> str | None:
    """Why a configuration is none that this version can build, or None where it can.

    Examples
    --------
    >>> why_not_taken(Configuration("ridge", {"alpha": 10.0, "numbers": "splines"}))
    >>> why_not_taken(Configuration("ridge", {"alpha=1); print(": 1}))
    "ridge takes no hyperparameter 'alpha=1); print('"
    """
    algorithm = ALGORITHMS.get(configuration.algorithm) if isinstance(configuration.algorithm, str) else None
    if algorithm is None:
        return f"no algorithm is named {listed([configuration.algorithm])}"
    if not isinstance(configuration.hyperparameters, Mapping):
        return f"the hyperparameters of {algorithm.name} are no mapping of names to values"
    taken = _taken_by(algorithm)
    for name, value in configuration.hyperparameters.items():
        if name not in taken and not _is_built_with(algorithm, name, value):
            return f"{algorithm.name} takes no hyperparameter {listed([name])}"
        if (
            name in taken
            and not (_is_number(value) and name not in NAMES)
            and not (isinstance(value, str) and value in taken[name])
        ):
            return f"{algorithm.name} does not take {listed([value])} for {name}"
    return None


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST)


def _is_built_with(algorithm: Algorithm, name: Any, value: Any) -> bool:
    """Whether its library's estimator has such a parameter, that is left to configurations; asked for few."""
    if not (isinstance(name, str) and name in _parameters_of(algorithm)):
        return False
    if not (_is_number(value) or (isinstance(value, str) and WORD.fullmatch(value))):
        return False
    try:
        algorithm.build({name: value}, algorithm.tasks[0], 0, 1)
    except (TypeError, ValueError, RecommenderError):  # such as random_state, which is given already
        return False
    return True


@cache
def _parameters_of(algorithm: Algorithm) -> frozenset[str]:
    """The names of all that an estimator, and what it is made of, can be given; none if its library is not there."""
    if not algorithm.is_installed:
        return frozenset()
    estimator = algorithm.build({}, algorithm.tasks[0], 0, 1)
    names = (name.rpartition("__")[2] for name in estimator.get_params(deep=True))
    return frozenset(name for name in names if name.isidentifier() and not iskeyword(name))


@cache
def _taken_by(algorithm: Algorithm) -> dict[str, frozenset[str]]:
    """The names that an algorithm takes, and the words that each may be instead of a number."""
    named = algorithm.takes.split()
    taken = {name: frozenset(WORDS.get(name, "").split()) for name in named}
    for name, value in (*_written_down(algorithm), *(() if named else _asked_of_spaces(algorithm))):
        taken[name] = taken.get(name, frozenset()) | ({value} if isinstance(value, str) else frozenset())
    return taken | CHOICES


def _written_down(algorithm: Algorithm) -> Iterator[tuple[str, Any]]:
    settings = (*algorithm.strong, *algorithm.strong_for_classes, *algorithm.strong_for_numbers)
    for one in (algorithm.fixed, algorithm.for_classes, *settings):
        yield from one.items()


def _asked_of_spaces(algorithm: Algorithm) -> Iterator[tuple[str, Any]]:
    """Names and values in the spaces of an algorithm whose row does not name them, such as one of a user."""
    for task in algorithm.tasks:
        for hyperparameter in algorithm.space(task).values():
            yield from ((hyperparameter.name, value) for value in getattr(hyperparameter, "choices", (None,)))
