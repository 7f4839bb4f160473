"""The atlas: a static site about a knowledge base, which any browser opens from a folder."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.advice.small_learners import unit_of
from recommender.atlas.algorithms import describe_algorithm, tabulate_algorithms
from recommender.atlas.datasets import TaskEvidence, describe_dataset, evidence_of
from recommender.atlas.lessons import NEAR, ROWS, range_of_rows
from recommender.atlas.likeness import places
from recommender.errors import KnowledgeBaseError
from recommender.evidence.knowledge import KnowledgeBase
from recommender.outputs import check_folder, write_html
from recommender.showing.charts import Mark, bars_of, curves_of, scatter, seconds_over_rows
from recommender.showing.pages import render
from recommender.tables.dataset import TASKS, Task
from recommender.words import count, together

N_NUMBERED = 6
"""So many algorithms have their number in the chart of a dataset."""
LONGEST_NAME = 100
"""The name of a dataset's file has no more characters of its id."""
MIN_ON_MAP = 3
"""A task with fewer datasets has no map."""


@dataclass(frozen=True, eq=False)
class _Atlas:
    """What all pages take their part of."""

    knowledge: KnowledgeBase
    evidence: dict[Task, TaskEvidence]
    datasets: pd.DataFrame
    totals: str


def write_atlas(
    knowledge: KnowledgeBase, folder: Path, *, on_progress: Callable[[str], None] = lambda what: None
) -> int:
    """Write a site about a knowledge base into a folder, and return how many pages it has.

    ``index.html`` lists the datasets, to be searched, filtered and sorted; each has a page, as has each algorithm; and
    there is a map. The pages ask for nothing outside of the folder.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to write about; datasets without a score are left out.
    folder : Path
        Where to; made if there is none. Files of the same names are replaced.
    on_progress : callable(str), optional
        Told what is at work.

    Raises
    ------
    OutputError
        If nothing can be kept in the folder.
    KnowledgeBaseError
        If no dataset has a score.
    """
    on_progress("comparing datasets")
    evidence = {task: found for task in TASKS if len((found := evidence_of(knowledge, task)).performance)}
    if not evidence:
        raise KnowledgeBaseError("no dataset of this knowledge base has a score, so there is nothing to show")
    check_folder(folder)
    datasets = _list_datasets(knowledge, evidence)
    atlas = _Atlas(knowledge, evidence, datasets, _totals(knowledge, len(datasets)))
    n_pages = 0
    for place, page in _pages(atlas, on_progress):
        (folder / place).parent.mkdir(exist_ok=True)
        write_html(folder / place, page)
        n_pages += place.endswith(".html")
    return n_pages


def _totals(knowledge: KnowledgeBase, n_datasets: int) -> str:
    """How much a knowledge base holds."""
    n_configurations, n_evaluations = knowledge.evaluations["configuration_id"].nunique(), len(knowledge.evaluations)
    held = {"dataset": n_datasets, "configuration": n_configurations, "evaluation": n_evaluations}
    return together([count(n, noun) for noun, n in held.items()])


def _list_datasets(knowledge: KnowledgeBase, evidence: dict[Task, TaskEvidence]) -> pd.DataFrame:
    """A row for each dataset: what the list and links say of it."""
    parts = []
    for found in evidence.values():
        ids, winners = found.performance.index, found.winners
        about = knowledge.datasets.loc[ids, ["name", "task", "n_samples", "n_features"]]
        parts.append(
            about.assign(
                winner=winners.map(knowledge.configurations["algorithm"]).to_numpy(),
                score=found.metric.sign * found.performance.max(axis=1),
                metric=found.metric.title,
            )
        )
    table = pd.concat(parts)
    seconds = knowledge.outcomes["fit_seconds"].groupby(level=0).median()
    table["seconds"] = seconds.reindex(table.index)
    table["range"] = range_of_rows(table["n_samples"])
    table["page"] = [f"datasets/{name}.html" for name in _file_names(table.index)]
    return table.rename_axis("id").sort_values("name", key=lambda names: names.str.lower(), kind="stable")


def _file_names(ids: pd.Index) -> list[str]:
    """Names of files for ids, of which no two are the same."""
    names: list[str] = []
    for i in ids:
        name = re.sub(r"[^a-z0-9.-]+", "-", str(i).lower())[:LONGEST_NAME].strip(".-") or "dataset"
        others = (f"{name}-{n}" for n in itertools.count(2))
        names.append(name if name not in names else next(other for other in others if other not in names))
    return names


