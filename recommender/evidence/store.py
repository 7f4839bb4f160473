"""The store: a database that records datasets and every evaluation."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Integer, Select, TableClause, delete, select, update
from sqlalchemy.exc import ArgumentError

from recommender.algorithms.configuration import Configuration
from recommender.errors import unknown_name
from recommender.evaluation.evaluate import KEYS, Evaluation
from recommender.evaluation.metrics import METRICS
from recommender.evidence.database import Database, insert_for, patiently, sqlite_file, url_of
from recommender.evidence.schema import CONFIGURATIONS, DATASETS, ENVIRONMENTS, EVALUATIONS, LEASES, scored_evaluations

Outcomes = dict[int, dict[int, str]]
"""What came of a configuration on a dataset: the status of each recorded fold, by size."""

READ_ROWS = 100_000
"""Evaluations that are read or written at once, which bounds the memory that this takes beyond the table itself."""


def store_exists(address: str) -> bool:
    """Whether there is a store at an address; that of a database server is taken at its word.

    Examples
    --------
    >>> store_exists("postgresql://user@host/evidence"), store_exists("no-such-file.sqlite")
    (True, False)
    """
    try:
        file = sqlite_file(url_of(address))
    except ArgumentError:  # opening it says what is wrong
        return True
    return file is None or Path(file).exists()


class Store(Database):
    """A database of datasets and evaluations.

    Parameters
    ----------
    address : str or Path
        As for `recommender.evidence.database.Database`.

    Examples
    --------
    >>> store = Store("sqlite://")
    >>> len(store.read_evaluations())
    0
    """

    @patiently
    def add_dataset(self, row: Mapping[str, Any]) -> None:
        """Record a dataset; one that is known by its id stays as it is."""
        with self.transaction() as connection:
            _add(connection, DATASETS, [dict(row) | {"metafeatures": _without_nan(row["metafeatures"])}])

    @patiently
    def describe_dataset(
        self, dataset_id: str, metafeatures: Mapping[str, float], version: int, seconds: float
    ) -> None:
        """Record the meta-features of a dataset, in the place of those it had."""
        values = {
            "metafeatures": _without_nan(metafeatures),
            "metafeatures_version": version,
            "metafeatures_seconds": seconds,
        }
        with self.transaction() as connection:
            connection.execute(update(DATASETS).where(DATASETS.c.id == dataset_id).values(values))

    @patiently
    def add_configurations(self, configurations: Iterable[Configuration]) -> None:
        """Record configurations; those that are known by their id stay as they are."""
        rows = [
            {"id": c.id, "algorithm": c.algorithm, "hyperparameters": dict(c.hyperparameters)} for c in configurations
        ]
        with self.transaction() as connection:
            _add(connection, CONFIGURATIONS, rows)

    @patiently
    def add_environment(self, versions: Mapping[str, Any]) -> str:
        """Record what evaluations are made with; returns its id, which its content decides."""
        identifier = environment_id(versions)
        with self.transaction() as connection:
            _add(connection, ENVIRONMENTS, [{"id": identifier, "versions": dict(versions)}])
        return identifier

    @patiently
    def add_evaluations(self, dataset_id: str, evaluations: Iterable[Evaluation], environment_id: str) -> int:
        """Record evaluations in one transaction; returns how many were new."""
        rows = [
            {
                "dataset_id": dataset_id,
                "configuration_id": e.configuration_id,
                "environment_id": environment_id,
                "size": e.size,
                "fold": e.fold,
                "seed": e.seed,
                "status": e.status,
                "message": e.message,
                "n_train": e.n_train,
                "n_test": e.n_test,
                "fit_seconds": _or_none(e.fit_seconds),
                "predict_seconds": _or_none(e.predict_seconds),
                "model_bytes": e.model_bytes,
                "peak_bytes": e.peak_bytes,
                "rounds": e.rounds,
                "threads": e.threads,
                **{name: _or_none(e.scores.get(name, math.nan)) for name in METRICS},
            }
            for e in evaluations
        ]
        with self.transaction() as connection:
            return _add(connection, scored_evaluations(), rows)

    def add_tables(
        self,
        datasets: pd.DataFrame,
        configurations: pd.DataFrame,
        environments: pd.DataFrame,
        evaluations: pd.DataFrame,
    ) -> int:
        """Record whole tables, as the methods that read them give them, all of it or nothing.

        What the store holds already stays as it is: a dataset, configuration or environment of the same id, and an
        evaluation of the same configuration at the same size on the same fold of the same dataset.

        Returns
        -------
        int
            How many evaluations were new.
        """
        described = datasets.assign(metafeatures=datasets["metafeatures"].map(_without_nan))
        with self.transaction() as connection:
            _add(connection, DATASETS, _records(described, DATASETS))
            _add(connection, CONFIGURATIONS, _records(configurations, CONFIGURATIONS))
            _add(connection, ENVIRONMENTS, _records(environments, ENVIRONMENTS))
            scored = scored_evaluations()
            return sum(
                _add(connection, scored, _records(evaluations.iloc[start : start + READ_ROWS], scored))
                for start in range(0, len(evaluations), READ_ROWS)
            )

    def drop_datasets(self, dataset_ids: Collection[str]) -> int:
        """Forget datasets with all that was evaluated on them; returns how many evaluations that were.

        Raises
        ------
        UnknownNameError
            If the store does not hold one of them; then all are kept.
        """
        known = list(self.read_datasets()["id"])
        for dataset_id in dataset_ids:
            if dataset_id not in known:
                raise unknown_name("dataset", dataset_id, known)
        with self.transaction() as connection:
            connection.execute(delete(LEASES).where(LEASES.c.dataset_id.in_(dataset_ids)))
            dropped = connection.execute(delete(EVALUATIONS).where(EVALUATIONS.c.dataset_id.in_(dataset_ids)))
            connection.execute(delete(DATASETS).where(DATASETS.c.id.in_(dataset_ids)))
            return dropped.rowcount

    @patiently
    def dataset(self, dataset_id: str) -> dict[str, Any] | None:
        """What is recorded of a dataset, or None."""
        with self.transaction() as connection:
            row = connection.execute(select(DATASETS).where(DATASETS.c.id == dataset_id)).mappings().first()
        return dict(row) if row else None

    def evaluations_of(self, dataset_id: str) -> pd.DataFrame:
        """Every evaluation on a dataset, one row each; missing numbers are NaN."""
        table = scored_evaluations()
        return self._read_evaluations(select(table).where(table.c.dataset_id == dataset_id))

    def outcomes(self, dataset_id: str, configuration_id: str) -> Outcomes:
        """The status of each recorded fold of a configuration on a dataset, by size."""
        return self._statuses(
            EVALUATIONS.c.dataset_id == dataset_id, EVALUATIONS.c.configuration_id == configuration_id
        ).get(configuration_id, {})

    def all_outcomes(self, dataset_id: str) -> dict[str, Outcomes]:
        """The status of each recorded fold of each configuration on a dataset, by size."""
        return self._statuses(EVALUATIONS.c.dataset_id == dataset_id)

    @patiently
    def _statuses(self, *where: Any) -> dict[str, Outcomes]:
        columns = (EVALUATIONS.c.configuration_id, EVALUATIONS.c.size, EVALUATIONS.c.fold, EVALUATIONS.c.status)
        with self.transaction() as connection:
            rows = connection.execute(select(*columns).where(*where)).all()
        found: dict[str, Outcomes] = {}
        for configuration, size, fold, status in rows:
            found.setdefault(configuration, {}).setdefault(size, {})[fold] = status
        return found

    def read_datasets(self) -> pd.DataFrame:
        """Every dataset, one row each, its meta-features and signatures as mappings."""
        return self.read(select(DATASETS).order_by(DATASETS.c.id))

    def read_configurations(self) -> pd.DataFrame:
        """Every configuration, one row each."""
        return self.read(select(CONFIGURATIONS).order_by(CONFIGURATIONS.c.id))

    def read_environments(self) -> pd.DataFrame:
        """What the evaluations were made with, one row each."""
        return self.read(select(ENVIRONMENTS).order_by(ENVIRONMENTS.c.id))

    def read_evaluations(self) -> pd.DataFrame:
        """Every evaluation, one row each; missing numbers are NaN, and text that repeats is categorical."""
        return self._read_evaluations(select(scored_evaluations()))

    @patiently
    def _read_evaluations(self, query: Select[Any]) -> pd.DataFrame:
        names = [column.name for column in query.selected_columns]
        seen: dict[str, dict[str, int]] = {name: {} for name in _REPEATING}
        parts: list[dict[str, np.ndarray]] = []
        with self.transaction() as connection:
            for rows in connection.execution_options(yield_per=READ_ROWS).execute(query).partitions():
                values = dict(zip(names, zip(*rows, strict=True), strict=True))
                parts.append({name: _as_array(name, values[name], seen) for name in names})
        whole = {
            name: np.concatenate([p[name] for p in parts]) if parts else _as_array(name, (), seen) for name in names
        }
        table = pd.DataFrame(
            {n: _categorical(v, seen[n]) if n in seen else v for n, v in whole.items()}, columns=names, copy=False
        )
        # sorted here and not by the database, whose order of text depends on its settings
        return table.sort_values(list(KEYS), ignore_index=True)


def environment_id(versions: Mapping[str, Any]) -> str:
    """The id of what evaluations are made with."""
    text = json.dumps(dict(versions), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


_REPEATING = ("dataset_id", "configuration_id", "environment_id", "status", "message")
_WHOLE = {column.name for column in EVALUATIONS.c if isinstance(column.type, Integer) and not column.nullable}


def _as_array(name: str, values: tuple[Any, ...], seen: dict[str, dict[str, int]]) -> np.ndarray:
    """A column as numbers; text as positions among the texts seen so far."""
    if name in seen:
        codes = seen[name]
        return np.fromiter((codes.setdefault(value, len(codes)) for value in values), np.int32, len(values))
    return np.array(values, dtype=np.int64 if name in _WHOLE else np.float64)


def _categorical(codes: np.ndarray, seen: dict[str, int]) -> pd.Categorical:
    """The texts behind the codes, as categories in alphabetical order."""
    order = np.argsort(np.array(list(seen), dtype=str))
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    texts = list(seen)
    return pd.Categorical.from_codes(places[codes], pd.Index([texts[i] for i in order], dtype="str"))


def _add(connection: Connection, table: TableClause, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; returns how many that were."""
    if not rows:
        return 0
    statement = insert_for(connection)(table).on_conflict_do_nothing()
    return connection.execute(statement.execution_options(preserve_rowcount=True), rows).rowcount


def _records(rows: pd.DataFrame, table: TableClause) -> list[dict[str, Any]]:
    """Rows as a table of the database takes them: plain Python values, and None for what is missing."""
    names = [column.name for column in table.c if column.name in rows]
    columns = [rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _without_nan(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _or_none(value) for name, value in values.items()}
