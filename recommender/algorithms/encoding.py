"""What a model is given: how a configuration wants numbers and categories.

These are choices of the preprocessing, not of the model. A configuration makes them by hyperparameters of these names;
what it does not say is as its algorithm has it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from recommender.algorithms.configuration import Hyperparameters

Categories = Literal["codes", "native", "indicators"]
Numbers = Literal["plain", "standard"]


@dataclass(frozen=True)
class Encoding:
    """How the columns of a table become what a model takes.

    Parameters
    ----------
    categories : {"codes", "native", "indicators"}
        One number for each category; pandas' category type, for models that split by sets of categories; or a column
        for each category that is frequent.
    numbers : {"plain", "standard"}
        As they are, with missing values in place; or imputed by the median and standardised.

    Examples
    --------
    >>> TREES.chosen_by({"categories": "native", "n_estimators": 100})
    Encoding(categories='native', numbers='plain')
    >>> model_settings({"categories": "native", "n_estimators": 100})
    {'n_estimators': 100}
    """

    categories: Categories
    numbers: Numbers

    def chosen_by(self, hyperparameters: Hyperparameters) -> Encoding:
        """This, but for what a configuration's hyperparameters say."""
        return replace(self, **{name: hyperparameters[name] for name in NAMES if name in hyperparameters})


NAMES = tuple(field.name for field in fields(Encoding))
"""The hyperparameters that are choices of the preprocessing."""
TREES = Encoding(categories="codes", numbers="plain")
LINEAR = Encoding(categories="indicators", numbers="standard")


def model_settings(hyperparameters: Hyperparameters) -> dict[str, Any]:
    """The hyperparameters that are the model's own."""
    return {name: value for name, value in hyperparameters.items() if name not in NAMES}
