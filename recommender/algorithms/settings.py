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
from typing import Any, get_args

from recommender.algorithms.catalogue import ALGORITHMS, Algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import NAMES, Categories, Missing, Numbers, Target
from recommender.errors import RecommenderError, listed

BOOSTING = "learning_rate max_depth min_child_weight subsample colsample_bytree n_estimators early_stopping reg_lambda"
FOREST = "n_estimators criterion max_features min_samples_leaf bootstrap max_leaf_nodes"
TAKEN = {
    "lightgbm": f"{BOOSTING} reg_alpha num_leaves min_child_samples extra_trees",
    "xgboost": f"{BOOSTING} colsample_bylevel",
    "catboost": "learning_rate depth l2_leaf_reg iterations early_stopping",
    "random_forest": FOREST,
    "extra_trees": FOREST,
    "ebm": "learning_rate max_leaves max_rounds min_samples_leaf max_bins interactions outer_bags",
    "logistic_regression": "C l1_ratio",
    "linear_svm": "C probability",
    "rbf_svm": "C gamma epsilon probability",
    "nystroem": "n_components width C",
    "k_neighbors": "n_neighbors weights p",
    "mlp": "n_layers width activation alpha learning_rate_init early_stopping",
    "lda": "shrinkage",
    "qda": "reg_param",
    "naive_bayes": "var_smoothing",
    "ridge": "alpha",
    "lasso": "alpha",
    "elastic_net": "alpha l1_ratio",
    "gaussian_process": "kernel length_scale noise_level",
}
"""The names in each algorithm's space, of today and of before.

They are written down since asking the spaces takes longer than loading all evidence. What is not in here is asked.
"""
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
CHOICES = {
    name: frozenset(get_args(kind)) for name, kind in zip(NAMES, (Categories, Numbers, Missing, Target), strict=True)
}
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
    named = TAKEN[algorithm.name].split() if algorithm.name in TAKEN else ()
    taken = {name: frozenset(WORDS.get(name, "").split()) for name in named}
    for name, value in (*_written_down(algorithm), *(() if named else _asked_of_spaces(algorithm))):
        taken[name] = taken.get(name, frozenset()) | ({value} if isinstance(value, str) else frozenset())
    return taken | CHOICES


def _written_down(algorithm: Algorithm) -> Iterator[tuple[str, Any]]:
    settings = (*algorithm.strong, *algorithm.strong_for_classes, *algorithm.strong_for_numbers)
    for one in (algorithm.fixed, algorithm.for_classes, *settings):
        yield from one.items()


def _asked_of_spaces(algorithm: Algorithm) -> Iterator[tuple[str, Any]]:
    """Names and values in the spaces of an algorithm that is not in the table, such as one of a user."""
    for task in algorithm.tasks:
        for hyperparameter in algorithm.space(task).values():
            yield from ((hyperparameter.name, value) for value in getattr(hyperparameter, "choices", (None,)))
