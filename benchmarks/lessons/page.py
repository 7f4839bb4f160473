"""A page that tells what a knowledge base says of algorithms; every number on it comes from the tables."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

import pandas as pd

from recommender.algorithms.catalogue import ALGORITHMS
from recommender.atlas.lessons import MIN_SHARE, NEAR, ROWS, growth, range_of_rows, summarize_seconds
from recommender.evaluation.metrics import metrics_for
from recommender.evidence.knowledge import KnowledgeBase
from recommender.tables.dataset import TASKS, Task

PAGE = """\
# What the knowledge base teaches

From {n_datasets} datasets in {n_families} families, {n_configurations} configurations of {n_algorithms} algorithms,
and {n_folds:,} fitted folds. Made from what is shipped, like every number and plot on it, by

```console
$ python -m benchmarks.lessons.run --output benchmarks/lessons/{folder_name}
```

{scores_text}

## Who wins

{wins_text}

![Share of datasets on which each algorithm wins, by task and rows](results/wins.png)

A win is the best mean score over the folds, however small the lead, so that an algorithm with more configurations wins
more often; *near* counts the datasets on which its best configuration has a regret under {near}, and *of defaults* who
would win if there were only defaults. Algorithms that tie share a win. Every dataset counts, also those of one family.

{wins_table}

[`wins.csv`](results/wins.csv) has this by ranges of rows.

## How much tuning matters, and how far the defaults are from the best

{tuning_text}

![Mean regret of default, best fixed and tuned configuration of each algorithm](results/tuning.png)

- *default*: without hyperparameters; *behind best* is its median distance to the best of all, in the metric's unit.
- *fixed*: one configuration for all, that with the least mean regret on the datasets of the other families.
- *tuned*: of the algorithm's configurations, the best on every second fold of a repeat of cross-validation, judged on
  the other folds of that repeat, and the other way round. From 5,000 rows on, the folds are random draws, whose rows
  overlap. As it is chosen on half of the folds, it gains a little less than it could.
- *seen*: the best of the dataset, judged on the same folds that it was chosen on: optimistic, as is the best of all,
  which every regret is measured from.
- *gain*: regret of the default minus that of *tuned*, on the same folds, with 95 % intervals from drawing families
  again; *over fixed*: that of *fixed* minus that of *tuned*; *in metric*: median and upper quartile of what *tuned* is
  ahead of the default in the metric's unit; *a loss on*: the share of datasets on which it is behind.

How much can be gained depends on how many configurations of an algorithm there are to choose from. An algorithm that
does not apply to some datasets is compared on the others alone.

{tuning_table}

