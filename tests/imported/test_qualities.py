from __future__ import annotations

import pytest

from recommender.imported.qualities import metafeatures_of


def test_qualities_mean_what_our_metafeatures_mean(openml_cache):
    from recommender.metafeatures import extract_metafeatures
    from recommender.tables.openml import read_dataset

    dataset = read_dataset(2)
    counts = dataset.y.value_counts()
    numbers = {
        "NumberOfInstances": dataset.n_samples,
        "NumberOfFeatures": dataset.n_features + 1,
        "NumberOfClasses": 2,
        "NumberOfNumericFeatures": dataset.n_features,
        "NumberOfSymbolicFeatures": 1,
        "NumberOfMissingValues": 0,
        "NumberOfInstancesWithMissingValues": 0,
        "MajorityClassSize": counts.max(),
        "MinorityClassSize": counts.min(),
    }
    found, ours = metafeatures_of(numbers), extract_metafeatures(dataset).values
    assert len(found) >= 15
    assert found == pytest.approx({name: ours[name] for name in found})


def test_qualities_that_are_missing_give_nothing():
    assert metafeatures_of({}) == {}
    assert metafeatures_of({"NumberOfInstances": 10.0}) == {"nr_inst": 10.0, "log_nr_inst": 1.0}
