"""Pages from templates: every value is escaped, and numbers are said as people say them."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.showing.colours import colour_of
from recommender.words import count, duration, number_in_words, regret_in_words, score_in_words, size

if TYPE_CHECKING:
    from jinja2 import Environment

TASKS_IN_WORDS = {
    "binary": "Prediction of two classes",
    "multiclass": "Prediction of several classes",
    "regression": "Prediction of numbers",
}


def render(template: str, **values: Any) -> str:
    """A page, or a part of one, from a template of this room.

    Parameters
    ----------
    template : str
        The name of a file in ``templates/``.
    values
        What the template names; one that is missing is an error.

    Examples
    --------
    >>> from recommender.showing.charts import Bars
    >>> render("bars.html", bars=Bars(["<b>"], [0.5], 0.0)).count("&lt;b&gt;")
    1
    """
    return environment().get_template(template).render(version=version("recommender"), **values)


@cache
def environment() -> Environment:
    """Where templates are found, and the words that they use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("recommender.showing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "score": _known(score_in_words),
        "seconds": _known(duration),
        "size": _known(size),
        "regret": _known(regret_in_words),
        "settings": settings_in_words,
        "kind": lambda name: ALGORITHMS[name].description if name in ALGORITHMS else "",
        "colour": colour_of,
        "number": number_in_words,
        "counted": count,
        "percent": _known(lambda share: f"{share:.0%}"),
        "sentence": lambda clause: clause[:1].upper() + clause[1:].removesuffix(".") + ".",
    }
    return found


def settings_in_words(hyperparameters: dict[str, Any]) -> str:
    """Hyperparameters as people write them.

    Examples
    --------
    >>> settings_in_words({"C": 0.1}), settings_in_words({})
    ('C=0.1', "the library's defaults")
    """
    return ", ".join(f"{name}={value}" for name, value in hyperparameters.items()) or "the library's defaults"


def _known(words: Any) -> Any:
    """The words for a number, and nothing for one that is missing."""
    return lambda value: "" if value is None or np.isnan(value) else words(value)
