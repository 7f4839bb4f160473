"""Flows: which of OpenML's scikit-learn flows is which algorithm of ours, and what each of its parameters means here.

`FLOWS`, at the end, is the whole table: a row for each estimator of scikit-learn whose evaluations can speak for ours.
Names, values and defaults have changed over scikit-learn's years: a parameter is read as today's hyperparameter of the
same meaning, or dropped for a reason that stands beside it. What a pipeline does before its estimator (imputing,
encoding) is dropped as well, since our own preprocessing is another: imported scores are never mixed with our own.

An estimator without a row, such as AdaBoost, is not in our pool; its evaluations are evidence about its own flow only.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

UNLIMITED = math.inf
"""What no limit (None) is as a number."""

COST_ONLY = "changes what fitting costs or prints, not what is learnt"
SEED = "a draw, not a setting"
REMOVED = "removed from scikit-learn"
OTHER_STEP = "of another step of the pipeline"
UNKNOWN = "not in the table"


@dataclass(frozen=True)
class Parameter:
    """What a parameter of an estimator means as a hyperparameter of ours.

    Parameters
    ----------
    name : str
        Its name, in scikit-learn as with us.
    default : object
        Today's default, which a configuration of ours has that does not name it.
    old_default : object, optional
        The default before scikit-learn 0.22, where it was another.
    same : Mapping of object to object
        Values that mean the same as another, among them names that are gone.
    enough : float, optional
        Larger numbers count as this one, since they change little.
    of_columns : bool, default=False
        Whether it is a share of the columns, which can also be said as their number, "sqrt" or "log2".
    of_rows : bool, default=False
        Whether it limits what never exceeds the number of rows, so that a larger limit is none.
    """

    name: str
    default: Any
    old_default: Any = ...
    same: Mapping[Any, Any] = field(default_factory=dict)
    enough: float | None = None
    of_columns: bool = False
    of_rows: bool = False

    def read(self, value: Any, *, n_samples: int, n_features: int) -> float | str:
        """A value as it compares between settings on a dataset of that size: a number, or a name."""
        if self.of_columns:
            return _share_of_columns(value, n_features)
        if isinstance(value, str | bool):
            return str(value)
        number = UNLIMITED if value is None else float(value)
        if self.of_rows and number >= n_samples:
            return UNLIMITED
        return number if self.enough is None else min(number, float(self.enough))


@dataclass(frozen=True)
class Flow:
    """A row of the table.

    Parameters
    ----------
    estimator : str
        The class of scikit-learn.
    algorithm : str
        What we call it.
    parameters : tuple of Parameter
        What is kept.
    dropped : Mapping of str to str
        What is not kept, and why.
    """

    estimator: str
    algorithm: str
    parameters: tuple[Parameter, ...]
    dropped: Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """The parameters of a setup, read by the table.

    Parameters
    ----------
    hyperparameters : dict
        The value of every parameter that the table keeps, as scikit-learn takes it today.
    dropped : dict of str to str
        What was dropped, and why.
    """

    hyperparameters: dict[str, Any]
    dropped: dict[str, str]


def estimator_of(flow_name: str) -> str:
    """The class that learns in a flow: of a pipeline, that of its last step.

    Examples
    --------
    >>> estimator_of("sklearn.pipeline.Pipeline(a=sklearn.A(b=x.B),c=sklearn.ensemble.forest.ExtraTreesClassifier)(1)")
    'ExtraTreesClassifier'
    >>> estimator_of("sklearn.ensemble.weight_boosting.AdaBoostClassifier(base_estimator=sklearn.tree.tree.Tree)(2)")
    'AdaBoostClassifier'
    """
    return _path_of(flow_name).rsplit(".", 1)[-1]


def find_flow(flow_name: str) -> Flow | None:
    """The row of the table for a flow, or None where the table has none.

    Examples
    --------
    >>> find_flow("sklearn.ensemble.forest.RandomForestClassifier(7)").algorithm
    'random_forest'
    >>> find_flow("weka.RandomForest(1)") is None
    True
    """
    return FLOWS.get(estimator_of(flow_name)) if _path_of(flow_name).startswith("sklearn.") else None


def read_parameters(flow_name: str, parameters: Mapping[str, str | None]) -> Reading:
    """What a setup's parameters are as hyperparameters of ours.

    Parameters
    ----------
    flow_name : str
        A flow that `find_flow` finds. Its module tells old defaults, which hold for what is not said, from today's.
    parameters : Mapping of str to str or None
        Values by full name, both as OpenML has them: the component with its version, an underscore, the parameter;
        values as JSON or as Python writes them. A parameter of the whole flow, also under its bare name, counts as the
        estimator's.

    Examples
    --------
    >>> name = "sklearn.ensemble.forest.RandomForestClassifier(7)"
    >>> found = read_parameters(name, {f"{name}_max_features": '"auto"', f"{name}_min_impurity_split": "null"})
    >>> found.hyperparameters["max_features"], found.hyperparameters["n_estimators"]
    ('sqrt', 10)
    >>> found.dropped
    {'min_impurity_split': 'removed from scikit-learn'}
    """
    flow = find_flow(flow_name)
    if flow is None:
        raise KeyError(flow_name)
    known = {p.name: p for p in flow.parameters}
    before_private_modules = "._" not in _path_of(flow_name)  # which came with scikit-learn 0.22
    found = {
        p.name: p.old_default if before_private_modules and p.old_default is not ... else p.default
        for p in flow.parameters
    }
    dropped = {}
    for full_name, text in parameters.items():
        component, name = _split(full_name)
        if component not in ("", flow.estimator, _class_of(flow_name)) or "__" in name:
            dropped[name] = OTHER_STEP
        elif name in known:
            value = _value(text)
            found[name] = known[name].same.get(value, value) if value is None or isinstance(value, str) else value
        else:
            dropped[name] = flow.dropped.get(name, UNKNOWN)
    return Reading(found, dropped)


@lru_cache(maxsize=1024)  # it is asked for with every setting of a flow
def _path_of(flow_name: str) -> str:
    """The dotted name of the class that learns, without what stands in parentheses."""
    head, _, inside = flow_name.partition("(")
    if not head.endswith((".Pipeline", ".ImbPipeline")):
        return head
    steps, depth = [""], 0
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
        if letter == "," and not depth:
            steps.append("")
        else:
            steps[-1] += letter
    return _path_of(steps[-1].partition("=")[2])


def _class_of(component: str) -> str:
    return component.partition("(")[0].rsplit(".", 1)[-1]


@lru_cache(maxsize=1024)
def _split(full_name: str) -> tuple[str, str]:
    """The class of a component and the name of its parameter."""
    match = re.fullmatch(r"(.*)\(\d+\)_(.*)", full_name)
    return (_class_of(match[1]), match[2]) if match else ("", full_name)


def _value(text: str | None) -> Any:
    """A value as OpenML writes it: JSON, Python's words for true, false and nothing, or bare text."""
    if text is None:
        return None
    words = {"True": True, "False": False, "None": None}
    if text in words:
        return words[text]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _share_of_columns(value: Any, n_features: int) -> float:
    shares = {"sqrt": math.sqrt(n_features), "log2": math.log2(max(n_features, 2)), None: n_features}
    number = shares.get(value, value)
    return min(1.0, max(1.0, int(number)) / n_features if value in shares or isinstance(value, int) else float(number))


