"""Which algorithm with which hyperparameters should I fit first?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.advice.ranking import RecommendedConfiguration
    from recommender.errors import RecommenderError
    from recommender.estimators import RecommendedClassifier, RecommendedRegressor
    from recommender.evidence.knowledge import KnowledgeBase, load_knowledge
    from recommender.metamodel.model import MetaModel
    from recommender.metamodel.trained import load_trained
    from recommender.recommendation import Recommendation, recommend

_HOMES = {
    "KnowledgeBase": "evidence.knowledge",
    "MetaModel": "metamodel.model",
    "Recommendation": "recommendation",
    "RecommendedClassifier": "estimators",
    "RecommendedConfiguration": "advice.ranking",
    "RecommendedRegressor": "estimators",
    "RecommenderError": "errors",
    "load_knowledge": "evidence.knowledge",
    "load_trained": "metamodel.trained",
    "recommend": "recommendation",
}

__all__ = [
    "KnowledgeBase",
    "MetaModel",
    "Recommendation",
    "RecommendedClassifier",
    "RecommendedConfiguration",
    "RecommendedRegressor",
    "RecommenderError",
    "load_knowledge",
    "load_trained",
    "recommend",
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
