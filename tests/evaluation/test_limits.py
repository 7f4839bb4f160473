from __future__ import annotations

import pytest

from recommender.errors import LimitError
from recommender.evaluation.limits import Limits


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e9])
def test_limits_that_limit_nothing_or_everything_are_refused(seconds):
    with pytest.raises(LimitError, match="cannot be limited to"):
        Limits(seconds=seconds)
    with pytest.raises(LimitError, match="bytes: give more than 0"):
        Limits(memory_bytes=seconds * 1e9)
