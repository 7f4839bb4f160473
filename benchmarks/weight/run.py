"""What an installation weighs, by dependency.

    python3.11 -m venv fresh && fresh/bin/pip install .
    python -m benchmarks.weight.run fresh --output benchmarks/weight/results/weight.csv

A row for each dependency that `pyproject.toml` names: megabytes (of 1,000,000 bytes, in whole blocks of the disk) of
its own files; of what is there only because of it, itself included; and of itself with all that it needs in turn.
"""

from __future__ import annotations

import argparse
import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pandas as pd

BLOCK = 512
"""What `st_blocks` counts, in bytes."""


def normalised(name: str) -> str:
    """A distribution's name as all write it: in lower case, with hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def megabytes(distribution: Distribution) -> float:
    """What the files of a distribution take on the disk."""
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    return sum(file.stat().st_blocks * BLOCK for file in files if file.exists()) / 1e6


def needs(distribution: Distribution) -> set[str]:
    """The names of what a distribution needs without any extra."""
    asked = [each for each in distribution.requires or [] if "extra ==" not in each]
    return {normalised(re.match(r"[\w.-]+", each)[0]) for each in asked}


def reached(name: str, needed: dict[str, set[str]]) -> set[str]:
    """A distribution with all that it needs in turn."""
    found, waiting = set(), [name]
    while waiting:
        each = waiting.pop()
        if each in needed and each not in found:
            found.add(each)
            waiting.extend(needed[each])
    return found


def weigh(environment: Path, package: str = "recommender") -> pd.DataFrame:
    """A row for each dependency of the package, the heaviest by what is there only because of it first."""
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    found = {normalised(each.metadata["Name"]): each for each in distributions(path=folders)}
    weight = {name: megabytes(each) for name, each in found.items()}
    needed = {name: needs(each) for name, each in found.items()}
    direct = sorted(needed[package] & set(needed))
    whole = {name: reached(name, needed) for name in direct}
    rows = []
    for name in direct:
        elsewhere = set().union(*(whole[other] for other in direct if other != name))
        only = whole[name] - elsewhere
        rows.append(
            {
                "dependency": name,
                "itself": weight[name],
                "only_because_of_it": sum(weight[each] for each in only),
                "with_all_it_needs": sum(weight[each] for each in whole[name]),
                "brings": " ".join(sorted(only - {name})),
            }
        )
    whole_package = sum(weight[each] for each in reached(package, needed))
    rows.append({"dependency": package, "itself": weight[package], "with_all_it_needs": whole_package})
    return pd.DataFrame(rows).sort_values("with_all_it_needs", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", type=Path, help="a virtual environment in which the package is installed")
    parser.add_argument("--output", type=Path, required=True)
    given = parser.parse_args()
    table = weigh(given.environment)
    table.round(1).to_csv(given.output, index=False)
    print(table.round(1).to_string(index=False))


if __name__ == "__main__":
    main()
