"""What a meta-feature says of a dataset, beside what is usual, as a person would say it."""

from __future__ import annotations

import re

from recommender.metafeatures import METAFEATURES
from recommender.words import number_in_words

LOGARITHM = "Logarithm to base 10 of the "
PLACES = {0.1: "among the best", 0.5: "better than most", 0.9: "near the middle"}
"""What a small learner's normalized regret up to each of these means; 1 is their median or worse."""


def property_in_words(name: str, value: float, typical: float) -> str:
    """How a dataset differs in a meta-feature from the median of the known datasets.

    Parameters
    ----------
    name : str
        The meta-feature.
    value, typical : float
        The dataset's, and the median of the known datasets; NaN where it is not defined.

    Examples
    --------
    >>> property_in_words("relative_ridge", 0.06, 0.985)
    'Of the small learners, ridge regression of the targets: among the best here, usually in the lower half'
    >>> property_in_words("nr_inst", 600, 1945)
    'Number of rows: 600 here, usually 1,945'
    >>> property_in_words("log_nr_inst", 2.0, 3.0)
    'Number of rows: 100 here, usually 1,000'
    """
    said = description_of(name)
    small_learner = re.match(r"Normalized regret of (.*?) among these learners", said)
    if small_learner:
        learner = re.sub(r" \(.*?\)", "", small_learner[1])
        return f"Of the small learners, {learner}: {_place(value)} here, usually {_place(typical)}"
    if said.startswith(LOGARITHM):
        said, value, typical = said.removeprefix(LOGARITHM), 10**value, 10**typical
    here, usually = ("missing" if x != x else number_in_words(x) for x in (value, typical))
    return f"{_capital(said or name)}: {here} here, usually {usually}"


def description_of(name: str) -> str:
    """What the registry says of a meta-feature, less the cases in which it is missing and the full stop."""
    about = METAFEATURES.get(name)
    return re.sub(r"[,;] NaN[^:.]*", "", about.description).rstrip(".") if about else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _place(regret: float) -> str:
    if regret != regret:
        return "not to be tried"
    return next((words for most, words in PLACES.items() if regret <= most), "in the lower half")
