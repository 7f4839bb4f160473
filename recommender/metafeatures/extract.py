"""All meta-features of a dataset, in a fixed order, with the seconds that each group took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from recommender.errors import unknown_name
from recommender.metafeatures import (
    information,
    landmarking,
    model_based,
    pymfe_groups,
    relative,
    simple,
    statistical,
)
from recommender.metafeatures.one_thread import one_thread
from recommender.metafeatures.table import Table, view_table
from recommender.tables.dataset import Dataset

METAFEATURES_VERSION = 6
"""Raised whenever the definition of a value changes, so that stored values are never mixed with newer ones."""

TIME_LIMIT = 60.0
"""Seconds that a group from pymfe may take unless told otherwise."""


@dataclass(frozen=True)
class MetaFeature:
    """What a meta-feature is called, where it belongs and what it says."""

    name: str
    group: str
    description: str


@dataclass(frozen=True)
class MetaFeatures:
    """The meta-features of one dataset.

    Attributes
    ----------
    values : dict of str to float
        By name, in the order of `METAFEATURES`: the same ones, whatever the dataset. Never infinite; NaN where a
        description says so.
    seconds : dict of str to float
        What each group took; ``"table"`` is the reading that all groups share.
    missing_groups : dict of str to str
        Groups of pymfe's that did not finish, with the reason; their values are NaN.
    """

    values: dict[str, float]
    seconds: dict[str, float]
    missing_groups: dict[str, str] = field(default_factory=dict)


def extract_metafeatures(
    dataset: Dataset,
    *,
    groups: Iterable[str] | None = None,
    random_state: int = 0,
    time_limit: float = TIME_LIMIT,
) -> MetaFeatures:
    """The meta-features of a dataset.

    Parameters
    ----------
    dataset : Dataset
        Any table with a target; missing and infinite values, categories, text and dates are welcome.
    groups : iterable of str, optional
        Which groups, by default those of `QUICK`: ``"simple"``, ``"statistical"``, ``"information"``, ``"model_based"``
        and ``"landmarking"``. ``"relative"`` compares more learners with more care, which takes some tenths of a
        second. ``"complexity"``, ``"clustering"``, ``"concept"`` and ``"itemset"`` come from pymfe and can take long.
    random_state : int, default=0
        Seed of the tree, of the landmarkers, and of the columns that are paired.
    time_limit : float, default=60
        Seconds that each group from pymfe may take.

    Returns
    -------
    MetaFeatures

    Raises
    ------
    UnknownNameError
        If a group does not exist.

    Notes
    -----
    The same rows in another order give the same values: what reads a part of the rows, or goes through them in order,
    goes by their content. All work is done in one thread, but for relative landmarks, which take two.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from recommender.tables.loading import load_dataset
    >>> result = extract_metafeatures(load_dataset(load_iris(as_frame=True)))
    >>> result.values["nr_class"], round(result.values["cor.mean"], 3)
    (3.0, 0.594)
    """
    wanted = list(dict.fromkeys(QUICK if groups is None else groups))
    for group in wanted:
        if group not in GROUPS and group not in pymfe_groups.DESCRIPTIONS:
            raise unknown_name("group of meta-features", group, [*GROUPS, *pymfe_groups.DESCRIPTIONS])
    start = time.perf_counter()
    table = view_table(dataset)
    seconds, values, missing = {"table": time.perf_counter() - start}, {}, {}
    for group in wanted:
        start = time.perf_counter()
        if group in GROUPS:
            with one_thread(with_learners=group in WITH_LEARNERS), np.errstate(all="ignore"):
                found = GROUPS[group].extract(table, random_state)
        else:
            found, reason = pymfe_groups.pymfe_group(table, group, random_state, time_limit)
            missing.update({group: reason} if reason else {})
        values.update({name: value if np.isfinite(value) else np.nan for name, value in found.items()})
        seconds[group] = time.perf_counter() - start
    return MetaFeatures(values, seconds, missing)


@dataclass(frozen=True)
class Group:
    """How a group is extracted, and a sentence on each of its meta-features."""

    extract: Callable[[Table, int], dict[str, float]]
    descriptions: dict[str, str]


GROUPS = {
    "simple": Group(lambda table, _: simple.simple(table), simple.DESCRIPTIONS),
    "statistical": Group(lambda table, _: statistical.statistical(table), statistical.DESCRIPTIONS),
    "information": Group(information.information, information.DESCRIPTIONS),
    "model_based": Group(model_based.model_based, model_based.DESCRIPTIONS),
    "landmarking": Group(landmarking.landmarking, landmarking.DESCRIPTIONS),
    "relative": Group(relative.relative, relative.DESCRIPTIONS),
}
"""The groups of our own."""

WITH_LEARNERS = ("landmarking", "relative")
QUICK = tuple(name for name in GROUPS if name != "relative")
"""The groups that are extracted by default."""

METAFEATURES = {
    name: MetaFeature(name, group, sentence)
    for group, content in GROUPS.items()
    for name, sentence in content.descriptions.items()
}
"""Every meta-feature of our own groups by name."""
LEVELS = frozenset(relative.TRIALS)
"""Those that say how high scores are; `relative` has what they say of their order."""

PYMFE_METAFEATURES = {
    name: MetaFeature(name, group, sentence)
    for group, descriptions in pymfe_groups.DESCRIPTIONS.items()
    for name, sentence in descriptions.items()
}
"""Every meta-feature of the groups that come from pymfe, by name."""
