"""Meta-features: numbers that describe a dataset, pymfe's where pymfe defines them, and cheap landmarkers."""

from recommender.metafeatures.extract import (
    GROUPS,
    METAFEATURES,
    METAFEATURES_VERSION,
    PYMFE_METAFEATURES,
    MetaFeature,
    MetaFeatures,
    extract_metafeatures,
)

__all__ = [
    "GROUPS",
    "METAFEATURES",
    "METAFEATURES_VERSION",
    "PYMFE_METAFEATURES",
    "MetaFeature",
    "MetaFeatures",
    "extract_metafeatures",
]
