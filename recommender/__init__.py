"""Which algorithm with which hyperparameters should I fit first?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration
    from recommender.errors import RecommenderError
    from recommender.estimators import RecommendedClassifier, RecommendedRegressor
    from recommender.evidence.collect import collect
    from recommender.evidence.folder import load_knowledge, save_knowledge
    from recommender.evidence.knowledge import KnowledgeBase
    from recommender.evidence.store import Store
    from recommender.fitting.saving import load, save
    from recommender.metafeatures import extract_metafeatures
    from recommender.metamodel.model import MetaModel
    from recommender.metamodel.trained import load_trained
    from recommender.recommendation import Recommendation, recommend
    from recommender.tables.dataset import Dataset
    from recommender.tables.loading import load_dataset

_HOMES = {
    "Dataset": "tables.dataset",
    "KnowledgeBase": "evidence.knowledge",
    "MetaModel": "metamodel.model",
    "Recommendation": "recommendation",
    "RecommendedClassifier": "estimators",
    "RecommendedConfiguration": "advice.ranking",
    "RecommendedRegressor": "estimators",
    "RecommenderError": "errors",
    "Store": "evidence.store",
    "collect": "evidence.collect",
    "extract_metafeatures": "metafeatures",
    "load": "fitting.saving",
    "load_dataset": "tables.loading",
    "load_knowledge": "evidence.folder",
    "load_trained": "metamodel.trained",
    "recommend": "recommendation",
    "save": "fitting.saving",
    "save_knowledge": "evidence.folder",
}

__all__ = [
    "Dataset",
    "KnowledgeBase",
    "MetaModel",
    "Recommendation",
    "RecommendedClassifier",
    "RecommendedConfiguration",
    "RecommendedRegressor",
    "RecommenderError",
    "Store",
    "collect",
    "extract_metafeatures",
    "load",
    "load_dataset",
    "load_knowledge",
    "load_trained",
    "recommend",
    "save",
    "save_knowledge",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that importing the package costs nothing."""
    if name == "__version__":
        return import_module("importlib.metadata").version(__name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return ["__version__", *__all__]