![Gain of tuning on a dataset in the metric's unit](results/gains.png)

[`tuning.csv`](results/tuning.csv) has these means, [`tuning_datasets.csv`](results/tuning_datasets.csv)
what they are of.

## What it costs

{seconds_text}

![Seconds of a fit by training rows, for each algorithm](results/seconds.png)

Processor seconds on one thread, preprocessing included: the median over datasets of the default's mean over folds, by
training rows; in parentheses that of the dataset's dearest configuration. *Power* is the exponent with which the
default's seconds grow with rows, over the larger half of the datasets, whose columns differ too.

{seconds_table}

[`seconds.csv`](results/seconds.csv) has each dataset's.

## What more rows change

{sizes_text}

![Mean regret of each algorithm by training rows](results/sizes.png)

Each panel has the same tables and the same configurations at every size, and the same test rows. Regrets are of each
algorithm's best configuration among these, which at 30,000 rows and more are the strong ones only; *change* is the
regret at the most rows minus that at 500. [More rows](../larger/README.md) compares the choices that follow from this
with published learning curves.

{sizes_table}

[`sizes.csv`](results/sizes.csv) has each table's regrets, [`overtaking.csv`](results/overtaking.csv) each two
algorithms.

Early stopping chose these rounds (median, and quartiles in parentheses, over datasets and configurations, of at most
1,000 or what a configuration names):

{rounds_table}

A fit took these megabytes at its peak, beside the table (median over datasets, upper decile in parentheses):

{memory_table}
"""
WIDTH = 120
MIN_DATASETS = 10
"""Of a range of rows or an algorithm with fewer datasets than this, nothing is said in words."""


def write_page(knowledge: KnowledgeBase, tables: dict[str, pd.DataFrame], folder: Path) -> str:
    """The page, as Markdown."""
    wins, summary, seconds = tables["wins"], tables["tuning"], tables["seconds"]
    left_out = sorted(set(seconds["algorithm"]) - set(summary["algorithm"]))
    return PAGE.format(
        n_datasets=len(knowledge.datasets),
        n_families=knowledge.datasets["family"].nunique(),
        n_configurations=knowledge.evaluations["configuration_id"].nunique(),
        n_algorithms=seconds["algorithm"].nunique(),
        n_folds=int((knowledge.evaluations["status"] == "ok").sum()),
        folder_name=folder.name,
        scores_text=fill(tell_scores(left_out), WIDTH),
        near=NEAR,
        wins_text=wrapped(tell_wins(wins, task) for task in TASKS),
        wins_table=markdown(wins_by_task(wins, summary)),
        tuning_text=wrapped(tell_tuning(summary, tables["tuning_datasets"])),
        tuning_table=markdown(shown_tuning(summary)),
        seconds_text=fill(tell_seconds(seconds), WIDTH),
        seconds_table=markdown(shown_seconds(seconds)),
        sizes_text=wrapped(tell_sizes(tables["overtaking"])),
        sizes_table=markdown(tables["sizes_means"].round(2).astype(object).fillna("")),
        rounds_table=markdown(by_size(tables["rounds"], "{median:.0f} ({lower:.0f} to {upper:.0f})")),
        memory_table=markdown(by_size(tables["memory"], "{median:.0f} ({upper:.0f})")),
    )


def tell_scores(left_out: list[str]) -> str:
    """What the scores are, and what is not looked at."""
    metrics = ", ".join(f"{metrics_for(task)[0].name} for {task}" for task in TASKS)
    return (
        f"Scores are by each task's default metric ({metrics}). Regrets are normalized: 0 is the best configuration of "
        f"the dataset, 1 its median one or worse. A configuration that failed on a dataset counts as its lowest score. "
        f"Configurations that were evaluated on less than {MIN_SHARE:.0%} of a task's datasets to which they apply "
        f"are left out" + (f", and with them all of {', '.join(left_out)}." if left_out else ".")
    )


def tell_wins(wins: pd.DataFrame, task: Task) -> str:
    """Who wins on a task, overall and on its largest tables."""
    part = wins[wins["task"] == task]
    sizes = part.groupby("rows")["datasets"].first()
    n_datasets = sizes.sum()
    counts = part.groupby("algorithm")[["wins", "near_best", "default_wins"]].sum()
    counts = counts.sort_values(["wins", "near_best"], ascending=False)
    first = ", ".join(f"`{name}` ({row.wins / n_datasets:.0%})" for name, row in counts.head(3).iterrows())
    default = counts["default_wins"].idxmax()
    told = (
        f"- **{task}** ({n_datasets} datasets): the best configuration is most often of {first}. Among the defaults "
        f"alone, `{default}` is best most often ({counts.at[default, 'default_wins'] / n_datasets:.0%})."
    )
    largest = largest_range(sizes)
    if largest is not None and len(sizes) > 1:
        there = part[part["rows"] == largest].nlargest(2, "wins")
        shares = " and ".join(f"`{row.algorithm}` ({row.wins / row.datasets:.0%})" for row in there.itertuples())
        told += f" With {largest} rows ({sizes[largest]} datasets), {shares} lead."
    if never := [f"`{name}`" for name in counts.index[counts["wins"] == 0]]:
        told += f" Never best: {', '.join(never)}."
    return told


def tell_tuning(summary: pd.DataFrame, tuning: pd.DataFrame) -> list[str]:
    """What tuning gives most and least, and how much of what it seems to give is left on other folds."""
    lines = []
    for task in TASKS:
        part, unit = summary[summary["task"] == task].set_index("algorithm"), metrics_for(task)[0].name
        part = part[part["datasets"] >= min(MIN_DATASETS, part["datasets"].max())]
        gain, nearest = part["gain"][part["configurations"] > 1], part["default"].idxmin()
        most, least = gain.idxmax(), gain.idxmin()
        lines.append(
            f"- **{task}**: tuning gives most to `{most}` ({rounded(part.at[most, 'gain'])} of regret) and least to "
            f"`{least}` ({rounded(part.at[least, 'gain'])}). The default nearest to the best is that of `{nearest}`, "
            f"with a regret of {rounded(part.at[nearest, 'default'])}, in the median "
            f"{rounded(part.at[nearest, 'default_behind_best'], 3)} {unit} behind; tuned, `{part['tuned'].idxmin()}` "
            f"is nearest ({rounded(part['tuned'].min())})."
        )
    seems, remains = (tuning["default"] - tuning["seen"]).mean(), (tuning["default_there"] - tuning["tuned"]).mean()
    over_fixed = (tuning["fixed"] - tuning["tuned"]).mean()
    lines.append(
        f"- Over all algorithms and datasets, the best configuration of an algorithm seems to gain {seems:.2f} of "
        f"regret on the folds that it was chosen on; on other folds the gain is {remains:.2f}, and {over_fixed:.2f} "
        f"over the best fixed configuration. Its interval is above 0 for {(summary['gain_low'] > 0).sum()} of "
        f"{len(summary)} pairs of algorithm and task; in {(tuning['tuned_gain'] < 0).mean():.0%} of the cases tuning "
        f"is a loss."
    )
    return lines


def tell_seconds(seconds: pd.DataFrame) -> str:
    """Which algorithms are cheap and dear on the largest tables of which there are enough."""
    ranges = range_of_rows(seconds["train_rows"])
    sizes = seconds.groupby(ranges)["dataset_id"].nunique()
    largest = largest_range(sizes) or sizes.idxmax()
    medians = seconds[ranges == largest].groupby("algorithm")["default"].median().dropna().sort_values()
    told = [f"`{name}` ({value:.2g} s)" for name, value in medians.items()]
    return (
        f"With {largest} training rows ({sizes[largest]} datasets), the cheapest defaults are {', '.join(told[:3])}, "
        f"and the dearest {', '.join(told[:-4:-1])}."
    )


def tell_sizes(overtaking: pd.DataFrame) -> list[str]:
    """Who overtakes whom between the fewest and the most rows, the largest changes of each panel."""
    lines = []
    for (target, largest), part in overtaking.groupby(["target", "largest"]):
        change = part["ahead_at_largest"] - part["ahead_at_500"]
        most = part.loc[change.abs().nlargest(3).index]
        told = [
            f"`{row.algorithm}` is ahead of `{row.other}` on {row.ahead_at_500:.0%} of {row.tables} tables at 500 "
            f"rows, and on {row.ahead_at_largest:.0%} at {largest:,}"
            for row in most.itertuples()
        ]
        lines.append(f"- **{target}**, up to {largest:,} rows: {'; '.join(told)}.")
    return lines


def by_size(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """A row for each algorithm, a column for each training size."""
    cells = pd.Series(
        [text.format(**row) for row in table.to_dict("records")], table.set_index(["algorithm", "size"]).index
    )
    wide = cells.unstack().fillna("")
    return wide.rename(columns=lambda size: f"{size:,} rows").rename_axis(columns=None).reset_index()


def largest_range(sizes: pd.Series) -> str | None:
    """The largest range of rows that holds enough datasets."""
    return next((name for name in reversed(ROWS) if sizes.get(name, 0) >= MIN_DATASETS), None)


def wins_by_task(wins: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Wins over all ranges of rows, as the page shows them."""
    rows = []
    for task in TASKS:
        part = wins[wins["task"] == task]
        n_datasets = part.groupby("rows")["datasets"].first().sum()
        configurations = summary[summary["task"] == task].set_index("algorithm")["configurations"]
        counts = part.groupby("algorithm")[["wins", "near_best", "default_wins"]].sum()
        for name, row in counts.sort_values(["wins", "near_best"], ascending=False).iterrows():
            rows.append(
                {
                    "task": task,
                    "algorithm": name,
                    "configurations": configurations[name],
                    "wins": f"{row.wins:.1f} ({row.wins / n_datasets:.0%})",
                    "near": f"{row.near_best:.0f} ({row.near_best / n_datasets:.0%})",
                    "of defaults": f"{row.default_wins:.1f} ({row.default_wins / n_datasets:.0%})",
                }
            )
    return pd.DataFrame(rows)


def shown_tuning(summary: pd.DataFrame) -> pd.DataFrame:
    """The means of each task and algorithm, as the page shows them."""
    ordered = summary.assign(at=summary["task"].map(TASKS.index)).sort_values(["at", "tuned"])
    table = ordered[["task", "algorithm", "datasets", "configurations"]].copy()
    for name in ("default", "fixed", "tuned", "seen"):
        table[name] = [rounded(value) for value in ordered[name]]
    table["gain (95 %)"] = [
        f"{rounded(row.gain)} ({rounded(row.gain_low)} to {rounded(row.gain_high)})" for row in ordered.itertuples()
    ]
    table["over fixed"] = [rounded(value) for value in ordered["gain_over_fixed"]]
    table["behind best"] = [rounded(value, 3) for value in ordered["default_behind_best"]]
    table["in metric"] = [
        f"{rounded(row.tuned_gain, 3)} / {rounded(row.tuned_gain_upper_quartile, 3)}" for row in ordered.itertuples()
    ]
    table["a loss on"] = ordered["tuning_hurts"].map("{:.0%}".format)
    return table


def shown_seconds(seconds: pd.DataFrame) -> pd.DataFrame:
    """Median seconds by algorithm and range of training rows, as the page shows them."""
    summary = summarize_seconds(seconds)
    summary["shown"] = [f"{row.default:.2g} ({row.dearest:.2g})" for row in summary.itertuples()]
    table = summary.pivot(index="algorithm", columns="rows", values="shown")
    table = table[[name for name in ROWS if name in table]].fillna("")
    table["power"] = {name: growth(part) for name, part in seconds.groupby("algorithm")}
    table["power"] = table["power"].map(lambda power: rounded(power, 1), na_action="ignore").fillna("")
    return table.loc[[name for name in ALGORITHMS if name in table.index]].reset_index()


def rounded(value: float, digits: int = 2) -> str:
    """A number with so many digits, and no minus before a zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def wrapped(items: Iterable[str]) -> str:
    """Items of a list, in lines of limited width."""
    return "\n".join(fill(item, WIDTH, subsequent_indent="  ", break_on_hyphens=False) for item in items)


def markdown(table: pd.DataFrame) -> str:
    lines = [list(table.columns), ["---"] * table.shape[1], *table.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