def _pages(atlas: _Atlas, on_progress: Callable[[str], None]) -> Iterator[tuple[str, str]]:
    """Every file of the site, and what is in it."""
    yield "style.css", render("style.css") + render("atlas/atlas.css")
    yield "atlas.js", render("atlas/atlas.js")
    yield "index.html", _index(atlas)
    yield "map.html", _map(atlas)
    n_pages = len(atlas.datasets)
    for n, row in enumerate(_records(atlas.datasets.reset_index()), start=1):
        on_progress(f"dataset {n} of {n_pages}")
        yield row["page"], _dataset(atlas, row)
    on_progress("comparing algorithms")
    yield from _algorithms(atlas)


def _index(atlas: _Atlas) -> str:
    table = atlas.datasets
    return render(
        "atlas/index.html",
        root="",
        totals=atlas.totals,
        datasets=_records(table.reset_index()),
        tasks=list(atlas.evidence),
        ranges=[name for name in ROWS if name in set(table["range"])],
        winners=sorted(set(table["winner"])),
        metrics=", ".join(f"{found.metric.title} ({task})" for task, found in atlas.evidence.items()),
    )


def _dataset(atlas: _Atlas, about: dict[str, Any]) -> str:
    found = atlas.evidence[about["task"]]
    told = describe_dataset(atlas.knowledge, found, about["id"])
    algorithms, sign = _records(told["algorithms"].reset_index()), found.metric.sign
    marks = [
        Mark(n, row["algorithm"], row["fit_seconds"], row["score"], (row["score"], row["score"]))
        for n, row in enumerate(algorithms[:N_NUMBERED], start=1)
        if isfinite(row["fit_seconds"])
    ]
    outcomes = atlas.knowledge.outcomes.loc[about["id"]].join(found.performance.loc[about["id"]].rename("score"))
    others = outcomes[["fit_seconds", "score"]].dropna()
    alike = told["alike"].assign(page=[Path(page).name for page in atlas.datasets.loc[told["alike"].index, "page"]])
    return render(
        "atlas/dataset.html",
        root="../",
        totals=atlas.totals,
        about=about,
        metric=found.metric.title,
        sentences=told["sentences"],
        sizes=told["winners"]["size"].unique(),
        winners=_records(told["winners"]),
        algorithms=algorithms,
        scatter=scatter(marks, [(s, sign * score) for s, score in others.to_numpy()], sign=sign) if marks else None,
        curves=curves_of(told["curves"], sign=sign),
        alike=_records(alike),
        bars=bars_of(told["kinds"]),
        kinds_unit=unit_of(found.task),
    )


def _algorithms(atlas: _Atlas) -> Iterator[tuple[str, str]]:
    tables = tabulate_algorithms(atlas.knowledge)
    names = sorted(set(atlas.knowledge.configurations["algorithm"]) & set(tables["wins"]["algorithm"]))
    rows = []
    for name in names:
        told = describe_algorithm(tables, name)
        rows.append(_in_short(name, told))
        yield f"algorithms/{name}.html", _algorithm(atlas, name, told)
    rows.sort(key=lambda row: -row["wins"])
    yield "algorithms.html", render("atlas/algorithms.html", root="", totals=atlas.totals, algorithms=rows, near=NEAR)


def _in_short(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What the list of algorithms says of one."""
    wins, n_datasets = told["wins"], int(told["wins"]["datasets"].sum())
    return {
        "name": name,
        "wins": wins["wins"].sum(),
        "datasets": n_datasets,
        "near": wins["near_best"].sum() / n_datasets if n_datasets else None,
        "seconds": told["fits"]["median"].median(),
    }


def _algorithm(atlas: _Atlas, name: str, told: dict[str, Any]) -> str:
    return render(
        "atlas/algorithm.html",
        root="../",
        totals=atlas.totals,
        name=name,
        sentences=told["sentences"],
        wins=_records(told["wins"]),
        won=_records(atlas.datasets[atlas.datasets["winner"] == name]),
        tuning=_records(told["tuning"]),
        costs=_records(told["costs"]),
        fits=seconds_over_rows(told["fits"]),
    )


def _map(atlas: _Atlas) -> str:
    maps = []
    for task, found in atlas.evidence.items():
        if len(found.alike) >= MIN_ON_MAP:
            points = atlas.datasets.loc[found.alike.index].join(places(found.alike).round(2))
            maps.append(
                {"task": task, "points": _records(points), "winners": list(points["winner"].value_counts().items())}
            )
    return render("atlas/map.html", root="", totals=atlas.totals, maps=maps)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
