"""The store: a database that records datasets and every evaluation, in SQLite or PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    make_url,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import (
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from recommender.algorithms.configuration import Configuration
from recommender.errors import StoreError, one_line, unknown_name
from recommender.evaluation.evaluate import Evaluation
from recommender.evaluation.metrics import METRICS

FORMAT = 2
"""The format of the tables below.

To change them: raise this number, add to `_MIGRATIONS` what brings a store of the number before up to date when it is
opened, and add a small store of the old format to tests/formats/, where a test opens every one of them.

Format 2 added the seed of an evaluation, and the claims by which several collectors share the work.
"""

READ_ROWS = 100_000
"""Evaluations that are read or written at once, which bounds the memory that this takes beyond the table itself."""

_schema = MetaData()

_format = Table("format", _schema, Column("version", Integer, primary_key=True))

_datasets = Table(
    "datasets",
    _schema,
    Column("id", String, primary_key=True),  # where it comes from, such as openml:61
    Column("name", String, nullable=False),
    Column("task", String, nullable=False),
    Column("target", String, nullable=False),
    Column("n_samples", Integer, nullable=False),
    Column("n_features", Integer, nullable=False),
    Column("n_classes", Integer, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("signatures", JSON, nullable=False),  # column name and content hash, for each column
    Column("licence", String, nullable=False),
    Column("metafeatures", JSON, nullable=False),
    Column("metafeatures_version", Integer, nullable=False),
    Column("metafeatures_seconds", Float, nullable=False),
)

_configurations = Table(
    "configurations",
    _schema,
    Column("id", String, primary_key=True),
    Column("algorithm", String, nullable=False),
    Column("hyperparameters", JSON, nullable=False),
)

_environments = Table(
    "environments",
    _schema,
    Column("id", String, primary_key=True),
    Column("versions", JSON, nullable=False),  # libraries, limits and the version of the rule for splits
)

_evaluations = Table(
    "evaluations",
    _schema,
    Column("id", Integer, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id"), nullable=False, index=True),
    Column("configuration_id", ForeignKey("configurations.id"), nullable=False),
    Column("environment_id", ForeignKey("environments.id"), nullable=False),
    Column("fold", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("message", String, nullable=False),
    Column("n_train", Integer, nullable=False),
    Column("n_test", Integer, nullable=False),
    Column("fit_seconds", Float),
    Column("predict_seconds", Float),
    Column("model_bytes", BigInteger, nullable=False),
    *(Column(name, Float) for name in METRICS),
    UniqueConstraint("dataset_id", "configuration_id", "fold"),
)

_claims = Table(
    "claims",
    _schema,
    Column("dataset_id", String, primary_key=True),
    Column("configuration_id", String, primary_key=True),
    Column("collector", String, nullable=False, index=True),
    Column("expires", Float, nullable=False),  # seconds since 1970
)


class Store:
    """A database of datasets and evaluations.

    Parameters
    ----------
    address : str or Path
        A file for SQLite, or a database address as SQLAlchemy writes it, such as
        ``postgresql://user@host/evidence``. The tables are made when they do not exist, and those of an older
        format are brought up to date.

    Raises
    ------
    StoreError
        If it cannot be opened, is not a store, or was written by a newer format.

    Examples
    --------
    >>> store = Store("sqlite://")
    >>> len(store.read_evaluations())
    0
    """

    def __init__(self, address: str | Path) -> None:
        given = str(address)
        url = given if "://" in given else f"sqlite:///{given}"
        try:
            self._engine = _open(url)
            self.address = self._engine.url.render_as_string(hide_password=True)
            self._prepare_beside_others()
        except SQLAlchemyError as error:
            reason = one_line(getattr(error, "orig", None) or error)
            shown = getattr(self, "address", given)
            raise StoreError(
                f"cannot open the store {shown}: {reason}. Give the path of a SQLite file or a database address"
            ) from error

    def _prepare_beside_others(self) -> None:
        """Prepare the tables, also while another process prepares them."""
        for attempt in range(4):
            try:
                return self._prepare()
            except (IntegrityError, OperationalError, ProgrammingError):  # such as: the table exists already
                if attempt == 3:
                    raise
                time.sleep(0.1 * (attempt + 1))
        return None

    def _prepare(self) -> None:
        existing = set(inspect(self._engine).get_table_names())
        if existing and "format" not in existing:
            raise StoreError(f"{self.address} is a database of something else: it has no table named 'format'")
        with self._engine.begin() as connection:
            found = connection.scalar(select(func.max(_format.c.version))) if existing else None
            if found is not None and found > FORMAT:
                raise StoreError(
                    f"{self.address} was written in format {found}, and this version of recommender knows formats "
                    f"up to {FORMAT}. Upgrade recommender, or give another store"
                )
            if found is None:
                _schema.create_all(connection)
                connection.execute(insert(_format).values(version=FORMAT))
            else:
                for version in range(found, FORMAT):
                    _migrate(connection, version)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A connection whose changes are all made at the end of the block, or none of them."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:  # a full disk, a server that is gone, ...
            reason = one_line(error.orig or error)
            raise StoreError(f"the store {self.address} does not answer: {reason}") from error

    @property
    def is_shared(self) -> bool:
        """Whether other processes can open it too: all stores but those in memory."""
        return self._engine.dialect.name != "sqlite" or bool(self._engine.url.database)

    def claim(self, dataset_id: str, configuration_id: str, collector: str, seconds: float) -> bool:
        """Take a configuration on a dataset for oneself for some seconds; False where another collector has it.

        A claim that was not renewed in time may be taken over: its holder was killed, or cut off.
        """
        now = time.time()
        values = {
            "dataset_id": dataset_id,
            "configuration_id": configuration_id,
            "collector": collector,
            "expires": now + seconds,
        }
        with self._transaction() as connection:
            statement = _insert_for(connection)(_claims).values(values)
            statement = statement.on_conflict_do_update(
                index_elements=["dataset_id", "configuration_id"],
                set_={"collector": collector, "expires": values["expires"]},
                where=or_(_claims.c.expires < now, _claims.c.collector == collector),
            )
            return bool(connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount)

    def renew_claims(self, collector: str, seconds: float) -> None:
        """Hold everything that a collector has claimed for some seconds from now."""
        with self._transaction() as connection:
            held = _claims.c.collector == collector
            connection.execute(update(_claims).where(held).values(expires=time.time() + seconds))

    def claimed_by_others(self, collector: str) -> set[tuple[str, str]]:
        """Dataset and configuration of what other collectors are at work on."""
        columns = (_claims.c.dataset_id, _claims.c.configuration_id)
        others = (_claims.c.collector != collector, _claims.c.expires >= time.time())
        with self._transaction() as connection:
            return {(d, c) for d, c in connection.execute(select(*columns).where(*others))}

    def release_claims(
        self, collector: str, dataset_id: str | None = None, configuration_id: str | None = None
    ) -> None:
        """Give back one claim of a collector, or all of them."""
        statement = delete(_claims).where(_claims.c.collector == collector)
        if configuration_id is not None:
            statement = statement.where(
                _claims.c.dataset_id == dataset_id, _claims.c.configuration_id == configuration_id
            )
        with self._transaction() as connection:
            connection.execute(statement)

    def add_dataset(self, row: Mapping[str, Any]) -> None:
        """Record a dataset; one that is known by its id stays as it is."""
        with self._transaction() as connection:
            _add(connection, _datasets, [dict(row) | {"metafeatures": _without_nan(row["metafeatures"])}])

    def describe_dataset(
        self, dataset_id: str, metafeatures: Mapping[str, float], version: int, seconds: float
    ) -> None:
        """Record the meta-features of a dataset, in the place of those it had."""
        values = {
            "metafeatures": _without_nan(metafeatures),
            "metafeatures_version": version,
            "metafeatures_seconds": seconds,
        }
        with self._transaction() as connection:
            connection.execute(update(_datasets).where(_datasets.c.id == dataset_id).values(values))

    def add_configurations(self, configurations: Iterable[Configuration]) -> None:
        """Record configurations; those that are known by their id stay as they are."""
        rows = [
            {"id": c.id, "algorithm": c.algorithm, "hyperparameters": dict(c.hyperparameters)} for c in configurations
        ]
        with self._transaction() as connection:
            _add(connection, _configurations, rows)

    def add_environment(self, versions: Mapping[str, Any]) -> str:
        """Record what evaluations are made with; returns its id, which its content decides."""
        identifier = environment_id(versions)
        with self._transaction() as connection:
            _add(connection, _environments, [{"id": identifier, "versions": dict(versions)}])
        return identifier

    def add_evaluations(self, dataset_id: str, evaluations: Iterable[Evaluation], environment_id: str) -> int:
        """Record evaluations in one transaction; returns how many were new."""
        rows = [
            {
                "dataset_id": dataset_id,
                "configuration_id": e.configuration_id,
                "environment_id": environment_id,
                "fold": e.fold,
                "seed": e.seed,
                "status": e.status,
                "message": e.message,
                "n_train": e.n_train,
                "n_test": e.n_test,
                "fit_seconds": _or_none(e.fit_seconds),
                "predict_seconds": _or_none(e.predict_seconds),
                "model_bytes": e.model_bytes,
                **{name: _or_none(e.scores.get(name, math.nan)) for name in METRICS},
            }
            for e in evaluations
        ]
        with self._transaction() as connection:
            return _add(connection, _evaluations, rows)

    def add_tables(
        self,
        datasets: pd.DataFrame,
        configurations: pd.DataFrame,
        environments: pd.DataFrame,
        evaluations: pd.DataFrame,
    ) -> int:
        """Record whole tables, as the methods that read them give them, all of it or nothing.

        What the store holds already stays as it is: a dataset, configuration or environment of the same id, and an
        evaluation of the same configuration on the same fold of the same dataset.

        Returns
        -------
        int
            How many evaluations were new.
        """
        described = datasets.assign(metafeatures=datasets["metafeatures"].map(_without_nan))
        with self._transaction() as connection:
            _add(connection, _datasets, _records(described, _datasets))
            _add(connection, _configurations, _records(configurations, _configurations))
            _add(connection, _environments, _records(environments, _environments))
            return sum(
                _add(connection, _evaluations, _records(evaluations.iloc[start : start + READ_ROWS], _evaluations))
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
        with self._transaction() as connection:
            connection.execute(delete(_claims).where(_claims.c.dataset_id.in_(dataset_ids)))
            dropped = connection.execute(delete(_evaluations).where(_evaluations.c.dataset_id.in_(dataset_ids)))
            connection.execute(delete(_datasets).where(_datasets.c.id.in_(dataset_ids)))
            return dropped.rowcount

    def dataset(self, dataset_id: str) -> dict[str, Any] | None:
        """What is recorded of a dataset, or None."""
        with self._transaction() as connection:
            row = connection.execute(select(_datasets).where(_datasets.c.id == dataset_id)).mappings().first()
        return dict(row) if row else None

    def evaluations_of(self, dataset_id: str) -> pd.DataFrame:
        """Every evaluation on a dataset, one row each; missing numbers are NaN."""
        return self._read_evaluations(_evaluations.c.dataset_id == dataset_id)

    def outcomes(self, dataset_id: str, configuration_id: str) -> dict[int, str]:
        """The status of each recorded fold of a configuration on a dataset."""
        return self._statuses(
            _evaluations.c.dataset_id == dataset_id, _evaluations.c.configuration_id == configuration_id
        ).get(configuration_id, {})

    def all_outcomes(self, dataset_id: str) -> dict[str, dict[int, str]]:
        """The status of each recorded fold of each configuration on a dataset."""
        return self._statuses(_evaluations.c.dataset_id == dataset_id)

    def _statuses(self, *where: Any) -> dict[str, dict[int, str]]:
        columns = (_evaluations.c.configuration_id, _evaluations.c.fold, _evaluations.c.status)
        with self._transaction() as connection:
            rows = connection.execute(select(*columns).where(*where)).all()
        found: dict[str, dict[int, str]] = {}
        for configuration, fold, status in rows:
            found.setdefault(configuration, {})[fold] = status
        return found

    def read_datasets(self) -> pd.DataFrame:
        """Every dataset, one row each, its meta-features and signatures as mappings."""
        return self._read(select(_datasets).order_by(_datasets.c.id))

    def read_configurations(self) -> pd.DataFrame:
        """Every configuration, one row each."""
        return self._read(select(_configurations).order_by(_configurations.c.id))

    def read_environments(self) -> pd.DataFrame:
        """What the evaluations were made with, one row each."""
        return self._read(select(_environments).order_by(_environments.c.id))

    def read_evaluations(self) -> pd.DataFrame:
        """Every evaluation, one row each; missing numbers are NaN, and text that repeats is categorical."""
        return self._read_evaluations()

    def _read_evaluations(self, *where: Any) -> pd.DataFrame:
        columns = [column for column in _evaluations.c if column.name != "id"]
        query = select(*columns).where(*where)
        names = [column.name for column in columns]
        seen: dict[str, dict[str, int]] = {name: {} for name in _REPEATING}
        parts: list[dict[str, np.ndarray]] = []
        with self._transaction() as connection:
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
        return table.sort_values(["dataset_id", "configuration_id", "fold"], ignore_index=True)

    def _read(self, query: Any) -> pd.DataFrame:
        with self._transaction() as connection:
            result = connection.execute(query)
            return pd.DataFrame(result.all(), columns=list(result.keys()))

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def environment_id(versions: Mapping[str, Any]) -> str:
    """The id of what evaluations are made with."""
    text = json.dumps(dict(versions), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


_REPEATING = ("dataset_id", "configuration_id", "environment_id", "status", "message")
_NUMBERS = ("fit_seconds", "predict_seconds", *METRICS)


def _as_array(name: str, values: tuple[Any, ...], seen: dict[str, dict[str, int]]) -> np.ndarray:
    """A column as numbers; text as positions among the texts seen so far."""
    if name in seen:
        codes = seen[name]
        return np.fromiter((codes.setdefault(value, len(codes)) for value in values), np.int32, len(values))
    return np.array(values, dtype=np.float64 if name in _NUMBERS else np.int64)


def _categorical(codes: np.ndarray, seen: dict[str, int]) -> pd.Categorical:
    """The texts behind the codes, as categories in alphabetical order."""
    order = np.argsort(np.array(list(seen), dtype=str))
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    texts = list(seen)
    return pd.Categorical.from_codes(places[codes], pd.Index([texts[i] for i in order], dtype="str"))


def _to_format_2(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE evaluations ADD COLUMN seed INTEGER NOT NULL DEFAULT 0"))
    connection.execute(text("UPDATE evaluations SET seed = fold"))
    _claims.create(connection)


_MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _to_format_2}
"""What brings a store of each past format to the next one."""


def _migrate(connection: Connection, version: int) -> None:
    """Bring a store to the next format, unless another process has just done so; all of it or nothing."""
    newer = update(_format).where(_format.c.version == version).values(version=version + 1)
    if connection.execute(newer).rowcount:  # first, for it locks out everyone else
        _MIGRATIONS[version](connection)


def _open(address: str) -> Engine:
    try:
        url = make_url(address)
        engine = create_engine(url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url)
    except NoSuchModuleError as error:
        raise StoreError(f"cannot open the store: {error}. SQLite and PostgreSQL are what it is tested on") from error
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the database behind this address needs {error.name}, which is not installed. For PostgreSQL: "
            "pip install recommender[postgresql], and an address such as postgresql://user@host/evidence"
        ) from error
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _settings(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA journal_mode=WAL")  # readers do not wait for the collector
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _insert_for(connection: Connection) -> Any:
    """The database's own kind of INSERT, which says what to do with a key that is there already."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; returns how many that were."""
    if not rows:
        return 0
    statement = _insert_for(connection)(table).on_conflict_do_nothing()
    return connection.execute(statement.execution_options(preserve_rowcount=True), rows).rowcount


def _records(rows: pd.DataFrame, table: Table) -> list[dict[str, Any]]:
    """Rows as a table of the database takes them: plain Python values, and None for what is missing."""
    names = [column.name for column in table.c if column.name in rows]
    columns = [rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _without_nan(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _or_none(value) for name, value in values.items()}
