from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.evaluation.metrics import METRICS
from recommender.evidence.knowledge import (
    KnowledgeBase,
    beyond,
    extend,
    extends_shipped,
    knowledge_of,
    load_knowledge,
    record_knowledge,
    winners,
)
from recommender.evidence.store import Store


def base(rows: list[dict]) -> KnowledgeBase:
    """A knowledge base of binary datasets `one` and `two` with the evaluations given."""
    datasets = pd.DataFrame(
        {"name": ["One", "Two"], "task": "binary", "n_samples": 100, "n_features": 3, "family": ["one", "two"]},
        index=["one", "two"],
    )
    filled = {"fold": 0, "status": "ok", "n_train": 80, "n_test": 20, "fit_seconds": 1.0, "predict_seconds": 0.1}
    evaluations = pd.DataFrame([{**dict.fromkeys(METRICS, np.nan), **filled, **row} for row in rows])
    configurations = pd.DataFrame(
        {"algorithm": ["a", "b", "c"], "hyperparameters": [{}, {"k": 1}, {}]}, index=["a", "b", "c"]
    )
    return KnowledgeBase(datasets, pd.DataFrame(index=["one", "two"]), configurations, evaluations, pd.DataFrame())


def row(dataset: str, configuration: str, score: float = np.nan, **more) -> dict:
    return {"dataset_id": dataset, "configuration_id": configuration, "roc_auc": score, **more}


def test_performance_is_the_mean_over_folds():
    found = base([row("one", "a", 0.6, fold=0), row("one", "a", 0.8, fold=1), row("two", "a", 0.5)]).performance(
        "binary"
    )
    assert found["a"].to_dict() == pytest.approx({"one": 0.7, "two": 0.5})


def test_a_failure_is_worth_no_more_than_the_worst():
    rows = [
        row("one", "a", 0.9),
        row("one", "b", 0.6),
        row("one", "c", 0.99),
        row("one", "c", status="timeout", fold=1),
    ]
    assert base(rows).performance("binary").loc["one"].to_dict() == {"a": 0.9, "b": 0.6, "c": 0.6}


def test_what_does_not_apply_is_missing():
    rows = [row("one", "a", 0.9), row("one", "b", status="not_applicable"), row("two", "b", 0.7)]
    found = base(rows).performance("binary")
    assert np.isnan(found.loc["one", "b"])
    assert np.isnan(found.loc["two", "a"])


def test_a_task_without_datasets_has_no_performance():
    assert base([row("one", "a", 0.9)]).performance("regression").empty


def test_target_scales_come_from_the_scores():
    rows = [row("one", "a", rmse=3.0, r2=0.75), row("one", "b", rmse=6.0, r2=0.0), row("one", "c", rmse=0.0, r2=1.0)]
    assert base(rows).target_scales().to_dict() == {"one": 6.0}


def test_losses_are_turned_round():
    found = base([row("one", "a", 0.9, log_loss=0.2), row("one", "b", 0.8, log_loss=0.1)]).performance(
        "binary", "log_loss"
    )
    assert found.loc["one"].idxmax() == "b"


def test_without_forgets_a_dataset_wholly():
    rest = base([row("one", "a", 0.9), row("two", "a", 0.5)]).without(["one"])
    assert rest.for_task("binary") == ["two"]
    assert list(rest.metafeatures.index) == ["two"]
    assert list(rest.performance("binary").index) == ["two"]


def test_winners():
    found = winners(base([row("one", "a", 0.9), row("one", "b", 0.95), row("two", "c", 0.5)]), "binary")
    assert found["algorithm"].to_dict() == {"one": "b", "two": "c"}
    assert found.loc["one", "hyperparameters"] == {"k": 1}


def test_saving_and_loading_keep_everything(tmp_path):
    shipped = load_knowledge()
    some = shipped.without(shipped.datasets.index[5:])
    some.save(tmp_path)
    again = load_knowledge(tmp_path)
    pd.testing.assert_frame_equal(again.datasets, some.datasets)
    pd.testing.assert_frame_equal(again.metafeatures, some.metafeatures)
    pd.testing.assert_frame_equal(again.configurations, some.configurations)
    pd.testing.assert_frame_equal(
        again.evaluations, some.evaluations.reset_index(drop=True), check_dtype=False, check_categorical=False
    )


def test_what_was_loaded_can_be_recorded_and_gone_on_from():
    shipped = load_knowledge()
    some, store = shipped.without(shipped.datasets.index[5:]), Store("sqlite://")
    assert record_knowledge(some, store) == len(some.evaluations)
    again = knowledge_of(store)
    for recorded, given in [(again.configurations, some.configurations), (again.environments, some.environments)]:
        pd.testing.assert_frame_equal(recorded, given)
    pd.testing.assert_frame_equal(
        again.datasets.drop(columns="family"), some.datasets.drop(columns="family"), check_dtype=False
    )
    pd.testing.assert_frame_equal(again.metafeatures, some.metafeatures)
    key = ["dataset_id", "configuration_id", "fold"]
    recorded, given = (
        rows.astype(dict.fromkeys(rows.select_dtypes("category"), "str")).sort_values(key, ignore_index=True)
        for rows in (again.evaluations, some.evaluations)
    )
    pd.testing.assert_frame_equal(recorded, given, check_dtype=False, check_exact=True)


