from __future__ import annotations

import re

import numpy as np
import pytest

from recommender.advice.properties import description_of, property_in_words
from recommender.metafeatures import METAFEATURES
from recommender.metamodel.trained import INPUTS


@pytest.mark.parametrize("name", [name for name, about in METAFEATURES.items() if about.group in INPUTS])
@pytest.mark.parametrize(("value", "typical"), [(0.0, 1.0), (0.4, np.nan), (np.nan, 0.7)])
def test_every_property_is_said_without_jargon(name, value, typical):
    said = property_in_words(name, value, typical)
    assert said[0] == said[0].upper()
    for jargon in (r"\bnan\b", "normalized regret", "logarithm", rf"\b{name}\b"):
        assert not re.search(jargon, said, re.IGNORECASE)
    assert "usually" in said


def test_a_name_that_is_not_known_is_its_own_description():
    assert description_of("mine") == ""
    assert property_in_words("mine", 1.0, 2.0) == "Mine: 1 here, usually 2"
