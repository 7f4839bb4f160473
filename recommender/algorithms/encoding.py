"""What a model is given: how a configuration wants numbers, categories, what is missing, and the target.

These are choices of the preprocessing, not of the model. A configuration makes them by hyperparameters of these names;
what it does not say is as its algorithm has it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from recommender.algorithms.configuration import Hyperparameters

Categories = Literal["codes", "native", "indicators", "target"]
Numbers = Literal["plain", "standard", "clipped", "quantile", "splines"]
Missing = Literal["imputed", "indicated"]
Target = Literal["plain", "log"]


@dataclass(frozen=True)
class Encoding:
    """How the columns of a table become what a model takes.

    Parameters
    ----------
    categories : {"codes", "native", "indicators", "target"}
        One number for each category; pandas' category type, for models that split by sets of categories; a column for
        each category that is frequent; or, in columns of many categories, what the target is like in each, while the
        other columns have codes beside plain numbers and else indicators.
    numbers : {"plain", "standard", "clipped", "quantile", "splines"}
        As they are, with missing values in place. All others are imputed by the median and standardised: as they are;
        with outliers drawn in smoothly; by rank, as a normal distribution has them; or as smooth curves of each column,
        which a linear model adds up.
    missing : {"imputed", "indicated"}, default="imputed"
        Whether a column for each with missing numbers says where they were.
    target : {"plain", "log"}, default="plain"
        The target as it is, or a logarithm of it.

    Examples
    --------
    >>> TREES.chosen_by({"categories": "native", "n_estimators": 100}).categories
    'native'
    >>> model_settings({"categories": "native", "n_estimators": 100})
    {'n_estimators': 100}
    """

    categories: Categories
    numbers: Numbers
    missing: Missing = "imputed"
    target: Target = "plain"

    @property
    def keeps_zeros(self) -> bool:
        """Whether a table of numbers may as well keep its zeros: it is imputed and scaled, and no more."""
        return self.numbers == "standard" and self.missing == "imputed"

    def chosen_by(self, hyperparameters: Hyperparameters) -> Encoding:
        """This, but for what a configuration's hyperparameters say."""
        return replace(self, **{name: hyperparameters[name] for name in NAMES if name in hyperparameters})


NAMES = tuple(field.name for field in fields(Encoding))
"""The hyperparameters that are choices of the preprocessing."""
TREES = Encoding(categories="codes", numbers="plain")
LINEAR = Encoding(categories="indicators", numbers="standard")
NATIVE = Encoding(categories="native", numbers="plain")


def model_settings(hyperparameters: Hyperparameters) -> dict[str, Any]:
    """The hyperparameters that are the model's own."""
    return {name: value for name, value in hyperparameters.items() if name not in NAMES}
