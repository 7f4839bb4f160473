"""Checks that every algorithm passes."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from recommender.algorithms.algorithm import Algorithm
from recommender.algorithms.catalogue import (
    ALGORITHMS,
    algorithms_for,
    find_algorithm,
    libraries,
    modules,
)
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import pool_for
from recommender.errors import MissingExtraError, UnknownNameError
from recommender.evaluation.evaluate import evaluate
from recommender.tables.dataset import TASKS, Dataset
from recommender.tables.loading import load_dataset

EVERY = [
    pytest.param(ALGORITHMS[name], task, id=f"{name}-{task}")
    for name in ALGORITHMS
    for task in ALGORITHMS[name].tasks
    if ALGORITHMS[name].is_installed
]
SLOW = {"n_estimators": 20, "iterations": 20, "max_rounds": 100, "max_iter": 50}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def table(task: str, n: int = 80, *, collinear: bool = True) -> Dataset:
    """Numbers, categories (whose indicators are collinear) and missing values, with a signal."""
    rng = np.random.default_rng(0)
    signal = rng.normal(size=n)
    X = pd.DataFrame(
        {
            "signal": signal,
            "noise": rng.normal(size=n),
            "holes": np.where(rng.random(n) < 0.2, np.nan, signal + rng.normal(size=n)),
            "colour": pd.Categorical(rng.choice(["red", "green", "blue"], n)),
        }
    )
    X = X if collinear else X.drop(columns="colour")
    if task == "regression":
        return load_dataset(X, 100 + 10 * signal + rng.normal(size=n))
    bins = np.digitize(signal, [0.0] if task == "binary" else [-0.5, 0.5])
    return load_dataset(X, np.array(["low", "middle", "high"])[bins], task=task)


def quick(configuration: Configuration) -> Configuration:
    """The configuration with few trees."""
    settings = dict(configuration.hyperparameters)
    few = {name: min(n, settings.get(name, n)) for name, n in SLOW.items() if name in settings}
    return Configuration(configuration.algorithm, settings | few)


def first(algorithm: Algorithm, task: str) -> list[Configuration]:
    """The default, and one that was drawn."""
    mine = [c for c in pool_for(task) if c.algorithm == algorithm.name]
    return [quick(c) for c in dict.fromkeys([mine[0], mine[-1]])]


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_it_learns_from_a_table_with_holes_and_categories(algorithm, task):
    dataset = table(task, collinear=algorithm.name != "qda")  # which cannot bear it, and says so
    metric, fold = "r2" if task == "regression" else "roc_auc", (np.arange(60), np.arange(60, 80))
    found = [evaluate(dataset, configuration, 0, fold) for configuration in first(algorithm, task)]
    assert [evaluation.status for evaluation in found] == ["ok"] * len(found), found
    assert all(evaluation.fit_seconds > 0 and evaluation.model_bytes > 0 for evaluation in found)
    assert max(evaluation.scores[metric] for evaluation in found) > (0.3 if task == "regression" else 0.7)


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_it_is_a_pipeline_like_any_other(algorithm, task):
    dataset = table(task, 60, collinear=algorithm.name != "qda")
    pipeline = build_pipeline(first(algorithm, task)[0], dataset, n_jobs=1)
    fitted = clone(pipeline).fit(dataset.X, dataset.y)
    predicted = fitted.predict(dataset.X)
    assert predicted.shape == (60,)
    if task == "regression":
        assert np.isfinite(predicted).all()
    else:
        np.testing.assert_allclose(fitted.predict_proba(dataset.X).sum(axis=1), 1, rtol=1e-5)
        assert list(fitted.classes_) == sorted(dataset.y.unique())
        assert set(predicted) <= set(dataset.y)


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_it_learns_from_weights_of_rows_or_says_that_it_takes_none(algorithm, task):
    """The same rows come with different targets, so that weights alone tell what is right."""
    X = pd.concat([table("binary", 20, collinear=False).X] * 3, ignore_index=True)
    copy = np.repeat([0, 1, 1] if task == "binary" else [0, 1, 2], 20)
    dataset = load_dataset(X, 100.0 + 10 * copy if task == "regression" else np.array(["a", "b", "c"])[copy], task=task)

    def learnt(weight: float) -> float:
        pipeline = build_pipeline(first(algorithm, task)[0], dataset, n_jobs=1)
        pipeline.fit(X, dataset.y, model__sample_weight=np.where(copy == copy.max(), weight, 1.0))
        return float((pipeline.predict(X) if task == "regression" else 20 * pipeline.predict_proba(X)[:, -1]).mean())

    if algorithm.takes_weights:
        assert learnt(9.0) > learnt(0.1) + 2
    else:
        with pytest.raises(TypeError, match="sample_weight"):
            learnt(1.0)


CLASSES = {
    "days": np.array([20240131, 20240132, 20240133]),
    "floats": np.array([2.0**53, 2.0**53 + 2, 2.0**53 + 4]),
}
TARGETS = {"far": (1e9, 1.0), "narrow": (0.0, 1e-9), "huge": (0.0, 1e300)}


def small(algorithm: Algorithm, task: str, X: pd.DataFrame, y: np.ndarray):
    """The algorithm's default with few trees, fitted."""
    settings = {name: n for name, n in SLOW.items() if name in algorithm.takes.split()}
    return build_pipeline(Configuration(algorithm.name, settings), load_dataset(X, y, task=task), n_jobs=1).fit(X, y)


