"""Plots of what a knowledge base says of algorithms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.atlas.lessons import ROWS
from recommender.evaluation.metrics import metrics_for
from recommender.tables.dataset import TASKS


def plot_wins(wins: pd.DataFrame, path: Path) -> None:
    """A map for each task: algorithms by ranges of rows, the share of datasets on which each wins."""
    figure, axes = _axes(len(TASKS), height=5.2)
    for axis, task in zip(axes, TASKS, strict=True):
        part = wins[wins["task"] == task]
        ranges = [name for name in ROWS if name in set(part["rows"])]
        table = part.pivot(index="algorithm", columns="rows", values="wins")[ranges]
        sizes = part.groupby("rows")["datasets"].first()[ranges]
        share = (table / sizes).assign(all=table.sum(axis=1) / sizes.sum()).sort_values("all", ascending=False)
        axis.imshow(share, cmap="Blues", vmin=0, vmax=0.5, aspect="auto")
        for i, j in np.ndindex(share.shape):
            if share.iat[i, j]:
                colour = "white" if share.iat[i, j] > 0.3 else "black"
                axis.text(j, i, f"{share.iat[i, j]:.0%}", ha="center", va="center", color=colour, fontsize=8)
        labels = [f"{name}\n({size})" for name, size in sizes.items()] + [f"all\n({sizes.sum()})"]
        axis.set_xticks(range(len(labels)), [label.replace(" ", "\n", 1) for label in labels], fontsize=8)
        axis.set_yticks(range(len(share)), share.index, fontsize=9)
        axis.axvline(len(ranges) - 0.5, color="white", linewidth=4)
        axis.set(title=task, xlabel="rows (datasets)")
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    _save(figure, "Which algorithm has the best configuration: share of datasets", path)


def plot_tuning(summary: pd.DataFrame, path: Path) -> None:
    """A line for each algorithm of each task, from its default's mean regret to that of what tuning chooses."""
    figure, axes = _axes(len(TASKS), height=5.2)
    for axis, task in zip(axes, TASKS, strict=True):
        part = summary[summary["task"] == task].sort_values("tuned", ascending=False)
        y = np.arange(len(part))
        axis.hlines(y, part["default"], part["tuned"], color="tab:blue", linewidth=2, alpha=0.5)
        axis.plot(part["default"], y, "o", color="tab:blue", markerfacecolor="white", label="default")
        axis.plot(part["fixed"], y, "D", color="tab:orange", markersize=5, label="best fixed (of other families)")
        axis.plot(part["tuned"], y, "o", color="tab:blue", label="tuned, judged on other folds")
        axis.plot(
            part["seen"], y, "|", color="grey", markersize=10, label="tuned, judged on the same folds (optimistic)"
        )
        axis.set_yticks(y, part["algorithm"], fontsize=9)
        axis.set(
            title=f"{task} (up to {part['datasets'].max()} datasets)", xlabel="mean normalized regret", xlim=(0, 1.02)
        )
        _tidy(axis)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=9)
    _save(figure, "What tuning gives each algorithm, and how far its default is from the best", path, bottom=0.06)


def plot_gains(tuning: pd.DataFrame, path: Path) -> None:
    """A box for each algorithm of each task: what tuning gains on a dataset, in the metric's unit."""
    figure, axes = _axes(len(TASKS), height=5.2)
    for axis, task in zip(axes, TASKS, strict=True):
        part = tuning[(tuning["task"] == task) & tuning["tuned_gain"].notna()]
        gains = part.groupby("algorithm")["tuned_gain"]
        order = gains.median().sort_values().index
        axis.boxplot(
            [gains.get_group(name) for name in order], orientation="horizontal", whis=(10, 90), showfliers=False,
            widths=0.6, medianprops={"color": "tab:blue", "linewidth": 2}, boxprops={"color": "grey"},
            whiskerprops={"color": "grey"}, capprops={"color": "grey"},
        )  # fmt: skip
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_yticks(range(1, len(order) + 1), order, fontsize=9)
        unit = metrics_for(task)[0].name
        axis.set(title=task, xlabel=f"gain in {unit}")
        _tidy(axis)
    _save(
        figure,
        "Gain of tuning over the default, judged on other folds: median, quartiles and 10 % to 90 % of the datasets",
        path,
    )


def plot_seconds(seconds: pd.DataFrame, path: Path) -> None:
    """A panel for each algorithm: seconds of a fit of its default and of its dearest configuration on each dataset."""
    names = [name for name in ALGORITHMS if name in set(seconds["algorithm"])]
    n_columns = 5
    figure, axes = _axes(n_columns, rows=-(-len(names) // n_columns), height=2.4, sharex=True, sharey=True)
    for i, (axis, name) in enumerate(zip(axes, names, strict=False)):
        part = seconds[seconds["algorithm"] == name]
        axis.plot(
            part["train_rows"], part["dearest"], ".", color="tab:orange", markersize=3, label="dearest configuration"
        )
        axis.plot(part["train_rows"], part["default"], ".", color="tab:blue", markersize=4, label="default")
        axis.set(xscale="log", yscale="log")
        axis.set_title(name, fontsize=10)
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xlabel("training rows" if i >= len(names) - n_columns else "")
        axis.tick_params(labelbottom=i >= len(names) - n_columns)
        axis.set_ylabel("" if i % n_columns else "seconds")
    for axis in axes[len(names) :]:
        axis.set_visible(False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, fontsize=10, markerscale=3)
    _save(figure, "Processor seconds of a fit, each point a dataset", path, bottom=0.04)


def plot_sizes(means: pd.DataFrame, path: Path) -> None:
    """A panel for each kind of target and largest size: a line for each algorithm, its mean regret by training rows."""
    panels = list(means.groupby(["target", "largest"]))
    figure, axes = _axes(len(panels), height=4.2, sharey=True)
    colours = {name: f"C{i}" for i, name in enumerate(sorted(set(means["algorithm"])))}
    for axis, ((target, largest), part) in zip(axes, panels, strict=True):
        sizes = [column for column in part.columns if isinstance(column, int) and column <= largest]
        for row in part.set_index("algorithm")[sizes].itertuples():
            axis.plot(sizes, row[1:], "o-", color=colours[row.Index], markersize=4, label=row.Index)
        axis.set(
            title=f"{target} ({part['tables'].max()} tables)", xscale="log", xlabel="training rows", ylim=(0, 1.02)
        )
        axis.grid(alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("mean normalized regret")
    handles = {label: handle for axis in axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=len(handles), frameon=False, fontsize=9)
    _save(figure, "Who gains from rows: the best configuration of each algorithm", path, bottom=0.08)


def _axes(columns: int, *, rows: int = 1, height: float, **shared: bool) -> tuple[Any, list[Any]]:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(rows, columns, figsize=(13, rows * height), squeeze=False, **shared)
    return figure, list(axes.ravel())


def _tidy(axis: Any) -> None:
    axis.grid(axis="x", alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _save(figure: Any, title: str, path: Path, *, bottom: float = 0.0) -> None:
    figure.suptitle(title, fontsize=12)
    figure.tight_layout(rect=(0, bottom, 1, 1))
    figure.savefig(path, dpi=110)
