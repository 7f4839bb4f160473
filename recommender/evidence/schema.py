"""The tables that a database of evidence has, and how one of an older format is brought up to date."""

from __future__ import annotations

from collections.abc import Callable

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
    TableClause,
    UniqueConstraint,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)

from recommender.errors import StoreError
from recommender.evaluation.evaluate import KEYS
from recommender.evaluation.metrics import METRICS

FORMAT = 3
"""The format of the tables below.

To change them: raise this number, add to `_MIGRATIONS` what brings a database of the number before up to date when it
is opened, and add a small store of the old format to tests/formats/, where a test opens every one of them.

Format 2 added the seed of an evaluation, and the leases by which several collectors share the work. Format 3 added
the size of an evaluation, 10,000 for all before it, and what its fit took: memory, rounds and threads.

A metric that is new changes no format: it is given a column when a database is opened.
"""

ONLY_SIZE = 10_000
"""The size of every evaluation that was recorded when there was but one, whatever the standard is today."""

SCHEMA = MetaData()

_FORMAT = Table("format", SCHEMA, Column("version", Integer, primary_key=True))

DATASETS = Table(
    "datasets",
    SCHEMA,
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

CONFIGURATIONS = Table(
    "configurations",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("algorithm", String, nullable=False),
    Column("hyperparameters", JSON, nullable=False),
)

ENVIRONMENTS = Table(
    "environments",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("versions", JSON, nullable=False),  # libraries, limits and the version of the rule for splits
)

EVALUATIONS = Table(
    "evaluations",
    SCHEMA,
    Column("id", Integer, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id"), nullable=False, index=True),
    Column("configuration_id", ForeignKey("configurations.id"), nullable=False),
    Column("environment_id", ForeignKey("environments.id"), nullable=False),
    Column("size", Integer, nullable=False),  # how many training rows the fold might have
    Column("fold", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("message", String, nullable=False),
    Column("n_train", Integer, nullable=False),
    Column("n_test", Integer, nullable=False),
    Column("fit_seconds", Float),
    Column("predict_seconds", Float),
    Column("model_bytes", BigInteger, nullable=False),
    Column("peak_bytes", BigInteger),
    Column("rounds", Integer),
    Column("threads", Integer),
    UniqueConstraint(*KEYS),
)
"""What an evaluation has besides a column for each metric."""

LEASES = Table(
    "claims",  # as they were called when format 2 was made
    SCHEMA,
    Column("dataset_id", String, primary_key=True),
    Column("configuration_id", String, primary_key=True),
    Column("size", Integer, primary_key=True),
    Column("collector", String, nullable=False, index=True),
    Column("expires", Float, nullable=False),  # seconds since 1970
)


def scored_evaluations() -> TableClause:
    """The table of evaluations as rows of it are read and written: without their numbers, and with every metric.

    Examples
    --------
    >>> [column.name for column in scored_evaluations().c][-3:]
    ['pinball_10', 'pinball_90', 'poisson']
    """
    about = [column(c.name, c.type) for c in EVALUATIONS.c if c.name != "id"]
    return table(EVALUATIONS.name, *about, *(column(name, Float()) for name in METRICS))


def prepare(engine: Engine, address: str) -> None:
    """Make the tables of a database that has none, or bring those of an older format up to date.

    Raises
    ------
    StoreError
        If the database is one of something else, or was written by a newer format.
    """
    existing = set(inspect(engine).get_table_names())
    if existing and "format" not in existing:
        raise StoreError(f"{address} is a database of something else: it has no table named 'format'")
    with engine.begin() as connection:
        found = connection.scalar(select(func.max(_FORMAT.c.version))) if existing else None
        if found is not None and found > FORMAT:
            raise StoreError(
                f"{address} was written in format {found}, and this version of recommender knows formats "
                f"up to {FORMAT}. Upgrade recommender, or give another store"
            )
        if found is None:
            SCHEMA.create_all(connection)
            connection.execute(insert(_FORMAT).values(version=FORMAT))
        else:
            for version in range(found, FORMAT):
                _migrate(connection, version)
        _add_metrics(connection)


def _add_metrics(connection: Connection) -> None:
    """Give the evaluations a column for each metric that has none yet."""
    there = {about["name"] for about in inspect(connection).get_columns(EVALUATIONS.name)}
    for name in METRICS:
        if name not in there:
            connection.execute(text(f'ALTER TABLE {EVALUATIONS.name} ADD COLUMN "{name}" FLOAT'))


def _migrate(connection: Connection, version: int) -> None:
    """Bring a store to the next format, unless another process has just done so; all of it or nothing."""
    newer = update(_FORMAT).where(_FORMAT.c.version == version).values(version=version + 1)
    if connection.execute(newer).rowcount:  # first, for it locks out everyone else
        _MIGRATIONS[version](connection)


def _to_format_2(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE evaluations ADD COLUMN seed INTEGER NOT NULL DEFAULT 0"))
    connection.execute(text("UPDATE evaluations SET seed = fold"))
    LEASES.create(connection)


def _to_format_3(connection: Connection) -> None:
    """Rebuild the evaluations, as SQLite does not change what is unique; leases are short, and begin anew."""
    LEASES.drop(connection)
    LEASES.create(connection)
    connection.execute(text("ALTER TABLE evaluations RENAME TO evaluations_2"))
    connection.execute(text("DROP INDEX ix_evaluations_dataset_id"))  # its name is needed again
    EVALUATIONS.create(connection)
    made = {about["name"] for about in inspect(connection).get_columns("evaluations")}
    old = [about["name"] for about in inspect(connection).get_columns("evaluations_2") if about["name"] != "id"]
    for metric in (name for name in old if name not in made):
        connection.execute(text(f'ALTER TABLE evaluations ADD COLUMN "{metric}" FLOAT'))
    names = ", ".join(f'"{name}"' for name in old)
    connection.execute(text(f"INSERT INTO evaluations (size, {names}) SELECT {ONLY_SIZE}, {names} FROM evaluations_2"))
    connection.execute(text("DROP TABLE evaluations_2"))


_MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _to_format_2, 2: _to_format_3}
"""What brings a store of each past format to the next one."""
