from __future__ import annotations

from typing import get_args

from recommender.cli.options import MetricOption
from recommender.evaluation.metrics import METRICS


def test_help_lists_every_metric():
    _, option = get_args(MetricOption)
    assert all(name in option.help for name in METRICS)
