from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from recommender.recommendation import Refinement

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def refinement():
    history = pd.DataFrame(
        {
            "seconds": [1.0, 2.0, 3.0, 4.0],
            "algorithm": ["lda", "qda", "lda", "mlp"],
            "score": [0.8, 0.1, 0.85, float("nan")],
            "best": [0.8, 0.8, 0.85, 0.85],
            "ensemble": [0.8, 0.8, 0.9, 0.9],
        }
    )
    board = history.sort_values("score", ascending=False).assign(
        configuration_id=["a", "b", "c", "d"], weight=[0.5, 0.5, 0, 0], deviation=0.0
    )
    one = SimpleNamespace(configuration=SimpleNamespace(id="a"))
    return Refinement(None, one, board, 0.9, 4.0, history, "accuracy", True)


def test_every_try_is_a_point_at_its_second(refinement):
    figure = refinement.plot()
    (ax,) = figure.axes
    points = sorted(tuple(point) for dots in ax.collections for point in dots.get_offsets())
    assert points == [(1.0, 0.8), (2.0, 0.1), (3.0, 0.85)]
    assert ax.get_ylabel() == "accuracy"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"lda", "qda", "best alone", "ensemble"} == set(labels)
    plt.close(figure)


def test_errors_are_lower_where_they_are_better(refinement):
    figure = Refinement(**{**vars(refinement), "greater_is_better": False, "metric": "rmse"}).plot()
    assert "lower is better" in figure.axes[0].get_ylabel()
    plt.close(figure)


def test_nothing_tried_is_an_empty_plot(refinement):
    empty = Refinement(**{**vars(refinement), "history": refinement.history.iloc[:0]})
    figure = empty.plot()
    assert figure.axes[0].get_xlabel() == "seconds"
    plt.close(figure)
