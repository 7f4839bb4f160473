"""Warm starts: a recommendation as the search space and first points of Optuna, FLAML, and what takes a ConfigSpace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.algorithms.catalogue import ALGORITHMS, find_algorithm
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.errors import MissingExtraError, RecommendationError, one_line
from recommender.tables.dataset import Dataset, Task

if TYPE_CHECKING:
    import ConfigSpace
    from sklearn.pipeline import Pipeline

    from recommender.advice.ranking import Ranking

N_INITIAL = 10
"""How many configurations of the portfolio a search begins with."""
SEPARATOR = ":"


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """The algorithms of a recommendation with their hyperparameters, and where to begin.

    A point of the space names an ``algorithm`` and that algorithm's hyperparameters, as ``lightgbm:num_leaves``. A
    recommended configuration may have settings that the space does not, such as a library's plain default; its point
    is then the nearest one, but what is built at this point is the recommended configuration itself.

    Parameters
    ----------
    configspace : ConfigSpace.ConfigurationSpace
        The choice of the algorithm, and the hyperparameters on the condition that theirs is chosen.
    initial : list of ConfigSpace.Configuration
        The points of the portfolio, in its order. Of several configurations at one point only the first is there.
    """

    configspace: ConfigSpace.ConfigurationSpace
    initial: list[ConfigSpace.Configuration]
    _recommended: list[Configuration] = field(repr=False)
    _dataset: Dataset = field(repr=False)

    def estimator(self, point: Mapping[str, Any]) -> Pipeline:
        """The unfitted pipeline at a point: a mapping, such as a `ConfigSpace.Configuration`.

        Raises
        ------
        RecommendationError
            If the point is not one of the space.
        """
        point = {name: _plain(value) for name, value in point.items()}
        for known, configuration in zip(self.initial, self._recommended, strict=True):
            if _plain_point(known) == point:
                return build_pipeline(configuration, self._dataset)
        self._check(point)
        name = point.pop("algorithm")
        settings = {key.removeprefix(name + SEPARATOR): value for key, value in point.items()}
        return build_pipeline(Configuration(name, {**find_algorithm(name).fixed, **settings}), self._dataset)

    def suggest(self, trial: Any) -> Pipeline:
        """The unfitted pipeline that an Optuna trial asks for; at a study's ``best_trial``, the best one again."""
        choice: Any = self.configspace["algorithm"]
        name = trial.suggest_categorical("algorithm", choice.choices)
        point = {"algorithm": name}
        for hyperparameter in find_algorithm(name).space(self._dataset.task).values():
            key = name + SEPARATOR + hyperparameter.name
            point[key] = _suggest(trial, key, hyperparameter)
        return self.estimator(point)

    def _check(self, point: Mapping[str, Any]) -> None:
        import ConfigSpace

        try:
            ConfigSpace.Configuration(self.configspace, values=point)
        except Exception as error:  # ConfigSpace has many for a point that is not its own
            raise RecommendationError(
                f"{dict(point)} is not a point of the search space: {one_line(error, 300)}"
            ) from error


def search_space(recommendation: Ranking) -> SearchSpace:
    """The search space of a recommendation: its algorithms, and its portfolio as initial points.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender import recommend
    >>> space = search_space(recommend(load_iris(), include=["lda", "k_neighbors"]))
    >>> [hyperparameter.name for hyperparameter in space.configspace.values()][:3]
    ['algorithm', 'k_neighbors:n_neighbors', 'k_neighbors:p']
    >>> space.estimator({"algorithm": "lda", "lda:shrinkage": 0.5})["model"].shrinkage
    0.5
    """
    import ConfigSpace

    task = recommendation.task
    names = sorted({item.algorithm for item in recommendation.items})
    choice = ConfigSpace.Categorical("algorithm", names, default=recommendation.best.algorithm)
    whole = ConfigSpace.ConfigurationSpace(seed=0)
    whole.add(choice)
    for name in names:
        whole.add_configuration_space(
            name,
            find_algorithm(name).space(task),
            delimiter=SEPARATOR,
            parent_hyperparameter={"parent": choice, "value": name},
        )
    points: dict[tuple[Any, ...], tuple[ConfigSpace.Configuration, Configuration]] = {}
    for item in recommendation.portfolio(N_INITIAL):
        values = _nearest_point(item.configuration, task)
        at = ConfigSpace.Configuration(whole, values=values)
        points.setdefault(tuple(values.items()), (at, item.configuration))
    initial, recommended = zip(*points.values(), strict=True)
    return SearchSpace(whole, list(initial), list(recommended), recommendation.dataset)


def enqueue(recommendation: Ranking, study: Any) -> SearchSpace:
    """Have an Optuna study begin with the portfolio, and return the space for its objective.

    Parameters
    ----------
    recommendation : Ranking
        What to begin with.
    study : optuna.Study
        The portfolio's points that it has no trial for are enqueued.

    Examples
    --------
    >>> import optuna
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from recommender import recommend
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> X, y = load_iris(return_X_y=True)
    >>> study = optuna.create_study(direction="maximize")
    >>> space = enqueue(recommend(X, y, include=["lda", "k_neighbors"]), study)
    >>> study.optimize(lambda trial: cross_val_score(space.suggest(trial), X, y).mean(), n_trials=2)
    >>> study.best_value > 0.9
    True
    """
    if not hasattr(study, "enqueue_trial"):
        raise RecommendationError(
            f"a {type(study).__name__} is not an Optuna study: give what optuna.create_study returned"
        )
    space = search_space(recommendation)
    for point in space.initial:
        study.enqueue_trial(_plain_point(point), skip_if_exists=True)
    return space


