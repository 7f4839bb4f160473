"""A meta-model that has seen nothing of a table: neither it nor what shares its origin, as other benchmarks require."""

from __future__ import annotations

from pathlib import Path

from recommender.evaluation.metrics import Metric
from recommender.evidence.knowledge import KnowledgeBase
from recommender.manifest import write_manifest
from recommender.measuring.openml_tasks import relatives
from recommender.metafeatures import METAFEATURES_VERSION
from recommender.metamodel.trained import FORMAT, METAMODEL, save_trained
from recommender.metamodel.training import metric_to_learn, train
from recommender.tables.dataset import Dataset


def train_without_family(knowledge: KnowledgeBase, dataset: Dataset, metric: Metric, folder: Path) -> list[str]:
    """Write a meta-model for one metric into a folder that `recommend` takes as `knowledge`, unless it is there.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to learn from.
    dataset : Dataset
        The whole table. It is only compared with the known datasets: by content, names and size.
    metric : Metric
        What is judged by.
    folder : Path
        Where to keep it; one for each dataset.

    Returns
    -------
    list of str
        Ids of the datasets that were left out.
    """
    family = relatives(knowledge, dataset)
    target = folder / METAMODEL
    if not target.exists():
        known = knowledge.without(family)
        learnt = metric_to_learn(known, metric)
        trained = train(known, learnt)
        target.mkdir(parents=True)
        save_trained(trained, target)
        about = {"metafeatures_version": METAFEATURES_VERSION, "trained": [learnt.name]}
        write_manifest(target, kind="meta-model", version=FORMAT, about=about)
    return family
