"""Results as a plain table: every evaluation as a row of a CSV file, and back from where they were measured."""

from __future__ import annotations

import json
from pathlib import Path

from recommender.knowledge import KnowledgeBase


def write_results(knowledge: KnowledgeBase, path: Path) -> None:
    """Write every evaluation as a row of a CSV file, with its algorithm, and hyperparameters as JSON.

    Parameters
    ----------
    knowledge : KnowledgeBase
        Whose evaluations.
    path : Path
        The file.
    """
    rows = knowledge.evaluations.drop(columns=["environment_id"])
    ids = rows["configuration_id"].astype("str")
    rows.insert(2, "algorithm", ids.map(knowledge.configurations["algorithm"]))
    rows.insert(3, "hyperparameters", ids.map(knowledge.configurations["hyperparameters"].map(json.dumps)))
    rows.to_csv(path, index=False)
