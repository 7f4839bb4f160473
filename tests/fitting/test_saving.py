from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from skops.io import dump, dumps

import recommender
from recommender import RecommendedClassifier, RecommendedRegressor, load, save
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.algorithms.configuration import Configuration
from recommender.algorithms.exact_targets import learning_exactly
from recommender.algorithms.pipelines import build_pipeline
from recommender.algorithms.pool import pool_for
from recommender.errors import MissingExtraError, OutputError, SavedModelError
from recommender.fitting.ensemble import Member, voting
from recommender.fitting.new_rows import columns_of
from recommender.fitting.saved_types import TRUSTED, CheckedTree
from recommender.tables.loading import load_dataset

EVERY = [
    pytest.param(name, task, id=f"{name}-{task}")
    for name, algorithm in ALGORITHMS.items()
    for task in algorithm.tasks
    if algorithm.is_installed
]
FEW = {"n_estimators": 5, "iterations": 5, "max_rounds": 20, "max_iter": 20}
CHOICES = ("numbers", "categories", "missing", "target", "early_stopping")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def table(n: int = 60, *, plain: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    signal = rng.normal(size=n)
    numbers = {"signal": signal, "holes": np.where(rng.random(n) < 0.2, np.nan, signal)}
    categories = {"colour": rng.choice(["red", "blue", "green"], n), "many": [f"c{i}" for i in np.arange(n) % 40]}
    if plain:
        return pd.DataFrame({**numbers, **{name: pd.Categorical(values) for name, values in categories.items()}})
    words = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "runs", "away", "now"]
    return pd.DataFrame(
        {
            **numbers,
            **categories,
            "mass": [f"{value:.1f} kg" for value in signal + 5],
            "counted": [
                f"{value:.1f} {unit}" for value, unit in zip(signal + 5, ["apples", "pears"] * n, strict=False)
            ],
            "size": [f"{a}x{b}" for a, b in rng.integers(5, 50, (n, 2))],
            "when": pd.date_range("2020-01-01", periods=n).strftime("%d.%m.%Y"),
            "level": rng.choice(["low", "medium", "high"], n),
            "paid": rng.choice(["yes", "no"], n),
            "tags": [", ".join(rng.choice(["wifi", "pool", "tv", "bar"], 2, replace=False)) for _ in range(n)],
            "note": [" ".join(rng.choice(words, 8)) for _ in range(n)],
        }
    )


def target(X: pd.DataFrame, task: str) -> np.ndarray:
    if task == "regression":
        return np.exp(2 * X["signal"].to_numpy()) + 0.1
    return np.array(["low", "high", "middle"])[np.digitize(X["signal"], [0.0] if task == "binary" else [-0.5, 0.5])]


def predictions(model, X) -> np.ndarray:
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


def again(model, folder: Path):
    save(model, folder / "model.skops")
    return load(folder / "model.skops")


def distinct(name: str, task: str) -> list[Configuration]:
    """The default, and the settings that make other choices than one before: a few trees of each."""
    chosen = {}
    for one in pool_for(task):
        if one.algorithm == name:
            settings = dict(one.hyperparameters)
            settings |= {key: min(n, settings.get(key, n)) for key, n in FEW.items() if key in settings}
            made = tuple(str(settings.get(choice)) for choice in CHOICES)
            chosen.setdefault(made, Configuration(name, settings))
    return list(chosen.values())[:2]


@pytest.mark.parametrize(("name", "task"), EVERY)
def test_every_algorithm_predicts_the_same_after_it_was_saved(name, task, tmp_path):
    X = table(plain=True) if name != "qda" else table(plain=True)[["signal"]]
    dataset = load_dataset(X, target(X, task), task=task)
    for configuration in distinct(name, task):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build_pipeline(configuration, dataset, n_jobs=1).fit(dataset.X, dataset.y)
        np.testing.assert_array_equal(predictions(again(model, tmp_path), X), predictions(model, X))


