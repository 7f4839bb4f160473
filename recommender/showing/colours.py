"""Colours: each algorithm has one of its own, the same in every plot and on every page."""

from __future__ import annotations

from recommender.algorithms.catalogue import ALGORITHMS

COLOURS = (
    *("#0072b2", "#009e73", "#66c2a5", "#d55e00", "#e69f00", "#cc79a7", "#8c6d31", "#7b3294", "#f28e6b", "#a6463a"),
    *("#b5a642", "#c51b7d", "#e78ac3", "#f4b6d2", "#1b6e5a", "#a58bd0", "#1f3a93", "#56b4e9", "#4d4d4d", "#b2df8a"),
    *("#00868b", "#8b4513", "#cdad00", "#6b8e23"),
)
"""A colour for each algorithm, in the order of the catalogue; Okabe and Ito's, which people of all kinds of colour
vision can tell apart, where they win most often."""
GREY, INK = "#9aa3ad", "#16202e"
"""What is of no algorithm, and what is written."""


def colour_of(algorithm: str) -> str:
    """The colour that an algorithm has in all plots and pages; grey for one that is not known."""
    return COLOURS[list(ALGORITHMS).index(algorithm) % len(COLOURS)] if algorithm in ALGORITHMS else GREY
