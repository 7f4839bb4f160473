"""A plot of a refinement: the score over the seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.showing.colours import GREY, INK, colour_of
from recommender.showing.plots import pyplot, shown_once

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from recommender.fitting.refinement import Refined

N_NAMED = 8
"""So many algorithms have a name in the legend, those with the best scores."""


def plot_refinement(refined: Refined) -> Figure:
    """Every try at the second when it was done, the best one and the ensemble by then.

    A colour means one algorithm. What failed has no score, and is not there; scores that are far behind the best are
    below the plot.

    Parameters
    ----------
    refined : Refined
        What `refine` returned.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure, ax = pyplot().subplots(figsize=(8, 5), layout="constrained")
    history = refined.history.dropna(subset=["score"])
    best_first = refined.leaderboard.drop_duplicates("algorithm")["algorithm"].tolist()
    for place, name in enumerate(best_first):
        rows = history[history["algorithm"] == name]
        label = {"label": name} if place < N_NAMED and len(rows) else {}
        ax.scatter(rows["seconds"], rows["score"], s=26, color=colour_of(name), zorder=2, **label)
    ax.step(history["seconds"], history["best"], where="post", color=GREY, label="best alone", zorder=1)
    ax.step(history["seconds"], history["ensemble"], where="post", color=INK, linewidth=2, label="ensemble", zorder=3)
    _look_at_the_best(ax, history["score"].tolist() + history["ensemble"].dropna().tolist(), refined.greater_is_better)
    better = "" if refined.greater_is_better else " (lower is better)"
    ax.set(xlabel="seconds", ylabel=f"{refined.metric}{better}")
    ax.set_title(f"{len(refined.leaderboard)} tried", loc="left", fontweight="bold")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    return shown_once(figure)


def _look_at_the_best(ax: object, scores: list[float], greater_is_better: bool) -> None:
    """Limits that leave out the worst quarter, where it is far off."""
    if len(scores) < 2 or min(scores) == max(scores):
        return
    ranked = sorted(scores, reverse=greater_is_better)
    best, far = ranked[0], ranked[3 * (len(ranked) - 1) // 4]
    room = 0.1 * abs(best - far) or 0.1 * (max(scores) - min(scores))
    sign = 1 if greater_is_better else -1
    ax.set_ylim(*sorted((best + sign * room, far - sign * room)))  # type: ignore[attr-defined]