@pytest.mark.parametrize("kind", [RecommendedClassifier, RecommendedRegressor])
def test_an_estimator_keeps_how_it_reads_a_table_and_what_it_compared(kind, tmp_path):
    X = table()
    task = "regression" if kind is RecommendedRegressor else "binary"
    names = ["ridge", "lasso"] if task == "regression" else ["logistic_regression", "random_forest"]
    model = kind(include=names, n_candidates=2).fit(X, target(X, task), sample_weight=np.arange(60) + 1)
    loaded = again(model, tmp_path)
    np.testing.assert_array_equal(predictions(loaded, X), predictions(model, X))
    pd.testing.assert_frame_equal(loaded.leaderboard_, model.leaderboard_)
    assert loaded.best_configuration_.id == model.best_configuration_.id
    assert loaded.recommendation_ is None
    assert loaded.score(X, target(X, task)) == model.score(X, target(X, task))
    shuffled = X[X.columns[::-1]]
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(shuffled)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_an_ensemble_keeps_its_members_and_weights(task, tmp_path):
    X = table(plain=True)
    dataset = load_dataset(X, target(X, task), task=task)
    names = ["ridge", "lightgbm"] if task == "regression" else ["lda", "lightgbm"]
    y = dataset.y if task == "regression" else pd.factorize(dataset.y, sort=True)[0]
    fitted = [Member(build_pipeline(Configuration(name, {}), dataset).steps).fit(X, y) for name in names]
    model = voting(
        [(name, one, weight) for name, one, weight in zip(names, fitted, (0.3, 0.7), strict=True)], task, X, dataset.y
    )
    loaded = again(model, tmp_path)
    np.testing.assert_array_equal(predictions(loaded, X), predictions(model, X))
    assert columns_of(loaded) == list(X)


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_targets_that_are_learnt_in_another_form_come_back(task, tmp_path):
    X = np.random.default_rng(0).normal(size=(40, 2))
    model = learning_exactly(LogisticRegression() if task == "binary" else LinearRegression(), task)
    y = 20240131 + (X[:, 0] > 0) if task == "binary" else 1e9 + X[:, 0]
    model.fit(X, y)
    np.testing.assert_array_equal(again(model, tmp_path).predict(X), model.predict(X))


