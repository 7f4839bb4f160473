from __future__ import annotations

import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_wine

from recommender import recommend
from recommender.showing.charts import bars_of, score_axis, scores_over_seconds, seconds_axis
from recommender.showing.colours import colour_of


def test_numbered_points_are_the_first_of_the_ranking():
    recommendation = recommend(load_wine())
    scatter = scores_over_seconds(recommendation, 5)
    assert [point.number for point in scatter.points] == [1, 2, 3, 4, 5]
    assert [point.colour for point in scatter.points] == [colour_of(i.algorithm) for i in recommendation.items[:5]]
    for point in scatter.points:
        assert 0 <= point.low <= point.y <= point.high <= 100


def test_better_is_higher_also_where_lower_scores_are_better():
    recommendation = recommend(load_diabetes(), metric="mae")
    points = scores_over_seconds(recommendation, 12).points
    best = min(recommendation.items[:12], key=lambda item: item.expected_score)
    assert max(points, key=lambda point: point.y).number == best.rank


def test_labels_do_not_lie_on_each_other():
    points = scores_over_seconds(recommend(load_wine()), 5).points
    labels = {(point.label_x, point.label_y) for point in points}
    assert len(labels) == 5


@pytest.mark.parametrize("scores", [[0.5, 0.5], [0.9, 0.91], [-3.0, 40.0], [12_000.0, 13_500.0]])
def test_ticks_lie_inside(scores):
    ticks = score_axis(scores).ticks
    assert 1 <= len(ticks) <= 7
    assert all(0 <= at <= 100 for at, _ in ticks)


def test_times_without_a_value_do_not_matter():
    axis = seconds_axis([0.02, float("nan"), 5.0])
    assert [text for _, text in axis.ticks] == ["0.01 s", "0.1 s", "1 s", "10 s"]


def test_scores_that_are_all_alike_are_written_once_and_none_beyond_them():
    near = score_axis([0.99996, 1.0])
    assert [text for _, text in near.ticks] == ["1.000"]
    assert 0 < near.at(0.99996) < near.at(1.0) < 100


@pytest.mark.parametrize("scores", [[1e-9, 3e-9], [1e150, 3e150], [0.0009, 0.0018], [-0.2, 0.3], [12_000.0, 23_000.0]])
def test_no_two_ticks_of_scores_read_alike(scores):
    texts = [text for _, text in score_axis(scores).ticks]
    assert len(texts) == len(set(texts)) > 1
    assert max(map(len, texts)) < 12


def test_bars_of_one_score_far_from_zero_are_drawn():
    assert bars_of(pd.Series({"trees": -1e18})).rows == [("trees", -1e18, 0.0)]
