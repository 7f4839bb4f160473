"""How much is lost where a table's cells are written the way people write them, by us and by skrub.

    python -m benchmarks.dirt.run --server URL
    python -m benchmarks.dirt.run report

It goes on where it stopped: a row is appended for each table, kind, rate and method as it is measured. What clean and
meant tables give is kept beside the rows, in ``references.csv``. ``--refresh --methods recommended "LightGBM default"``
measures anew what the reading of columns changes, and keeps skrub's rows.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.dirt.dirtying import Dirty, Kind, dirtied
from benchmarks.dirt.kinds import KINDS, find_kind
from benchmarks.dirt.measure import METHODS, Outcome, Table, measured
from benchmarks.dirt.report import MIN_ABOVE, above_guessing, loss_of, report
from benchmarks.rows import append_rows
from recommender.tables.dataset import Dataset
from recommender.tables.openml import read_suite, read_task, set_server

RESULTS = Path(__file__).parent / "results" / "rows.csv"
RATES = (0.3, 1.0)
MAX_ROWS = 600
TABLES = {
    8046931: "healthcare_insurance_expenses",
    10101: "blood-transfusion-service-center",
    8000196: "autoMpg",
    8046927: "Fitness_Club",
    8044959: "concrete_compressive_strength",
    8046941: "maternal_health_risk",
    8000666: "rmftsa_ladata",
    37: "diabetes",
    9821093: "saratoga_houses",
    9896351: "himalayan_climbers_success",
}
"""The tables by their tasks, the first of them first where a part is asked for."""
ROWS = (
    *("task_id", "table", "task", "kind", "rate", "method", "chosen", "columns", "clean", "meant", "dirty", "loss"),
    *("status", "seconds", "message"),
)
REFERENCES_FILE = "references.csv"
REFERENCES = ("task_id", "content", "method", "chosen", "score", "seconds", "status", "message")


class References:
    """What methods reach on a task's clean and meant tables, kept in a file; equal tables are measured once."""

    def __init__(self, path: Path, task_id: int) -> None:
        self.path, self.task_id = path, task_id
        append_rows(path, REFERENCES, [])
        rows = pd.read_csv(path, dtype={"content": str, "message": str})
        rows = rows[rows["task_id"] == task_id]
        self.scores = dict(zip(zip(rows["content"], rows["method"], strict=True), rows["score"], strict=True))

    def score(self, dataset: Dataset, method: str) -> float:
        """NaN where a fit fails."""
        key = content_of(dataset.X), method
        if key not in self.scores:
            done = measured(Table(dataset.y, dataset), method)
            row = {"task_id": self.task_id, "content": key[0], "method": method, **_told(done), "score": done.score}
            append_rows(self.path, REFERENCES, [row])
            self.scores[key] = done.score
        return self.scores[key]


def content_of(X: pd.DataFrame) -> str:
    """A hash of a table's cells, types and names."""
    cells = pd.util.hash_pandas_object(X, index=False).to_numpy().tobytes()
    return hashlib.sha256(repr(list(X.dtypes.items())).encode() + cells).hexdigest()[:16]


def run(task_ids: list[int], kinds: list[Kind], rates: list[float], methods: list[str], output: Path) -> None:
    """Measure what is not yet in the output."""
    append_rows(output, ROWS, [])
    rows = pd.read_csv(output)
    done = set(zip(rows["task_id"], rows["kind"], rows["rate"], rows["method"], strict=True))
    for task_id in task_ids:
        clean = first_rows(read_task(task_id).dataset)
        references = References(output.with_name(REFERENCES_FILE), task_id)
        scores = {method: references.score(clean, method) for method in methods}
        if not min(above_guessing(score, clean.task) for score in scores.values()) >= MIN_ABOVE:
            print(f"left out {clean.name}: {scores} is hardly above guessing", flush=True)
            continue
        for kind, rate, dirty in dirty_tables(clean, kinds, rates):
            print(time.strftime("%H:%M:%S"), clean.name, kind.name, rate, flush=True)
            table = Table(dirty.y, Dataset(dirty.X, dirty.meant_y, clean.task, clean.name))  # recommends once
            meant = Dataset(dirty.meant, clean.y, clean.task, clean.name)
            for method in methods:
                if (task_id, kind.name, rate, method) in done:
                    continue
                row = {"task_id": task_id, "kind": kind.name, "rate": rate, "columns": len(dirty.columns)}
                scores_of = scores[method], references.score(meant, method)
                append_rows(output, ROWS, [row | compared(table, method, *scores_of)])


