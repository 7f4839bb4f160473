"""How the families that are found by content and names agree with those that somebody judged by hand.

    python -m benchmarks.families.run CATALOG --output benchmarks/families/results/families.csv

CATALOG is a JSON file whose ``datasets`` each have an OpenML ``id`` and a ``family``. Over the datasets that the
shipped knowledge base holds, writes every pair that `recommender.evidence.families` splits though the catalog has it in
one family, and every pair that it joins though the catalog does not; with what can be seen of each pair. A split may
let a dataset help to judge its own relative; a join only makes a judgement a little more cautious.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations
from pathlib import Path

import pandas as pd

from recommender.evidence.families import find_families, find_links
from recommender.evidence.folder import load_knowledge

HERE = Path(__file__).parent


def judged_families(catalog: Path) -> pd.Series:
    """The families of a catalog, by dataset id."""
    entries = json.loads(catalog.read_text())["datasets"]
    return pd.Series({f"openml:{entry['id']}": str(entry["family"]) for entry in entries})


def compare(datasets: pd.DataFrame, judged: pd.Series) -> pd.DataFrame:
    """The pairs of datasets on which families that are found and families that were judged differ."""
    found = find_families(datasets)
    signs = find_links(datasets).set_index(["first", "second"])["sign"]
    rows = []
    for first, second in combinations(datasets.index, 2):
        joined = found[first] == found[second]
        if joined != (judged[first] == judged[second]):
            a, b = datasets.loc[first], datasets.loc[second]
            rows.append(
                {
                    "difference": "joined" if joined else "split",
                    "judged": " / ".join(dict.fromkeys([judged[first], judged[second]])),
                    "first": f"{first} {a['name']}",
                    "second": f"{second} {b['name']}",
                    "seen": _joined_by(signs.get((first, second))) if joined else _what_is_shared(a, b),
                }
            )
    return pd.DataFrame(rows, columns=["difference", "judged", "first", "second", "seen"]).sort_values(
        ["difference", "judged", "first", "second"], ascending=[False, True, True, True]
    )


def _joined_by(sign: str | None) -> str:
    return f"related by {sign}" if sign else "related through other datasets"


def _what_is_shared(a: pd.Series, b: pd.Series) -> str:
    columns = [row["signatures"][:-1] for row in (a, b)]
    names, contents = ([{column[part].lower() for column in side} for side in columns] for part in (0, 1))
    fewer = min(map(len, columns))
    return (
        f"{len(set.intersection(*names))} of {fewer} columns share their names, "
        f"{len(set.intersection(*contents))} their content; {a['n_samples']} and {b['n_samples']} rows"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalog", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "families.csv")
    arguments = parser.parse_args()
    datasets, judged = load_knowledge().datasets, judged_families(arguments.catalog)
    datasets = datasets[datasets.index.isin(judged.index)]
    differences = compare(datasets, judged)
    differences.to_csv(arguments.output, index=False)
    agreed = (
        sum(judged[first] == judged[second] for first, second in combinations(datasets.index, 2))
        - differences["difference"].eq("split").sum()
    )
    print(
        f"{len(datasets)} datasets: {find_families(datasets).nunique()} families found, "
        f"{judged[datasets.index].nunique()} judged; {agreed} pairs in one family by both, "
        f"{differences['difference'].eq('split').sum()} split, {differences['difference'].eq('joined').sum()} joined"
    )
    print(differences.to_string(index=False))


if __name__ == "__main__":
    main()
