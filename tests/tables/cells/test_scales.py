from __future__ import annotations

from collections import Counter

import pytest

from recommender.tables.cells import scales


def test_every_name_has_one_rank_in_its_scale():
    for written in scales._SCALES.split("\n\n"):
        names = Counter(name.strip(" !") for rank in " ".join(written.split()).split("<") for name in rank.split("|"))
        assert max(names.values()) == 1, names.most_common(3)


def test_names_are_written_as_they_are_compared():
    for scale in scales.SCALES:
        for name in scale:
            assert name == "*" or name == " ".join(name.lower().split())
            assert name == "*" or name.replace(" ", "").isalnum(), name


def test_needed_names_and_words_of_two_are_names_of_a_scale():
    names = set().union(*scales.SCALES)
    assert names >= scales.WORDS_OF_TWO
    for scale, needed in zip(scales.SCALES, scales.NEEDED, strict=True):
        assert needed <= set(scale)


@pytest.mark.parametrize("levels", [["low", "medium", "high"], ["s", "m", "l"], ["poor", "fair", "average", "good"]])
def test_a_scale_goes_from_the_least_to_the_most(levels):
    scale = next(scale for scale in scales.SCALES if scale.keys() >= set(levels))
    assert sorted(levels, key=scale.__getitem__) == levels
