"""The whole way from an empty environment to predictions, by the commands that docs/first_answer.md shows.

    python -m benchmarks.first_answer.run measure dist/recommender-*.whl --repeats 3
    python -m benchmarks.first_answer.run report

A way is a heading of that page with the blocks below it: what installs, answers, fits and predicts. What a way needs is
installed twice, with an empty cache of pip and with what that left there. In the second environment each step runs in a
process of its own with one thread, all ways in turns. A row for each step is added to the results, with its seconds by
the clock and of the processor, and how busy the machine was.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.rows import append_rows

ROOT = Path(__file__).parent.parent.parent
PAGE, CHURN = ROOT / "docs" / "first_answer.md", ROOT / "examples" / "churn.csv"
RESULTS = Path(__file__).parent / "results" / "first_answer.csv"
COLUMNS = ["way", "repeat", "step", "lines", "seconds", "processor_seconds", "megabytes", "roc_auc", "load"]
N_KNOWN = 400
"""So many customers are known; the others are predicted."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Threads that wait for each other on a busy machine take minutes where one takes seconds."""


@dataclass(frozen=True)
class Step:
    """A block of the page: commands for a console, or Python."""

    language: str
    code: str

    @property
    def n_lines(self) -> int:
        """Lines that are not empty."""
        return sum(bool(line.strip()) for line in self.code.splitlines())


def ways(page: str) -> dict[str, dict[str, Step]]:
    """Of each way the steps by name; without an answer of its own, the fit is the answer."""
    found = {}
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        blocks = [Step(*block) for block in re.findall(r"^```(\w+)\n(.*?)^```", section, re.DOTALL | re.MULTILINE)]
        names = ["install", "answer", "fit", "predict"] if len(blocks) == 4 else ["install", "fit", "predict"]
        found[section.partition("\n")[0]] = dict(zip(names, blocks, strict=True))
    return found


def command(step: Step, folder: Path, wheel: Path) -> str:
    """A step as a shell runs it, with this package from its wheel."""
    if step.language == "py":
        (folder / "step.py").write_text(step.code)
        return "python step.py"
    lines = [line.removeprefix("$ ") for line in step.code.splitlines()]
    return " && ".join(line.replace("pip install recommender", f"pip install {wheel}") for line in lines)


def timed(line: str, folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Seconds by the clock and of the processor that a command takes, and the load of the machine before it."""
    load, before, start = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(line, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(seconds, 2), "processor_seconds": round(processor, 2), "load": round(load, 1)}


def write_tables(folder: Path) -> pd.Series:
    """Write the known and the new customers, and tell who of the new ones left."""
    table = pd.read_csv(CHURN)
    table[:N_KNOWN].to_csv(folder / "churn.csv", index=False)
    table[N_KNOWN:].drop(columns="churned").to_csv(folder / "new.csv", index=False)
    return table["churned"][N_KNOWN:].eq("yes")


def add(way: str, repeat: int, name: str, step: Step, found: dict[str, Any]) -> None:
    append_rows(RESULTS, COLUMNS, [{"way": way, "repeat": repeat, "step": name, "lines": step.n_lines, **found}])


def surroundings(home: Path, cache: Path) -> dict[str, str]:
    """What a step finds in its environment: the programs of one virtual environment, and a cache of pip."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **ONE_THREAD, "PIP_CACHE_DIR": str(cache), "PATH": f"{home / 'bin'}:{kept['PATH']}"}


def install(step: Step, folder: Path, wheel: Path) -> tuple[Path, dict[str, dict[str, float]]]:
    """Install twice, with an empty cache and with what that left there; the second environment, and what each took."""
    found = {}
    for cache in ("cold", "warm"):
        home = folder / cache
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        seconds = timed(command(step, folder, wheel), folder, surroundings(home, folder / "cache"))
        found[f"install {cache}"] = {**seconds, "megabytes": megabytes(home)}
    return home, found


def walk(way: str, steps: dict[str, Step], home: Path, repeat: int) -> None:
    """Go one way once from an environment on, and add a row for each step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        left = write_tables(folder)
        for each in list(steps)[1:]:
            found = timed(command(steps[each], folder, home), folder, surroundings(home, home))
            score = {"roc_auc": round(roc_auc(folder, left), 3)} if each == "predict" else {}
            add(way, repeat, each, steps[each], {**found, **score})


def measure(wheel: Path, repeats: int) -> None:
    """Install what each way needs, then go all ways in turns."""
    with tempfile.TemporaryDirectory() as name:
        homes: dict[str, tuple[Path, dict[str, dict[str, float]]]] = {}
        found = ways(PAGE.read_text())
        for way, steps in found.items():
            code = steps["install"].code
            if code not in homes:
                folder = Path(name) / str(len(homes))
                folder.mkdir()
                homes[code] = install(steps["install"], folder, wheel)
            for each, taken in homes[code][1].items():
                add(way, 0, each, steps["install"], taken)
        for repeat in range(repeats):
            for way, steps in found.items():
                walk(way, steps, homes[steps["install"].code][0], repeat)


def megabytes(home: Path) -> int:
    """What the files of an environment take, less pip and what it came with."""
    packages = [path for folder in home.glob("lib/python*/site-packages") for path in folder.iterdir()]
    own = [path for path in packages if not path.name.startswith(("pip", "setuptools"))]
    files = [file for path in own for file in (path.rglob("*") if path.is_dir() else [path])]
    return round(sum(file.lstat().st_blocks * 512 for file in files if not file.is_dir()) / 1e6)


def roc_auc(folder: Path, left: pd.Series) -> float:
    """How well the predictions tell who left; the last column that says so is the one of ``yes`` or 1."""
    predictions = pd.read_csv(folder / "predictions.csv")
    return float(roc_auc_score(left, predictions.iloc[:, -1]))


def report(rows: pd.DataFrame) -> str:
    """The table of the page: medians over the repeats, the steps of each way added up."""
    medians = rows.groupby(["way", "step"], sort=False)[["seconds", "processor_seconds", "lines"]].median()
    others = rows.groupby("way", sort=False)[["megabytes", "roc_auc"]].median()
    lines = [
        "| way | install, cold | install, warm | then a first answer | fitted model | predictions | MB | ROC AUC |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for way in others.index:
        of = medians.loc[way]
        answer = ["answer"] if "answer" in of.index else ["fit"]
        told = [["install cold"], ["install warm"], answer, ["fit"], ["fit", "predict"]]
        cells = [_cell(of.loc[steps], n_install=0 if k < 2 else 1) for k, steps in enumerate(told)]
        ends = [f"{others.loc[way, 'megabytes']:.0f}", f"{others.loc[way, 'roc_auc']:.3f}"]
        lines.append(f"| {' | '.join([way, *cells, *ends])} |")
    return "\n".join(lines)


def _cell(steps: pd.DataFrame, n_install: int) -> str:
    """Seconds, of the processor in brackets, and lines: the one that installs counts for all that comes after it."""
    total = steps.sum()
    return f"{total.seconds:.0f} s ({total.processor_seconds:.0f}), {total.lines + n_install:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("measure", "report"))
    parser.add_argument("wheel", type=Path, nargs="?", help="this package")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    if given.what == "report":
        print(report(pd.read_csv(RESULTS)))
        return
    measure(given.wheel.resolve(), given.repeats)


if __name__ == "__main__":
    main()
