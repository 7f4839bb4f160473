"""Files that hold a table: CSV, Parquet and ARFF, also gzipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import DatasetError


def read_table(path: Path) -> pd.DataFrame:
    """The table in a CSV, Parquet or ARFF file; the ending decides, and CSV and ARFF may be gzipped."""
    if not path.exists():
        raise DatasetError(f"no such file: {path}. Give the path of a CSV, Parquet or ARFF file")
    if path.is_dir():
        raise DatasetError(f"{path} is a folder. Give the path of a CSV, Parquet or ARFF file")
    ending = "".join(path.suffixes[-2:]).lower().removesuffix(".gz").rpartition(".")[2]
    if ending not in READERS:
        raise DatasetError(
            f"{path}: cannot tell the format from the ending {path.suffix!r}. "
            f"Accepted are: {', '.join('.' + e for e in READERS)}"
        )
    if path.stat().st_size == 0:
        raise DatasetError(f"{path} is empty: a table with a header and rows is needed")
    try:
        return READERS[ending](path)
    except DatasetError:
        raise
    except Exception as error:  # each reader has its own errors for a damaged file
        raise DatasetError(
            f"{path} cannot be read as {ending.upper()}: {' '.join(str(error).split())[:300]}"
        ) from error


def _read_csv(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, low_memory=False)
    if table.shape[1] == 1 and table.columns.astype(str).str.contains("[;\t|]").any():
        table = pd.read_csv(path, sep=None, engine="python")
    return table


def _read_arff(path: Path) -> pd.DataFrame:
    import gzip

    import arff  # liac-arff, which the openml client brings

    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        content = arff.load(file)
    columns = [
        _arff_column([row[i] for row in content["data"]], kind) for i, (_, kind) in enumerate(content["attributes"])
    ]
    table = pd.concat(columns, axis=1)
    return table.set_axis([name for name, _ in content["attributes"]], axis=1)


def _arff_column(values: list[Any], kind: str | list[str]) -> pd.Series:
    if isinstance(kind, list):
        return pd.Series(pd.Categorical(values, categories=kind))
    return pd.Series(values, dtype=np.float64 if kind.upper() in {"REAL", "NUMERIC", "INTEGER"} else object)


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "csv": _read_csv,
    "parquet": pd.read_parquet,
    "arff": _read_arff,
}