def test_thresholds_are_kept(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    y = np.where(X["a"] + rng.normal(size=300) > 1.8, "yes", "no")
    model = RecommendedClassifier(metric="f1", include=["lda"]).fit(X, y)
    loaded = again(model, tmp_path)
    assert type(loaded.estimator_).__name__ == "Thresholded"
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_a_target_with_signs_is_read_as_before(tmp_path):
    X = table(plain=True)
    y = [f"${value:,.2f}" for value in 1000 * target(X, "regression")]
    dataset = load_dataset(X, y, task="regression")
    given = pd.Series(y)
    model = build_pipeline(Configuration("ridge", {}), dataset).fit(X, given)
    np.testing.assert_array_equal(again(model, tmp_path).predict(X), model.predict(X))


def test_what_only_fitting_needs_is_left_out(tmp_path):
    X, y = table(plain=True), target(table(plain=True), "binary")
    model = RecommendedClassifier(metric=lambda a, b: float(np.mean(a == b)), include=["lda"]).fit(X[["signal"]], y)
    loaded = again(model, tmp_path)
    assert loaded.metric is None
    assert model.metric is not None
    assert loaded.include == ["lda"]


def test_every_estimator_of_the_package_may_be_in_a_file():
    import importlib
    import pkgutil

    for module in pkgutil.walk_packages(recommender.__path__, "recommender."):
        if module.name.startswith(("recommender.algorithms", "recommender.fitting", "recommender.estimators")):
            importlib.import_module(module.name)
    found, todo = set(), [BaseEstimator]
    while todo:
        kinds = todo.pop().__subclasses__()
        todo += kinds
        found |= {f"{kind.__module__}.{kind.__name__}" for kind in kinds if not kind.__name__.startswith("_")}
    ours = {name for name in found if name.startswith(("recommender.algorithms", "recommender.fitting"))}
    assert ours <= set(TRUSTED)


def test_the_same_model_gives_the_same_file_in_another_process(tmp_path):
    code = (
        "import sys, numpy as np; from sklearn.ensemble import RandomForestRegressor; from recommender import save; "
        "X = np.arange(40.0).reshape(20, 2); "
        "save(RandomForestRegressor(3, random_state=0).fit(X, X[:, 0]), sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True)
    X = np.arange(40.0).reshape(20, 2)
    save(RandomForestRegressor(3, random_state=0).fit(X, X[:, 0]), tmp_path / "here")
    assert (tmp_path / "here").read_bytes() == (tmp_path / "there").read_bytes()


class Evil(LogisticRegression):
    def __reduce__(self):
        return print, ("run",)


def test_a_file_that_asks_for_more_is_refused_with_the_names(tmp_path, capsys):
    dump(Evil(), tmp_path / "evil.skops")
    with pytest.raises(SavedModelError, match=r"it asks for '.*Evil', and saved models consist of none"):
        load(tmp_path / "evil.skops")
    with zipfile.ZipFile(io.BytesIO(dumps(LogisticRegression()))) as archive:
        tree = json.loads(archive.read("schema.json"))
    tree["__module__"], tree["__class__"], tree["__loader__"] = "os", "system", "ConstructorFromReduceNode"
    tree["content"] = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": []}
    with zipfile.ZipFile(tmp_path / "os.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps(tree))
    with pytest.raises(SavedModelError, match=r"it asks for 'os\.system'"):
        load(tmp_path / "os.skops")
    assert capsys.readouterr().out == ""


def test_a_model_that_could_not_be_opened_again_is_not_written(tmp_path):
    with pytest.raises(SavedModelError, match=r"holds '.*Evil', which load\(\) would refuse"):
        save(Evil(), tmp_path / "model.skops")
    with pytest.raises(SavedModelError, match="a dict cannot be saved"):
        save({}, tmp_path / "model.skops")
    with pytest.raises(SavedModelError, match="the model LogisticRegression is not fitted"):
        save(LogisticRegression(), tmp_path / "model.skops")
    with pytest.raises(OutputError, match="there is no folder"):
        save(LogisticRegression(), tmp_path / "missing" / "model.skops")
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_scikit_learn_from_elsewhere_is_opened(tmp_path):
    model = LogisticRegression().fit([[0.0], [1.0]], ["no", "yes"])
    dump(model, tmp_path / "model.skops")
    assert load(tmp_path / "model.skops").predict([[3.0]]).tolist() == ["yes"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_one_error(tmp_path, share):
    file = tmp_path / "model.skops"
    save(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SavedModelError, match="is damaged, or not a saved model"):
        load(file)


def test_a_file_whose_bytes_are_changed_is_one_error_or_gives_the_same_model(tmp_path):
    file = tmp_path / "model.skops"
    model = RandomForestClassifier(2, random_state=0).fit([[0.0], [1.0]] * 10, [0, 1] * 10)
    save(model, file)
    content = file.read_bytes()
    for position in np.random.default_rng(0).integers(0, len(content), 60):
        file.write_bytes(content[:position] + bytes([content[position] ^ 255]) + content[position + 1 :])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loaded = load(file)
        except SavedModelError:
            continue
        np.testing.assert_array_equal(loaded.predict([[0.0], [1.0]]), [0, 1])


def test_a_file_that_is_larger_than_is_read_is_refused_before_it_is_read(tmp_path, monkeypatch):
    with (tmp_path / "large.skops").open("wb") as file:
        file.truncate(2**33)  # of holes, which take no room
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(SavedModelError, match=r"is of 8\.6 GB, and at most 4\.3 GB are read"):
        load(tmp_path / "large.skops")


def test_a_file_that_unpacks_to_more_than_is_read_is_refused(tmp_path, monkeypatch):
    save(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / "model.skops")
    monkeypatch.setattr("recommender.fitting.saving.MOST_BYTES", (tmp_path / "model.skops").stat().st_size)
    with pytest.raises(SavedModelError, match=r"unpacks to .* GB, and at most"):
        load(tmp_path / "model.skops")


def test_other_files_are_named(tmp_path):
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(LogisticRegression()))
    with pytest.raises(SavedModelError, match="is damaged, or not a saved model"):
        load(tmp_path / "model.pickle")
    with pytest.raises(SavedModelError, match=r"absent\.skops cannot be read: No such file"):
        load(tmp_path / "absent.skops")
    with pytest.raises(SavedModelError, match="is not a regular file"):
        load(tmp_path)
    dump({"a": 1}, tmp_path / "dict.skops")
    with pytest.raises(SavedModelError, match="holds a dict, not a model"):
        load(tmp_path / "dict.skops")


def test_a_tree_that_leads_astray_is_not_opened():
    tree = RandomForestClassifier(1, random_state=0).fit([[0.0], [1.0]] * 10, [0, 1] * 10).estimators_[0].tree_
    _, arguments, state = tree.__reduce__()
    assert CheckedTree(arguments, state).node_count == tree.node_count
    for field, value in (("left_child", 10**6), ("right_child", 0), ("feature", 7), ("feature", -2)):
        nodes = state["nodes"].copy()
        nodes[field][0] = value
        with pytest.raises(ValueError, match="a tree has a node that"):
            CheckedTree(arguments, state | {"nodes": nodes})


def test_other_versions_are_said(tmp_path, monkeypatch):
    file = tmp_path / "model.skops"
    with monkeypatch.context() as patch:
        patch.setattr("recommender.fitting.saving._versions", lambda names: {"numpy": "1.2.3", "xgboost": "0.1"})
        save(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), file)
    with pytest.warns(UserWarning, match=r"was saved with numpy 1\.2\.3 \(here .*fit it anew"):
        load(file)


def test_versions_are_of_what_the_model_is_made_of(tmp_path):
    pytest.importorskip("interpret", reason="the extra `interpretable` is not installed")
    from recommender.algorithms.explainable import QuietBoostingRegressor

    machine = QuietBoostingRegressor(outer_bags=1, max_rounds=5, n_jobs=1)
    for model, used in ((LinearRegression(), set()), (machine, {"interpret-core"})):
        save(model.fit(np.arange(40.0)[:, None], np.arange(40.0)), tmp_path / "model.skops")
        with zipfile.ZipFile(tmp_path / "model.skops") as archive:
            versions = json.loads(archive.read("recommender.json"))["versions"]
        assert {"python", "recommender", "scikit-learn", "skops"} <= set(versions)
        assert {"lightgbm", "xgboost", "catboost", "interpret-core"} & set(versions) == used


def test_a_newer_format_is_not_guessed_at(tmp_path, monkeypatch):
    file = tmp_path / "model.skops"
    with monkeypatch.context() as patch:
        patch.setattr("recommender.fitting.saving.FORMAT", 2)
        save(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), file)
    with pytest.raises(SavedModelError, match="is of format 2, and this version reads up to 1: update recommender"):
        load(file)


def test_a_library_that_is_not_installed_is_named(tmp_path, monkeypatch):
    xgboost = pytest.importorskip("xgboost", reason="the extra `boosting` is not installed")
    file = tmp_path / "model.skops"
    save(xgboost.XGBClassifier(n_estimators=2).fit([[0.0], [1.0]] * 5, [0, 1] * 5), file)
    for module in [name for name in sys.modules if name.partition(".")[0] == "xgboost"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr("sys.meta_path", [_Refusing(), *sys.meta_path])
    with pytest.raises(MissingExtraError, match=r"a model of xgboost.*pip install 'recommender\[boosting\]'"):
        load(file)


class _Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "xgboost":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
