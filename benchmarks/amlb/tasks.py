"""The tables of benchmarks/local.yaml as CSV files, each in two folds: tables that come with scikit-learn.

python -m benchmarks.amlb.tasks [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.model_selection import KFold, StratifiedKFold

FOLDER = Path(__file__).parent / "data"
TABLES = {"breast_cancer": load_breast_cancer, "wine": load_wine, "diabetes": load_diabetes}
N_FOLDS = 2


def write_tasks(folder: Path = FOLDER) -> None:
    """Files ``NAME_train_0.csv``, ``NAME_test_0.csv`` and so on, with classes under their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, load in TABLES.items():
        bunch = load(as_frame=True)
        table = bunch.frame
        if "target_names" in bunch:
            table["target"] = [str(bunch.target_names[label]) for label in table["target"]]
        for fold, (train, test) in enumerate(_splits(table["target"])):
            table.iloc[train].to_csv(folder / f"{name}_train_{fold}.csv", index=False)
            table.iloc[test].to_csv(folder / f"{name}_test_{fold}.csv", index=False)


def _splits(target: pd.Series) -> list:
    kind = KFold if pd.api.types.is_numeric_dtype(target) else StratifiedKFold
    return list(kind(N_FOLDS, shuffle=True, random_state=0).split(target, target))


if __name__ == "__main__":
    write_tasks(*map(Path, sys.argv[1:]))
