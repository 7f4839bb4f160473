"""A knowledge base in a folder: written, read, and rid of some of its datasets."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import KnowledgeBaseError, one_line, unknown_name
from recommender.evaluation.metrics import METRICS
from recommender.evidence.checking import read_checked, why_unsound
from recommender.evidence.knowledge import KnowledgeBase
from recommender.evidence.merging import extend
from recommender.manifest import (
    checked_file,
    how_to_mend,
    read_manifest,
    shipped_folder,
    shipped_version,
    write_manifest,
)
from recommender.outputs import whole_folder

FORMAT = 2
"""The format of the files.

To change it: raise it, teach `load_knowledge` to read the older ones, and add a small folder of the old format to
tests/formats/, where a test opens every one of them.

Format 2 added the size of an evaluation, 10,000 for all before it, and what its fit took: memory, rounds and threads.
"""
ADDED = {"size": np.int64(10_000), "peak_bytes": np.nan, "rounds": np.nan, "threads": np.nan}
"""What the evaluations of format 1 are taken to have."""
COSTS = ("fit_seconds", "predict_seconds", "model_bytes", "peak_bytes")
"""What is kept to a thousandth: from run to run it differs by more, and digits that say nothing weigh most."""
COST_BITS = 10


def save_knowledge(knowledge: KnowledgeBase, folder: Path, *, extending: bool = False) -> None:
    """Write a knowledge base into a folder, its tables as Parquet, with a manifest; all of it or nothing.

    Parameters
    ----------
    knowledge : KnowledgeBase
        What to write.
    folder : Path
        Where to; made where it does not exist.
    extending : bool, default=False
        Whether `load_knowledge` shall give these tables together with what comes with the package, of which then a
        hash is written down, so that a change of it is noticed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> shipped = load_knowledge()
    >>> with TemporaryDirectory() as folder:
    ...     save_knowledge(shipped.without(shipped.datasets.index[5:]), Path(folder))
    ...     len(load_knowledge(Path(folder)).datasets)
    5
    """
    signatures = knowledge.datasets["signatures"].map(json.dumps)
    settings = knowledge.configurations["hyperparameters"].map(json.dumps)
    names = ["dataset_id", "configuration_id", "environment_id", "status", "message"]
    rows = knowledge.evaluations.astype(dict.fromkeys(names, "category"))
    rows = rows.assign(**{name: _to_a_thousandth(rows[name]) for name in COSTS})
    rows = rows.astype(dict.fromkeys([*(set(COSTS) - {"model_bytes"}), "rounds", "threads", *METRICS], np.float32))
    versions = knowledge.environments["versions"].map(json.dumps)
    about = {"extends": shipped_version()} if extending else None
    with whole_folder(folder) as part:
        _write(knowledge.datasets.assign(signatures=signatures), part / "datasets.parquet")
        _write(knowledge.metafeatures, part / "metafeatures.parquet")
        _write(knowledge.configurations.assign(hyperparameters=settings), part / "configurations.parquet")
        _write(rows.reset_index(drop=True), part / "evaluations.parquet")
        _write(knowledge.environments.assign(versions=versions), part / "environments.parquet")
        write_manifest(part, kind="knowledge base", version=FORMAT, about=about)


def load_knowledge(folder: Path | str | None = None, *, alone: bool = False) -> KnowledgeBase:
    """The knowledge base in a folder, or the one that comes with the package.

    Parameters
    ----------
    folder : path, optional
        Written by `save_knowledge` or ``recommender train``; what is shipped by default.
    alone : bool, default=False
        Whether to give only what the folder itself holds, where it extends what is shipped.

    Raises
    ------
    KnowledgeBaseError
        If it is not there, damaged, of a newer format, or extends another shipped knowledge base than today's.

    Examples
    --------
    >>> load_knowledge().datasets["task"].isin(["binary", "multiclass", "regression"]).all()
    np.True_
    """
    folder = Path(folder) if folder else shipped_folder()
    manifest = read_manifest(folder, kind="knowledge base", version=FORMAT)

    own = _sound(_read(folder, manifest), folder)
    if alone or "extends" not in manifest:
        return own
    if manifest["extends"] != shipped_version():
        raise KnowledgeBaseError(
            f"{folder} extends the knowledge base of another version of recommender than the one installed. "
            f"`recommender train --knowledge {folder} --output {folder}` brings it up to date"
        )
    return extend(load_knowledge(), own)


def _read(folder: Path, manifest: dict[str, Any]) -> KnowledgeBase:
    """The tables of a folder, the JSON in them read."""

    def read(name: str, written_as_json: str | None = None) -> pd.DataFrame:
        table = read_checked(checked_file(folder, f"{name}.parquet", manifest))
        if written_as_json is None:
            return table
        return table.assign(**{written_as_json: table[written_as_json].map(json.loads)})

    try:
        return KnowledgeBase(
            read("datasets", "signatures"),
            read("metafeatures"),
            read("configurations", "hyperparameters"),
            _with_every_column(read("evaluations")),
            read("environments", "versions"),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:  # no such column, or no JSON in it
        raise KnowledgeBaseError(f"{folder} is damaged: {one_line(error)}. {how_to_mend(folder)}") from error


def _sound(knowledge: KnowledgeBase, folder: Path) -> KnowledgeBase:
    """A knowledge base that is what it is to be; hashes say nothing of that, as who makes a folder makes them."""
    reason = why_unsound(knowledge)
    if reason:
        raise KnowledgeBaseError(f"{folder} holds no sound knowledge base: {reason}. {how_to_mend(folder)}")
    return knowledge


def _with_every_column(evaluations: pd.DataFrame) -> pd.DataFrame:
    """Evaluations with what came to be recorded after they were written, and a column for each metric."""
    every: dict[str, Any] = ADDED | dict.fromkeys(METRICS, np.float32(np.nan))
    return evaluations.assign(**{name: value for name, value in every.items() if name not in evaluations})


def extends_shipped(folder: Path) -> bool:
    """Whether what a folder holds is to be taken together with what comes with the package."""
    return "extends" in read_manifest(folder, kind="knowledge base", version=FORMAT)


def drop_datasets(folder: Path, dataset_ids: Collection[str]) -> int:
    """Forget datasets that a folder of one's own holds, with all that was evaluated on them.

    Parameters
    ----------
    folder : Path
        Written by `save_knowledge`; not what comes with the package.
    dataset_ids : collection of str
        Which ones.

    Returns
    -------
    int
        How many evaluations were dropped.

    Raises
    ------
    KnowledgeBaseError
        If the folder is the shipped one.
    UnknownNameError
        If the folder does not hold one of them; then all are kept.
    """
    if folder.resolve() == shipped_folder().resolve():
        raise KnowledgeBaseError(
            "the knowledge base that comes with the package is not changed. Copy it with "
            "`recommender kb export my-knowledge`, and drop from the copy"
        )
    own = load_knowledge(folder, alone=True)
    for dataset_id in dataset_ids:
        if dataset_id not in own.datasets.index:
            raise unknown_name("dataset", dataset_id, own.datasets.index)
    rest = own.without(dataset_ids)
    save_knowledge(rest, folder, extending=extends_shipped(folder))
    return len(own.evaluations) - len(rest.evaluations)


def _to_a_thousandth(values: pd.Series) -> pd.Series:
    """Numbers with few binary digits, of the type that they had."""
    mantissa, exponent = np.frexp(values.to_numpy(np.float64))
    few = np.ldexp(np.round(np.ldexp(mantissa, COST_BITS)), exponent - COST_BITS)
    return pd.Series(few, index=values.index).astype(values.dtype)


def _write(table: pd.DataFrame, path: Path) -> None:
    """A table as Parquet; the bytes of its broken numbers apart, the first of each, then the second, ..."""
    numbers = [str(name) for name in table if table[name].dtype.kind == "f"]
    encodings: dict[str, Any] = {"column_encoding": dict.fromkeys(numbers, "BYTE_STREAM_SPLIT")} if numbers else {}
    others = [str(name) for name in (*table.index.names, *table.columns) if name and name not in numbers]
    table.to_parquet(path, compression="zstd", compression_level=15, use_dictionary=others, **encodings)