def forget(path: Path, methods: list[str]) -> None:
    """Take the rows of some methods out of a file, so that they are measured again."""
    if path.exists():
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows[~rows["method"].isin(methods)].to_csv(path, index=False)


def first_rows(dataset: Dataset) -> Dataset:
    """At most `MAX_ROWS` of its rows, drawn, in their order."""
    rows = np.sort(np.random.default_rng(0).permutation(dataset.n_samples)[:MAX_ROWS])
    X, y = dataset.X.iloc[rows].reset_index(drop=True), dataset.y.iloc[rows].reset_index(drop=True)
    return Dataset(X, y, dataset.task, dataset.name)


def dirty_tables(clean: Dataset, kinds: list[Kind], rates: list[float]) -> Iterator[tuple[Kind, float, Dirty]]:
    """Each kind at each rate, where it suits a column; a rate that dirties the same columns as a larger one is not."""
    for kind in kinds:
        found: dict[tuple[str, ...], tuple[float, Dirty]] = {}
        for rate in sorted(rates):
            dirty = dirtied(clean.X, clean.y, kind, rate)
            if dirty is not None:
                found[dirty.columns] = rate, dirty
        for rate, dirty in found.values():
            yield kind, rate, dirty


def compared(table: Table, method: str, clean: float, meant: float) -> dict[str, Any]:
    """A method on a dirty table, beside its scores on the clean one and on what is meant."""
    done, task = measured(table, method), table.truth.task
    return {
        "table": table.truth.name,
        "task": task,
        "method": method,
        "clean": clean,
        "meant": meant,
        "dirty": done.score,
        "loss": loss_of(done.score, meant, clean, task),
        **_told(done),
    }


def _told(done: Outcome) -> dict[str, Any]:
    return {name: getattr(done, name) for name in ("chosen", "status", "message")} | {"seconds": round(done.seconds, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=["run", "report"], default="run")
    parser.add_argument("results", nargs="?", type=Path, default=RESULTS, help="the rows to report on")
    parser.add_argument("--server", help="the address of an OpenML server; openml.org if not given")
    parser.add_argument("--cache", help="where the openml client keeps what it read")
    parser.add_argument("--suite", action="append", default=[], help="instead of our tables; may be repeated")
    parser.add_argument("--task", action="append", type=int, default=[], help="instead of our tables; may be repeated")
    parser.add_argument("--tables", type=int, help="only the first so many")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), metavar="KIND")
    parser.add_argument("--rates", nargs="+", type=float, default=list(RATES), metavar="RATE")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    parser.add_argument("--refresh", action="store_true", help="measure again what --methods names")
    parser.add_argument("--output", type=Path, default=RESULTS)
    given = parser.parse_args()
    if given.part == "report":
        summary = report(given.results)
        print(summary[summary["rate"] == "all"].to_string(index=False))
        return
    kinds = [find_kind(name) for name in given.kinds]
    if given.refresh:
        for path in (given.output, given.output.with_name(REFERENCES_FILE)):
            forget(path, given.methods)
    set_server(given.server, given.cache)
    asked = [*(i for name in given.suite for i in read_suite(name)), *given.task]
    task_ids = list(dict.fromkeys(asked or TABLES))[: given.tables]
    run(task_ids, kinds, given.rates, given.methods, given.output)


if __name__ == "__main__":
    main()
