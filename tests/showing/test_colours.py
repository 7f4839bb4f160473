from __future__ import annotations

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.showing.colours import GREY, INK, colour_of


def test_every_algorithm_has_a_colour_of_its_own():
    colours = [colour_of(name) for name in ALGORITHMS]
    assert len({*colours, GREY, INK}) == len(colours) + 2
