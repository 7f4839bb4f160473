"""Whether a configuration applies to a dataset: its size, and what its choices of the preprocessing are for."""

from __future__ import annotations

from recommender.algorithms.catalogue import find_algorithm
from recommender.algorithms.configuration import Configuration, Hyperparameters
from recommender.algorithms.log_target import is_skewed
from recommender.algorithms.preprocessing import MAX_CATEGORIES, many_valued, with_missing
from recommender.tables.dataset import Dataset


def why_not(configuration: Configuration, dataset: Dataset, *, n_samples: int, n_features: int) -> str | None:
    """Why a configuration does not apply to a dataset, or None where it does.

    Parameters
    ----------
    configuration : Configuration
        Which one.
    dataset : Dataset
        Where to.
    n_samples : int
        How many of its rows are trained on.
    n_features : int
        How many columns the configuration's encoding makes of it, about.
    """
    algorithm = find_algorithm(configuration.algorithm)
    too_large = algorithm.why_not(n_samples=n_samples, n_features=n_features, n_classes=dataset.n_classes)
    return too_large or why_pointless(configuration.hyperparameters, dataset)


def why_pointless(hyperparameters: Hyperparameters, dataset: Dataset) -> str | None:
    """Why a choice that hyperparameters make has no point for a dataset, or None where each may have one.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from recommender.tables.loading import load_dataset
    >>> why_pointless({"missing": "indicated"}, load_dataset(load_diabetes(as_frame=True)))
    'no number is missing that could be indicated'
    """
    chosen = hyperparameters.get
    if chosen("categories") == "native" and not dataset.positions("categorical"):
        return "there are no categories to be taken as such"
    if chosen("categories") == "target" and not many_valued(dataset):
        return f"no column has more than {MAX_CATEGORIES} categories that the target could be told for"
    if chosen("missing") == "indicated" and not with_missing(dataset):
        return "no number is missing that could be indicated"
    if chosen("numbers", "plain") not in ("plain", "standard") and not dataset.positions("numeric"):
        return "there are no numbers to be scaled"
    if chosen("target") == "log" and (dataset.task != "regression" or not is_skewed(dataset.y)):
        return "the target is not skewed, or partly negative, and so its logarithm is not learnt"
    return None
