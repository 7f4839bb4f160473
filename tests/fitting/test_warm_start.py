from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import optuna
import pytest
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.model_selection import cross_val_score

from recommender import recommend
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.pool import pool_for
from recommender.errors import MissingExtraError, RecommendationError
from recommender.fitting.warm_start import _nearest_point, search_space

QUICK = ["lda", "qda", "k_neighbors", "naive_bayes"]


@pytest.fixture(scope="module")
def recommendation():
    return recommend(load_wine(as_frame=True), include=QUICK)


def model_of(pipeline):
    return repr(pipeline["model"])


def test_an_optuna_study_begins_with_the_portfolio(recommendation):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    X, y = load_wine(return_X_y=True, as_frame=True)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    space, built = recommendation.to_optuna(study), []

    def objective(trial):
        built.append(space.suggest(trial))
        return cross_val_score(built[-1], X, y, cv=2).mean()

    n_first = len(space.initial)
    study.optimize(objective, n_trials=n_first + 3)
    first = [item.estimator for item in recommendation.portfolio(10)]
    shown = [model_of(pipeline) for pipeline in built]
    assert shown[0] == model_of(recommendation.best.estimator)
    assert set(shown[:n_first]) <= {model_of(pipeline) for pipeline in first}
    assert [dict(trial.params) for trial in study.trials[:n_first]] == [dict(point) for point in space.initial]
    assert study.best_value > 0.9
    assert model_of(space.suggest(study.best_trial)) == shown[study.best_trial.number]


def test_what_was_enqueued_is_not_enqueued_again(recommendation):
    study = optuna.create_study()
    for _ in range(2):
        space = recommendation.to_optuna(study)
    assert len(study.trials) == len(space.initial)


def test_only_a_study_is_begun(recommendation):
    with pytest.raises(RecommendationError, match="a list is not an Optuna study"):
        recommendation.to_optuna([])


def test_hyperparameters_are_there_for_their_own_algorithm_alone(recommendation):
    space = recommendation.to_configspace()
    drawn = space.configspace.sample_configuration(30)
    assert {point["algorithm"] for point in drawn} == set(QUICK)
    for point in drawn:
        assert all(name == "algorithm" or name.split(":")[0] == point["algorithm"] for name in point)
        assert space.estimator(point)["model"].get_params() is not None


def test_the_recommended_configuration_itself_is_built_at_its_point(recommendation):
    space = recommendation.to_configspace()
    by_model = {model_of(item.estimator) for item in recommendation.portfolio(10)}
    for point in space.initial:
        assert model_of(space.estimator(point)) in by_model
    assert space.initial[0]["algorithm"] == recommendation.best.algorithm


def test_points_are_built_as_they_say():
    space = search_space(recommend(load_diabetes(as_frame=True), include=["extra_trees"]))
    settings = {"criterion": "squared_error", "max_features": 0.5, "min_samples_leaf": 3, "bootstrap": False}
    point = {"algorithm": "extra_trees"} | {f"extra_trees:{k}": v for k, v in settings.items()}
    model = space.estimator(point | {"extra_trees:max_leaf_nodes": 100})["model"]
    assert {name: getattr(model, name) for name in settings} == settings
    assert (model.max_leaf_nodes, model.n_estimators) == (100, 200)


@pytest.mark.parametrize("point", [{"algorithm": "lda"}, {"algorithm": "svm"}, {"algorithm": "lda", "lda:C": 1.0}])
def test_what_is_no_point(recommendation, point):
    with pytest.raises(RecommendationError, match="not a point of the search space"):
        recommendation.to_configspace().estimator(point)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_configuration_of_the_pool_has_a_nearest_point(task):
    for configuration in pool_for(task):
        space = ALGORITHMS[configuration.algorithm].space(task)
        point = _nearest_point(configuration, task)
        for hyperparameter in space.values():
            value = point[f"{configuration.algorithm}:{hyperparameter.name}"]
            assert hyperparameter.legal_value(value), (configuration, hyperparameter.name, value)
            if hyperparameter.legal_value(configuration.hyperparameters.get(hyperparameter.name, object())):
                assert value == configuration.hyperparameters[hyperparameter.name]


def test_defaults_of_the_library_are_taken_over():
    lightgbm = next(c for c in pool_for("binary") if c.id == "lightgbm-default")
    point = _nearest_point(lightgbm, "binary")
    assert point["lightgbm:num_leaves"] == 31
    assert point["lightgbm:learning_rate"] == 0.1
    assert point["lightgbm:reg_lambda"] == 0.001  # its default of 0 lies below the range
    forest = next(c for c in pool_for("binary") if c.id == "random_forest-default")
    assert _nearest_point(forest, "binary")["random_forest:max_leaf_nodes"] == 4096


@pytest.mark.parametrize("loader", [load_iris, load_diabetes])
def test_every_point_lies_in_flaml_s_own_space(loader):
    pytest.importorskip("flaml")
    from flaml.automl.state import SearchState
    from flaml.automl.task.factory import task_factory

    recommendation = recommend(loader(as_frame=True))
    task = task_factory("regression" if recommendation.task == "regression" else "classification")
    size = (recommendation.dataset.n_samples * 9 // 10, recommendation.dataset.n_features)
    points = recommendation.to_flaml()
    assert set(points) <= {*(algorithm.flaml_name for algorithm in ALGORITHMS.values()), "lrl1"} - {None}
    for name, starts in points.items():
        space = task.estimator_class_from_str(name).search_space(data_size=size, task=task)
        for start in starts:
            for key, value in start.items():
                assert SearchState.valid_starting_point_one_dim(None, value, space[key]["domain"]), (name, key, value)


def test_flaml_begins_with_the_points():
    flaml = pytest.importorskip("flaml")
    X, y = load_iris(return_X_y=True, as_frame=True)
    points = recommend(X, y, include=["lightgbm"]).to_flaml()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FLAML's own
        automl = flaml.AutoML()
        automl.fit(
            X, y, task="classification", estimator_list=list(points), starting_points=points, max_iter=2, verbose=0,
            n_jobs=1, eval_method="holdout",
        )  # fmt: skip
    assert automl.best_config["num_leaves"] in {start["num_leaves"] for start in points["lgbm"]}
    assert automl.predict(X).shape == (150,)


def test_flaml_without_any_of_the_algorithms(recommendation):
    pytest.importorskip("flaml")
    with pytest.raises(RecommendationError, match="FLAML has none"):
        recommend(load_iris(), include=["lda"]).to_flaml()


def test_flaml_that_is_not_installed(recommendation, monkeypatch):
    monkeypatch.setitem(sys.modules, "flaml.automl.task.factory", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[warm-start\]'"):
        recommendation.to_flaml()


def test_points_are_of_plain_types(recommendation):
    pytest.importorskip("flaml")
    values = [value for starts in recommendation.to_flaml().values() for start in starts for value in start.values()]
    assert not [value for value in values if isinstance(value, np.generic)]


def test_what_flaml_needs_and_is_not_installed_is_named():
    code = (
        "import sys\n"
        "from sklearn.datasets import load_iris\n"
        "from recommender import recommend\n"
        "from recommender.errors import MissingExtraError\n"
        "recommendation = recommend(load_iris(as_frame=True))\n"
        "sys.modules['xgboost'] = None\n"
        "try: recommendation.to_flaml()\n"
        "except MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("FLAML needs xgboost, which is not installed: pip install")
