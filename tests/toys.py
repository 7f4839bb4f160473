"""A toy algorithm and a toy metric, each a row and its function, in a module that worker processes can import."""

from __future__ import annotations

import numpy as np
from ConfigSpace import ConfigurationSpace, Integer
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.encoding import TREES
from recommender.evaluation.measures import Predicted
from recommender.evaluation.metrics import METRICS, Metric
from recommender.tables.dataset import TASKS


def _space(task: str) -> ConfigurationSpace:
    return ConfigurationSpace({"max_depth": Integer("max_depth", (1, 8))})


def _builder(hyperparameters, task, seed, n_jobs):
    kind = DecisionTreeRegressor if task == "regression" else DecisionTreeClassifier
    return kind(**hyperparameters, random_state=seed)


def _measure(y: np.ndarray, predicted: Predicted, sample_weight: np.ndarray | None = None) -> float:
    return float(np.average(y != predicted.labels, weights=sample_weight))


TREE = Algorithm(
    "toy_tree",
    description="One tree, as a toy",
    tasks=TASKS,
    builder=_builder,
    space=_space,
    encoding=TREES,
    strong=({"max_depth": 3},),
    n_drawn=2,
    fixed={"min_samples_leaf": 2},
    can_fit=lambda settings, rows: settings.get("min_samples_leaf", 1) <= rows.n_samples,
    library="pebble",  # which is there, and which no other algorithm needs
    safe_rank=0,
)
ERROR = Metric(
    "toy_error",
    title="toy error",
    meaning="the share of rows that a toy gets wrong",
    tasks=("binary", "multiclass"),
    measure=_measure,
    greater_is_better=False,
)


class Toy(Configuration):
    """A configuration of the toy algorithm, which processes that it is sent to come to know, as they do the metric."""

    def __reduce__(self):
        return _arrived, (dict(self.hyperparameters),)


def _arrived(hyperparameters: dict) -> Toy:
    ALGORITHMS["toy_tree"], METRICS["toy_error"] = TREE, ERROR
    return Toy("toy_tree", hyperparameters)