# ---------------------------------------------------------------------------------------------------------------------
# FLAML

N_FLAML = 2
"""Points for each of FLAML's estimators."""


def flaml_points(recommendation: Ranking) -> dict[str, list[dict[str, Any]]]:
    """Where FLAML should begin: for each of its estimators that the ranking holds, points of its own search space.

    Give it to ``flaml.AutoML.fit`` as ``starting_points``, and its keys as ``estimator_list``. Values outside of
    FLAML's ranges become the nearest within, and settings that it does not know are left out; algorithms that it does
    not have, such as discriminant analysis, are too.

    Returns
    -------
    dict of str to list of dict
        FLAML's names of estimators, in the ranking's order, each with the two best of its configurations.

    Raises
    ------
    MissingExtraError
        If FLAML is not installed, or XGBoost, without which it does not start: its ranges depend on the table's size.
    RecommendationError
        If FLAML has none of the algorithms.
    """
    try:
        from flaml.automl.task.factory import task_factory
    except ImportError as error:
        raise MissingExtraError("flaml is not installed: pip install 'recommender[warm-start]'") from error
    dataset = recommendation.dataset
    try:
        task = task_factory("regression" if dataset.task == "regression" else "classification")
    except ImportError as error:
        raise MissingExtraError(
            f"FLAML needs {error.name}, which is not installed: pip install 'recommender[warm-start,boosting]'"
        ) from error
    size = (dataset.n_samples * 4 // 5, dataset.n_features)  # FLAML may hold out some rows, and narrow its ranges
    points: dict[str, list[dict[str, Any]]] = {}
    for item in recommendation.items:
        algorithm = find_algorithm(item.algorithm)
        name, renamed = algorithm.flaml_name, algorithm.flaml_settings
        if name is None:
            continue
        settings = _all_settings(item.configuration, dataset.task)
        if name == "lrl2" and (settings.get("l1_ratio") or 0.0) > 0.5:
            name = "lrl1"
        found = points.setdefault(name, [])
        space = task.estimator_class_from_str(name).search_space(data_size=size, task=task)
        point = {key: _flaml_value(about, settings.get(renamed.get(key, key))) for key, about in space.items()}
        if point not in found and len(found) < N_FLAML:
            found.append(point)
    if not points:
        known = [name for name, algorithm in ALGORITHMS.items() if algorithm.flaml_name]
        raise RecommendationError(f"FLAML has none of the recommended algorithms. It knows: {', '.join(known)}")
    return points


def _flaml_value(about: Mapping[str, Any], value: Any) -> Any:
    """The value of a hyperparameter in FLAML's domain that is nearest to ours, or its own first one."""
    domain, first = about["domain"], _plain(about.get("init_value"))
    if hasattr(domain, "categories"):
        return value if value in domain.categories else first if first is not None else domain.categories[0]
    if not hasattr(domain, "lower") or not _is_number(value):
        return first
    whole = isinstance(domain.lower, int) and isinstance(domain.upper, int) and isinstance(first, int)
    return _within(value, domain.lower, domain.upper - 1 if whole else domain.upper, whole=whole)


# ---------------------------------------------------------------------------------------------------------------------
# Points


def _nearest_point(configuration: Configuration, task: Task) -> dict[str, Any]:
    """The point of the search space that is nearest to a configuration."""
    name, settings = configuration.algorithm, _all_settings(configuration, task)
    point: dict[str, Any] = {"algorithm": name}
    for hyperparameter in find_algorithm(name).space(task).values():
        point[name + SEPARATOR + hyperparameter.name] = _nearest(hyperparameter, settings.get(hyperparameter.name))
    return point


def _nearest(hyperparameter: Any, value: Any) -> Any:
    if hasattr(hyperparameter, "choices"):
        return value if value in hyperparameter.choices else _plain(hyperparameter.default_value)
    if not _is_number(value):
        return hyperparameter.default_value
    whole = isinstance(hyperparameter.lower, int)
    return _within(value, hyperparameter.lower, hyperparameter.upper, whole=whole)


def _all_settings(configuration: Configuration, task: Task) -> dict[str, Any]:
    """Hyperparameters by name, those that the configuration leaves to its library included where it tells them."""
    model = find_algorithm(configuration.algorithm).build(configuration.hyperparameters, task, 0, 1)
    settings = {name.rpartition("__")[2]: value for name, value in model.get_params().items()}
    if settings.get("max_leaf_nodes", 0) is None:
        settings["max_leaf_nodes"] = np.inf
    layers = settings.get("hidden_layer_sizes")
    if layers:
        settings |= {"n_layers": len(layers), "width": layers[0]}
    return settings | dict(configuration.hyperparameters)


def _suggest(trial: Any, key: str, hyperparameter: Any) -> Any:
    if hasattr(hyperparameter, "choices"):
        return trial.suggest_categorical(key, hyperparameter.choices)
    suggest = trial.suggest_int if isinstance(hyperparameter.lower, int) else trial.suggest_float
    return suggest(key, hyperparameter.lower, hyperparameter.upper, log=hyperparameter.log)


def _plain_point(point: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in point.items()}


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not np.isnan(value)


def _within(value: float, low: float, high: float, *, whole: bool) -> float:
    inside = min(max(value, low), high)
    return round(inside) if whole else float(inside)
