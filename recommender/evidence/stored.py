"""A knowledge base in a store: read from it, and recorded in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recommender.errors import KnowledgeBaseError, StoreError, one_line
from recommender.evidence.checking import why_unsound
from recommender.evidence.families import find_families
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.store import Store


def knowledge_of(store: Store) -> KnowledgeBase:
    """The knowledge base that a store has recorded."""
    datasets = store.read_datasets().set_index("id")
    if datasets.empty:
        raise KnowledgeBaseError(f"the store {store.address} holds no datasets yet. Fill it with `recommender collect`")
    try:
        known = _assembled(store, datasets)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(f"the store {store.address} is damaged: {one_line(error)}") from error
    reason = why_unsound(known)
    if reason:
        raise StoreError(f"the store {store.address} holds no sound evidence: {reason}")
    return known


def _assembled(store: Store, datasets: pd.DataFrame) -> KnowledgeBase:
    metafeatures = pd.DataFrame(datasets["metafeatures"].tolist(), index=datasets.index).astype(np.float64)
    datasets = datasets.drop(columns=["metafeatures"])
    return KnowledgeBase(
        datasets.assign(family=find_families(datasets)),
        metafeatures,
        store.read_configurations().set_index("id"),
        store.read_evaluations(),
        store.read_environments().set_index("id"),
    )


def record_knowledge(knowledge: KnowledgeBase, store: Store) -> int:
    """Record a knowledge base in a store, so that `collect` can go on from it; what the store holds stays as it is.

    The inverse of `knowledge_of`, but for families, which are found anew from the content.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to record.
    store : Store
        Where to; it may hold something already.

    Returns
    -------
    int
        How many evaluations were new to the store.

    Examples
    --------
    >>> from recommender.evidence.folder import load_knowledge
    >>> store = Store("sqlite://")
    >>> knowledge = load_knowledge()
    >>> knowledge = knowledge.without(knowledge.datasets.index[5:])
    >>> record_knowledge(knowledge, store) == len(knowledge.evaluations)
    True
    >>> record_knowledge(knowledge, store)
    0
    """
    datasets = knowledge.datasets.drop(columns=["family"], errors="ignore")
    metafeatures = knowledge.metafeatures.reindex(datasets.index).to_dict("records")
    datasets["metafeatures"] = pd.Series(metafeatures, index=datasets.index, dtype=object)
    return store.add_tables(
        datasets.rename_axis("id").reset_index(),
        knowledge.configurations.rename_axis("id").reset_index(),
        knowledge.environments.rename_axis("id").reset_index(),
        knowledge.evaluations,
    )