@pytest.mark.parametrize(("algorithm", "task"), [case for case in EVERY if case.values[1] != "regression"])
def test_classes_that_single_precision_merges_are_told_apart(algorithm, task):
    plain = table(task, 60, collinear=False)
    codes = np.unique(plain.y, return_inverse=True)[1]
    few = small(algorithm, task, plain.X, codes)
    for classes in CLASSES.values():
        model = small(algorithm, task, plain.X, classes[codes])
        assert model.classes_.tolist() == classes[: len(few.classes_)].tolist()
        assert model.predict(plain.X).tolist() == classes[few.predict(plain.X)].tolist()
        np.testing.assert_allclose(model.predict_proba(plain.X), few.predict_proba(plain.X))


@pytest.mark.parametrize(("algorithm", "task"), [case for case in EVERY if case.values[1] == "regression"])
def test_targets_that_single_precision_rounds_are_learnt_like_those_of_ordinary_size(algorithm, task):
    plain = table(task, 60, collinear=False)
    signal = (plain.y - plain.y.mean()) / plain.y.std()
    usual = small(algorithm, task, plain.X, signal).predict(plain.X)
    for name, (mean, spread) in TARGETS.items():
        found = (small(algorithm, task, plain.X, mean + spread * signal).predict(plain.X) - mean) / spread
        assert abs(found - usual).mean() < 0.05, name


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_the_same_seed_gives_the_same_model(algorithm, task):
    dataset = table(task, 60)
    fold = (np.arange(45), np.arange(45, 60))
    configuration = first(algorithm, task)[-1]
    one, two = (evaluate(dataset, configuration, 3, fold) for _ in range(2))
    assert one.status == "ok"
    assert one.scores == pytest.approx(two.scores, nan_ok=True)


@pytest.mark.parametrize(("algorithm", "task"), EVERY)
def test_its_settings_are_in_its_space(algorithm, task):
    space = algorithm.space(task)
    drawn = [c for c in pool_for(task) if c.algorithm == algorithm.name][1 + len(algorithm.strong_for(task)) :]
    assert len(drawn) <= algorithm.n_drawn
    for configuration in drawn:
        for name, value in configuration.hyperparameters.items():
            if name in space:
                assert space[name].legal_value(value) or _nearly(space[name], value), (name, value)


def _nearly(hyperparameter, value) -> bool:
    """Rounding to three digits may step over a bound by that much."""
    return hyperparameter.lower * 0.995 <= value <= hyperparameter.upper * 1.005


@pytest.mark.parametrize("name", ALGORITHMS)
def test_limits_speak_for_themselves(name):
    algorithm = ALGORITHMS[name]
    small = {"n_samples": 10, "n_features": 3, "n_classes": 2}
    assert algorithm.why_not(**small) is None
    for limit in ("max_samples", "max_features", "max_classes"):
        most = getattr(algorithm, limit)
        if most is not None:
            reason = algorithm.why_not(**small | {limit.replace("max", "n"): most + 1})
            assert f"{algorithm.name} is not applied to more than {most:,}" in reason
            assert algorithm.why_not(**small | {limit.replace("max", "n"): most}) is None


def test_names_are_keys():
    assert [algorithm.name for algorithm in ALGORITHMS.values()] == list(ALGORITHMS)
    with pytest.raises(UnknownNameError, match="Did you mean 'lightgbm'"):
        find_algorithm("lightgmb")


def test_what_is_not_installed_is_left_out(monkeypatch):
    for task in TASKS:
        monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: False)
        assert {a.name for a in algorithms_for(task)}.isdisjoint({"xgboost", "catboost", "ebm"})
        without = [c.id for c in pool_for(task)]
        monkeypatch.setattr("recommender.algorithms.algorithm._is_importable", lambda name: True)
        assert [c.id for c in pool_for(task)][: len(without)] == without


@pytest.mark.parametrize("name", ["xgboost", "catboost"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_building_what_is_not_installed_names_the_extra(name, task, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[boosting\]'"):
        ALGORITHMS[name].build({}, task, 0, 1)


def test_a_library_is_found_by_its_module_whatever_its_distribution_is_named():
    assert ALGORITHMS["ebm"].imported == "interpret"
    assert dict(zip(libraries(), modules(), strict=True))["interpret-core"] == "interpret"
    assert "pip install 'recommender[interpretable]'" in str(ALGORITHMS["ebm"].not_installed())


def test_nothing_is_written_where_it_runs(tmp_path, monkeypatch):
    pytest.importorskip("catboost", reason="the extra `boosting` is not installed")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = table("binary", 60)
        build_pipeline(Configuration("catboost", {"iterations": 5}), dataset, n_jobs=1).fit(dataset.X, dataset.y)
    assert list(tmp_path.iterdir()) == []
