"""Plots: what the configurations of a recommendation give and cost, and the dataset among the known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import MissingExtraError
from recommender.showing.colours import GREY, INK, colour_of
from recommender.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from recommender.advice.ranking import Ranking

Floats = NDArray[np.float64]

N_PORTFOLIO = 3
N_NAMED = 5
"""So many neighbours are named."""
LINE = 0.065
"""Height of a line of names, as a share of the plot's."""
N_WINNERS = 6
"""So many of the algorithms that won most often have their colours."""


def plot(recommendation: Ranking) -> Figure:
    """Both plots side by side.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.

    Returns
    -------
    matplotlib Figure
        ``savefig("plot.png")`` writes it to a file; its axes are those of `plot_scores` and `plot_neighbours`.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, axes = pyplot().subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    plot_scores(recommendation, axes[0])
    plot_neighbours(recommendation, axes[1])
    return shown_once(figure)


def plot_scores(recommendation: Ranking, ax: Axes | None = None) -> Axes:
    """Expected score with its interval against the seconds that fitting takes, the portfolio of three marked.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    """
    ax = ax or pyplot().subplots(figsize=(7, 5.5), layout="constrained")[1]
    frame = recommendation.to_frame()
    seconds, score = frame["fit_seconds"].to_numpy(), frame["expected_score"].to_numpy()
    reach = np.abs(frame[["lower", "upper"]].to_numpy() - score[:, None]).T
    ax.errorbar(seconds, score, yerr=reach, fmt="none", ecolor=GREY, elinewidth=0.8, alpha=0.45, zorder=1)
    portfolio = recommendation.portfolio(N_PORTFOLIO)
    chosen = {item.algorithm for item in portfolio}
    colours = [colour_of(name) if name in chosen else GREY for name in frame["algorithm"]]
    ax.scatter(seconds, score, s=22, color=colours, zorder=2)
    ax.scatter([], [], s=22, color=GREY, label=f"{count(len(frame), 'configuration')}, with 80 % intervals")
    for place, item in enumerate(portfolio):
        at, colour = (item.fit_seconds, item.expected_score), colour_of(item.algorithm)
        below, above = np.abs(np.array(item.interval) - item.expected_score)
        ax.errorbar(
            *at, yerr=[[below], [above]], fmt="o", markersize=8, color=colour, elinewidth=2, zorder=3 - 0.1 * place
        )
        ax.scatter(*at, s=60, color=colour, label=f"{item.rank}. {_short(str(item.configuration))}")
        side = -1 if place == 0 else 1  # the others are seldom quicker
        ax.annotate(
            str(item.rank),
            at,
            (7 * side, 6),
            textcoords="offset points",
            ha="right" if place == 0 else "left",
            color=INK,
            fontweight="bold",
            zorder=4,
        )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("expected seconds to fit")
    better = "" if recommendation.metric.greater_is_better else " (lower is better)"
    ax.set_ylabel(f"expected {recommendation.metric.name}{better}")
    ax.set_title(f"What to fit on {_short(recommendation.dataset.name)}", loc="left", fontweight="bold")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), frameon=False, fontsize="small", alignment="left")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_neighbours(recommendation: Ranking, ax: Axes | None = None) -> Axes:
    """The known datasets and this one as points, the nearer the more similar, coloured by the algorithm that won.

    The places come from classical multidimensional scaling of the distances, 1 less the learned similarity. Two
    dimensions cannot hold all distances, hence the most similar datasets are named, with their similarity.

    Parameters
    ----------
    recommendation : Ranking
        What `recommend` returned.
    ax : matplotlib Axes, optional
        Where to draw; a new figure by default.
    """
    ax = ax or pyplot().subplots(figsize=(7, 5.5), layout="constrained")[1]
    trained = recommendation.trained
    model, known = trained.model, trained.smallest_sizes
    similarity = model.similarity(recommendation.metafeatures)[known.index].to_numpy()[0]
    places = embed(model.similarity(model.metafeatures_.loc[known.index])[known.index].to_numpy(), similarity)
    others, here = places[:-1], places[-1]
    winners = list(known["winner"].value_counts().index[:N_WINNERS])
    chosen = (item.algorithm for item in recommendation.portfolio(N_PORTFOLIO))
    winners = list(dict.fromkeys([*winners, *chosen]))
    for name, colour in [*((name, colour_of(name)) for name in winners), ("others", GREY)]:
        shown = (known["winner"] == name if name in winners else ~known["winner"].isin(winners)).to_numpy()
        if shown.any():
            ax.scatter(
                others[shown, 0], others[shown, 1], s=34, color=colour, label=f"{name} ({shown.sum()})", zorder=2
            )
    ax.scatter(
        here[0],
        here[1],
        s=260,
        marker="*",
        color=INK,
        edgecolor="white",
        label=_in_legend(_short(recommendation.dataset.name, 30)),
        zorder=4,
    )
    _name_nearest(ax, known["name"].astype(str).tolist(), similarity, others, here)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_color(GREY)
    ax.set_title(f"Among {len(known)} known datasets, by what won there", loc="left", fontweight="bold")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False, fontsize="small")
    return ax


def _name_nearest(ax: Axes, names: list[str], similarity: Floats, others: Floats, here: Floats) -> None:
    """The most similar datasets by name, in a column at the side on which this dataset lies."""
    low, high = np.vstack([others, here]).min(axis=0), np.vstack([others, here]).max(axis=0)
    reach = np.maximum(high - low, 1e-9)
    at_left = here[0] < (low[0] + high[0]) / 2
    ax.set_xlim(low[0] - reach[0] * (0.5 if at_left else 0.06), high[0] + reach[0] * (0.06 if at_left else 0.5))
    ax.set_ylim(low[1] - 0.1 * reach[1], high[1] + 0.1 * reach[1])
    nearest = np.argsort(-similarity, kind="stable")[:N_NAMED]
    middle = (others[nearest, 1].mean() - low[1]) / reach[1]
    top = np.clip(middle + LINE * len(nearest) / 2, LINE * len(nearest), 0.95)
    for line, i in enumerate(nearest[np.argsort(-others[nearest, 1])]):
        ax.annotate(
            f"{_short(names[i], 24)} ({similarity[i]:.0%})",
            others[i],
            (0.02 if at_left else 0.98, top - line * LINE),
            textcoords="axes fraction",
            ha="left" if at_left else "right",
            va="center",
            fontsize="small",
            arrowprops={"arrowstyle": "-", "color": INK, "alpha": 0.35, "linewidth": 0.7, "shrinkB": 3},
        )


def embed(known: Floats, similarity: Floats) -> Floats:
    """Places of the known datasets, and of one more, in the plane: classical multidimensional scaling.

    Parameters
    ----------
    known : array of shape (n_datasets, n_datasets)
        Similarities of the known datasets, 0 to 1.
    similarity : array of shape (n_datasets,)
        Of the one more to them.

    Returns
    -------
    array of shape (n_datasets + 1, 2)
        The one more is last.

    References
    ----------
    Torgerson (1952), Multidimensional scaling: I. Theory and method, Psychometrika 17.

    Examples
    --------
    >>> places = embed(np.eye(3), np.array([1.0, 0.0, 0.0]))
    >>> bool(np.allclose(places[0], places[3]))
    True
    """
    n = len(known) + 1
    distances = np.zeros((n, n))
    distances[:-1, :-1] = 1 - (known + known.T) / 2
    distances[-1, :-1] = distances[:-1, -1] = 1 - similarity
    np.fill_diagonal(distances, 0)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centring @ distances**2 @ centring / 2)
    return vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0))


def pyplot() -> Any:
    """`matplotlib.pyplot`; the error of one that is not installed says how to get it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingExtraError("matplotlib is not installed: pip install 'recommender[plot]'") from error
    return plt


def shown_once(figure: Figure) -> Figure:
    """The figure, closed in a notebook, which shows what is returned, and whatever is open once more."""
    plt = pyplot()
    if "inline" in plt.get_backend():
        plt.close(figure)
    return figure


def _in_legend(name: str) -> str:
    """A name that a legend shows: matplotlib leaves out one that begins with an underscore."""
    return f" {name}" if name.startswith("_") else name


def _short(text: str, length: int = 70) -> str:
    """A text that is not too long, of which nothing is taken for mathematics; what is long ends after a word."""
    if len(text) > length:
        begins = text[: length - 1]
        end = begins.rfind(" ")
        text = f"{begins[: end + 1] if 2 * end > length else begins}…"
    return text.replace("$", r"\$")
