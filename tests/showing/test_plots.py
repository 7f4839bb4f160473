from __future__ import annotations

import re
import sys
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine

from recommender import recommend
from recommender.algorithms.catalogue import ALGORITHMS
from recommender.errors import MissingExtraError
from recommender.showing.colours import colour_of
from recommender.showing.plots import _short, embed, plot_neighbours, plot_scores

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.colors import to_hex


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def recommendation():
    return recommend(load_wine())


def labels(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_both_plots_can_be_saved(recommendation, tmp_path):
    figure = recommendation.plot()
    figure.savefig(tmp_path / "plot.png")
    scores, neighbours = figure.axes
    assert (tmp_path / "plot.png").stat().st_size > 10_000
    assert neighbours.figure is scores.figure


def test_every_configuration_is_a_point_and_the_portfolio_is_marked(recommendation):
    ax = plot_scores(recommendation)
    assert ax.get_xscale() == "log"
    frame = recommendation.to_frame()
    points = np.asarray(ax.collections[1].get_offsets())
    np.testing.assert_allclose(points, frame[["fit_seconds", "expected_score"]])
    numbers = {text.get_text() for text in ax.texts}
    for line, item in enumerate(recommendation.portfolio(3), start=1):
        assert frame.loc[item.rank, "configuration_id"] == item.configuration.id
        assert labels(ax)[line].startswith(f"{item.rank}. {item.algorithm}")
        assert str(item.rank) in numbers


def test_one_colour_means_one_algorithm_in_both_plots(recommendation):
    scores, neighbours = recommendation.plot().axes
    seen: dict[str, set[str]] = {}
    for ax in (scores, neighbours):
        for collection in ax.collections:
            name = re.sub(r"^\d+\. |[ (].*", "", collection.get_label())
            if name in ALGORITHMS:
                seen.setdefault(name, set()).update(map(to_hex, collection.get_facecolors()))
    assert {item.algorithm for item in recommendation.portfolio(3)} <= set(seen)
    assert all(colours == {colour_of(name)} for name, colours in seen.items())


def test_a_notebook_shows_the_figure_once(recommendation, monkeypatch):
    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    figure = recommendation.plot()
    assert plt.get_fignums() == []
    assert len(figure.axes) == 2


def test_scores_that_are_better_when_lower_say_so():
    assert "lower is better" in plot_scores(recommend(load_diabetes(), metric="rmse")).get_ylabel()


def test_every_known_dataset_is_a_point_and_the_nearest_are_named(recommendation):
    ax = plot_neighbours(recommendation)
    n_points = sum(len(collection.get_offsets()) for collection in ax.collections)
    assert n_points == recommendation.trained.n_datasets + 1
    named = " ".join(text.get_text() for text in ax.texts)
    for name in recommendation.neighbours(3)["name"]:
        assert name[:20] in named


def test_names_are_no_mathematics(recommendation):
    hostile = replace(recommendation, dataset=replace(recommendation.dataset, name=r"$\frac{" + "x" * 100))
    plot_scores(hostile).figure.canvas.draw()
    plot_neighbours(hostile).figure.canvas.draw()


def test_alike_datasets_lie_near_each_other():
    known = np.kron(np.eye(2), np.full((3, 3), 0.9)) + 0.05  # two groups of three
    places = embed(known, np.array([0.9, 0.9, 0.9, 0.1, 0.1, 0.1]))
    to_here = np.linalg.norm(places[:-1] - places[-1], axis=1)
    assert to_here[:3].max() < to_here[3:].min()


def test_without_matplotlib_the_error_says_what_to_install(recommendation, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recommender\[plot\]'"):
        recommendation.plot()


def test_what_is_long_ends_after_a_word_and_no_number_is_cut():
    long = "18. lightgbm(colsample_bytree=0.475, extra_trees=True, learning_rate=0.0191, min_child_samples=16)"
    assert _short(long) == "18. lightgbm(colsample_bytree=0.475, extra_trees=True, …"
    assert _short("n" * 100, 30) == "n" * 29 + "…"


def test_a_table_whose_name_begins_with_an_underscore_is_in_the_legend(recommendation):
    named = replace(recommendation, dataset=replace(recommendation.dataset, name="_wine"))
    assert labels(plot_neighbours(named))[-1].strip() == "_wine"


def test_one_configuration_is_one(recommendation):
    one = replace(recommendation, items=recommendation.items[:1])
    assert labels(plot_scores(one))[0] == "1 configuration, with 80 % intervals"
