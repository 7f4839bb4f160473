"""Two knowledge bases as one, and what one of them adds to the other."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from recommender.evaluation.evaluate import KEYS
from recommender.evidence.families import find_families
from recommender.evidence.knowledge import KnowledgeBase


def extend(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """Two knowledge bases as one.

    A dataset that both hold, by its id or by its content, is there once, with the evaluations of both; where both
    have the same configuration at the same size on the same fold of it, the first one's evaluation stands. Families
    are found across both.

    Parameters
    ----------
    base : KnowledgeBase
        The one whose ids and descriptions of datasets stand.
    own : KnowledgeBase
        What is added to it.

    Examples
    --------
    >>> from recommender.evidence.folder import load_knowledge
    >>> shipped = load_knowledge()
    >>> first, second = shipped.datasets.index[:2]
    >>> rest = shipped.without([first])
    >>> together = extend(rest, shipped.without([second]))
    >>> len(together.datasets) == len(shipped.datasets), len(together.evaluations) == len(shipped.evaluations)
    (True, True)
    """
    own = _under_ids_of(base, own)
    datasets = _united(base.datasets, own.datasets)
    return KnowledgeBase(
        datasets.assign(family=find_families(datasets)),
        _united(base.metafeatures, own.metafeatures).reindex(datasets.index),
        _united(base.configurations, own.configurations),
        _stacked(base.evaluations, own.evaluations).drop_duplicates(list(KEYS), ignore_index=True),
        _united(base.environments, own.environments),
    )


def beside(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """What two knowledge bases can name: datasets and configurations of both, each under its own id.

    Unlike in `extend`, a dataset of the same content is there under both ids. Evaluations are those of the first alone.
    """
    return replace(
        base,
        datasets=_united(base.datasets, own.datasets),
        metafeatures=_united(base.metafeatures, own.metafeatures),
        configurations=_united(base.configurations, own.configurations),
    )


def beyond(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """What the second knowledge base adds to the first: evaluations that are not there, and their datasets.

    So a store into which the shipped knowledge base was exported, to go on from it, is not written down twice.
    """
    own = _under_ids_of(base, own)
    of_base, of_own = (
        pd.MultiIndex.from_frame(some.evaluations[list(KEYS)].astype({"dataset_id": "str", "configuration_id": "str"}))
        for some in (base, own)
    )
    evaluations = own.evaluations[~of_own.isin(of_base)].reset_index(drop=True)
    known = own.datasets.index[own.datasets.index.isin(base.datasets.index)]
    rest = own.without(known.difference(pd.Index(evaluations["dataset_id"].unique().astype(str))))
    return replace(rest, evaluations=evaluations)


def _under_ids_of(base: KnowledgeBase, own: KnowledgeBase) -> KnowledgeBase:
    """The second knowledge base with the first one's ids for datasets of the same content and task."""
    contents = [list(zip(some["fingerprint"], some["task"], strict=True)) for some in (base.datasets, own.datasets)]
    known = dict(zip(contents[0], base.datasets.index.astype(str), strict=True))
    renamed = {
        str(i): known[content]
        for i, content in zip(own.datasets.index, contents[1], strict=True)
        if i not in base.datasets.index and content in known
    }
    if not renamed:
        return own
    evaluated = own.evaluations["dataset_id"].astype("str").map(lambda i: renamed.get(i, i))
    return replace(
        own,
        datasets=own.datasets.rename(index=renamed),
        metafeatures=own.metafeatures.rename(index=renamed),
        evaluations=own.evaluations.assign(dataset_id=evaluated),
    )


def _united(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The rows of the first table, and those of the second whose label is not in it."""
    more = second[~second.index.isin(first.index)]
    more = more[~more.index.duplicated()]
    return pd.concat([first, more]).rename_axis("id") if len(more) else first


def _stacked(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two tables of evaluations on top of each other; text that repeats stays categorical."""
    kinds = {}
    for name in ("dataset_id", "configuration_id", "environment_id", "status", "message"):
        texts = [table[name].astype("category").cat.categories.astype("str") for table in (first, second)]
        kinds[name] = pd.CategoricalDtype(texts[0].union(texts[1]))
    return pd.concat([first.astype(kinds), second.astype(kinds)], ignore_index=True)