# ---------------------------------------------------------------------------------------------------------------------
# The table

_CRITERIA = {"mse": "squared_error", "mae": "absolute_error", "log_loss": "entropy"}
"""The first two were renamed in scikit-learn 1.0; the last two are the same."""

_NOT_LEARNT = {
    "n_jobs": COST_ONLY,
    "verbose": COST_ONLY,
    "warm_start": COST_ONLY,
    "oob_score": COST_ONLY,
    "random_state": SEED,
    "min_impurity_split": REMOVED,  # 1.0
}


def _forest(estimator: str, algorithm: str, *, bootstrap: bool) -> Flow:
    classifier = estimator.endswith("Classifier")
    criterion, columns = ("gini", "sqrt") if classifier else ("squared_error", 1.0)
    return Flow(
        estimator,
        algorithm,
        (
            # 10 until 0.22. More than 100 trees change little: Probst and Boulesteix, JMLR 18(181), 2018
            Parameter("n_estimators", 100, 10, enough=100),
            Parameter("criterion", criterion, same=_CRITERIA),
            # "auto" was the square root for classes and all columns else; gone since 1.3
            Parameter("max_features", columns, same={"auto": columns}, of_columns=True),
            Parameter("min_samples_leaf", 1),
            Parameter("min_samples_split", 2),
            Parameter("max_leaf_nodes", None, of_rows=True),
            Parameter("max_depth", None, of_rows=True),
            Parameter("bootstrap", bootstrap),
            Parameter("min_weight_fraction_leaf", 0.0),
            Parameter("min_impurity_decrease", 0.0),
            *((Parameter("class_weight", "None", same={None: "None"}),) if classifier else ()),
            Parameter("max_samples", None, of_rows=True),
            Parameter("ccp_alpha", 0.0),
        ),
        _NOT_LEARNT,
    )


def _neighbours(estimator: str) -> Flow:
    return Flow(
        estimator,
        "k_neighbors",
        (Parameter("n_neighbors", 5), Parameter("weights", "uniform"), Parameter("p", 2)),
        {
            "n_jobs": COST_ONLY,
            "algorithm": COST_ONLY,
            "leaf_size": COST_ONLY,
            "metric": "ours is always Minkowski's, the default",
            "metric_params": "ours has none",
        },
    )


FLOWS: dict[str, Flow] = {
    flow.estimator: flow
    for flow in (
        _forest("RandomForestClassifier", "random_forest", bootstrap=True),
        _forest("RandomForestRegressor", "random_forest", bootstrap=True),
        _forest("ExtraTreesClassifier", "extra_trees", bootstrap=False),
        _forest("ExtraTreesRegressor", "extra_trees", bootstrap=False),
        _neighbours("KNeighborsClassifier"),
        _neighbours("KNeighborsRegressor"),
    )
}
