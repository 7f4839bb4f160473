"""Meta-features: numbers that describe a dataset, pymfe's where pymfe defines them, and cheap landmarkers."""

from recommender.metafeatures.extract import (
    GROUPS,
    LEVELS,
    METAFEATURES,
    METAFEATURES_VERSION,
    PYMFE_METAFEATURES,
    MetaFeature,
    MetaFeatures,
    extract_metafeatures,
)
from recommender.metafeatures.simple import with_rows

__all__ = [
    "GROUPS",
    "LEVELS",
    "METAFEATURES",
    "METAFEATURES_VERSION",
    "PYMFE_METAFEATURES",
    "MetaFeature",
    "MetaFeatures",
    "extract_metafeatures",
    "with_rows",
]
