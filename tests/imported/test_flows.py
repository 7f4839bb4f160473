from __future__ import annotations

import math
from inspect import signature

import pytest
import sklearn.ensemble
import sklearn.neighbors

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.encoding import model_settings
from recommender.algorithms.pool import pool_for
from recommender.imported.flows import FLOWS, OTHER_STEP, UNKNOWN, estimator_of, find_flow, read_parameters

OLD = "sklearn.ensemble.forest.RandomForestClassifier(7)"
NEW = "sklearn.ensemble._forest.RandomForestClassifier(7)"
STEPS = "imputer=sklearn.impute.SimpleImputer,forest=sklearn.ensemble._forest.RandomForestClassifier"
PIPELINE = f"sklearn.pipeline.Pipeline({STEPS})(3)"


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.estimator)
def test_defaults_are_those_of_scikit_learn(flow):
    estimator = getattr(sklearn.ensemble, flow.estimator, None) or getattr(sklearn.neighbors, flow.estimator)
    defaults = {name: p.default for name, p in signature(estimator).parameters.items()}
    assert flow.algorithm in ALGORITHMS
    for parameter in flow.parameters:
        ours = parameter.default if parameter.default != "None" else None
        assert defaults[parameter.name] == ours, parameter.name


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.estimator)
def test_every_parameter_of_today_is_kept_or_dropped_for_a_reason(flow):
    estimator = getattr(sklearn.ensemble, flow.estimator, None) or getattr(sklearn.neighbors, flow.estimator)
    said = {p.name for p in flow.parameters} | set(flow.dropped)
    assert set(signature(estimator).parameters) - said <= {"monotonic_cst"}  # which no flow of OpenML's has set


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.estimator)
def test_every_hyperparameter_of_the_pool_is_in_the_table(flow):
    task = "regression" if flow.estimator.endswith("Regressor") else "binary"
    used = {name for c in pool_for(task) if c.algorithm == flow.algorithm for name in model_settings(c.hyperparameters)}
    assert used <= {p.name for p in flow.parameters}


def test_old_defaults_hold_for_old_modules():
    assert read_parameters(OLD, {}).hyperparameters["n_estimators"] == 10
    assert read_parameters(NEW, {}).hyperparameters["n_estimators"] == 100


@pytest.mark.parametrize("text", ['"entropy"', "entropy", '"log_loss"'])
def test_names_however_they_are_written(text):
    assert read_parameters(NEW, {f"{NEW}_criterion": text}).hyperparameters["criterion"] == "entropy"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("null", None), ("0.5", 0.5), ("7", 7)])
def test_values_however_they_are_written(text, value):
    assert read_parameters(NEW, {f"{NEW}_max_leaf_nodes": text}).hyperparameters["max_leaf_nodes"] == value


def test_parameters_of_other_steps_are_dropped():
    component = "sklearn.ensemble._forest.RandomForestClassifier(9)"
    given = {
        f"{component}_min_samples_leaf": "3",
        "sklearn.impute.SimpleImputer(2)_strategy": '"mean"',
        "imputer__strategy": "mean",
        f"{component}_nonsense": "1",
    }
    found = read_parameters(PIPELINE, given)
    assert found.hyperparameters["min_samples_leaf"] == 3
    assert found.dropped == {"strategy": OTHER_STEP, "imputer__strategy": OTHER_STEP, "nonsense": UNKNOWN}


def test_flows_without_a_row():
    assert (
        find_flow("sklearn.ensemble.weight_boosting.AdaBoostClassifier(base_estimator=sklearn.tree.tree.A)(1)") is None
    )
    assert find_flow("weka.RandomForest(1)") is None
    assert find_flow("mlr.classif.ranger(3)") is None
    with pytest.raises(KeyError):
        read_parameters("weka.RandomForest(1)", {})


def test_estimator_of_nested_flows():
    search = "sklearn.model_selection._search.RandomizedSearchCV(estimator=sklearn.pipeline.Pipeline(a=b.C,d=e.F))(1)"
    assert estimator_of(search) == "RandomizedSearchCV"  # its setups are not settings of what it searches
    assert (
        estimator_of(f"sklearn.pipeline.Pipeline(a=x.Y,b={PIPELINE.removesuffix('(3)')})(1)")
        == "RandomForestClassifier"
    )


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        ("max_features", "sqrt", 0.25),
        ("max_features", None, 1.0),
        ("max_features", 8, 0.5),
        ("max_features", 0.3, 0.3),
        ("max_leaf_nodes", None, math.inf),
        ("max_leaf_nodes", 4096, math.inf),  # more leaves than rows are no limit
        ("max_leaf_nodes", 50, 50.0),
        ("n_estimators", 200, 100.0),
        ("bootstrap", True, "True"),
    ],
)
def test_values_compare_on_a_dataset(name, value, meaning):
    parameter = next(p for p in FLOWS["RandomForestClassifier"].parameters if p.name == name)
    assert parameter.read(value, n_samples=1000, n_features=16) == meaning
