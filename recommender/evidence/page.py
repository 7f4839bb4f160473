"""A page that says what a knowledge base is made of; written beside its files."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pandas as pd

from recommender.evaluation.evaluate import FAILURES
from recommender.evaluation.metrics import metrics_for
from recommender.evidence.inventory import by_task, by_training_size
from recommender.evidence.knowledge import KnowledgeBase
from recommender.outputs import write_text
from recommender.tables.dataset import TASKS, Task
from recommender.words import visible

PAGE = """\
# The knowledge base

{n_datasets} datasets, {n_configurations} configurations, {n_evaluations:,} evaluations ({n_folds:,} folds that were
fitted and scored), {hours:.1f} processor hours. What a recommendation comes from: `recommender winners` shows who won,
`recommender.load_knowledge()` gives it all as tables.

{tasks}

## Rebuilding it

{origin}

## Files

`manifest.json` holds the format and a hash of every file; one that does not match is refused. No file is a pickle.

- `datasets.parquet`, a row for each dataset: name, task, target, sizes, `fingerprint` (hash of the content),
  `signatures` (name and hash of each column), licence, family.
- `metafeatures.parquet`, a row for each dataset: its meta-features, missing where they are not defined.
- `configurations.parquet`: algorithm and hyperparameters (JSON).
- `evaluations.parquet`, a row for each configuration on a fold of a dataset: status, message, rows, processor seconds
  of fitting and predicting, size of the model, each metric in its own unit.
- `environments.parquet`: versions of the libraries, limits, version of the rule for splits (JSON).
- `metamodel/`, for each metric: arrays (`.npz`), and what can be said of the training datasets (`.json`).

## Protocol

Folds follow the size of the data (`recommender.tables.splits`): five folds under 2,000 rows, four times under 500 and
twice under 1,000; three folds under 5,000 rows; above that two draws of two thirds of the rows, at most 10,000. Every
configuration is fitted with its preprocessing on the training rows of a fold, on one thread, with the fold's number as
seed. It is not tried on the other folds once it failed on one, or once it was hopelessly behind after the first of them
(`recommender.evaluation.stopping`), which is marked as `stopped`.{sizes}

Metrics: {metrics}.

Made with: {versions}.

## What did not succeed

{failures}

## Datasets

{datasets}
"""

SIZES = """

The same folds were cut to other sizes too: to fewer training rows, and to more where there are more. Test rows are
the same at every size, and the training rows of a smaller one are among those of a larger one. Sizes below 10,000
have five folds at most, sizes above it one. What is recommended is learnt from the evaluations at 10,000 and above.
Beside each of them are the memory that fitting took at its peak (`peak_bytes`), the rounds that early stopping chose
(`rounds`) and the threads of the fit (`threads`), missing where they were not recorded or there was none.

{table}"""

ORIGIN = "origin.md"
"""A file that may lie in the folder and tells what a knowledge base was made from; the page quotes it."""

ALONE = """\
```console
$ recommender train --store STORE --output FOLDER --no-extend
```

This stands alone: the meta-model was trained on nothing else."""

EXTENDING = """\
```console
$ recommender train --store STORE --output FOLDER
```

This is taken together with the knowledge base that comes with the package, on which the meta-model was trained too.
`manifest.json` holds a hash of that one (`extends`); where it has changed since, training again brings this up to
date."""


def write_page(knowledge: KnowledgeBase, folder: Path, *, extending: bool = False) -> None:
    """Write the page into the folder of a knowledge base, as its README.md.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What the folder holds.
    folder : Path
        If an `origin.md` lies in it, the page says about rebuilding what that says.
    extending : bool, default=False
        Whether it is taken together with what comes with the package.
    """
    told = folder / ORIGIN
    origin = told.read_text(encoding="utf-8").strip() if told.exists() else EXTENDING if extending else ALONE
    write_text(folder / "README.md", describe(knowledge, origin=origin))


def describe(knowledge: KnowledgeBase, *, origin: str) -> str:
    """The page, as Markdown: counts, protocol, versions, failures, and a row for each dataset with its licence.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to describe.
    origin : str
        How it is rebuilt, as Markdown.
    """
    rows = knowledge.evaluations
    spent = rows["fit_seconds"].sum() + rows["predict_seconds"].sum()
    tasks = by_task(knowledge).drop(columns=["evaluations", "hours"])
    return PAGE.format(
        n_datasets=len(knowledge.datasets),
        n_configurations=rows["configuration_id"].nunique(),
        n_evaluations=len(rows),
        n_folds=int((rows["status"] == "ok").sum()),
        hours=spent / 3600,
        tasks=_table(tasks),
        origin=origin,
        sizes=_sizes(knowledge),
        metrics="; ".join(f"{task}: {', '.join(names)}" for task in TASKS if (names := _recorded(rows, task))),
        versions="; ".join(
            ", ".join(f"{name} {value}" for name, value in versions.items())
            for versions in knowledge.environments["versions"]
        ),
        failures=_failures(rows, knowledge),
        datasets=_datasets(knowledge),
    )


def _sizes(knowledge: KnowledgeBase) -> str:
    """What was evaluated at which size; nothing where there is but one."""
    held = by_training_size(knowledge)
    shown = held.assign(hours=held["hours"].map("{:.1f}".format))
    return "" if len(held) == 1 else SIZES.format(table=_table(shown))


def _failures(rows: pd.DataFrame, knowledge: KnowledgeBase) -> str:
    bad = rows[rows["status"].isin([*FAILURES, "not_applicable"])]
    if bad.empty:
        return "Everything did."
    names = bad["configuration_id"].map(knowledge.configurations["algorithm"])
    reason = (
        bad["message"].astype(str).str.replace(r"\d[\d,.]*|(?<=class ).*?(?= is)", "…", regex=True).str.slice(0, 90)
    )
    counts = bad.groupby([names.rename("algorithm"), bad["status"].astype(str), reason.rename("reason")]).agg(
        configurations=("configuration_id", "nunique"), datasets=("dataset_id", "nunique")
    )
    return _table(counts.reset_index().set_index("algorithm"))


def _datasets(knowledge: KnowledgeBase) -> str:
    rows = knowledge.evaluations
    about = knowledge.datasets.sort_values(["task", "name"])
    shown = about[["name", "task", "n_samples", "n_features", "n_classes", "licence"]].assign(
        configurations=rows.groupby("dataset_id")["configuration_id"].nunique(),
        seconds=(rows["fit_seconds"] + rows["predict_seconds"]).groupby(rows["dataset_id"]).sum().round().astype(int),
    )
    return _table(shown)


def _recorded(evaluations: pd.DataFrame, task: Task) -> list[str]:
    """The metrics of a task that have a score; some came to be known after much was evaluated."""
    return [m.name for m in metrics_for(task) if evaluations[m.name].notna().any()]


def _table(frame: pd.DataFrame) -> str:
    """A table as Markdown, its index first."""
    head = [frame.index.name or "id", *frame.columns]
    lines = [
        head,
        ["---"] * len(head),
        *([index, *row] for index, row in zip(frame.index, frame.to_numpy(), strict=True)),
    ]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    """One cell: text of others is in one line, and no markup of Markdown or HTML."""
    text = visible(" ".join(str(value).split())).replace("|", "/")
    return re.sub(r"([\\`\[])", r"\\\1", escape(text, quote=False))
