from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.evaluation.evaluate import Evaluation
from recommender.evidence.folder import COSTS, FORMAT, drop_datasets, extends_shipped, load_knowledge, save_knowledge
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.merging import extend
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge


def test_saving_and_loading_keep_everything(tmp_path):
    shipped = load_knowledge()
    some = shipped.without(shipped.datasets.index[5:])
    save_knowledge(some, tmp_path)
    again = load_knowledge(tmp_path)
    pd.testing.assert_frame_equal(again.datasets, some.datasets)
    pd.testing.assert_frame_equal(again.metafeatures, some.metafeatures)
    pd.testing.assert_frame_equal(again.configurations, some.configurations)
    found, given = (
        rows.drop(columns=list(COSTS)).reset_index(drop=True) for rows in (again.evaluations, some.evaluations)
    )
    pd.testing.assert_frame_equal(found, given, check_dtype=False, check_categorical=False)


def test_costs_are_kept_to_a_thousandth_once_and_for_all(tmp_path):
    shipped = load_knowledge()
    some = shipped.without(shipped.datasets.index[5:])
    save_knowledge(some, tmp_path / "once")
    once = load_knowledge(tmp_path / "once")
    save_knowledge(once, tmp_path / "twice")
    twice = load_knowledge(tmp_path / "twice")
    for name in COSTS:
        given, kept = some.evaluations[name].to_numpy(np.float64), once.evaluations[name].to_numpy(np.float64)
        np.testing.assert_allclose(kept, given, rtol=1e-3)
        assert once.evaluations[name].equals(twice.evaluations[name])
        assert kept[given == 0].sum() == 0
    assert once.evaluations["model_bytes"].dtype == np.int64


@pytest.fixture
def shipped_folder(monkeypatch, tmp_path):
    """A folder that stands for what comes with the package, with three of its datasets."""
    whole, folder = load_knowledge(), tmp_path / "shipped"
    save_knowledge(whole.without(whole.datasets.index[3:]), folder)
    for module in ("manifest", "evidence.folder"):
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
    save_knowledge(own, folder, extending=True)
    assert extends_shipped(folder)
    assert not extends_shipped(shipped_folder)
    assert list(load_knowledge(folder, alone=True).datasets.index) == ["own:mine"]
    both = load_knowledge(folder)
    assert list(both.datasets.index) == [*shipped.datasets.index, "own:mine"]
    assert len(both.evaluations) == len(shipped.evaluations) + len(own.evaluations)
    first = shipped.datasets.index[0]  # the families of the copy and of the original are found to be one
    assert both.datasets.loc["own:mine", "family"] == both.datasets.loc[first, "family"]


def test_what_was_there_stays_where_saving_does_not_come_to_its_end(shipped_folder, tmp_path):
    shipped = load_knowledge(shipped_folder)
    save_knowledge(shipped, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    less = shipped.without(shipped.datasets.index[1:])
    with pytest.raises(ValueError, match="Could not convert"):
        save_knowledge(replace(less, environments=less.environments.assign(more=object())), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert len(load_knowledge(tmp_path).datasets) == len(shipped.datasets)


OLD = sorted((Path(__file__).parent.parent / "formats").glob("folder-*"))


def test_there_is_a_folder_of_every_past_format():
    assert [path.name for path in OLD] == [f"folder-{version}" for version in range(1, FORMAT)]


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.name)
def test_every_past_format_opens_and_goes_on(old, tmp_path):
    known = load_knowledge(old)
    rows = known.evaluations
    assert (len(rows), set(rows["size"])) == (12, {10_000})
    assert rows[["peak_bytes", "rounds", "threads"]].isna().all(axis=None)
    assert known.outcomes.equals(known.outcomes_by_size.droplevel("size"))
    store = Store(tmp_path / "store.sqlite")
    record_knowledge(known, store)
    new = Evaluation("lightgbm-default", 0, "ok", size=200, peak_bytes=2**33, rounds=12, threads=1)
    store.add_evaluations("openml:1", [new], str(rows["environment_id"][0]))
    more = extend(known, knowledge_of(store))
    store.close()
    save_knowledge(more, tmp_path / "new")
    again = load_knowledge(tmp_path / "new").evaluations
    assert again["size"].value_counts().to_dict() == {10_000: 12, 200: 1}
    small = again[again["size"] == 200].iloc[0]
    assert small[["peak_bytes", "rounds", "threads"]].tolist() == [2**33, 12, 1]
    assert drop_datasets(tmp_path / "new", ["openml:1"]) == 7


def test_a_change_of_what_is_shipped_is_noticed(shipped_folder, tmp_path):
    shipped, folder = load_knowledge(), tmp_path / "own"
    save_knowledge(shipped.without(shipped.datasets.index[1:]), folder, extending=True)
    save_knowledge(shipped.without(shipped.datasets.index[:1]), shipped_folder)
    with pytest.raises(KnowledgeBaseError, match=r"another version of recommender.*recommender train --knowledge"):
        load_knowledge(folder)
    assert len(load_knowledge(folder, alone=True).datasets) == 1
