from __future__ import annotations

import pandas as pd

from recommender.evidence.folder import load_knowledge
from recommender.evidence.store import Store
from recommender.evidence.stored import knowledge_of, record_knowledge


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
    pd.testing.assert_frame_equal(recorded, given, check_dtype=False, check_exact=True, check_like=True)


def test_recording_adds_only_what_is_new():
    shipped = load_knowledge()
    first, second, third = shipped.datasets.index[:3]
    store = Store("sqlite://")
    record_knowledge(shipped.without(shipped.datasets.index.difference([first, second])), store)
    both = shipped.without(shipped.datasets.index.difference([second, third]))
    assert record_knowledge(both, store) == (shipped.evaluations["dataset_id"] == third).sum()
    assert list(knowledge_of(store).datasets.index) == [first, second, third]
