from __future__ import annotations

import pandas as pd
import pytest

from recommender.errors import KnowledgeBaseError
from recommender.evidence.folder import extends_shipped, load_knowledge, save_knowledge
from recommender.evidence.knowledge import KnowledgeBase


def test_saving_and_loading_keep_everything(tmp_path):
    shipped = load_knowledge()
    some = shipped.without(shipped.datasets.index[5:])
    save_knowledge(some, tmp_path)
    again = load_knowledge(tmp_path)
    pd.testing.assert_frame_equal(again.datasets, some.datasets)
    pd.testing.assert_frame_equal(again.metafeatures, some.metafeatures)
    pd.testing.assert_frame_equal(again.configurations, some.configurations)
    pd.testing.assert_frame_equal(
        again.evaluations, some.evaluations.reset_index(drop=True), check_dtype=False, check_categorical=False
    )


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


def test_a_change_of_what_is_shipped_is_noticed(shipped_folder, tmp_path):
    shipped, folder = load_knowledge(), tmp_path / "own"
    save_knowledge(shipped.without(shipped.datasets.index[1:]), folder, extending=True)
    save_knowledge(shipped.without(shipped.datasets.index[:1]), shipped_folder)
    with pytest.raises(KnowledgeBaseError, match=r"another version of recommender.*recommender train --knowledge"):
        load_knowledge(folder)
    assert len(load_knowledge(folder, alone=True).datasets) == 1
