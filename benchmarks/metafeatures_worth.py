"""What each group of meta-features adds to a recommendation, on a matrix of scores that others measured.

    python benchmarks/metafeatures_worth.py --scores SCORES.parquet --families FAMILIES.parquet --data DIR

SCORES holds datasets (by OpenML id) by configurations, lower is better unless --higher-is-better; FAMILIES has a
column ``family`` by the same ids; DIR holds ID.parquet files and a catalog.json. A forest of randomized trees expects
the normalized regret of each configuration from the ranks of the meta-features; the first choice is the least one.
Families stay together in 8 folds, which are drawn anew for each repetition. Writes metafeatures_worth.csv: mean regret
of the first choice, and the standard error over repetitions (which is not the error over datasets: differences of less
than about 0.03 mean little with some eighty datasets).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from recommender.metafeatures import METAFEATURES, extract_metafeatures
from recommender.metamodel import normalized_regret
from recommender.sources import load_dataset

HERE = Path(__file__).parent
N_FOLDS = 8


def extracted(scores: pd.DataFrame, data: Path) -> pd.DataFrame:
    """Meta-features of the classification datasets that have scores."""
    folder = data / "data" if (data / "data").is_dir() else data
    rows = {}
    for entry in json.loads((data / "catalog.json").read_text())["datasets"]:
        if entry["id"] in scores.index and entry["task_type"] != "regression":
            table = pd.read_parquet(folder / f"{entry['id']}.parquet")
            try:
                rows[entry["id"]] = extract_metafeatures(load_dataset(table, target=entry["target"])).values
            except ValueError as error:
                print(f"{entry['name']}: left out: {error}")
    return pd.DataFrame.from_dict(rows, orient="index")


def candidates() -> dict[str, list[str]]:
    """Sets of meta-features by what they are called."""
    groups: dict[str, list[str]] = {}
    for name, metafeature in METAFEATURES.items():
        groups.setdefault(metafeature.group, []).append(name)
    everything = list(METAFEATURES)
    sets = {"none (single best)": [], "all": everything}
    sets |= {f"only {group}": names for group, names in groups.items()}
    sets |= {f"all but {group}": [n for n in everything if n not in names] for group, names in groups.items()}
    sets["simple and landmarking"] = groups["simple"] + groups["landmarking"]
    return sets


def first_choice_regret(X: np.ndarray, regret: np.ndarray, families: np.ndarray, seed: int) -> float:
    """Mean regret of the first choice over family folds."""
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.model_selection import GroupKFold

    found = []
    for train, test in GroupKFold(N_FOLDS, shuffle=True, random_state=seed).split(X, groups=families):
        if X.shape[1] == 0:
            choice = np.full(len(test), regret[train].mean(axis=0).argmin())
        else:
            model = ExtraTreesRegressor(150, min_samples_leaf=2, max_features=0.3, random_state=seed)
            choice = model.fit(X[train], regret[train]).predict(X[test]).argmin(axis=1)
        found += list(regret[test, choice])
    return float(np.mean(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--families", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--higher-is-better", action="store_true")
    parser.add_argument("--repetitions", type=int, default=4)
    arguments = parser.parse_args()
    scores = pd.read_parquet(arguments.scores)
    scores.index = scores.index.astype(int)
    families = pd.read_parquet(arguments.families)["family"]
    families.index = families.index.astype(int)
    metafeatures = extracted(scores, arguments.data)
    scores, families = scores.loc[metafeatures.index], families.loc[metafeatures.index]
    regret = normalized_regret(scores if arguments.higher_is_better else -scores).to_numpy()
    rows = []
    for name, columns in candidates().items():
        X = metafeatures[columns].rank(pct=True).fillna(-1).to_numpy()
        found = [first_choice_regret(X, regret, families.to_numpy(), seed) for seed in range(arguments.repetitions)]
        error = np.std(found, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.nan
        rows.append({"metafeatures": name, "number": len(columns), "regret": np.mean(found), "standard_error": error})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows).assign(n_datasets=len(metafeatures), n_configurations=regret.shape[1])
    table.round(4).to_csv(HERE / "metafeatures_worth.csv", index=False)


if __name__ == "__main__":
    main()