def test_recording_adds_only_what_is_new():
    shipped = load_knowledge()
    first, second, third = shipped.datasets.index[:3]
    store = Store("sqlite://")
    record_knowledge(shipped.without(shipped.datasets.index.difference([first, second])), store)
    both = shipped.without(shipped.datasets.index.difference([second, third]))
    assert record_knowledge(both, store) == (shipped.evaluations["dataset_id"] == third).sum()
    assert list(knowledge_of(store).datasets.index) == [first, second, third]


def known(rows: list[dict], **content: str) -> KnowledgeBase:
    """A knowledge base of datasets with the content given by id, with those of the evaluations that are on them."""
    datasets = pd.DataFrame(
        [
            {"name": i, "task": "binary", "n_samples": int(c), "fingerprint": c, "signatures": [["x", c], ["y", i]]}
            for i, c in content.items()
        ],
        index=list(content),
    )
    metafeatures = pd.DataFrame({"nr_inst": 100.0}, index=list(content))
    configurations = pd.DataFrame({"algorithm": ["a"], "hyperparameters": [{}]}, index=["a"])
    filled = {**dict.fromkeys(METRICS, np.nan), "environment_id": "e", "status": "ok", "message": "", "fold": 0}
    environments = pd.DataFrame({"versions": [{}]}, index=["e"])
    return KnowledgeBase(
        datasets, metafeatures, configurations, pd.DataFrame([{**filled, **r} for r in rows]), environments
    )


def test_two_knowledge_bases_become_one():
    shipped = known([row("iris", "a", 0.5), row("wine", "a", 0.6)], iris="1", wine="2")
    own = known([row("mine", "a", 0.7), row("wine", "b", 0.8)], mine="3", wine="2")
    both = extend(shipped, own)
    assert list(both.datasets.index) == ["iris", "wine", "mine"]
    assert both.datasets["family"].nunique() == 3
    scores = both.evaluations.set_index(["dataset_id", "configuration_id"])["roc_auc"].to_dict()
    assert scores == {("iris", "a"): 0.5, ("wine", "a"): 0.6, ("mine", "a"): 0.7, ("wine", "b"): 0.8}


def test_a_dataset_that_both_hold_is_known_by_its_content_and_the_first_evaluation_stands():
    shipped = known([row("iris", "a", 0.5)], iris="1")
    own = known([row("flowers", "a", 0.1), row("flowers", "a", 0.7, fold=1)], flowers="1")
    both = extend(shipped, own)
    assert list(both.datasets.index) == list(both.metafeatures.index) == ["iris"]
    assert both.evaluations[["dataset_id", "fold", "roc_auc"]].to_numpy().tolist() == [
        ["iris", 0, 0.5],
        ["iris", 1, 0.7],
    ]


def test_what_one_adds_to_another_is_what_the_other_does_not_hold():
    shipped = known([row("iris", "a", 0.5), row("wine", "a", 0.6)], iris="1", wine="2")
    own = known(
        [row("iris", "a", 0.5), row("mine", "a", 0.7), row("grapes", "a", 0.6), row("grapes", "a", 0.8, fold=1)],
        iris="1",
        mine="3",
        grapes="2",
    )
    more = beyond(shipped, own)
    assert list(more.datasets.index) == list(more.metafeatures.index) == ["mine", "wine"]
    assert more.evaluations[["dataset_id", "fold"]].to_numpy().tolist() == [["mine", 0], ["wine", 1]]
    assert len(extend(shipped, more).evaluations) == len(extend(shipped, own).evaluations) == 4


@pytest.fixture
def shipped_folder(monkeypatch, tmp_path):
    """A folder that stands for what comes with the package, with three of its datasets."""
    whole, folder = load_knowledge(), tmp_path / "shipped"
    whole.without(whole.datasets.index[3:]).save(folder)
    for module in ("manifest", "evidence.knowledge"):
        monkeypatch.setattr(f"recommender.{module}.shipped_folder", lambda: folder)
    return folder


def test_a_folder_holds_only_what_is_added(shipped_folder, tmp_path):
    shipped, folder = load_knowledge(), tmp_path / "own"
    own = shipped.without(shipped.datasets.index[1:])
    own = KnowledgeBase(
        own.datasets.assign(fingerprint="another").rename(index=lambda _: "own:mine"),
        own.metafeatures.rename(index=lambda _: "own:mine"),
        own.configurations,
        own.evaluations.assign(dataset_id="own:mine"),
        own.environments,
    )
    own.save(folder, extending=True)
    assert extends_shipped(folder)
    assert not extends_shipped(shipped_folder)
    assert list(load_knowledge(folder, alone=True).datasets.index) == ["own:mine"]
    both = load_knowledge(folder)
    assert list(both.datasets.index) == [*shipped.datasets.index, "own:mine"]
    assert len(both.evaluations) == len(shipped.evaluations) + len(own.evaluations)
    first = shipped.datasets.index[0]  # the families of the copy and of the original are found to be one
    assert both.datasets.loc["own:mine", "family"] == both.datasets.loc[first, "family"]


def test_a_change_of_what_is_shipped_is_noticed(shipped_folder, tmp_path):
    shipped, folder = load_knowledge(), tmp_path / "own"
    shipped.without(shipped.datasets.index[1:]).save(folder, extending=True)
    shipped.without(shipped.datasets.index[:1]).save(shipped_folder)
    with pytest.raises(KnowledgeBaseError, match=r"another version of recommender.*recommender train --knowledge"):
        load_knowledge(folder)
    assert len(load_knowledge(folder, alone=True).datasets) == 1
